#include "services/notification/push/push_service.h"

#include <vector>

#include "libs/auth/token.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/feed/mutation.h"
#include "libs/rpc/page.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/rules/validate_preferences.h"

namespace wici::notification {
namespace {

void RequireBrowserName(std::string_view name, Violations& v) {
  const std::string id = IdOf(name);
  const std::string person = PersonOfBrowser(name);
  if (person.empty() || id.empty() || name != BrowserName(person, id)) {
    v.Add("name", "must be preferences/*/pushSubscriptions/*");
  }
}

absl::StatusOr<Browser> ValidBrowser(const v1::CreatePushSubscriptionRequest& request,
                                     Reach reach) {
  Violations v;
  RequirePreferencesName("parent", request.parent(), v);
  v.RequestId("request_id", request.request_id());
  if (!request.has_push_subscription()) v.Add("push_subscription", "must be set");
  const v1::PushSubscription& wanted = request.push_subscription();
  const std::string fault = EndpointUrlFault(wanted.endpoint(), reach);
  if (!fault.empty()) v.Add("push_subscription.endpoint", fault);
  const std::string point = auth::DecodeBase64Url(wanted.p256dh()).value_or("");
  if (!IsP256Point(point)) {
    v.Add("push_subscription.p256dh", "must be a point of P-256, 65 bytes in base64url");
  }
  const std::string secret = auth::DecodeBase64Url(wanted.auth()).value_or("");
  if (secret.size() != kPushAuthBytes) {
    v.Add("push_subscription.auth", "must be 16 bytes in base64url");
  }
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  Browser browser;
  browser.person = PersonOfPreferences(request.parent());
  browser.endpoint = wanted.endpoint();
  browser.keys = {point, secret};
  return browser;
}

}  // namespace

void PushService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.notification.v1.PushService");
  service.Pooled("ListPushSubscriptions", this, &PushService::ListPushSubscriptions);
  service.Pooled("CreatePushSubscription", this, &PushService::CreatePushSubscription);
  service.Pooled("DeletePushSubscription", this, &PushService::DeletePushSubscription);
}

absl::Status PushService::ListPushSubscriptions(const rpc::Context& context,
                                                const v1::ListPushSubscriptionsRequest& request,
                                                v1::ListPushSubscriptionsResponse& response) {
  Violations v;
  RequirePreferencesName("parent", request.parent(), v);
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(std::vector<v1::PushSubscription> found,
                        store_.List(context.deadline, PersonOfPreferences(request.parent()),
                                    rpc::After(page), page.size + 1));
  const auto position = [](const v1::PushSubscription& last) {
    return std::vector<std::string>{IdOf(last.name())};
  };
  rpc::FillPage(request, page, std::move(found), position, *response.mutable_push_subscriptions(),
                *response.mutable_next_page_token());
  response.set_application_server_key(options_.public_key);
  return absl::OkStatus();
}

absl::Status PushService::CreatePushSubscription(const rpc::Context& context,
                                                 const v1::CreatePushSubscriptionRequest& request,
                                                 v1::PushSubscription& response) {
  WICI_ASSIGN_OR_RETURN(Browser browser, ValidBrowser(request, options_.reach));
  browser.server_key = options_.public_key;
  if (options_.public_key.empty()) return ChannelNotSetUpError(v1::CHANNEL_WEB_PUSH);
  WICI_ASSIGN_OR_RETURN(response, store_.Create(feed::CallOf(context, request), browser));
  response.set_endpoint(browser.endpoint);
  return absl::OkStatus();
}

absl::Status PushService::DeletePushSubscription(const rpc::Context& context,
                                                 const v1::DeletePushSubscriptionRequest& request,
                                                 v1::DeletePushSubscriptionResponse& response) {
  Violations v;
  RequireBrowserName(request.name(), v);
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store_.Delete(feed::CallOf(context, request), request.name()));
  return absl::OkStatus();
}

}  // namespace wici::notification
