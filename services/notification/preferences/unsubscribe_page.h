// The page behind the https address of List-Unsubscribe.
//
// GET shows a page with a button and changes nothing: programs that look for harmful links open
// them all. POST unsubscribes, from the button and from mail programs (RFC 8058), without login,
// cookie or redirect. Plain HTTP for a proxy that speaks TLS; /unsubscribe is all there is.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_UNSUBSCRIBE_PAGE_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_UNSUBSCRIBE_PAGE_H_

#include <cstddef>
#include <utility>

#include "libs/base/clock.h"
#include "libs/rpc/http_server.h"
#include "services/notification/mail/mail_keys.h"
#include "services/notification/preferences/suppression_store.h"

namespace wici::notification {

// Thread-safe.
class UnsubscribePage {
 public:
  // Far more than a form that says List-Unsubscribe=One-Click.
  static constexpr std::size_t kBodyMax = 4096;

  // `machine` is the clock that deadlines go by. Store and clock outlive the page.
  UnsubscribePage(SuppressionStore& store, MailKeys keys, const Clock& machine)
      : store_(store), keys_(std::move(keys)), machine_(machine) {}

  // 200, 403 for a token that is not ours, 400 for a POST that is no One-Click, 404, 405, and 503
  // when it may work later.
  rpc::HttpAnswer Answer(const rpc::HttpRequest& request);

 private:
  rpc::HttpAnswer Unsubscribe(const std::string& delivery_id, const std::string& language);

  SuppressionStore& store_;
  const MailKeys keys_;
  const Clock& machine_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_UNSUBSCRIBE_PAGE_H_
