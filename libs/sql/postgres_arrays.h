// Statements over many rows or keys on PostgreSQL: these come as an array for each of their
// columns, so one text does for any number of them. Needs no libpq. Internal to libs/sql.
#ifndef WICI_LIBS_SQL_POSTGRES_ARRAYS_H_
#define WICI_LIBS_SQL_POSTGRES_ARRAYS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"
#include "libs/sql/postgres_format.h"

namespace wici::sql {

// An INSERT or UPDATE of many rows. Borrows the texts it was made of.
struct OverRows {
  std::string single;  // the same for one row: tells the types of the columns
  std::function<std::string(std::size_t columns)> text;
  bool returns = false;  // something, so that its answer is waited for
};

// The statement of Transaction::InsertMany, for rows of so many `columns`, and that of UpdateMany.
// Errors: INTERNAL when `prefix` does not end with VALUES or WHERE.
absl::StatusOr<OverRows> InsertOverRows(const Query& prefix, std::string_view suffix,
                                        std::size_t columns);
absl::StatusOr<OverRows> UpdateOverRows(const Query& prefix, std::string_view suffix);

// The text of Transaction::SelectMany.
std::string SelectOverKeys(const Query& prefix, std::string_view suffix, std::size_t columns);

// The types that the values of a row have by themselves.
std::vector<TypeOid> ElementTypesOf(const std::vector<Value>& row);

// The array types of these. Errors: INTERNAL for a type we do not use.
absl::StatusOr<std::vector<TypeOid>> ArrayTypesOf(const Query& query,
                                                  absl::Span<const TypeOid> elements);

// The columns of `rows`, of the types `elements`. Errors: INTERNAL when there are not so many, or a
// value does not fit its type.
absl::StatusOr<Parameters> ArraysOf(const Query& query, absl::Span<const TypeOid> elements,
                                    absl::Span<const std::vector<Value>> rows);

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_POSTGRES_ARRAYS_H_
