#include "services/cluster_registry/regions/region_store.h"

#include <tuple>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/regions/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

// Writes the codes, and tells those who keep regions in memory.
absl::Status WriteRegionCodes(Writer& writer, const v1::Region& region) {
  if (region.codes().empty()) return writer.sql().Execute(kMoveRegionGeneration).status();
  std::vector<std::vector<sql::Value>> rows;
  for (const v1::RegionCode& code : region.codes()) {
    rows.push_back({code.scheme(), code.version(), code.code(), region.name()});
  }
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows inserted,
      writer.sql().InsertMany(
          kInsertRegionCodes,
          "ON CONFLICT (scheme, version, code) DO NOTHING RETURNING scheme, version, code", rows));
  std::set<std::tuple<std::string, std::string, std::string>> mine;
  for (const sql::Row& row : inserted) mine.emplace(row.Text(0), row.Text(1), row.Text(2));
  for (const v1::RegionCode& code : region.codes()) {
    if (mine.count({code.scheme(), code.version(), code.code()}) > 0) continue;
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

absl::StatusOr<std::set<std::string>> FindRegions(Reader& reader,
                                                  const std::set<std::string>& names) {
  std::set<std::string> found;
  if (names.empty()) return found;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        reader.sql().SelectMany(kFindRegions, "", KeysOf(names)));
  for (const sql::Row& row : rows) found.insert(row.Text(0));
  return found;
}

absl::Status CheckRegions(Reader& reader, const std::vector<RegionReference>& references,
                          Violations& violations) {
  std::set<std::string> names;
  for (const RegionReference& one : references) {
    if (MatchesResourcePattern(one.region, "regions/*")) names.insert(one.region);
  }
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> found, FindRegions(reader, names));
  for (const RegionReference& one : references) {
    if (names.count(one.region) == 0 || found.count(one.region) > 0) continue;
    violations.Add(one.field, "no such region");
  }
  return absl::OkStatus();
}

absl::Status CheckRegion(Reader& reader, std::string_view field, const std::string& region,
                         Violations& violations) {
  return CheckRegions(reader, {{.field = std::string(field), .region = region}}, violations);
}

}  // namespace wici::cluster_registry
