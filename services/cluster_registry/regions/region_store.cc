#include "services/cluster_registry/regions/region_store.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/regions/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

// Writes the codes, and tells those who keep regions in memory.
absl::Status WriteRegionCodes(Writer& writer, const v1::Region& region) {
  for (const v1::RegionCode& code : region.codes()) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows inserted,
                          writer.sql().Execute(kInsertRegionCode, {code.scheme(), code.version(),
                                                                   code.code(), region.name()}));
    if (!inserted.empty()) continue;
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows owner,
        writer.sql().Execute(kGetRegionOfCode, {code.scheme(), code.version(), code.code()}));
    return RegionCodeTakenError(code.scheme(), code.version(), code.code(),
                                owner.empty() ? "another region" : owner[0].Text(0));
  }
  return writer.sql().Execute(kMoveRegionGeneration).status();
}

}  // namespace

absl::StatusOr<v1::Region> ReadRegion(Reader& reader, std::string_view name) {
  return ReadOne<v1::Region>(reader.sql().Execute(kGetRegion, {name}), name);
}

absl::StatusOr<std::vector<v1::Region>> ReadRegions(Reader& reader, const RegionFilter& filter,
                                                    const Keyset& keyset) {
  return ReadRows<v1::Region>(reader.sql().Execute(
      kListRegions, {keyset.after, filter.country, filter.code, keyset.limit}));
}

absl::Status InsertRegion(Writer& writer, v1::Region& region) {
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(kInsertRegion,
                           {region.name(), region.country(), ToMicros(writer.now()), Body(region)}),
      writer.now(), region));
  WICI_RETURN_IF_ERROR(WriteRegionCodes(writer, region));
  writer.Record(region.name(), 1, "region.created");
  return absl::OkStatus();
}

absl::Status SaveRegion(Writer& writer, v1::Region& region) {
  WICI_ASSIGN_OR_RETURN(
      const std::int64_t version,
      FinishSave(writer.sql().Execute(kUpdateRegion, {region.name(), region.country(),
                                                      ToMicros(writer.now()), Body(region)}),
                 writer.now(), region));
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteRegionCodes, {region.name()}).status());
  WICI_RETURN_IF_ERROR(WriteRegionCodes(writer, region));
  writer.Record(region.name(), version, "region.updated");
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> ReadRegionGeneration(Reader& reader) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, reader.sql().Execute(kGetRegionGeneration));
  WICI_CHECK(rows.size() == 1);
  return rows[0].Int(0);
}

absl::Status CheckRegion(Reader& reader, std::string_view field, const std::string& region,
                         Violations& violations) {
  if (region.empty()) return absl::OkStatus();
  const absl::Status found = ReadRegion(reader, region).status();
  if (!absl::IsNotFound(found)) return found;
  violations.Add(field, "no such region");
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
