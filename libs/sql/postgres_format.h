// What is PostgreSQL's own and needs no libpq: binary formats of the few types our schemas use (the
// server's *send and *recv functions, which are stable), codes of errors, settings of a session.
// Internal to libs/sql.
#ifndef WICI_LIBS_SQL_POSTGRES_FORMAT_H_
#define WICI_LIBS_SQL_POSTGRES_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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

// Parameters of one execution, in the arrays libpq wants. Borrows `values`.
class Parameters {
 public:
  explicit Parameters(absl::Span<const Value> values) {
    for (const Value& value : values) Add(value);
  }
  void AddArray(std::string array) {
    const std::string& kept = arrays_.emplace_back(std::move(array));
    Append(kept.data(), kept.size(), /*binary=*/1);
  }

  int size() const { return static_cast<int>(data_.size()); }
  const char* const* data() const { return data_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }
  bool has_nul() const { return has_nul_; }

  // Borrows a text or bytes.
  void Add(const Value& value) {
    const Value::Variant& variant = value.get();
    if (const auto* number = std::get_if<std::int64_t>(&variant)) {
      const std::string& text = numbers_.emplace_back(std::to_string(*number));
      Append(text.c_str(), text.size(), /*binary=*/0);
    } else if (const auto* flag = std::get_if<bool>(&variant)) {
      Append(*flag ? "t" : "f", 1, /*binary=*/0);
    } else if (const auto* text = std::get_if<std::string>(&variant)) {
      has_nul_ = has_nul_ || text->find('\0') != std::string::npos;
      Append(text->c_str(), text->size(), /*binary=*/0);
    } else if (const auto* bytes = std::get_if<Bytes>(&variant)) {
      Append(bytes->data.data(), bytes->data.size(), /*binary=*/1);
    } else {
      Append(nullptr, 0, /*binary=*/0);
    }
  }

 private:
  void Append(const char* data, std::size_t size, int binary) {
    data_.push_back(data);
    lengths_.push_back(static_cast<int>(size));
    formats_.push_back(binary);
  }

  // Deques, because their addresses are handed out.
  std::deque<std::string> numbers_;
  std::deque<std::string> arrays_;
  std::vector<const char*> data_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  bool has_nul_ = false;
};

// The code of an error by its SQLSTATE; see Transaction in database.h.
absl::StatusCode CodeOf(std::string_view state, bool read_only);

// Raises the isolation to REPEATABLE READ, unless the URL asked for more. Plans are made once, for
// any values, and by index: a plan made while a table is small must not read all of it when it has
// grown, and every query of ours has its index. Wide values are compressed by lz4, at a fraction of
// the time, where the server has it and nobody chose otherwise.
inline constexpr const char* kSetUpSession =
    "SELECT set_config(name, value, false) FROM (VALUES "
    "('default_transaction_isolation', CASE current_setting('default_transaction_isolation') "
    "WHEN 'serializable' THEN 'serializable' ELSE 'repeatable read' END), "
    "('plan_cache_mode', 'force_generic_plan'), ('enable_seqscan', 'off'), "
    "('enable_bitmapscan', 'off'), ('enable_material', 'off'), ('enable_hashjoin', 'off'), "
    "('enable_mergejoin', 'off'), ('jit', 'off')) AS s (name, value) "
    "UNION ALL SELECT set_config(name, 'lz4', false) FROM pg_settings "
    "WHERE name = 'default_toast_compression' AND source = 'default' AND 'lz4' = ANY (enumvals)";

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_POSTGRES_FORMAT_H_
