#include "services/registration/vouchers/voucher_codes.h"

#include <cstdint>

#include "services/registration/names.h"

namespace wici::registration {
namespace {

constexpr std::string_view kCodeDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's
constexpr std::size_t kCodeLength = 16;
constexpr std::size_t kCodePart = 4;

std::uint32_t HexDigit(char c) {
  return static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

}  // namespace

std::string VoucherCodes::KeyOf(std::string_view event, std::string_view code) const {
  std::string bare;
  for (const char c : code) {
    if (c != '-' && c != ' ') bare.push_back(c);
  }
  return keys_.Of(event, bare);
}

std::string VoucherCodes::CodeOf(std::string_view voucher) const {
  const std::string random = codes_.Of(EventOf(voucher), voucher);
  std::string code;
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t digits = 0;
  for (std::size_t i = 0; digits < kCodeLength; ++i) {
    bits = (bits << 4 | HexDigit(random[i])) & 0xFF;
    count += 4;
    if (count < 5) continue;
    count -= 5;
    if (digits > 0 && digits % kCodePart == 0) code.push_back('-');
    code.push_back(kCodeDigits[bits >> count & 31]);
    ++digits;
  }
  return code;
}

}  // namespace wici::registration
