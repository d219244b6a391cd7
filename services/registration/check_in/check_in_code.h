// The signed code of a ticket: what a gate scans, as a QR code, and verifies without network.
//
//   code      = base64url(payload) "." base64url(signature), about 150 characters, no padding
//   signature = Ed25519 (RFC 8032) over "wici-check-in-v1:" followed by the payload
//
// The payload, bytes in this order:
//
//   1  version of this layout: 1
//   4  key id: the first bytes of the SHA-256 of the 32-byte public key
//   8  holder: the first bytes of the SHA-256 of the person of the registration, an opaque id
//   n  id of the event    } each a byte L of 1 to 128 and L bytes of [A-Za-z0-9_-], or, for a UUID
//   m  id of registration } in lower case and only for that, a byte 0 and its 16 bytes
//
// So a code has one spelling. It carries no personal data and does not end with time: a gate asks
// its manifest (CheckInService.GetCheckInManifest) whether the registration is confirmed and
// whether the holder is still this one. Whoever takes a registration over is another person, so the
// code of who had it before is dead. This is the one place that makes and reads codes. Pure; any
// thread.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_CODE_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_CODE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/auth/token.h"

namespace wici::registration {

// What a genuine code says.
struct CheckInTicket {
  std::string registration;  // "events/e/registrations/r"
  std::string holder;        // TicketHolder of the person it was made for
};

// The code for `registration` ("events/e/registrations/r") of `person` (an opaque id).
std::string CheckInCode(const auth::SigningKey& key, std::string_view registration,
                        std::string_view person);

// What `code` says, of whatever event and in whatever state its registration is. TICKET_INVALID
// when it was not made with the private half of `key`.
absl::StatusOr<CheckInTicket> ReadCheckInCode(const auth::PublicKey& key, std::string_view code);

// The part of a code that says for whom it was made, base64url of 8 bytes.
std::string TicketHolder(std::string_view person);

// The part of a code that says which key verifies it, base64url of 4 bytes.
std::string KeyId(const auth::PublicKey& key);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_CODE_H_
