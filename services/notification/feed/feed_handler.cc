#include "services/notification/feed/feed_handler.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/feed/changes.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/feed/to_participants.h"
#include "services/notification/feed/uninvited.h"
#include "services/notification/people/erasures.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/timers/timer_store.h"

namespace wici::notification {
namespace {

struct Rule {
  std::string_view kind;
  std::string_view template_name;
};

constexpr Rule kRules[] = {
    {"invitation.created", "templates/invitation"},
    {"invitation.delegated", "templates/invitation-delegated"},
    {"invitation.reminded", "templates/invitation-reminder"},
    {"registration.confirmed", "templates/registration-confirmed"},
    {"registration.waitlisted", "templates/registration-waitlisted"},
    {"registration.promoted", "templates/registration-promoted"},
    {"registration.cancelled", "templates/registration-cancelled"},
    {"registration.transferred", "templates/registration-cancelled"},
    {"registration.offered", "templates/registration-offered"},
    {"registration.expired", "templates/registration-offer-lapsed"},
    {"registration.requeued", "templates/registration-offer-lapsed"},
    {"registration.rejected", "templates/registration-rejected"},
    {"event.rescheduled", "templates/event-rescheduled"},
    {"event.cancelled", "templates/event-cancelled"},
    {"event.updated", "templates/event-updated"},
    {"session.rescheduled", "templates/session-rescheduled"},
    {"session.cancelled", "templates/session-cancelled"},
    {"meeting.requested", "templates/meeting-requested"},
    {"meeting.accepted", "templates/meeting-accepted"},
    {"meeting.declined", "templates/meeting-declined"},
    {"meeting.expired", "templates/meeting-expired"},
    {"meeting.scheduled", "templates/meeting-scheduled"},
    {"meeting.rescheduled", "templates/meeting-rescheduled"},
    {"meeting.cancelled", "templates/meeting-cancelled"},
    {"meeting.unscheduled", "templates/meeting-cancelled"},
};

bool ConcernsEverybody(std::string_view kind) { return kind.substr(0, 6) == "event."; }
bool ConcernsSession(std::string_view kind) { return kind.substr(0, 8) == "session."; }
bool ConcernsMeeting(std::string_view kind) { return kind.substr(0, 8) == "meeting."; }

// As FanOut writes it.
std::string CauseFrom(const feed::v1::Change& change) {
  return absl::StrCat("registration/", change.cursor().epoch(), "/", change.cursor().seq());
}

std::string Attribute(const feed::v1::Change& change, const std::string& name) {
  const auto found = change.attributes().find(name);
  return found == change.attributes().end() ? "" : found->second;
}

// The kind of change whose message is sent: when somebody wants their links again, that of the one
// which brought them about.
std::string KindToTell(const feed::v1::Change& change) {
  if (change.kind() == "registration.links_requested") return Attribute(change, "repeats");
  if (change.kind() == "event.updated" && Attribute(change, "updated").empty()) return "";
  return change.kind();
}

// Whether a change of an event or of a session is to be told to one who takes part.
bool Concerns(const feed::v1::Change& change, const Participant& participant) {
  if (ConcernsSession(change.kind())) {
    const auto& chosen = participant.sessions;
    return std::find(chosen.begin(), chosen.end(), change.resource()) != chosen.end();
  }
  return Attribute(change, "updated") != "online" || participant.has_seat;
}

// Who gives a hold up, or lets it expire, did not complete what they had begun, and knows. Nothing
// was sent to them before.
bool IsEndOfHold(const feed::v1::Change& change) { return Attribute(change, "was") == "HELD"; }

// Gives the calendar part the SEQUENCE that the change tells of, which registration counts, or
// leaves the part out where it tells of none: then the person has no entry from us. Where something
// is over that had one, the part takes it out.
void SetCalendarPart(const feed::v1::Change& change, NewNotification& notification) {
  std::int64_t sequence = 0;
  const bool has_entry = absl::SimpleAtoi(Attribute(change, "sequence"), &sequence);
  // A meeting that never had a time is in no calendar.
  if (!has_entry || (ConcernsMeeting(change.kind()) && sequence == 0)) {
    notification.calendar_method = v1::CALENDAR_METHOD_UNSPECIFIED;
  } else if (!Attribute(change, "was").empty()) {
    notification.calendar_method = v1::CALENDAR_METHOD_CANCEL;
  }
  notification.calendar_sequence = sequence;
}

// What all messages about a change have.
NewNotification Begin(const feed::v1::Change& change, std::string_view template_name,
                      absl::Time now) {
  NewNotification notification;
  notification.template_name = std::string(template_name);
  notification.event = change.aggregate();
  notification.cause = CauseFrom(change);
  const v1::Template& built_in = *FindBuiltIn(template_name);
  notification.calendar_method = built_in.calendar_method();
  notification.unknown_policy = built_in.unknown_policy();
  notification.not_before = now;
  notification.expires = now + kDefaultLifetime;
  return notification;
}

// The entries of sessions that end with a change of a registration.
SessionsToTell SessionsOver(const feed::v1::Change& change, absl::Time now) {
  return {.base = Begin(change, TemplateFor("registration.cancelled"), now),
          .over = ParseSessionsOver(change.aggregate(), Attribute(change, "sessions")),
          .resources = {change.resource()}};
}

// How often one change is tried before it is passed over, or 0 for one that waits for ever: the
// peers are away, and everything waits for them. A peer that never answers in time may be away too,
// so that takes a quarter of an hour; anything else with the waits of the consumer two minutes.
int TriesFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kResourceExhausted:
      return 0;
    case absl::StatusCode::kDeadlineExceeded:
      return 40;
    default:
      return 10;
  }
}

// Makes `notification` one about a meeting; returns what its recipient's links lead to.
std::string AboutMeeting(const feed::v1::Change& change, NewNotification& notification) {
  notification.event = change.resource();
  return Attribute(change, "registration");
}

}  // namespace

std::string_view TemplateFor(std::string_view kind) {
  for (const Rule& rule : kRules) {
    if (rule.kind == kind) return rule.template_name;
  }
  return "";
}

absl::Status FeedHandler::PlanForEverybody(const feed::v1::Change& change, NewNotification base,
                                           Planned& planned) {
  absl::StatusOr<std::vector<Participant>> listed = peers_.ListParticipants(change.aggregate());
  if (absl::IsNotFound(listed.status())) return absl::OkStatus();  // nobody left to tell
  WICI_RETURN_IF_ERROR(listed.status());
  std::vector<Participant> in_calendar;
  std::vector<Participant> others;
  for (Participant& participant : *listed) {
    if (!Concerns(change, participant)) continue;
    (participant.in_calendar ? in_calendar : others).push_back(std::move(participant));
  }
  planned.event = change.aggregate();
  ToParticipants(base, in_calendar, ids_, planned.messages);
  if (ConcernsEverybody(change.kind()) && !in_calendar.empty() &&
      base.calendar_method != v1::CALENDAR_METHOD_UNSPECIFIED) {
    SessionsToTell& sessions = planned.sessions.emplace_back();
    sessions.base = base;
    if (change.kind() == "event.rescheduled") {
      sessions.base.template_name = TemplateFor("session.rescheduled");
    }
    for (const Participant& participant : in_calendar) {
      sessions.resources.insert(participant.resource);
    }
  }
  base.calendar_method = v1::CALENDAR_METHOD_UNSPECIFIED;
  ToParticipants(base, others, ids_, planned.messages);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<registration::v1::Event>> FeedHandler::ReadChangedEvents(
    absl::Span<const feed::v1::Change> changes) {
  Names names;
  for (const feed::v1::Change& change : changes) {
    if (ConcernsEverybody(change.kind())) names.insert(change.aggregate());
  }
  std::vector<registration::v1::Event> events;
  if (names.empty()) return events;
  WICI_ASSIGN_OR_RETURN(auto found, peers_.GetEvents(names));
  for (auto& [name, subject] : found) events.push_back(std::move(subject.event));
  return events;
}

absl::StatusOr<std::vector<FeedHandler::Planned>> FeedHandler::Plan(
    absl::Span<const feed::v1::Change> changes) {
  std::vector<Planned> plan;
  const absl::Time now = clock_.Now();
  for (const feed::v1::Change& change : changes) {
    Planned& planned = plan.emplace_back();
    if (!Attribute(change, "sessions").empty()) {
      planned.sessions.push_back(SessionsOver(change, now));
    }
    const std::string_view template_name = TemplateFor(KindToTell(change));
    if (template_name.empty() || IsEndOfHold(change)) continue;
    NewNotification notification = Begin(change, template_name, now);
    SetCalendarPart(change, notification);
    if (ConcernsSession(change.kind())) notification.event = change.resource();
    if (ConcernsEverybody(change.kind()) || ConcernsSession(change.kind())) {
      WICI_RETURN_IF_ERROR(PlanForEverybody(change, std::move(notification), planned));
      continue;
    }
    if (change.person().empty()) {
      Log(LogLevel::kError, "change_without_person",
          {{"kind", change.kind()}, {"resource", change.resource()}});
      continue;
    }
    const std::string resource =
        ConcernsMeeting(change.kind()) ? AboutMeeting(change, notification) : change.resource();
    notification.id = ids_.NewId();
    notification.recipients.push_back({ids_.NewId(), change.person(), resource});
    planned.messages.push_back(std::move(notification));
  }
  return plan;
}

absl::Status FeedHandler::Write(sql::Transaction& tx, absl::Span<const Planned> plan,
                                const Names& held, absl::Time now, feed::Changes& told) {
  std::vector<NewNotification> messages;
  std::vector<std::string> held_ids;
  const auto add = [&]() -> absl::Status {
    for (const NewNotification& message : messages) {
      if (held.count(message.cause) > 0) held_ids.push_back(message.id);
    }
    return AddNotifications(tx, messages, told, now);
  };
  for (const Planned& planned : plan) {
    if (planned.event.empty()) {
      messages.insert(messages.end(), planned.messages.begin(), planned.messages.end());
    } else {
      std::vector<NewNotification> to_all = planned.messages;
      WICI_RETURN_IF_ERROR(LeaveOutUninvited(tx, planned.event, to_all));
      std::move(to_all.begin(), to_all.end(), std::back_inserter(messages));
    }
    for (const SessionsToTell& sessions : planned.sessions) {
      WICI_RETURN_IF_ERROR(add());
      WICI_ASSIGN_OR_RETURN(messages, TellSessions(tx, sessions, ids_));
    }
  }
  WICI_RETURN_IF_ERROR(add());
  return HoldNotifications(tx, held_ids, now, told);
}

absl::Status FeedHandler::PassOverOrFail(absl::Span<const feed::v1::Change> changes,
                                         const absl::Status& failed) {
  if (failed.ok()) {
    tries_ = 0;
    return failed;
  }
  if (changes.size() > 1) return failed;  // the consumer tries it in parts
  const feed::v1::Change& change = changes[0];
  const int most = TriesFor(failed.code());
  if (most == 0 || ++tries_ < most) return failed;
  tries_ = 0;
  Log(LogLevel::kError, "change_passed_over",
      {{"epoch", change.cursor().epoch()},
       {"seq", absl::StrCat(change.cursor().seq())},
       {"kind", change.kind()},
       {"resource", change.resource()},
       {"error", std::string(failed.message())}});
  return absl::OkStatus();
}

Names FeedHandler::HeldOf(absl::Span<const feed::v1::Change> changes) const {
  Names held;
  for (const feed::v1::Change& change : changes) {
    if (TimeOf(change.change_time()) <= restored_) held.insert(CauseFrom(change));
  }
  return held;
}

absl::StatusOr<FeedHandler::Erased> FeedHandler::WhoIsErased(
    absl::Span<const feed::v1::Change> changes) {
  Erased erased;
  Names deleted;
  for (const feed::v1::Change& change : changes) {
    if (!absl::EndsWith(change.kind(), ".person_erased")) continue;
    const std::string cause = Attribute(change, "cause");
    (cause == "registry" ? deleted : erased.persons).insert(change.person());
    // Without a cause it is of an earlier version, which erased contacts for either.
    const bool own = absl::StartsWith(change.person(), "persons/");
    if (cause == "requested" || (cause.empty() && own)) erased.requested.insert(change.person());
  }
  if (!deleted.empty()) {
    WICI_ASSIGN_OR_RETURN(const auto known, peers_.GetContactPoints(deleted));
    for (const auto& [person, point] : known) deleted.erase(person);
  }
  erased.persons.merge(deleted);
  return erased;
}

absl::StatusOr<sql::Database::Body> FeedHandler::Prepare(
    absl::Span<const feed::v1::Change> changes) {
  absl::StatusOr<std::vector<Planned>> planned = Plan(changes);
  absl::StatusOr<std::vector<registration::v1::Event>> read = ReadChangedEvents(changes);
  WICI_RETURN_IF_ERROR(PassOverOrFail(changes, planned.ok() ? read.status() : planned.status()));
  std::vector<Planned> plan = std::move(planned).value_or(std::vector<Planned>());
  std::vector<registration::v1::Event> events =
      std::move(read).value_or(std::vector<registration::v1::Event>());
  std::vector<PlannedWebhook> webhooks;
  if (webhooks_ != nullptr) {
    WICI_ASSIGN_OR_RETURN(webhooks, webhooks_->Plan(changes));
    Planned& planned = plan.emplace_back();
    for (const PlannedWebhook& webhook : webhooks) {
      planned.messages.push_back(webhook.notification);
    }
  }
  WICI_ASSIGN_OR_RETURN(Erased erased, WhoIsErased(changes));
  return [this, plan = std::move(plan), webhooks = std::move(webhooks), events = std::move(events),
          erased = std::move(erased), held = HeldOf(changes), transaction_id = ids_.NewId(),
          now = clock_.Now()](sql::Transaction& tx) -> absl::Status {
    feed::Changes told;
    for (const std::string& person : erased.persons) {
      WICI_RETURN_IF_ERROR(people_.Erase(tx, person, now, told).status());
      if (erased.requested.count(person) == 0) continue;
      WICI_RETURN_IF_ERROR(NoteRequestedErasure(tx, person));
    }
    WICI_RETURN_IF_ERROR(FanOut::RecordPayloads(tx, webhooks));
    WICI_RETURN_IF_ERROR(SetTimers(tx, events, now));
    WICI_RETURN_IF_ERROR(Write(tx, plan, held, now, told));
    return people_.Append(tx, transaction_id, told, now);
  };
}

}  // namespace wici::notification
