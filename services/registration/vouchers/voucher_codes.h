// The codes of vouchers: how they are made, and how they are kept.
#ifndef WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_CODES_H_
#define WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_CODES_H_

#include <string>
#include <string_view>

#include "libs/auth/token.h"
#include "services/registration/registrations/blind_index.h"

namespace wici::registration {

// Both are HMAC-SHA256 under keys of this installation, so no code stands in the database, neither
// in the row of the voucher nor in a stored answer. Thread-safe.
class VoucherCodes {
 public:
  // The keys are derived from `key`, so they are the same in every replica.
  explicit VoucherCodes(const auth::SigningKey& key)
      : keys_(key, "wici registration voucher keys v1"),
        codes_(key, "wici registration voucher codes v1") {}

  // Under what a code is found; whatever its case, spaces and hyphens.
  std::string KeyOf(std::string_view event, std::string_view code) const;
  // The random code of a voucher: 80 bits as "7QK2-MNXA-04TV-Z9GE", the same each time. Letters
  // that look like digits (I, L, O, U) do not occur.
  std::string CodeOf(std::string_view voucher) const;

 private:
  const BlindIndex keys_;
  const BlindIndex codes_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_CODES_H_
