// A file as a table: which cell feeds which field, by a mapping, whatever the format.
//
// Pure; safe to call from any thread. Cells come out without spaces around them, transformed, with
// their defaults; what a field means is known to those who read the table (imports/plans/).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_TABLE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_TABLE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/import.pb.h"

namespace wici::cluster_registry {

inline constexpr std::size_t kImportRowsMax = 5000;
inline constexpr int kImportColumnsMax = 200;

using ImportColumns = google::protobuf::RepeatedPtrField<v1::ImportColumn>;

// The field that a name means, or "" when there is none.
using FieldOf = std::function<std::string(std::string_view name)>;

// One row.
struct TableRow {
  int line = 0;                                           // it begins on, from 1
  std::map<std::string, std::string, std::less<>> cells;  // by field; empty ones are left out
  std::vector<std::string> faults;                        // "column: fault"
  std::shared_ptr<const std::map<std::string, std::string>> column_of;  // field to column

  // The cell of `field`, or "".
  std::string Get(std::string_view field) const;
  // Whether the file has a column for `field`, be its cell empty or not. Of CSV only.
  bool HasColumn(const std::string& field) const {
    return column_of != nullptr && column_of->count(field) != 0;
  }
  // "field: fault" as "column: fault".
  std::string NameColumn(const std::string& fault) const;
};

struct Table {
  std::vector<std::string> faults;  // nothing can be read: "header: ..." or "file: ..."
  std::vector<TableRow> rows;
};

struct TableFormat {
  v1::Import::Format format = v1::Import::FORMAT_CSV;
  // Which column feeds which field; when empty, each column feeds the field of its own name.
  const ImportColumns* columns = nullptr;
  // The field a column of this name feeds, or "".
  FieldOf field_of;
};

// Reads `content`. A column that feeds nothing is a fault when there is no mapping, and left out
// when there is one; a column that the mapping names and the CSV header does not have is a fault
// unless it has a default. More than kImportRowsMax rows are a fault.
Table ReadTable(std::string_view content, const TableFormat& format);

// What is wrong with a mapping a client sends.
void ValidateColumns(std::string_view field, const ImportColumns& columns, const FieldOf& field_of,
                     Violations& violations);

// The cell after `column`: trimmed, transformed, looked up, or the default. What a transform cannot
// read it leaves, for the field to complain about.
std::string MapCell(const v1::ImportColumn& column, std::string_view cell);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_TABLE_H_
