#include "services/notification/sending/worker/worker.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "libs/base/deadline.h"
#include "libs/base/elapsed.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/status_macros.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"

namespace wici::notification {
namespace {

void Count(v1::AttemptOutcome outcome) {
  static auto& family = prometheus::BuildCounter()
                            .Name("wici_notification_attempts_total")
                            .Help("Attempts to deliver, by outcome.")
                            .Register(*Metrics());
  family.Add({{"outcome", v1::AttemptOutcome_Name(outcome)}}).Increment();
}

}  // namespace

DeliveryWorker::~DeliveryWorker() { Stop(); }

void DeliveryWorker::BeginStop() {
  MutexLock lock(mutex_);
  draining_ = true;
  for (CondVar& ready : job_ready_) ready.NotifyOne();
  may_claim_.NotifyAll();
  finished_some_.NotifyAll();
}

void DeliveryWorker::Stop() {
  BeginStop();
  if (claimer_.joinable()) claimer_.join();
  for (std::thread& sender : senders_) sender.join();
  senders_.clear();
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    finished_some_.NotifyAll();
    stopped_.NotifyAll();
  }
  if (recorder_.joinable()) recorder_.join();
  if (keeper_.joinable()) keeper_.join();
  {
    MutexLock lock(mutex_);
    GiveBack();
  }
  (void)RecordFinished();  // what fails comes back when its lease ends
}

void DeliveryWorker::GiveBack() {
  for (const Job& job : jobs_) {
    finished_.push_back(RecordOf(job.delivery, NotSentYet()));
    finished_.back().begun = true;
    finished_.back().lane = job.outgoing.lane;
  }
  jobs_.clear();
}

void DeliveryWorker::Start() {
  for (int i = 0; i < options_.sender_threads; ++i) {
    senders_.emplace_back([this, i] { RunSender(i); });
  }
  claimer_ = std::thread([this] { RunClaimer(); });
  recorder_ = std::thread([this] { RunRecorder(); });
  keeper_ = std::thread([this] { KeepLeases(); });
}

void DeliveryWorker::Wake() {
  if (woken_.exchange(true)) return;
  MutexLock lock(mutex_);  // else between the claimer's look at it and its sleep
  may_claim_.NotifyOne();
}

absl::StatusOr<int> DeliveryWorker::RunOnce() {
  WICI_ASSIGN_OR_RETURN(const Prepared prepared, ClaimAndPrepare(options_.in_flight_max));
  std::vector<AttemptRecord> records = prepared.records;
  for (const Job& job : prepared.jobs) records.push_back(Send(job, 0));
  WICI_RETURN_IF_ERROR(Record(records));
  return static_cast<int>(records.size());
}

std::optional<AttemptRecord> DeliveryWorker::LookAgain(const Job& job, absl::Time& looked) {
  const absl::Time now = clock_.Now();
  if (!IsOver(looked, kLookHolds, now)) return std::nullopt;
  looked = now;
  const auto settlement =
      store_.LookAgain(DeadlineIn(kDatabaseTimeout), job.delivery, job.outgoing, now);
  if (!settlement.ok()) {
    Log(LogLevel::kError, "delivery_not_looked_at",
        {{"error", std::string(settlement.status().message())}});
    return RecordOf(job.delivery, NotSentYet());
  }
  if (!*settlement) return std::nullopt;
  AttemptRecord record = RecordOf(job.delivery, **settlement);
  if (!IsFinal(record.settlement.state)) record.result.outcome = v1::ATTEMPT_OUTCOME_DEFERRED;
  record.result.not_tried = true;
  return record;
}

bool DeliveryWorker::MayEnd(const Job& job, absl::Time& looked) {
  if (!HoldsLease(job) || LookAgain(job, looked)) return false;
  if (job.delivery.unknown_policy != v1::UNKNOWN_POLICY_AT_MOST_ONCE) return true;
  const absl::StatusOr<bool> committed =
      store_.CommitAttempt(DeadlineIn(kDatabaseTimeout), job.delivery);
  if (!committed.ok()) {
    Log(LogLevel::kError, "attempt_not_committed",
        {{"error", std::string(committed.status().message())}});
  }
  return committed.ok() && *committed;
}

AttemptRecord DeliveryWorker::Send(const Job& job, int thread) {
  absl::Time looked = job.begun;
  std::optional<AttemptRecord> record;
  // The lease ended while the message waited for its turn: it may be with another worker by now.
  if (!HoldsLease(job)) record = RecordOf(job.delivery, NotSentYet());
  if (!record) record = LookAgain(job, looked);
  if (!record) {
    bool broken_off = false;
    const auto before_end = [&] {
      broken_off = !MayEnd(job, looked);
      return !broken_off;
    };
    record = RecordOf(job.delivery, channel_.Send(thread, job.delivery, job.outgoing, before_end));
    if (broken_off) {  // whatever that looked like to the channel
      record->result.not_tried = true;
      record->result.common_cause = record->result.lane_failed = false;
    }
  }
  record->begun = true;
  record->lane = job.outgoing.lane;
  return *std::move(record);
}

absl::Status DeliveryWorker::Record(const std::vector<AttemptRecord>& records) {
  if (records.empty()) return absl::OkStatus();
  const absl::Time now = clock_.Now();
  WICI_RETURN_IF_ERROR(store_.RecordAttempts(DeadlineIn(kDatabaseTimeout), records, now).status());
  for (const AttemptRecord& record : records) {
    if (record.begun || IsFinal(record.settlement.state)) Count(record.result.outcome);
  }
  MutexLock lock(mutex_);
  for (const AttemptRecord& record : records) {
    const auto held = held_.find(record.delivery.lease_owner);
    if (held != held_.end() && --held->second.open == 0) held_.erase(held);
  }
  return absl::OkStatus();
}

void DeliveryWorker::Throttle(const std::vector<AttemptRecord>& records) {
  bool all_failed = true;
  bool any_tried = false;
  for (const AttemptRecord& record : records) {
    if (record.result.not_tried) continue;
    any_tried = true;
    all_failed = all_failed && record.result.common_cause;
  }
  if (!any_tried) return;
  failures_in_a_row_ = all_failed ? failures_in_a_row_ + 1 : 0;
  paused_at_ = clock_.Now();
  pause_ = all_failed ? RetryDelay(options_.owner, failures_in_a_row_ + 1, /*common_cause=*/true)
                      : absl::ZeroDuration();
}

std::optional<DeliveryWorker::Job> DeliveryWorker::TakeJob() {
  for (auto job = jobs_.begin(); job != jobs_.end(); ++job) {
    const std::string& lane = job->outgoing.lane;
    const bool bound = options_.lane_threads_max > 0 && !lane.empty();
    if (bound && lane_sending_[lane] >= options_.lane_threads_max) continue;
    if (bound) ++lane_sending_[lane];
    Job taken = std::move(*job);
    jobs_.erase(job);
    return taken;
  }
  return std::nullopt;
}

void DeliveryWorker::GiveOut(std::vector<Job> jobs) {
  std::size_t wanted = jobs.size();
  std::move(jobs.begin(), jobs.end(), std::back_inserter(jobs_));
  // The one that waited for the shortest time first: its connection is the least likely to be gone.
  for (; wanted > 0 && !idle_.empty(); --wanted) {
    job_ready_[static_cast<std::size_t>(idle_.back())].NotifyOne();
    idle_.pop_back();
  }
}

void DeliveryWorker::RunSender(int thread) {
  CondVar& ready = job_ready_[static_cast<std::size_t>(thread)];
  while (true) {
    std::optional<Job> job;
    {
      MutexLock lock(mutex_);
      while (!draining_ && !(job = TakeJob())) {
        idle_.push_back(thread);
        ready.Wait(mutex_);
        idle_.erase(std::remove(idle_.begin(), idle_.end(), thread), idle_.end());
      }
      if (!job) return;
    }
    AttemptRecord record = Send(*job, thread);
    MutexLock lock(mutex_);
    const auto sending = lane_sending_.find(record.lane);
    if (sending != lane_sending_.end() && --sending->second == 0) lane_sending_.erase(sending);
    finished_.push_back(std::move(record));
    const std::size_t finished = finished_.size();
    if (finished == 1 || finished == kRecordedTogether || jobs_.empty()) {
      finished_some_.NotifyOne();
    }
  }
}

void DeliveryWorker::RunRecorder() {
  bool failed = false;
  while (WaitForFinished(failed)) failed = !RecordFinished().ok();
}

bool DeliveryWorker::WaitForFinished(bool pause) {
  MutexLock lock(mutex_);
  if (pause && !stopping_) finished_some_.WaitFor(mutex_, options_.poll);
  while (!stopping_) {
    if (draining_) GiveBack();
    if (!finished_.empty()) break;
    finished_some_.WaitFor(mutex_, options_.poll);
  }
  const Stopwatch waited;
  while (!draining_ && !jobs_.empty() && finished_.size() < kRecordedTogether &&
         waited.elapsed() < kRecordWait) {
    finished_some_.WaitFor(mutex_, kRecordWait - waited.elapsed());
  }
  return !stopping_;
}

absl::Status DeliveryWorker::RecordFinished() {
  std::vector<AttemptRecord> records;
  {
    MutexLock lock(mutex_);
    records.swap(finished_);
    Throttle(records);
  }
  if (records.empty()) return absl::OkStatus();
  const absl::Status recorded = Record(records);
  MutexLock lock(mutex_);
  if (recorded.ok()) {
    in_flight_ -= static_cast<std::int32_t>(records.size());
    for (const AttemptRecord& record : records) {
      const auto held = lane_held_.find(record.lane);
      if (record.begun && held != lane_held_.end() && --held->second == 0) lane_held_.erase(held);
    }
    // What waited for one of these is free to go.
    woken_ = true;
    if (HasRoom()) may_claim_.NotifyOne();
    return absl::OkStatus();
  }
  Log(LogLevel::kError, "outcomes_not_recorded", {{"error", std::string(recorded.message())}});
  // Kept for the next round: a lease that ends first means a second mail with the same id.
  finished_.insert(finished_.end(), std::make_move_iterator(records.begin()),
                   std::make_move_iterator(records.end()));
  return recorded;
}

void DeliveryWorker::RunClaimer() {
  std::int32_t claimed = 0;
  absl::Duration rest = absl::ZeroDuration();
  do {
    woken_ = false;
    // Behind a whole claim there is more.
    const bool look = claimed < options_.in_flight_max / 2;
    const absl::StatusOr<std::int32_t> round = ClaimMore(look);
    claimed = round.value_or(0);
    if (!round.ok()) {
      rest = options_.poll;
    } else if (claimed > 0) {
      rest = absl::ZeroDuration();
    } else {
      rest = std::min({2 * rest + kRestMin, kRestMax, options_.poll});
    }
  } while (WaitForClaim(claimed > 0, rest));
}

bool DeliveryWorker::HasRoom() const {
  // A few at a time would cost a transaction each.
  return options_.in_flight_max - in_flight_ >= options_.in_flight_max / 2;
}

bool DeliveryWorker::WaitForClaim(bool more, absl::Duration rest) {
  const Stopwatch waited;
  MutexLock lock(mutex_);
  while (!draining_) {
    const absl::Duration left =
        (more || woken_ ? rest : std::max(rest, options_.poll)) - waited.elapsed();
    if (left > absl::ZeroDuration()) {
      may_claim_.WaitFor(mutex_, left);
    } else if (HasRoom()) {
      break;
    } else {
      may_claim_.WaitFor(mutex_, options_.poll);
    }
  }
  return !draining_;
}

absl::StatusOr<std::int32_t> DeliveryWorker::ClaimMore(bool look) {
  std::int32_t free = 0;
  {
    MutexLock lock(mutex_);
    if (draining_ || !IsOver(paused_at_, pause_, clock_.Now())) return 0;
    free = std::min(options_.in_flight_max - in_flight_, options_.claim_max);
  }
  if (look) {
    const absl::StatusOr<absl::Time> due =
        store_.NextDue(DeadlineIn(kDatabaseTimeout), channel_.kind());
    if (due.ok() && *due > clock_.Now()) return 0;
  }
  absl::StatusOr<Prepared> prepared = ClaimAndPrepare(free);
  if (!prepared.ok()) {
    Log(LogLevel::kError, "claim_failed", {{"error", std::string(prepared.status().message())}});
    return prepared.status();
  }
  const auto claimed = static_cast<std::int32_t>(prepared->jobs.size() + prepared->records.size());
  MutexLock lock(mutex_);
  in_flight_ += claimed;
  for (const Job& job : prepared->jobs) {
    if (!job.outgoing.lane.empty()) ++lane_held_[job.outgoing.lane];
  }
  std::move(prepared->records.begin(), prepared->records.end(), std::back_inserter(finished_));
  if (draining_ || !prepared->records.empty()) finished_some_.NotifyOne();
  GiveOut(std::move(prepared->jobs));
  return claimed;
}

}  // namespace wici::notification
