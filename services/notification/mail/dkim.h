// Signs mails: DKIM (RFC 6376) with rsa-sha256 and ed25519-sha256 (RFC 8463), relaxed/relaxed.
//
// The fields that make a mail what it is are signed, and each is named once more than it occurs, so
// that none can be added to it afterwards. There is no l=: nothing can be appended to the body.
#ifndef WICI_SERVICES_NOTIFICATION_MAIL_DKIM_H_
#define WICI_SERVICES_NOTIFICATION_MAIL_DKIM_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace wici::notification {

// One key of a domain. Immutable and thread-safe; copies share the key.
class DkimSigner {
 public:
  // `pem` is a private key, RSA of at least 1024 bits (RFC 8301) or Ed25519, whose public half
  // stands in the DNS under <selector>._domainkey.<domain>. INVALID_ARGUMENT otherwise; the message
  // never repeats the key.
  static absl::StatusOr<DkimSigner> Make(std::string_view domain, std::string_view selector,
                                         std::string_view pem);

  // The field to put in front of `message`, whose lines end with CR LF.
  std::string Sign(std::string_view message, absl::Time now) const;

  // For the vectors of the RFC: the signature, in base64, over the fields `names` of `message` and
  // over `field`, a DKIM-Signature whose b= is empty.
  std::string SignFields(std::string_view message, const std::vector<std::string>& names,
                         std::string_view field) const;

 private:
  struct Key;
  DkimSigner() = default;

  std::string domain_;
  std::string selector_;
  std::shared_ptr<const Key> key_;
};

// `message` with the signature of each signer in front. Two, by different algorithms, reach
// receivers old and new.
std::string SignMail(const std::vector<DkimSigner>& signers, std::string message, absl::Time now);

// The pieces, for their tests.

// RFC 6376 section 3.4.2, of one field with its line end.
std::string RelaxHeader(std::string_view field);
// RFC 6376 section 3.4.4.
std::string RelaxBody(std::string_view body);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_MAIL_DKIM_H_
