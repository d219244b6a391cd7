// The page behind the link of the mail that asks whether a consent is meant.
//
// GET shows a page with a button and changes nothing: programs that look for harmful links open
// them all. POST confirms, without login, cookie or redirect; again changes nothing. Plain HTTP for
// a proxy that speaks TLS; /confirm-consent is all there is.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_CONSENT_CONSENT_PAGE_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_CONSENT_CONSENT_PAGE_H_

#include <string>
#include <string_view>
#include <utility>

#include "libs/base/clock.h"
#include "libs/rpc/http_server.h"
#include "services/notification/mail/mail_keys.h"
#include "services/notification/preferences/preference_store.h"

namespace wici::notification {

// Thread-safe.
class ConsentPage {
 public:
  static constexpr std::string_view kPath = "/confirm-consent";

  // `clock` is that of the tokens, `machine` the clock that deadlines go by. Store and clocks
  // outlive the page.
  ConsentPage(PreferenceStore& store, MailKeys keys, const Clock& clock, const Clock& machine)
      : store_(store), keys_(std::move(keys)), clock_(clock), machine_(machine) {}

  // 200; 403 for a token that is not ours, is too old, or whose consent was withdrawn; 404, 405,
  // and 503 when it may work later.
  rpc::HttpAnswer Answer(const rpc::HttpRequest& request);

 private:
  rpc::HttpAnswer Confirm(const std::string& consent, const std::string& language);

  PreferenceStore& store_;
  const MailKeys keys_;
  const Clock& clock_;
  const Clock& machine_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_CONSENT_CONSENT_PAGE_H_
