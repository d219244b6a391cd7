#include "services/notification/feed/catch_up.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/people/erasures.h"
#include "services/notification/timers/timer_store.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kCatchUpTimeout = absl::Seconds(30);  // of each transaction
constexpr int kHeldPage = 200;  // people asked for, and erased, at once
constexpr std::size_t kNobodyKnownMin = 20;
// The last message of an event comes on the day after its end.
constexpr absl::Duration kRemindedAfterEnd = absl::Hours(48);

// Neither a subscription nor what stands for somebody who was erased.
bool IsPersonsId(const std::string& person) {
  return absl::StartsWith(person, "persons/") || absl::StartsWith(person, "clusters/");
}

}  // namespace

absl::Status CatchUp::EraseAll(const Names& persons) {
  const absl::Time now = clock_.Now();
  return database_.Write(DeadlineIn(kCatchUpTimeout), [&](sql::Transaction& tx) -> absl::Status {
    feed::Changes told;
    for (const std::string& person : persons) {
      WICI_RETURN_IF_ERROR(people_.Erase(tx, person, now, told).status());
    }
    if (told.empty()) return absl::OkStatus();
    return feed::AppendChanges(tx, ids_.NewId(), told, now);
  });
}

absl::Status CatchUp::EraseWhoIsGone() {
  std::string after;
  while (true) {
    std::vector<std::string> held;
    WICI_RETURN_IF_ERROR(
        database_.Read(DeadlineIn(kCatchUpTimeout), [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(held, ListHeldPersons(tx, after, kHeldPage));
          return absl::OkStatus();
        }));
    if (held.empty()) return absl::OkStatus();
    after = held.back();
    Names gone;
    for (std::string& person : held) {
      if (IsPersonsId(person)) gone.insert(std::move(person));
    }
    WICI_ASSIGN_OR_RETURN(const auto known, peers_.GetContactPoints(gone));
    if (known.empty() && gone.size() >= kNobodyKnownMin) {
      Log(LogLevel::kError, "nobody_known_so_nobody_erased",
          {{"persons", absl::StrCat(gone.size())}});
      continue;
    }
    for (const auto& [person, point] : known) gone.erase(person);
    if (!gone.empty()) WICI_RETURN_IF_ERROR(EraseAll(gone));
  }
}

absl::StatusOr<sql::Database::Body> CatchUp::Prepare(const feed::v1::Cursor& head) {
  Log(LogLevel::kError, "feed_continued_at_head",
      {{"epoch", head.epoch()}, {"seq", absl::StrCat(head.seq())}});
  WICI_RETURN_IF_ERROR(EraseWhoIsGone());
  const absl::Time now = clock_.Now();
  WICI_ASSIGN_OR_RETURN(std::vector<registration::v1::Event> events,
                        peers_.ListComingEvents(now - kRemindedAfterEnd));
  return [events = std::move(events), now](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(ForgetFacts(tx, events));
    return SetTimers(tx, events, now);
  };
}

}  // namespace wici::notification
