#include "services/notification/feed/catch_up.h"

#include <string>
#include <utility>
#include <vector>

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

// How the ids of the people begin that one service owns; between the two are subscriptions and what
// stands for somebody who was erased.
constexpr char kOfRegistry[] = "clusters/";
constexpr char kOfRegistration[] = "persons/";

void LogContinued(const feed::v1::Cursor& next) {
  Log(LogLevel::kError, "feed_continued_after_loss",
      {{"epoch", next.epoch()}, {"seq", absl::StrCat(next.seq())}});
}

}  // namespace

absl::Status CatchUp::EraseAll(const Names& persons) {
  const absl::Time now = clock_.Now();
  return database_.Write(DeadlineIn(kCatchUpTimeout), [&](sql::Transaction& tx) -> absl::Status {
    feed::Changes told;
    for (const std::string& person : persons) {
      WICI_RETURN_IF_ERROR(people_.Erase(tx, person, now, told).status());
    }
    return people_.Append(tx, ids_.NewId(), told, now);
  });
}

absl::StatusOr<CatchUp::Asked> CatchUp::AskForSome(std::string_view owned,
                                                   const std::string& after) {
  std::vector<std::string> held;
  WICI_RETURN_IF_ERROR(
      database_.Read(DeadlineIn(kCatchUpTimeout), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(held, ListHeldPersons(tx, after, kHeldPage));
        return absl::OkStatus();
      }));
  Asked asked;
  for (std::string& person : held) {
    if (person.starts_with(owned)) asked.gone.insert(std::move(person));
  }
  if (asked.gone.empty()) return asked;
  asked.persons = asked.gone.size();
  asked.last = *asked.gone.rbegin();
  WICI_ASSIGN_OR_RETURN(const auto known, peers_.GetContactPoints(asked.gone));
  for (const auto& [person, point] : known) asked.gone.erase(person);
  return asked;
}

absl::StatusOr<bool> CatchUp::MayErase(std::string_view owned) {
  std::size_t unknown = 0;
  std::string after(owned);
  while (true) {
    WICI_ASSIGN_OR_RETURN(const Asked asked, AskForSome(owned, after));
    if (asked.gone.size() < asked.persons) return true;
    if (asked.persons == 0) break;
    unknown += asked.persons;
    after = asked.last;
  }
  if (unknown < kNobodyKnownMin) return true;
  Log(LogLevel::kError, "nobody_known_so_nobody_erased",
      {{"owned", std::string(owned)}, {"persons", absl::StrCat(unknown)}});
  return false;
}

absl::Status CatchUp::EraseWhoIsGone(std::string_view owned) {
  WICI_ASSIGN_OR_RETURN(const bool may_erase, MayErase(owned));
  if (!may_erase) return absl::OkStatus();
  std::string after(owned);
  while (true) {
    WICI_ASSIGN_OR_RETURN(const Asked asked, AskForSome(owned, after));
    if (asked.persons == 0) return absl::OkStatus();
    if (!asked.gone.empty()) WICI_RETURN_IF_ERROR(EraseAll(asked.gone));
    after = asked.last;
  }
}

absl::StatusOr<sql::Database::Body> CatchUp::PrepareForRegistry(const feed::v1::Cursor& next) {
  LogContinued(next);
  WICI_RETURN_IF_ERROR(EraseWhoIsGone(kOfRegistry));
  return [](sql::Transaction& /*tx*/) { return absl::OkStatus(); };
}

absl::StatusOr<sql::Database::Body> CatchUp::Prepare(const feed::v1::Cursor& next) {
  LogContinued(next);
  WICI_RETURN_IF_ERROR(EraseWhoIsGone(kOfRegistry));
  WICI_RETURN_IF_ERROR(EraseWhoIsGone(kOfRegistration));
  const absl::Time now = clock_.Now();
  WICI_ASSIGN_OR_RETURN(std::vector<registration::v1::Event> events,
                        peers_.ListComingEvents(now - kRemindedAfterEnd));
  return [events = std::move(events), now](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(ForgetFacts(tx));
    return SetTimers(tx, events, now);
  };
}

}  // namespace wici::notification
