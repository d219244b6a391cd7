#include "libs/sql/postgres_format.h"

#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"

namespace wici::sql {
namespace {

constexpr TypeOid kBool = 16;
constexpr TypeOid kBytea = 17;
constexpr TypeOid kChar = 18;
constexpr TypeOid kName = 19;
constexpr TypeOid kInt8 = 20;
constexpr TypeOid kInt2 = 21;
constexpr TypeOid kInt4 = 23;
constexpr TypeOid kText = 25;
constexpr TypeOid kUnknown = 705;
constexpr TypeOid kVarchar = 1043;
constexpr TypeOid kNumeric = 1700;
constexpr TypeOid kVoid = 2278;

// Big-endian two's complement of `size` bytes.
std::int64_t DecodeInt(std::string_view data) {
  std::uint64_t bits = !data.empty() && (static_cast<unsigned char>(data[0]) & 0x80) != 0
                           ? std::numeric_limits<std::uint64_t>::max()
                           : 0;
  for (const char byte : data) bits = (bits << 8) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(bits);
}

void AppendInt(std::string& out, std::int64_t value, int size) {
  char bytes[sizeof(value)];
  for (int i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * (size - 1 - i)));
  }
  out.append(bytes, static_cast<std::size_t>(size));
}

// The largest BIGINT is 922'3372'0368'5477'5807.
constexpr std::int64_t kWeightMax = 4;
constexpr std::int64_t kFirstDigitMax = 922;

// Digits to base 10,000, most significant first, `weight` being the exponent of the first.
absl::StatusOr<Value> DecodeNumeric(std::string_view data) {
  if (data.size() < 8) return absl::InternalError("short NUMERIC");
  const std::int64_t digits = DecodeInt(data.substr(0, 2));
  const std::int64_t weight = DecodeInt(data.substr(2, 2));
  const std::int64_t sign = DecodeInt(data.substr(4, 2));
  if (digits > weight + 1 || weight > kWeightMax || (sign != 0 && sign != 0x4000)) {
    return absl::InternalError("a NUMERIC that is no BIGINT");
  }
  if (weight == kWeightMax && DecodeInt(data.substr(8, 2)) >= kFirstDigitMax) {
    return absl::InternalError("a NUMERIC too large for BIGINT");
  }
  std::int64_t number = 0;
  for (std::int64_t i = 0; i <= weight; ++i) {
    const std::size_t at = static_cast<std::size_t>(8 + 2 * i);
    number = number * 10'000 + (i < digits ? DecodeInt(data.substr(at, 2)) : 0);
  }
  return Value(sign == 0 ? number : -number);
}

// The bytes of an integer column, by its type.
int IntSize(TypeOid type) { return type == kInt8 ? 8 : type == kInt4 ? 4 : type == kInt2 ? 2 : 0; }

bool AppendElement(TypeOid type, const Value& value, std::string& out) {
  const Value::Variant& variant = value.get();
  const auto append = [&out](std::string_view data) {
    AppendInt(out, static_cast<std::int64_t>(data.size()), 4);
    out.append(data);
    return true;
  };
  if (std::holds_alternative<std::monostate>(variant)) {
    AppendInt(out, -1, 4);
    return true;
  }
  if (const auto* number = std::get_if<std::int64_t>(&variant)) {
    const int size = IntSize(type);
    if (size == 0) return false;
    if (size < 8 && (*number >> (8 * size - 1)) != (*number < 0 ? -1 : 0)) return false;
    AppendInt(out, size, 4);
    AppendInt(out, *number, size);
    return true;
  }
  if (const auto* flag = std::get_if<bool>(&variant)) {
    return type == kBool && append(*flag ? std::string_view("\1", 1) : std::string_view("\0", 1));
  }
  if (const auto* text = std::get_if<std::string>(&variant)) {
    const bool is_text = type == kText || type == kVarchar;
    return is_text && text->find('\0') == std::string::npos && append(*text);
  }
  return type == kBytea && append(std::get<Bytes>(variant).data);
}

}  // namespace

absl::StatusOr<Value> DecodeBinary(TypeOid type, std::string_view data) {
  switch (type) {
    case kInt8:
    case kInt4:
    case kInt2:
      return Value(DecodeInt(data));
    case kBool:
      return Value(!data.empty() && data[0] != 0);
    case kText:
    case kVarchar:
    case kName:
    case kChar:
    case kUnknown:
    case kVoid:
      return Value(std::string(data));
    case kBytea:
      return Value(Bytes{std::string(data)});
    case kNumeric:
      return DecodeNumeric(data);
    default:
      return absl::InternalError(absl::StrCat("type ", type, " is not supported"));
  }
}

TypeOid ArrayTypeOf(TypeOid element) {
  switch (element) {
    case kBool:
      return 1000;
    case kBytea:
      return 1001;
    case kInt2:
      return 1005;
    case kInt4:
      return 1007;
    case kText:
      return 1009;
    case kVarchar:
      return 1015;
    case kInt8:
      return 1016;
    default:
      return 0;
  }
}

TypeOid ElementTypeOf(const Value& value) {
  const Value::Variant& variant = value.get();
  if (std::holds_alternative<std::int64_t>(variant)) return kInt8;
  if (std::holds_alternative<bool>(variant)) return kBool;
  if (std::holds_alternative<Bytes>(variant)) return kBytea;
  return kText;
}

absl::StatusOr<std::string> EncodeArray(TypeOid element, absl::Span<const std::vector<Value>> rows,
                                        std::size_t column) {
  std::string out;
  AppendInt(out, 1, 4);  // dimensions
  AppendInt(out, 1, 4);  // may hold NULL
  AppendInt(out, element, 4);
  AppendInt(out, static_cast<std::int64_t>(rows.size()), 4);
  AppendInt(out, 1, 4);  // lower bound
  for (const std::vector<Value>& row : rows) {
    if (column >= row.size() || !AppendElement(element, row[column], out)) {
      return absl::InternalError(
          absl::StrCat("value ", column + 1, " does not fit type ", element));
    }
  }
  return out;
}

absl::StatusCode CodeOf(std::string_view state, bool read_only) {
  if (state == "23505") return absl::StatusCode::kAlreadyExists;
  if (state == "23503") return absl::StatusCode::kFailedPrecondition;
  if (state == "23514") return absl::StatusCode::kOutOfRange;
  if (state == "40001" || state == "40P01" || state == "55P03") return absl::StatusCode::kAborted;
  if (state == "57014") return absl::StatusCode::kDeadlineExceeded;
  if (state == "08P01") return absl::StatusCode::kInternal;  // we broke the protocol
  // A server that refuses a write transaction is a standby: after a fail-over the primary is
  // elsewhere.
  if (state.starts_with("57P") || state.starts_with("08") || (state == "25006" && !read_only)) {
    return absl::StatusCode::kUnavailable;
  }
  if (state.starts_with("53")) return absl::StatusCode::kResourceExhausted;
  return absl::StatusCode::kInternal;
}

}  // namespace wici::sql
