#include "services/registration/events/event_service.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/auth/access.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/etag.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/events/validate_event.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

// Times are moved by RescheduleEvent.
const std::vector<std::string_view>& EventFields() {
  static const auto& fields =
      *new std::vector<std::string_view>{"title",          "summary",
                                         "organisers",     "hosts",
                                         "initiative",     "venue",
                                         "online_url",     "mode",
                                         "languages",      "capacity",
                                         "audience",       "waiting_list_capacity",
                                         "approval",       "registration_open_time",
                                         "admission",      "registration_close_time",
                                         "honours",        "data_notice",
                                         "offer_duration", "offer_expiry",
                                         "party_limit",    "approvals_required",
                                         "reapproval",     "transfers",
                                         "audiences",      "series",
                                         "party_proof"};
  return fields;
}

const std::vector<std::string_view>& SessionFields() {
  static const auto& fields = *new std::vector<std::string_view>{
      "title", "kind",     "start_time", "end_time",      "track",
      "room",  "capacity", "speakers",   "meeting_rules", "online_url"};
  return fields;
}

// Organisers and the service that writes mails see where to follow `event` online; others once they
// have a seat (LinkService.GetOwnOnlineLinks).
bool SeesOnlineUrl(const rpc::Context& context, std::string_view event) {
  const auto& bindings = context.principal.bindings;
  return std::any_of(bindings.begin(), bindings.end(), [event](const RoleBinding& binding) {
    const auto& granted = auth::PermissionsOf(binding.role);
    const bool writes = std::any_of(granted.begin(), granted.end(), [](const auto permission) {
      return permission == access::v1::PERMISSION_EVENT_WRITE ||
             permission == access::v1::PERMISSION_CONTACT_POINT_READ;
    });
    return writes && auth::ScopeContains(binding.scope, event);
  });
}

template <class Message>
void HideOnlineUrl(const rpc::Context& context, Message& message) {
  if (!SeesOnlineUrl(context, EventOf(message.name()))) message.clear_online_url();
}

// Whether every audience of `before` is one of `after`.
bool KeepsAudiences(const v1::Event& before, const v1::Event& after) {
  return std::all_of(before.audiences().begin(), before.audiences().end(), [&](const auto& old) {
    return std::any_of(
        after.audiences().begin(), after.audiences().end(),
        [&old](const auto& audience) { return audience.audience_id() == old.audience_id(); });
  });
}

// The position of a page token that orders by a time and a name: (micros, name).
std::pair<std::int64_t, std::string> PositionOf(const rpc::Page& page) {
  std::pair<std::int64_t, std::string> position(INT64_MIN, "");
  if (page.after.size() == 2 && absl::SimpleAtoi(page.after[0], &position.first)) {
    position.second = page.after[1];
  }
  return position;
}

}  // namespace

void EventService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.EventService");
  service.Cached("GetEvent", this, &EventService::FindEvent, &EventService::GetEvent);
  service.Pooled("ListEvents", this, &EventService::ListEvents);
  service.Pooled("CreateEvent", this, &EventService::CreateEvent);
  service.Pooled("UpdateEvent", this, &EventService::UpdateEvent);
  service.Pooled("PublishEvent", this, &EventService::PublishEvent);
  service.Pooled("CancelEvent", this, &EventService::CancelEvent);
  service.Pooled("RescheduleEvent", this, &EventService::RescheduleEvent);
  service.Pooled("GetEventStatistics", this, &EventService::GetEventStatistics);
  service.Stream("WatchEvent", this, &EventService::WatchEvent);
  service.Pooled("GetSession", this, &EventService::GetSession);
  service.Pooled("ListSessions", this, &EventService::ListSessions);
  service.Pooled("CreateSession", this, &EventService::CreateSession);
  service.Pooled("UpdateSession", this, &EventService::UpdateSession);
  service.Pooled("DeleteSession", this, &EventService::DeleteSession);
  categories_.Register(service);
  forms_.Register(service);
  series_.Register(service);
}

rpc::Serialized<v1::Event> EventService::FindEvent(const rpc::Context& context,
                                                   const v1::GetEventRequest& request) {
  if (!ValidateName(request.name(), kEventPattern).ok()) return {};
  const std::shared_ptr<const KeptEvent> kept = cache_.Find(request.name(), context.seen);
  if (kept == nullptr) return {};
  return AnswerFrom(*kept, context, request.name());
}

absl::StatusOr<rpc::Serialized<v1::Event>> EventService::GetEvent(
    const rpc::Context& context, const v1::GetEventRequest& request) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kEventPattern));
  using LoadedEvent = feed::Loaded<KeptEvent>;
  const auto load = [&]() -> absl::StatusOr<LoadedEvent> {
    WICI_ASSIGN_OR_RETURN(v1::Event event, store_.Get(context.deadline, request.name()));
    const std::int64_t version = event.seats().version();
    auto kept = std::make_shared<const KeptEvent>(std::move(event));
    const std::size_t bytes = kept->bytes();
    return LoadedEvent{std::move(kept), {{request.name(), version}}, bytes};
  };
  WICI_ASSIGN_OR_RETURN(const std::shared_ptr<const KeptEvent> kept,
                        cache_.Get(request.name(), context.seen, load));
  return AnswerFrom(*kept, context, request.name());
}

EventService::KeptEvent::KeptEvent(v1::Event event)
    : is_public(event.state() != v1::EVENT_STATE_DRAFT && event.online_url().empty() &&
                event.honours().empty() && event.change_reason().empty()),
      online(event),
      others(online) {
  if (event.online_url().empty()) return;
  event.clear_online_url();
  others = rpc::Serialized<v1::Event>(event);
}

std::vector<std::string> EventService::KeptEvent::Encode(const KeptEvent& kept) {
  if (!kept.is_public) return {};
  return {*kept.others.bytes()};
}

std::shared_ptr<const EventService::KeptEvent> EventService::KeptEvent::Decode(
    const std::vector<std::string>& parts) {
  if (parts.size() != 1) return nullptr;
  const std::shared_ptr<KeptEvent> kept(new KeptEvent);
  kept->online = rpc::Serialized<v1::Event>(parts[0]);
  kept->others = kept->online;
  return kept;
}

std::size_t EventService::KeptEvent::bytes() const {
  const bool twice = online.bytes() != others.bytes();
  return sizeof(*this) + online.bytes()->size() + (twice ? others.bytes()->size() : 0);
}

rpc::Serialized<v1::Event> EventService::AnswerFrom(const KeptEvent& kept,
                                                    const rpc::Context& context,
                                                    const std::string& name) {
  return SeesOnlineUrl(context, name) ? kept.online : kept.others;
}

absl::Status EventService::ListEvents(const rpc::Context& context,
                                      const v1::ListEventsRequest& request,
                                      v1::ListEventsResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  if (request.states_size() > 3) violations.Add("states", "must have at most 3 items");
  violations.OptionalResourceName("series", request.series(), kSeriesPattern);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  EventStore::ListQuery query;
  std::tie(query.after_start, query.after_name) = PositionOf(page);
  query.limit = page.size + 1;
  query.series = request.series();
  if (request.has_end_after()) query.end_after = MicrosOf(request.end_after());
  if (request.has_start_before()) query.start_before = MicrosOf(request.start_before());
  for (const int state : request.states()) {
    query.states.push_back(static_cast<v1::EventState>(state));
  }
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Event> events, store_.List(context.deadline, query));
  for (v1::Event& event : events) HideOnlineUrl(context, event);
  FillPage(
      request, page, std::move(events),
      [](const v1::Event& last) -> std::vector<std::string> {
        return {absl::StrCat(MicrosOf(last.start_time())), last.name()};
      },
      *response.mutable_events(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status EventService::CreateEvent(const rpc::Context& context,
                                       const v1::CreateEventRequest& request, v1::Event& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  v1::Event event = request.event();
  event.set_name(
      absl::StrCat("events/", request.event_id().empty() ? ids_.NewId() : request.event_id()));
  event.set_calendar_uid(MakeCalendarUid(event.name(), ids_.NewId()));
  return Answer(store_.Create(CallOf(context, request), std::move(event)), response);
}

absl::Status EventService::UpdateEvent(const rpc::Context& context,
                                       const v1::UpdateEventRequest& request, v1::Event& response) {
  Violations violations;
  violations.RequireResourceName("event.name", request.event().name(), kEventPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const auto edit = [&request](v1::Event& event) {
    Violations wrong;
    const v1::Event before = event;
    const bool limited = event.party_limit() > 0;
    rpc::ApplyUpdateMask(request.update_mask(), request.event(), EventFields(), wrong, event);
    ValidateEvent("event", event, wrong);
    // From the first registration on they are counted, or never.
    if (event.state() != v1::EVENT_STATE_DRAFT && limited != (event.party_limit() > 0)) {
      wrong.Add("event.party_limit", "can be set or unset in a draft only");
    }
    if (event.state() != v1::EVENT_STATE_DRAFT && !KeepsAudiences(before, event)) {
      wrong.Add("event.audiences", "can be removed from a draft only");
    }
    return wrong.ToStatus(kDomain);
  };
  return Answer(store_.Change(CallOf(context, request), request.event().name(),
                              request.event().etag(), "event.updated", edit),
                response);
}

absl::Status EventService::PublishEvent(const rpc::Context& context,
                                        const v1::PublishEventRequest& request,
                                        v1::Event& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const auto edit = [](v1::Event& event) -> absl::Status {
    WICI_RETURN_IF_ERROR(CheckCanPublish(event));
    event.set_state(v1::EVENT_STATE_PUBLISHED);
    return absl::OkStatus();
  };
  return Answer(store_.Change(CallOf(context, request), request.name(), request.etag(),
                              "event.published", edit),
                response);
}

absl::Status EventService::CancelEvent(const rpc::Context& context,
                                       const v1::CancelEventRequest& request, v1::Event& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const auto edit = [&request](v1::Event& event) {
    event.set_state(v1::EVENT_STATE_CANCELLED);
    event.set_change_reason(request.reason());
    return absl::OkStatus();
  };
  return Answer(store_.Change(CallOf(context, request), request.name(), request.etag(),
                              "event.cancelled", edit),
                response);
}

absl::Status EventService::RescheduleEvent(const rpc::Context& context,
                                           const v1::RescheduleEventRequest& request,
                                           v1::Event& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  return Answer(store_.Reschedule(CallOf(context, request), request), response);
}

absl::Status EventService::GetEventStatistics(const rpc::Context& context,
                                              const v1::GetEventStatisticsRequest& request,
                                              v1::EventStatistics& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kEventPattern));
  WICI_ASSIGN_OR_RETURN(response, store_.Statistics(context.deadline, request.name()));
  if (!request.with_groups()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const GroupCounts groups, groups_.Count(context.deadline, request.name()));
  groups.Fill(
      auth::IsPermitted(context.principal, access::v1::PERMISSION_EVENT_WRITE, request.name()),
      response);
  return absl::OkStatus();
}

absl::Status EventService::WatchEvent(const rpc::Context&, const v1::WatchEventRequest& request,
                                      std::shared_ptr<rpc::StreamWriter> writer,
                                      const v1::WatchEventResponse*) {
  WICI_RETURN_IF_ERROR(Validate(request));
  watch_.Add({request.names().begin(), request.names().end()}, std::move(writer));
  return absl::OkStatus();
}

absl::Status EventService::GetSession(const rpc::Context& context,
                                      const v1::GetSessionRequest& request, v1::Session& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kSessionPattern));
  WICI_RETURN_IF_ERROR(Answer(store_.GetSession(context.deadline, request.name()), response));
  HideOnlineUrl(context, response);
  return absl::OkStatus();
}

absl::Status EventService::ListSessions(const rpc::Context& context,
                                        const v1::ListSessionsRequest& request,
                                        v1::ListSessionsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const auto [start, id] = PositionOf(page);
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Session> sessions,
      store_.ListSessions(context.deadline, request.parent(), start, id, page.size + 1));
  for (v1::Session& session : sessions) HideOnlineUrl(context, session);
  FillPage(
      request, page, std::move(sessions),
      [](const v1::Session& last) -> std::vector<std::string> {
        return {absl::StrCat(MicrosOf(last.start_time())), IdOf(last.name())};
      },
      *response.mutable_sessions(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status EventService::CreateSession(const rpc::Context& context,
                                         const v1::CreateSessionRequest& request,
                                         v1::Session& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  v1::Session session = request.session();
  session.set_name(SessionName(request.parent(),
                               request.session_id().empty() ? ids_.NewId() : request.session_id()));
  return Answer(store_.CreateSession(CallOf(context, request), std::move(session)), response);
}

absl::Status EventService::UpdateSession(const rpc::Context& context,
                                         const v1::UpdateSessionRequest& request,
                                         v1::Session& response) {
  Violations violations;
  violations.RequireResourceName("session.name", request.session().name(), kSessionPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const auto edit = [&request](v1::Session& session) {
    Violations wrong;
    rpc::ApplyUpdateMask(request.update_mask(), request.session(), SessionFields(), wrong, session);
    ValidateSession("session", session, wrong);
    return wrong.ToStatus(kDomain);
  };
  return Answer(store_.ChangeSession(CallOf(context, request), request.session().name(),
                                     request.session().etag(), request.allow_overlaps(), edit),
                response);
}

absl::Status EventService::DeleteSession(const rpc::Context& context,
                                         const v1::DeleteSessionRequest& request,
                                         v1::DeleteSessionResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  return Answer(store_.DeleteSession(CallOf(context, request), request.name(), request.etag()),
                response);
}

}  // namespace wici::registration
