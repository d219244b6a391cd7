#include "services/notification/webhooks/subscription_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/feed/mutation.h"
#include "libs/rpc/page.h"
#include "services/notification/errors.h"
#include "services/notification/webhooks/rules/webhook_payload.h"
#include "services/notification/webhooks/sending/webhook_request.h"
#include "services/notification/webhooks/subscription_rows.h"
#include "services/notification/webhooks/validate_subscription.h"

namespace wici::notification {
namespace {

// Shorter than the deadline of a client that sets none.
constexpr absl::Duration kSampleTimeout = absl::Seconds(8);

}  // namespace

void SubscriptionService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.notification.v1.SubscriptionService");
  service.Pooled("CreateSubscription", this, &SubscriptionService::CreateSubscription);
  service.Pooled("GetSubscription", this, &SubscriptionService::GetSubscription);
  service.Pooled("ListSubscriptions", this, &SubscriptionService::ListSubscriptions);
  service.Pooled("UpdateSubscription", this, &SubscriptionService::UpdateSubscription);
  service.Pooled("DeleteSubscription", this, &SubscriptionService::DeleteSubscription);
  service.Pooled("PauseSubscription", this, &SubscriptionService::PauseSubscription);
  service.Pooled("ResumeSubscription", this, &SubscriptionService::ResumeSubscription);
  service.Pooled("RotateSubscriptionSecret", this, &SubscriptionService::RotateSubscriptionSecret);
  service.Pooled("TestSubscription", this, &SubscriptionService::TestSubscription);
  service.Pooled("ReplaySubscription", this, &SubscriptionService::ReplaySubscription);
}

absl::Status SubscriptionService::CreateSubscription(const rpc::Context& context,
                                                     const v1::CreateSubscriptionRequest& request,
                                                     v1::CreateSubscriptionResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request, reach_));
  WICI_ASSIGN_OR_RETURN(response,
                        store_.Create(feed::CallOf(context, request), request.subscription()));
  return store_.ShowSecret(context.deadline, *response.mutable_secret());
}

absl::Status SubscriptionService::GetSubscription(const rpc::Context& context,
                                                  const v1::GetSubscriptionRequest& request,
                                                  v1::Subscription& response) {
  WICI_RETURN_IF_ERROR(ValidateNameAndRequestId(request.name(), ""));
  WICI_ASSIGN_OR_RETURN(response, store_.Get(context.deadline, request.name()));
  return absl::OkStatus();
}

absl::Status SubscriptionService::ListSubscriptions(const rpc::Context& context,
                                                    const v1::ListSubscriptionsRequest& request,
                                                    v1::ListSubscriptionsResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Subscription> found,
                        store_.List(context.deadline, rpc::After(page), page.size + 1));
  const auto position = [](const v1::Subscription& last) {
    return std::vector<std::string>{SubscriptionIdOf(last.name())};
  };
  rpc::FillPage(request, page, std::move(found), position, *response.mutable_subscriptions(),
                *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status SubscriptionService::UpdateSubscription(const rpc::Context& context,
                                                     const v1::UpdateSubscriptionRequest& request,
                                                     v1::Subscription& response) {
  Violations violations;
  violations.RequireResourceName("subscription.name", request.subscription().name(),
                                 kSubscriptionPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store_.Update(feed::CallOf(context, request), request, reach_));
  return absl::OkStatus();
}

absl::Status SubscriptionService::DeleteSubscription(const rpc::Context& context,
                                                     const v1::DeleteSubscriptionRequest& request,
                                                     v1::DeleteSubscriptionResponse& response) {
  WICI_RETURN_IF_ERROR(ValidateNameAndRequestId(request.name(), request.request_id()));
  WICI_ASSIGN_OR_RETURN(
      response, store_.Delete(feed::CallOf(context, request), request.name(), request.etag()));
  return absl::OkStatus();
}

absl::Status SubscriptionService::PauseSubscription(const rpc::Context& context,
                                                    const v1::PauseSubscriptionRequest& request,
                                                    v1::Subscription& response) {
  WICI_RETURN_IF_ERROR(ValidateNameAndRequestId(request.name(), request.request_id()));
  WICI_ASSIGN_OR_RETURN(response, store_.SetState(feed::CallOf(context, request), request.name(),
                                                  request.etag(), v1::Subscription::STATE_PAUSED));
  return absl::OkStatus();
}

absl::Status SubscriptionService::ResumeSubscription(const rpc::Context& context,
                                                     const v1::ResumeSubscriptionRequest& request,
                                                     v1::Subscription& response) {
  WICI_RETURN_IF_ERROR(ValidateNameAndRequestId(request.name(), request.request_id()));
  WICI_ASSIGN_OR_RETURN(response, store_.SetState(feed::CallOf(context, request), request.name(),
                                                  request.etag(), v1::Subscription::STATE_ACTIVE));
  return absl::OkStatus();
}

absl::Status SubscriptionService::RotateSubscriptionSecret(
    const rpc::Context& context, const v1::RotateSubscriptionSecretRequest& request,
    v1::SubscriptionSecret& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(response, store_.Rotate(feed::CallOf(context, request), request));
  return store_.ShowSecret(context.deadline, response);
}

absl::Status SubscriptionService::TestSubscription(const rpc::Context& context,
                                                   const v1::TestSubscriptionRequest& request,
                                                   v1::TestSubscriptionResponse& response) {
  WICI_RETURN_IF_ERROR(ValidateNameAndRequestId(request.name(), request.request_id()));
  const feed::Call call = feed::CallOf(context, request);
  WICI_ASSIGN_OR_RETURN(const auto stored, store_.FindTest(call));
  if (stored) {
    response = *stored;
    return absl::OkStatus();
  }
  const absl::Time now = clock_.Now();
  const std::string id = SubscriptionIdOf(request.name());
  WICI_ASSIGN_OR_RETURN(const auto endpoints, endpoints_.GetEndpoints(context.deadline, {id}, now));
  const auto endpoint = endpoints.find(id);
  if (endpoint == endpoints.end()) return SubscriptionNotFoundError(request.name());
  // As a webhook, it waits for the key of the installation under which its secrets were sealed.
  WebhookAnswer answer;
  if (!endpoint->second.keys.empty()) {
    WebhookRequest sample =
        MakeWebhookRequest(endpoint->second, ids_.NewId(), now, SamplePayload(request.name(), now));
    sample.timeout = kSampleTimeout;
    answer = transport_.PostAndWait(std::move(sample));
  }
  response.set_outcome(answer.outcome);
  response.set_code(answer.code);
  response.set_reason(answer.reason);
  WICI_ASSIGN_OR_RETURN(response, store_.KeepTest(call, response));
  return absl::OkStatus();
}

absl::Status SubscriptionService::ReplaySubscription(const rpc::Context& context,
                                                     const v1::ReplaySubscriptionRequest& request,
                                                     v1::ReplaySubscriptionResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(response, store_.Replay(feed::CallOf(context, request), request));
  return absl::OkStatus();
}

}  // namespace wici::notification
