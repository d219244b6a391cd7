#include "services/registration/meetings/meeting_keeper.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"

namespace wici::registration {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(30);
constexpr int kEventsAtOnce = 200;

// Changes of registrations after which nobody's meetings are different. A rejection is none of
// them: it may end a registration that is reviewed again, with its seat and its meetings.
constexpr std::array<std::string_view, 17> kHarmless = {
    "registration.confirmed",      "registration.waitlisted",      "registration.promoted",
    "registration.checked_in",     "registration.check_in_undone", "registration.requested",
    "registration.held",           "registration.offered",         "registration.requeued",
    "registration.moved",          "registration.expired",         "registration.approved",
    "registration.no_show",        "registration.links_requested", "registration.answers_expired",
    "registration.no_show_undone", "registration.party_confirmed"};

bool Matters(std::string_view kind) {
  if (std::find(kHarmless.begin(), kHarmless.end(), kind) != kHarmless.end()) return false;
  return kind.rfind("event.", 0) == 0 || kind.rfind("registration.", 0) == 0;
}

}  // namespace

MeetingKeeper::MeetingKeeper(sql::Database& database, MeetingStore& store, const Clock& machine)
    : store_(store),
      machine_(machine),
      feed_(database, machine),
      consumer_(
          database, nullptr, feed_, machine,
          {.source = "registration", .group = "meetings", .consumer = "meetings"},
          [this](absl::Span<const feed::v1::Change> changes) { return Follow(changes); },
          [](const feed::v1::Cursor&) -> absl::StatusOr<sql::Database::Body> {
            // ScheduleMeetings brings an event into line as well.
            Log(LogLevel::kError, "meetings_lost_the_feed", {});
            return [](sql::Transaction&) { return absl::OkStatus(); };
          }) {}

void MeetingKeeper::Start() {
  consumer_.Start();
  thread_.Start();
}

absl::StatusOr<int> MeetingKeeper::RunOnce() {
  WICI_RETURN_IF_ERROR(Expire());
  return consumer_.RunOnce();
}

bool MeetingKeeper::Round() {
  const absl::Status expired = Expire();
  if (!expired.ok()) {
    Log(LogLevel::kWarning, "meetings_not_expired", {{"error", expired.ToString()}});
  }
  return false;
}

absl::Status MeetingKeeper::Expire() {
  const absl::Time deadline = machine_.Now() + kTimeout;
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> events,
                        store_.EventsToExpire(deadline, kEventsAtOnce));
  for (const std::string& event : events) {
    WICI_RETURN_IF_ERROR(store_.Reconcile(deadline, event));
  }
  return absl::OkStatus();
}

// The effect is complete, and harmless to repeat, before the position moves: one transaction for
// each event, as each is a root of its own.
absl::StatusOr<sql::Database::Body> MeetingKeeper::Follow(
    absl::Span<const feed::v1::Change> changes) {
  std::set<std::string> events;
  for (const feed::v1::Change& change : changes) {
    if (Matters(change.kind())) events.insert(change.aggregate());
  }
  for (const std::string& event : events) {
    WICI_RETURN_IF_ERROR(store_.Reconcile(machine_.Now() + kTimeout, event));
  }
  return [](sql::Transaction&) { return absl::OkStatus(); };
}

absl::StatusOr<feed::v1::Cursor> MeetingKeeper::OwnFeed::Head() {
  feed::v1::Cursor head;
  WICI_RETURN_IF_ERROR(
      database_.Read(machine_.Now() + kTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(head, feed::FeedHead(tx));
        return absl::OkStatus();
      }));
  return head;
}

absl::StatusOr<std::vector<feed::v1::Change>> MeetingKeeper::OwnFeed::Read(
    const feed::v1::Cursor& after, int limit) {
  std::vector<feed::v1::Change> changes;
  WICI_RETURN_IF_ERROR(
      database_.Read(machine_.Now() + kTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(changes, feed::ReadChanges(tx, after, limit));
        return absl::OkStatus();
      }));
  return changes;
}

}  // namespace wici::registration
