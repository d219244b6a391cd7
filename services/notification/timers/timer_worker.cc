#include "services/notification/timers/timer_worker.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/elapsed.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/feed/to_participants.h"
#include "services/notification/templates/rules/built_in.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kTimerPoll = absl::Seconds(5);
constexpr absl::Duration kTimerTimeout = absl::Seconds(30);
constexpr std::int64_t kTimersAtOnce = 100;

// So many events that cannot be asked for and none that can: it is not the events.
constexpr std::size_t kFailuresOfAnOutage = 3;

bool IsAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

// As the event is timed now; nullptr when it has no such timer any more.
const PlannedTimer* FindPlanned(const std::vector<PlannedTimer>& planned, TimerKind kind) {
  for (const PlannedTimer& timer : planned) {
    if (timer.kind == kind) return &timer;
  }
  return nullptr;
}

}  // namespace

TimerWorker::~TimerWorker() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void TimerWorker::Start() {
  thread_ = std::thread([this] { Run(); });
}

void TimerWorker::Run() {
  while (true) {
    const absl::StatusOr<int> due = RunOnce();
    if (!due.ok()) {
      Log(LogLevel::kWarning, "timers_not_fired", {{"error", std::string(due.status().message())}});
    }
    MutexLock lock(mutex_);
    const bool more = due.ok() && *due == kTimersAtOnce;
    const absl::Time start = clock_.Now();
    const absl::Duration rest = more ? absl::ZeroDuration() : kTimerPoll;
    while (!stopping_ && !IsOver(start, rest, clock_.Now())) changed_.WaitFor(mutex_, kTimerPoll);
    if (stopping_) return;
  }
}

absl::Status TimerWorker::EndDelaysOfAhead() {
  const absl::Time now = clock_.Now();
  if (now < last_round_) {
    WICI_RETURN_IF_ERROR(database_.Write(DeadlineIn(kTimerTimeout),
                                         [&](sql::Transaction& tx) { return EndDelays(tx, now); }));
  }
  last_round_ = now;
  return absl::OkStatus();
}

absl::StatusOr<int> TimerWorker::RunOnce() {
  WICI_RETURN_IF_ERROR(EndDelaysOfAhead());
  std::vector<DueTimer> due;
  WICI_RETURN_IF_ERROR(
      database_.Read(DeadlineIn(kTimerTimeout), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(due, ListDueTimers(tx, clock_.Now(), kTimersAtOnce));
        return absl::OkStatus();
      }));
  if (due.empty()) return 0;
  Names names;
  for (const DueTimer& timer : due) names.insert(timer.event);
  WICI_ASSIGN_OR_RETURN(const Round round, ReadEvents(names));
  std::vector<DueTimer> delayed;
  std::size_t away = 0;  // in a row
  for (const DueTimer& timer : due) {
    if (round.unreadable.count(timer.event) > 0) {
      delayed.push_back(timer);
      continue;
    }
    const auto event = round.events.find(timer.event);
    const absl::Status fired =
        Fire(timer, event == round.events.end() ? nullptr : &event->second.event);
    if (fired.ok()) {
      away = 0;
      continue;
    }
    Log(LogLevel::kWarning, "timer_not_fired",
        {{"event", timer.event}, {"code", absl::StatusCodeToString(fired.code())}});
    delayed.push_back(timer);
    if (IsAway(fired) && ++away == kFailuresOfAnOutage) break;
  }
  WICI_RETURN_IF_ERROR(Delay(delayed));
  if (away == kFailuresOfAnOutage) return absl::UnavailableError("registration is away");
  return static_cast<int>(due.size());
}

absl::StatusOr<TimerWorker::Round> TimerWorker::ReadEvents(const Names& names) {
  Round round;
  absl::StatusOr<std::map<std::string, Subject>> all = peers_.GetEvents(names);
  if (all.ok()) {
    round.events = *std::move(all);
    return round;
  }
  const std::size_t outage = std::min(names.size(), kFailuresOfAnOutage);
  bool answered = false;
  for (const std::string& name : names) {
    absl::StatusOr<std::map<std::string, Subject>> one = peers_.GetEvents({name});
    if (one.ok()) {
      answered = true;
      round.events.merge(*one);
      continue;
    }
    Log(LogLevel::kWarning, "event_not_read",
        {{"event", name}, {"code", absl::StatusCodeToString(one.status().code())}});
    round.unreadable[name] = one.status();
    const bool away = !answered && round.unreadable.size() >= outage && IsAway(one.status());
    if (away) return one.status();
  }
  return round;
}

absl::Status TimerWorker::Delay(absl::Span<const DueTimer> timers) {
  if (timers.empty()) return absl::OkStatus();
  const absl::Time now = clock_.Now();
  std::vector<std::pair<DueTimer, absl::Time>> delayed;
  for (const DueTimer& timer : timers) {
    delayed.emplace_back(timer, now + UnreadableWait(timer.failures));
  }
  return database_.Write(DeadlineIn(kTimerTimeout),
                         [&](sql::Transaction& tx) { return DelayTimers(tx, delayed); });
}

absl::Status TimerWorker::Fire(const DueTimer& timer, const registration::v1::Event* event) {
  if (event == nullptr) return End(timer, TimerEnd::kCancelled);
  const std::vector<PlannedTimer> planned = PlanTimers(*event);
  const PlannedTimer* now_planned = FindPlanned(planned, timer.kind);
  if (now_planned == nullptr) return End(timer, TimerEnd::kCancelled);
  if (now_planned->anchor != timer.anchor || clock_.Now() < now_planned->fire_at) {
    // The change that says so is on its way; its facts are here already. Or the rules were changed.
    return database_.Write(DeadlineIn(kTimerTimeout), [&](sql::Transaction& tx) {
      return SetTimers(tx, absl::MakeConstSpan(event, 1), clock_.Now());
    });
  }
  if (clock_.Now() >= now_planned->expires) return End(timer, TimerEnd::kTooLate);
  return Remind(timer, *event);
}

absl::Status TimerWorker::End(const DueTimer& timer, TimerEnd end) {
  return database_.Write(DeadlineIn(kTimerTimeout), [&](sql::Transaction& tx) {
    return EndTimer(tx, timer, end, clock_.Now()).status();
  });
}

absl::Status TimerWorker::Remind(const DueTimer& timer, const registration::v1::Event& event) {
  absl::StatusOr<std::vector<Participant>> listed = peers_.ListParticipants(timer.event);
  if (absl::IsNotFound(listed.status())) return End(timer, TimerEnd::kCancelled);
  WICI_RETURN_IF_ERROR(listed.status());
  std::vector<Participant> participants = *std::move(listed);
  std::erase_if(participants, [](const Participant& p) { return !p.has_seat; });
  const absl::Time now = clock_.Now();
  NewNotification base;
  base.template_name = std::string(TemplateOfTimer(timer.kind));
  base.unknown_policy = FindBuiltIn(base.template_name)->unknown_policy();
  base.event = timer.event;
  base.cause = absl::StrCat("timer/", static_cast<int>(timer.kind), "/", FactsVersion(event));
  base.anchor = timer.anchor;
  base.not_before = now;
  base.expires = FindPlanned(PlanTimers(event), timer.kind)->expires;
  std::vector<NewNotification> plan;
  ToParticipants(base, participants, ids_, plan);
  bool fired = false;
  const std::string transaction_id = ids_.NewId();
  WICI_RETURN_IF_ERROR(
      database_.Write(DeadlineIn(kTimerTimeout), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(fired, EndTimer(tx, timer, TimerEnd::kFired, now));
        if (!fired) return absl::OkStatus();
        return RecordNotifications(tx, plan, transaction_id, now);
      }));
  if (fired && !plan.empty()) on_commit_();
  return absl::OkStatus();
}

}  // namespace wici::notification
