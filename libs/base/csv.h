// Writes comma-separated values (RFC 4180), UTF-8, that a spreadsheet may open. Pure; any thread.
#ifndef WICI_LIBS_BASE_CSV_H_
#define WICI_LIBS_BASE_CSV_H_

#include <string>
#include <string_view>
#include <vector>

namespace wici {

// Appends one record, quoted where it must be, and ends it with LF. Cells are guarded.
void AppendCsv(const std::vector<std::string>& fields, std::string& text);

// A spreadsheet that opens a file runs a cell as a formula when it begins with = + - @, a tab or a
// line break (CSV injection, OWASP). Such a cell gets an apostrophe before it, which spreadsheets
// take for "this is text"; a cell that has apostrophes there already gets one more, so that
// UnguardCell gives every cell back as it was. It leaves cells alone that no guard has touched; of
// a file written by others it takes the apostrophe of "'=1", which there means the same.
std::string GuardCell(std::string_view cell);
std::string_view UnguardCell(std::string_view cell);

}  // namespace wici

#endif  // WICI_LIBS_BASE_CSV_H_
