#include "libs/sql/postgres_arrays.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/sql/connection.h"

namespace wici::sql {
namespace {

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Bug(const Query& query, std::string_view what) {
  return EngineError(absl::StatusCode::kInternal, query, "", what);
}

// Rows that come as an array for each of their columns. LIMIT, of all, makes the planner expect few
// and so look each up by index. Without it, a plan made while the table is small reads all of it,
// and goes on to do so.
std::string Given(std::size_t columns) {
  return absl::StrCat("(SELECT * FROM unnest", Placeholders(1, columns), " LIMIT cardinality($1))");
}

// "v1, v2, v3".
std::string GivenColumns(std::size_t columns) {
  std::string names = "v1";
  for (std::size_t i = 2; i <= columns; ++i) absl::StrAppend(&names, ", v", i);
  return names;
}

// "given.v1" for "$1": a value that comes from a row, and not by itself.
std::string OfGivenRow(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_value = text[i] == '$' && i + 1 < text.size() &&
                          absl::ascii_isdigit(static_cast<unsigned char>(text[i + 1]));
    if (is_value) {
      result += "given.v";
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace

absl::StatusOr<OverRows> InsertOverRows(const Query& prefix, std::string_view suffix,
                                        std::size_t columns) {
  const std::optional<std::string_view> head = Before("VALUES", prefix.text);
  if (!head) return Bug(prefix, "no VALUES at the end");
  return OverRows{
      absl::StrCat(ToAbsl(prefix.text), " ", Placeholders(1, columns), " ", ToAbsl(suffix)),
      [head = *head, suffix](std::size_t count) {
        return absl::StrCat(ToAbsl(head), " SELECT * FROM unnest", Placeholders(1, count), " ",
                            ToAbsl(suffix));
      },
      /*returns=*/!suffix.empty()};
}

absl::StatusOr<OverRows> UpdateOverRows(const Query& prefix, std::string_view suffix) {
  const std::optional<std::string_view> head = Before("WHERE", prefix.text);
  if (!head) return Bug(prefix, "no WHERE at the end");
  return OverRows{absl::StrCat(ToAbsl(prefix.text), " ", ToAbsl(suffix)),
                  [head = *head, suffix](std::size_t count) {
                    return absl::StrCat(OfGivenRow(head), "FROM ", Given(count), " AS given (",
                                        GivenColumns(count), ") WHERE ", OfGivenRow(suffix));
                  },
                  absl::StrContains(ToAbsl(suffix), "RETURNING")};
}

std::string SelectOverKeys(const Query& prefix, std::string_view suffix, std::size_t columns) {
  return absl::StrCat(ToAbsl(prefix.text), " ", Given(columns), " ", ToAbsl(suffix));
}

std::vector<TypeOid> ElementTypesOf(const std::vector<Value>& row) {
  std::vector<TypeOid> elements;
  elements.reserve(row.size());
  for (const Value& value : row) elements.push_back(ElementTypeOf(value));
  return elements;
}

absl::StatusOr<std::vector<TypeOid>> ArrayTypesOf(const Query& query,
                                                  absl::Span<const TypeOid> elements) {
  std::vector<TypeOid> arrays;
  for (const TypeOid element : elements) {
    arrays.push_back(ArrayTypeOf(element));
    if (arrays.back() == 0) return Bug(query, "a column of unknown type");
  }
  return arrays;
}

absl::StatusOr<Parameters> ArraysOf(const Query& query, absl::Span<const TypeOid> elements,
                                    absl::Span<const std::vector<Value>> rows) {
  if (elements.size() != rows[0].size()) return Bug(query, "wrong number of values");
  Parameters parameters({});
  for (std::size_t i = 0; i < elements.size(); ++i) {
    absl::StatusOr<std::string> array = EncodeArray(elements[i], rows, i);
    if (!array.ok()) return Bug(query, std::string(array.status().message()));
    parameters.AddArray(*std::move(array));
  }
  return parameters;
}

}  // namespace wici::sql
