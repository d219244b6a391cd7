// PostgreSQL's binary formats of the few types our schemas use. Internal to libs/sql; needs no
// libpq. Formats: the server's *send and *recv functions, which are stable.
#ifndef WICI_LIBS_SQL_POSTGRES_FORMAT_H_
#define WICI_LIBS_SQL_POSTGRES_FORMAT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"

namespace wici::sql {

// Type numbers (oid) are fixed in the server's catalogue.
using TypeOid = unsigned int;

// The value of a cell of this type. Whole NUMERICs (the sum of BIGINTs) become integers. Errors:
// INTERNAL for a type we do not use.
absl::StatusOr<Value> DecodeBinary(TypeOid type, std::string_view data);

// The array type of an element type, or 0 for a type we do not use.
TypeOid ArrayTypeOf(TypeOid element);

// The type a value has by itself: BIGINT, BOOLEAN, TEXT or BYTEA.
TypeOid ElementTypeOf(const Value& value);

// Column `column` of `rows` as a one-dimensional array of `element`. Errors: INTERNAL when a
// value does not fit the type.
absl::StatusOr<std::string> EncodeArray(TypeOid element, absl::Span<const std::vector<Value>> rows,
                                        std::size_t column);

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_POSTGRES_FORMAT_H_
