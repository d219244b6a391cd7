#include "services/cluster_registry/imports/files/table.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "libs/base/csv.h"
#include "libs/base/limits.h"
#include "services/cluster_registry/imports/files/csv.h"
#include "services/cluster_registry/imports/files/encoding.h"
#include "services/cluster_registry/imports/files/json_rows.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using Transform = v1::ImportColumn;

// "8.12.2015" as day, month, year in the order given.
std::string TransformDate(const std::string& cell, bool day_first) {
  const std::vector<std::string> parts = absl::StrSplit(cell, absl::ByAnyChar("./- "));
  if (parts.size() != 3 || parts[2].size() != 4) return cell;
  int numbers[3];
  for (int i = 0; i < 3; ++i) {
    if (!absl::SimpleAtoi(parts[static_cast<std::size_t>(i)], &numbers[i])) return cell;
  }
  const int day = numbers[day_first ? 0 : 1];
  const int month = numbers[day_first ? 1 : 0];
  return absl::StrFormat("%04d-%02d-%02d", numbers[2], month, day);
}

std::string Digits(const std::string& cell) {
  std::string digits;
  for (const char c : cell) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) digits += c;
  }
  return digits;
}

// Where the cells of a field come from: a column of the file, or none.
struct Source {
  v1::ImportColumn column;
  std::optional<std::size_t> position;  // in a CSV record
};

class SourceFinder {
 public:
  SourceFinder(const TableFormat& format, std::vector<std::string>& faults)
      : format_(format), faults_(faults) {}

  // From the header of a CSV file.
  std::vector<Source> OfHeader(const std::vector<std::string>& header) {
    std::map<std::string, std::size_t> positions;
    for (std::size_t i = 0; i < header.size(); ++i) {
      const std::string name(absl::StripAsciiWhitespace(header[i]));
      if (!positions.emplace(name, i).second) {
        faults_.push_back(absl::StrCat("header: column ", name.substr(0, 64), " is there twice"));
      }
    }
    return mapped() ? Mapped(positions) : Unmapped(positions);
  }

  bool mapped() const { return format_.columns != nullptr && !format_.columns->empty(); }

 private:
  std::vector<Source> Mapped(const std::map<std::string, std::size_t>& positions) {
    std::vector<Source> sources;
    for (const v1::ImportColumn& column : *format_.columns) {
      Source source{column, std::nullopt};
      source.column.set_field(format_.field_of(column.field()));
      const auto found = positions.find(column.source());
      if (!column.source().empty() && found != positions.end()) {
        source.position = found->second;
      } else if (!column.source().empty() && column.default_value().empty()) {
        faults_.push_back(absl::StrCat("header: column ", column.source(), " is missing"));
      }
      sources.push_back(std::move(source));
    }
    return sources;
  }

  std::vector<Source> Unmapped(const std::map<std::string, std::size_t>& positions) {
    std::vector<Source> sources;
    for (const auto& [name, position] : positions) {
      const std::string field = format_.field_of(name);
      if (field.empty()) {
        faults_.push_back(absl::StrCat("header: unknown column '", name.substr(0, 64), "'"));
        continue;
      }
      Source source;
      source.column.set_source(name);
      source.column.set_field(field);
      source.position = position;
      sources.push_back(std::move(source));
    }
    return sources;
  }

  const TableFormat& format_;
  std::vector<std::string>& faults_;
};

void SetCell(const v1::ImportColumn& column, std::string_view cell, TableRow& row) {
  std::string value = MapCell(column, cell);
  if (!value.empty()) row.cells.insert_or_assign(column.field(), std::move(value));
}

// The cell as a dump was given it.
std::string_view CellOf(const std::string& field) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(field);
  return UnguardCell({trimmed.data(), trimmed.size()});
}

Table ReadCsv(std::string_view content, const TableFormat& format) {
  Table table;
  const std::vector<CsvRecord> records = ParseCsv(content, kImportRowsMax + 1);
  if (records.empty()) {
    table.faults.push_back("header: the file is empty");
    return table;
  }
  if (!records[0].fault.empty()) table.faults.push_back("header: " + records[0].fault);
  SourceFinder finder(format, table.faults);
  const std::vector<Source> sources = finder.OfHeader(records[0].fields);
  if (!table.faults.empty()) return table;
  auto column_of = std::make_shared<std::map<std::string, std::string>>();
  for (const Source& source : sources) {
    column_of->emplace(source.column.field(), source.column.source());
  }
  table.rows.reserve(records.size() - 1);
  for (std::size_t i = 1; i < records.size(); ++i) {
    const CsvRecord& record = records[i];
    TableRow& row = table.rows.emplace_back();
    row.line = record.line;
    row.column_of = column_of;
    if (!record.fault.empty()) {
      row.faults.push_back("row: " + record.fault);
    } else if (record.fields.size() != records[0].fields.size()) {
      row.faults.push_back(absl::StrCat("row: has ", record.fields.size(), " cells, not ",
                                        records[0].fields.size()));
    } else {
      for (const Source& source : sources) {
        SetCell(source.column, source.position ? CellOf(record.fields[*source.position]) : "", row);
      }
    }
  }
  return table;
}

void MapJson(JsonRow& json, const TableFormat& format, TableRow& row) {
  for (v1::ImportColumn column : *format.columns) {
    const auto found = json.cells.find(column.source());
    column.set_field(format.field_of(column.field()));
    SetCell(column, found == json.cells.end() ? "" : found->second, row);
  }
}

// Without a mapping: each member is a field of its name. A member inside another one ("label.kind")
// is one too, unless the outer one is a field and takes all of it.
void TakeJson(JsonRow& json, const TableFormat& format, TableRow& row) {
  for (auto& [path, cell] : json.cells) {
    const std::string outer = path.substr(0, path.find('.'));
    const bool inside = outer != path;
    if (inside && json.cells.count(outer) != 0 && !format.field_of(outer).empty()) continue;
    v1::ImportColumn column;
    column.set_field(format.field_of(path));
    if (!column.field().empty()) {
      SetCell(column, cell, row);
    } else if (inside || cell.empty() || cell[0] != '{') {
      row.faults.push_back(absl::StrCat(path.substr(0, 64), ": there is no such field"));
    }
  }
}

Table ReadJson(std::string_view content, const TableFormat& format) {
  Table table;
  JsonRows json = ParseJsonRows(content, kImportRowsMax);
  if (!json.fault.empty()) {
    table.faults.push_back("file: " + json.fault);
    return table;
  }
  const bool mapped = format.columns != nullptr && !format.columns->empty();
  auto column_of = std::make_shared<std::map<std::string, std::string>>();
  if (mapped) {
    for (const v1::ImportColumn& column : *format.columns) {
      column_of->emplace(format.field_of(column.field()), column.source());
    }
  }
  for (JsonRow& object : json.rows) {
    TableRow& row = table.rows.emplace_back();
    row.line = object.line;
    row.column_of = column_of;
    if (!object.fault.empty()) {
      row.faults.push_back("row: " + object.fault);
    } else if (mapped) {
      MapJson(object, format, row);
    } else {
      TakeJson(object, format, row);
    }
  }
  return table;
}

}  // namespace

std::string TableRow::Get(std::string_view field) const {
  const auto found = cells.find(field);
  return found == cells.end() ? "" : found->second;
}

std::string TableRow::NameColumn(const std::string& fault) const {
  const std::size_t colon = fault.find(": ");
  if (column_of == nullptr || colon == std::string::npos) return fault;
  const auto column = column_of->find(fault.substr(0, colon));
  if (column == column_of->end() || column->second.empty()) return fault;
  return column->second + fault.substr(colon);
}

std::string MapCell(const v1::ImportColumn& column, std::string_view cell) {
  std::string value(absl::StripAsciiWhitespace({cell.data(), cell.size()}));
  switch (column.transform()) {
    case Transform::TRANSFORM_UPPER_CASE:
      absl::AsciiStrToUpper(&value);
      break;
    case Transform::TRANSFORM_LOWER_CASE:
      absl::AsciiStrToLower(&value);
      break;
    case Transform::TRANSFORM_DIGITS:
      value = Digits(value);
      break;
    case Transform::TRANSFORM_DAY_FIRST:
      value = TransformDate(value, true);
      break;
    case Transform::TRANSFORM_MONTH_FIRST:
      value = TransformDate(value, false);
      break;
    default:
      break;
  }
  if (const auto known = column.values().find(value); known != column.values().end()) {
    value = known->second;
  }
  return value.empty() ? column.default_value() : value;
}

Table ReadTable(std::string_view content, const TableFormat& format) {
  if (const std::string fault = EncodingFault(content); !fault.empty()) {
    return {.faults = {"file: " + fault}, .rows = {}};
  }
  Table table = format.format == v1::Import::FORMAT_JSON ? ReadJson(content, format)
                                                         : ReadCsv(content, format);
  if (table.rows.size() > kImportRowsMax) {
    table.faults.push_back(absl::StrCat("file: more than ", kImportRowsMax, " rows"));
  }
  return table;
}

void ValidateColumns(std::string_view field, const ImportColumns& columns, const FieldOf& field_of,
                     Violations& violations) {
  std::set<std::string> fed;
  CheckEach(
      "", field, columns, violations,
      [&](const std::string& dotted, const v1::ImportColumn& column) {
        const std::string path = dotted.substr(1);
        violations.OptionalText(Path(path, "source"), column.source(), kNameBytesMax);
        const std::string feeds = field_of(column.field());
        if (feeds.empty()) {
          violations.Add(Path(path, "field"), "there is no such field");
        } else if (!fed.insert(feeds).second) {
          violations.Add(Path(path, "field"), "is fed by two columns");
        }
        if (column.source().empty() && column.default_value().empty()) {
          violations.Add(Path(path, "default_value"), "required without a source");
        }
        violations.OptionalMultilineText(Path(path, "default_value"), column.default_value(),
                                         kTextBytesMax);
        if (!v1::ImportColumn::Transform_IsValid(column.transform())) {
          violations.Add(Path(path, "transform"), "not a known value");
        }
        CheckCount(path, "values", column.values(), violations, 1000);
      },
      kImportColumnsMax);
}

}  // namespace wici::cluster_registry
