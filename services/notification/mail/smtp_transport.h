// Hands mails to an SMTP relay (libcurl) and says truthfully what became of them.
//
// The connection is kept open between mails. What the relay said decides the outcome:
//   DELIVERED_TO_RELAY  2xx after the final dot
//   DEFERRED            4xx; or the relay could not be reached, refused to talk to us (also with
//                       530, 534, 535, 538: it wants a login or encryption), or the connection
//                       broke before the final dot: certainly not taken over
//   REJECTED            5xx about this mail (sender, recipient, content)
//   UNKNOWN             the connection broke after the final dot may have been sent and before the
//                       reply: the relay may have the mail or not
#ifndef WICI_SERVICES_NOTIFICATION_MAIL_SMTP_TRANSPORT_H_
#define WICI_SERVICES_NOTIFICATION_MAIL_SMTP_TRANSPORT_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/notification/mail/mailbox.h"
#include "wici/notification/v1/delivery.pb.h"

namespace wici::notification {

enum class TlsPolicy {
  kNone,           // never (a relay on the same host)
  kOpportunistic,  // STARTTLS when offered, without proof of who answers
  kRequired,       // STARTTLS with a valid certificate, or no mail
};

// "none", "opportunistic", "required".
absl::StatusOr<TlsPolicy> ParseTlsPolicy(std::string_view text);

struct SmtpOptions {
  // "smtp://host:port", or "smtps://host:port": TLS from the first byte with a valid certificate,
  // or no mail, whatever `tls` is.
  std::string url;
  TlsPolicy tls = TlsPolicy::kOpportunistic;
  // Where a certificate must be valid: the authorities to trust, in PEM, instead of those of the
  // system; empty: those.
  std::string ca_file = {};
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration mail_timeout = absl::Seconds(30);  // one mail, all in all
};

struct SendResult {
  v1::AttemptOutcome outcome = v1::ATTEMPT_OUTCOME_DEFERRED;
  v1::DeliveryReason reason = v1::DELIVERY_REASON_UNSPECIFIED;
  int code = 0;               // the last reply of the relay, 0 when there was none
  std::string enhanced_code;  // RFC 3463, "5.1.1"; the text is dropped: it may repeat the address
  // DEFERRED because of the relay and not because of this mail: others will fare the same.
  bool relay_failed = false;
};

// One connection to one relay. Not thread-safe: one a thread.
class SmtpTransport {
 public:
  // INVALID_ARGUMENT for a URL of another kind, or a CA file that cannot be read.
  static absl::StatusOr<std::unique_ptr<SmtpTransport>> Make(const SmtpOptions& options);
  virtual ~SmtpTransport() = default;

  // Sends `message` (from ComposeMail) to one recipient. A recipient that needs SMTPUTF8 is
  // REJECTED with reason SMTPUTF8_NEEDED when the relay does not offer it. `before_end` is called
  // before the last bytes go out, after which the relay may have the mail; when it says false, the
  // mail is broken off: DEFERRED, with code 354.
  virtual SendResult Send(const Mailbox& from, const Mailbox& to, std::string_view message,
                          const std::function<bool()>& before_end) = 0;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_MAIL_SMTP_TRANSPORT_H_
