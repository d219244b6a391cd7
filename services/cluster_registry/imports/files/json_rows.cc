#include "services/cluster_registry/imports/files/json_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::Value;

constexpr double kExactMax = 9'007'199'254'740'992.0;  // 2^53: integers up to here are exact

std::string TextOf(const Value& value) {
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(value, &text);
  return text;
}

bool IsPlainText(const Value& value) {
  return value.kind_case() == Value::kStringValue && !value.string_value().empty() &&
         value.string_value().find('|') == std::string::npos &&
         value.string_value().find_first_of("[{") != 0;
}

std::string ToCell(const Value& value) {
  switch (value.kind_case()) {
    case Value::kStringValue:
      return value.string_value();
    case Value::kBoolValue:
      return value.bool_value() ? "true" : "false";
    case Value::kNumberValue: {
      const double number = value.number_value();
      const bool whole = std::trunc(number) == number && std::abs(number) <= kExactMax;
      return whole ? absl::StrCat(static_cast<std::int64_t>(number)) : absl::StrCat(number);
    }
    case Value::kListValue: {
      const auto& values = value.list_value().values();
      if (!std::all_of(values.begin(), values.end(), IsPlainText)) return TextOf(value);
      return absl::StrJoin(values, "|", [](std::string* text, const Value& element) {
        text->append(element.string_value());
      });
    }
    default:
      return "";
  }
}

void Flatten(const std::string& path, const google::protobuf::Struct& object, JsonRow& row) {
  for (const auto& [name, value] : object.fields()) {
    const std::string inner = path.empty() ? name : absl::StrCat(path, ".", name);
    if (value.kind_case() == Value::kStructValue) {
      Flatten(inner, value.struct_value(), row);
      // Also as a whole, for fields that are objects.
      if (!inner.empty()) row.cells[inner] = TextOf(value);
    } else {
      row.cells[inner] = ToCell(value);
    }
  }
}

JsonRow ToRow(const Value& value, int line) {
  JsonRow row;
  row.line = line;
  if (value.kind_case() == Value::kStructValue) {
    Flatten("", value.struct_value(), row);
  } else {
    row.fault = "not a JSON object";
  }
  return row;
}

// The text of the parser without the input it repeats.
std::string Explain(const google::protobuf::util::Status& status) {
  const std::string message(status.message().data(), status.message().size());
  return absl::StrCat("not JSON: ", message.substr(0, message.find('\n')).substr(0, 200));
}

google::protobuf::util::Status Parse(std::string_view text, Value& value) {
  return google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &value);
}

JsonRows ParseArray(std::string_view text, std::size_t rows_max) {
  JsonRows result;
  Value array;
  if (const auto status = Parse(text, array); !status.ok()) {
    result.fault = Explain(status);
    return result;
  }
  for (const Value& value : array.list_value().values()) {
    const bool full = result.rows.size() >= rows_max;
    JsonRow row = ToRow(value, static_cast<int>(result.rows.size()) + 1);
    if (full) row.fault = "too many rows";
    result.rows.push_back(std::move(row));
    if (full) break;
  }
  return result;
}

JsonRows ParseLines(std::string_view text, std::size_t rows_max) {
  JsonRows result;
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view object = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (object.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    Value value;
    const auto status = Parse(object, value);
    JsonRow row = ToRow(value, line);
    if (!status.ok()) row.fault = Explain(status);
    const bool full = result.rows.size() >= rows_max;
    if (full) row.fault = "too many rows";
    result.rows.push_back(std::move(row));
    if (full) break;
  }
  return result;
}

}  // namespace

JsonRows ParseJsonRows(std::string_view text, std::size_t rows_max) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {.fault = "the file is empty", .rows = {}};
  return text[begin] == '[' ? ParseArray(text, rows_max) : ParseLines(text, rows_max);
}

}  // namespace wici::cluster_registry
