#include "libs/base/csv.h"

#include <cstddef>

namespace wici {
namespace {

// Whether `cell` begins, after apostrophes, like a formula.
bool LooksLikeFormula(std::string_view cell) {
  const std::size_t begin = cell.find_first_not_of('\'');
  return begin != std::string_view::npos &&
         std::string_view("=+-@\t\r\n").find(cell[begin]) != std::string_view::npos;
}

}  // namespace

std::string GuardCell(std::string_view cell) {
  return (LooksLikeFormula(cell) ? "'" : "") + std::string(cell);
}

std::string_view UnguardCell(std::string_view cell) {
  const bool guarded = !cell.empty() && cell[0] == '\'' && LooksLikeFormula(cell);
  return guarded ? cell.substr(1) : cell;
}

void AppendCsv(const std::vector<std::string>& fields, std::string& text) {
  // A record of one empty field would look like an empty line.
  if (fields.size() == 1 && fields[0].empty()) text += "\"\"";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ',';
    const std::string cell = GuardCell(fields[i]);
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
      text += cell;
      continue;
    }
    text += '"';
    for (const char c : cell) {
      if (c == '"') text += '"';
      text += c;
    }
    text += '"';
  }
  text += '\n';
}

}  // namespace wici
