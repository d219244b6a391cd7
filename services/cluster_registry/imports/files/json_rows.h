// Rows of a JSON file: an array of objects, or one object a line.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_JSON_ROWS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_JSON_ROWS_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wici::cluster_registry {

// One object.
struct JsonRow {
  int line = 0;  // where it stands, from 1: the line, or its position in the array
  // Its members by path: {"a": {"b": 1}} is "a.b" with "1". Lists of texts are joined with "|", or
  // stay JSON where one holds that; lists of objects stay JSON; null is an empty cell.
  std::map<std::string, std::string> cells;
  std::string fault;  // why it cannot be read, or ""
};

struct JsonRows {
  std::string fault;  // nothing can be read
  std::vector<JsonRow> rows;
};

// Reads `text`, which is UTF-8, up to `rows_max` rows; one more row has the fault "too many rows".
// One object a line that is broken is one row with a fault; a broken array is a fault of the file.
JsonRows ParseJsonRows(std::string_view text, std::size_t rows_max);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_JSON_ROWS_H_
