#include "services/notification/deliveries/notification_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/page_token.h"
#include "services/notification/call.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/rules/validate_notification.h"
#include "services/notification/errors.h"
#include "services/notification/sending/message.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {
namespace {

constexpr char kDeliveryPattern[] = "notifications/*/deliveries/*";

// The plan for a valid request.
NewNotification Plan(const v1::Notification& wanted, IdSource& ids, absl::Time now) {
  NewNotification plan;
  plan.id = ids.NewId();
  plan.template_name = wanted.template_();
  plan.event = wanted.event();
  if (wanted.channel() != v1::CHANNEL_UNSPECIFIED) plan.channel = wanted.channel();
  plan.unknown_policy = wanted.unknown_policy();
  if (plan.unknown_policy == v1::UNKNOWN_POLICY_UNSPECIFIED) {
    // The acceptor knows the template's.
    plan.unknown_policy = PolicyFor(plan.channel, v1::UNKNOWN_POLICY_UNSPECIFIED);
  }
  plan.not_before =
      wanted.has_schedule_time() ? std::max(now, TimeOf(wanted.schedule_time())) : now;
  const absl::Duration lifetime = wanted.has_digest() ? kCollectedLifetime : kDefaultLifetime;
  plan.expires =
      wanted.has_expire_time() ? TimeOf(wanted.expire_time()) : plan.not_before + lifetime;
  if (wanted.has_digest()) plan.digest = wanted.digest();
  for (const std::string& person : wanted.persons()) {
    plan.recipients.push_back(
        {ids.NewId(), person, wanted.resource().empty() ? wanted.event() : wanted.resource()});
  }
  return plan;
}

// Of a request that is refused: what can still be asked about it.
NewNotification TemplateOnly(const v1::SendNotificationRequest& request) {
  NewNotification plan;
  const v1::Notification& wanted = request.notification();
  const bool named = MatchesResourcePattern(wanted.template_(), "templates/*");
  if (named && !IsSentByServiceOnly(wanted.template_())) plan.template_name = wanted.template_();
  if (wanted.has_digest()) plan.digest = wanted.digest();
  return plan;
}

DeliveryFilter FilterOf(const v1::ListDeliveriesRequest& request) {
  DeliveryFilter filter;
  if (request.parent() != kAllNotifications) filter.notification_id = IdOf(request.parent());
  filter.event = request.event();
  filter.state = request.state();
  filter.reason = request.reason();
  filter.last_code = request.last_code();
  if (request.has_changed_after()) filter.changed_after = TimeOf(request.changed_after());
  return filter;
}

}  // namespace

void NotificationService::Register(rpc::Server& server) {
  rpc::Service service =
      server.AddService(v1::SendNotificationRequest::descriptor()->file()->service(0)->full_name());
  service.Committed("SendNotification", this, &NotificationService::SendNotification);
  service.Committed("BatchSendNotifications", this, &NotificationService::BatchSendNotifications);
  service.Pooled("GetNotification", this, &NotificationService::GetNotification);
  service.Pooled("ListNotifications", this, &NotificationService::ListNotifications);
  service.Pooled("CancelNotification", this, &NotificationService::CancelNotification);
  service.Pooled("ListDeliveries", this, &NotificationService::ListDeliveries);
  service.Pooled("GetDelivery", this, &NotificationService::GetDelivery);
  service.Pooled("ListAttempts", this, &NotificationService::ListAttempts);
  service.Stream("WatchDeliveries", this, &NotificationService::WatchDeliveries);
  service.Pooled("ReplayDeliveries", this, &NotificationService::ReplayDeliveries);
}

void NotificationService::SendNotification(const rpc::Context& context,
                                           const v1::SendNotificationRequest& request,
                                           rpc::Reply<v1::Notification> reply) {
  const absl::Time now = clock_.Now();
  Violations wrong = CheckSendNotification(request, now);
  const auto done = [reply](const absl::StatusOr<v1::BatchSendNotificationsResponse>& accepted) {
    accepted.ok() ? reply(accepted->notifications(0)) : reply(accepted.status());
  };
  if (!wrong.ok()) {
    return acceptor_.Refuse(context.deadline, {TemplateOnly(request)}, std::move(wrong), done);
  }
  const absl::Status served = CheckServed(request.notification().channel(), channels_);
  if (!served.ok()) return reply(served);
  acceptor_.Submit(context.deadline, {Plan(request.notification(), ids_, now)},
                   KeyOf(context, request, request.request_id()), done);
}

void NotificationService::BatchSendNotifications(
    const rpc::Context& context, const v1::BatchSendNotificationsRequest& request,
    rpc::Reply<v1::BatchSendNotificationsResponse> reply) {
  const absl::Time now = clock_.Now();
  Violations wrong = CheckBatchSend(request, now);
  if (request.requests_size() > kBatchMax) return reply(wrong.ToStatus(kDomain));
  const auto done = [reply](const absl::StatusOr<v1::BatchSendNotificationsResponse>& accepted) {
    accepted.ok() ? reply(*accepted) : reply(accepted.status());
  };
  std::vector<NewNotification> plans;
  if (!wrong.ok()) {
    for (const v1::SendNotificationRequest& item : request.requests()) {
      plans.push_back(TemplateOnly(item));
    }
    return acceptor_.Refuse(context.deadline, std::move(plans), std::move(wrong), done);
  }
  for (const v1::SendNotificationRequest& item : request.requests()) {
    const absl::Status served = CheckServed(item.notification().channel(), channels_);
    if (!served.ok()) return reply(served);
    plans.push_back(Plan(item.notification(), ids_, now));
  }
  acceptor_.Submit(context.deadline, std::move(plans),
                   KeyOf(context, request, request.request_id()), done);
}

absl::Status NotificationService::GetNotification(const rpc::Context& context,
                                                  const v1::GetNotificationRequest& request,
                                                  v1::Notification& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "notifications/*");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store_.GetNotification(context.deadline, request.name()));
  return absl::OkStatus();
}

absl::Status NotificationService::ListNotifications(const rpc::Context& context,
                                                    const v1::ListNotificationsRequest& request,
                                                    v1::ListNotificationsResponse& response) {
  Violations v;
  v.OptionalResourceName("event", request.event(), "events/*");
  v.OptionalResourceName("template", request.template_(), "templates/*");
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Notification> found,
      store_.ListNotifications(context.deadline, request.event(), request.template_(),
                               page.after.empty() ? "" : page.after[0], page.size + 1));
  const bool more = found.size() > static_cast<std::size_t>(page.size);
  if (more) found.pop_back();
  if (more) {
    response.set_next_page_token(rpc::MakePageToken(request, {IdOf(found.back().name())}));
  }
  for (v1::Notification& item : found) *response.add_notifications() = std::move(item);
  return absl::OkStatus();
}

absl::Status NotificationService::CancelNotification(const rpc::Context& context,
                                                     const v1::CancelNotificationRequest& request,
                                                     v1::Notification& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "notifications/*");
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      response,
      store_.CancelNotification(context.deadline, KeyOf(context, request, request.request_id()),
                                request.name(), request.etag(), clock_.Now()));
  return absl::OkStatus();
}

absl::Status NotificationService::ListDeliveries(const rpc::Context& context,
                                                 const v1::ListDeliveriesRequest& request,
                                                 v1::ListDeliveriesResponse& response) {
  Violations v;
  ValidateListDeliveries(request, v);
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Delivery> found,
      store_.ListDeliveries(context.deadline, FilterOf(request),
                            page.after.empty() ? "" : page.after[0], page.size + 1));
  const bool more = found.size() > static_cast<std::size_t>(page.size);
  if (more) found.pop_back();
  if (more) {
    response.set_next_page_token(rpc::MakePageToken(request, {IdOf(found.back().name())}));
  }
  for (v1::Delivery& item : found) {
    item.set_message_id(StableId(item.channel(), IdOf(item.name()), from_));
    *response.add_deliveries() = std::move(item);
  }
  return absl::OkStatus();
}

absl::Status NotificationService::GetDelivery(const rpc::Context& context,
                                              const v1::GetDeliveryRequest& request,
                                              v1::Delivery& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), kDeliveryPattern);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store_.GetDelivery(context.deadline, request.name()));
  response.set_message_id(StableId(response.channel(), IdOf(response.name()), from_));
  return absl::OkStatus();
}

absl::Status NotificationService::ListAttempts(const rpc::Context& context,
                                               const v1::ListAttemptsRequest& request,
                                               v1::ListAttemptsResponse& response) {
  Violations v;
  v.RequireResourceName("parent", request.parent(), kDeliveryPattern);
  const rpc::Page page = rpc::ParsePage(request, v);
  std::int32_t after = 0;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after[0], &after)) {
    v.Add("page_token", "must be that of an answer");
  }
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Attempt> found,
      store_.ListAttempts(context.deadline, request.parent(), after, page.size + 1));
  const bool more = found.size() > static_cast<std::size_t>(page.size);
  if (more) found.pop_back();
  if (more) {
    response.set_next_page_token(rpc::MakePageToken(request, {IdOf(found.back().name())}));
  }
  response.mutable_attempts()->Assign(found.begin(), found.end());
  return absl::OkStatus();
}

absl::Status NotificationService::WatchDeliveries(const rpc::Context&,
                                                  const v1::WatchDeliveriesRequest& request,
                                                  std::shared_ptr<rpc::StreamWriter> writer,
                                                  const v1::WatchDeliveriesResponse*) {
  return watch_.Add(request, std::move(writer));
}

absl::Status NotificationService::ReplayDeliveries(const rpc::Context& context,
                                                   const v1::ReplayDeliveriesRequest& request,
                                                   v1::ReplayDeliveriesResponse& response) {
  WICI_RETURN_IF_ERROR(ValidateReplay(request));
  WICI_ASSIGN_OR_RETURN(
      response, replays_.Replay(context.deadline, KeyOf(context, request, request.request_id()),
                                request, clock_.Now()));
  return absl::OkStatus();
}

}  // namespace wici::notification
