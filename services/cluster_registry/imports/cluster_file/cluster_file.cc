#include "services/cluster_registry/imports/cluster_file/cluster_file.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/imports/files/csv.h"

namespace wici::cluster_registry {
namespace {

constexpr std::array<std::string_view, 10> kColumns = {
    "name",   "country",     "nuts",    "website", "label",
    "issued", "valid_until", "members", "founded", "source"};
constexpr std::string_view kOptionalColumn = "contact_email";

std::string FieldOfColumn(std::string_view column) {
  const bool known = column == kOptionalColumn ||
                     std::find(kColumns.begin(), kColumns.end(), column) != kColumns.end();
  return known ? ImportFieldOf(v1::Import::CONTENT_CLUSTERS, column) : "";
}

// A column that is missing would leave every row without it, which nobody would notice.
void CheckColumns(std::string_view content, std::vector<std::string>& faults) {
  const std::vector<CsvRecord> header = ParseCsv(content, 1);
  if (header.empty()) return;
  for (const std::string_view name : kColumns) {
    const auto& fields = header[0].fields;
    if (std::find(fields.begin(), fields.end(), name) == fields.end()) {
      faults.push_back(absl::StrCat("header: column ", std::string(name), " is missing"));
    }
  }
}

}  // namespace

ClusterFile ReadClusterFile(std::string_view content, const ImportWorld& world) {
  const Table table = ReadTable(
      content, {.format = v1::Import::FORMAT_CSV, .columns = nullptr, .field_of = FieldOfColumn});
  ClusterFile file;
  file.faults = table.faults;
  CheckColumns(content, file.faults);
  if (!file.faults.empty()) return file;
  file.rows.reserve(table.rows.size());
  for (const TableRow& row : table.rows) {
    file.rows.push_back(ReadImportedRow(v1::Import::CONTENT_CLUSTERS, row, world));
  }
  return file;
}

}  // namespace wici::cluster_registry
