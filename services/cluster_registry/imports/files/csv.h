// Comma-separated values (RFC 4180), UTF-8.
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

// Appends one record, quoted where it must be, and ends it with LF. Cells are guarded.
void AppendCsv(const std::vector<std::string>& fields, std::string& text);

// A spreadsheet that opens a file runs a cell as a formula when it begins with = + - @, a tab or a
// line break (CSV injection, OWASP). Such a cell gets an apostrophe before it, which spreadsheets
// take for "this is text"; a cell that has apostrophes there already gets one more, so that
// UnguardCell gives every cell back as it was. It leaves cells alone that no guard has touched; of
// a file written by others it takes the apostrophe of "'=1", which there means the same.
std::string GuardCell(std::string_view cell);
std::string_view UnguardCell(std::string_view cell);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_CSV_H_
