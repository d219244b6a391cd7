// Reads comma-separated values (RFC 4180), UTF-8. libs/base/csv.h writes them.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_CSV_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_CSV_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wici::cluster_registry {

// One record of a file.
struct CsvRecord {
  int line = 0;  // of the file, where it begins, from 1
  std::vector<std::string> fields;
  std::string fault;  // why it cannot be read, or ""; `fields` is then what could be read
};

// Reads `text` into records, quoted fields with line breaks and doubled quotes included. CRLF and
// LF end a record, a byte order mark and empty lines are skipped. A record that is no UTF-8 or is
// badly quoted carries a fault; reading goes on with the next line. Stops after `records_max`
// records; the last then has the fault "too many rows".
std::vector<CsvRecord> ParseCsv(std::string_view text, std::size_t records_max);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_CSV_H_
