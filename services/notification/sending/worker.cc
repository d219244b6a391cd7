#include "services/notification/sending/worker.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/status_macros.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"

namespace wici::notification {
namespace {

// Transactions of the worker are small; this is longer than any healthy one takes.
constexpr absl::Duration kDatabaseTimeout = absl::Seconds(10);

void Count(v1::AttemptOutcome outcome) {
  static auto& family = prometheus::BuildCounter()
                            .Name("wici_notification_attempts_total")
                            .Help("Attempts to deliver, by outcome.")
                            .Register(*Metrics());
  family.Add({{"outcome", v1::AttemptOutcome_Name(outcome)}}).Increment();
}

AttemptResult CommonCause() {
  AttemptResult result;
  result.common_cause = true;
  return result;
}

// Whether the fault may lie in one delivery, and not in the service that was asked.
bool MayBePoisoned(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

template <class Map>
const typename Map::mapped_type* Find(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DeliveryWorker>> DeliveryWorker::Make(Store& store, Peers& peers,
                                                                     const Clock& clock,
                                                                     WorkerOptions options) {
  std::unique_ptr<DeliveryWorker> worker(
      new DeliveryWorker(store, peers, clock, std::move(options)));
  for (int i = 0; i < worker->options_.sender_threads; ++i) {
    WICI_ASSIGN_OR_RETURN(std::unique_ptr<SmtpTransport> transport,
                          SmtpTransport::Make(worker->options_.smtp));
    worker->transports_.push_back(std::move(transport));
  }
  return worker;
}

DeliveryWorker::~DeliveryWorker() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (dispatcher_.joinable()) dispatcher_.join();
  if (keeper_.joinable()) keeper_.join();
  for (std::thread& sender : senders_) sender.join();
  std::deque<Job> left;
  {
    MutexLock lock(mutex_);
    left.swap(jobs_);
    for (const Job& job : left) finished_.push_back(MakeRecord(job.delivery, CommonCause()));
  }
  (void)RecordFinished();  // what fails comes back when its lease ends
}

void DeliveryWorker::Start() {
  {
    MutexLock lock(mutex_);
    renewed_ = clock_.Now();
  }
  for (const auto& transport : transports_) {
    senders_.emplace_back([this, &transport] { RunSender(*transport); });
  }
  dispatcher_ = std::thread([this] { Dispatch(); });
  keeper_ = std::thread([this] { KeepLeases(); });
}

void DeliveryWorker::Wake() {
  MutexLock lock(mutex_);
  woken_ = true;
  changed_.NotifyAll();
}

absl::StatusOr<int> DeliveryWorker::RunOnce() {
  WICI_ASSIGN_OR_RETURN(const Prepared prepared, ClaimAndPrepare(options_.in_flight_max));
  std::vector<AttemptRecord> records = prepared.records;
  for (const Job& job : prepared.jobs) records.push_back(Send(job, *transports_.front()));
  WICI_RETURN_IF_ERROR(Record(records));
  return static_cast<int>(records.size());
}

AttemptRecord DeliveryWorker::MakeRecord(const ClaimedDelivery& delivery,
                                         AttemptResult result) const {
  const absl::Time now = clock_.Now();
  Settlement settlement = SettleAttempt(delivery, result, now);
  return AttemptRecord{delivery, std::move(result), settlement, now};
}

absl::StatusOr<DeliveryWorker::Prepared> DeliveryWorker::ClaimAndPrepare(std::int32_t limit) {
  const absl::Time now = clock_.Now();
  const std::string owner = absl::StrCat(options_.owner, "/", ++claims_);
  WICI_ASSIGN_OR_RETURN(
      std::vector<ClaimedDelivery> claimed,
      store_.ClaimDeliveries(now + kDatabaseTimeout, owner, options_.lease, limit, now));
  if (!claimed.empty()) {
    MutexLock lock(mutex_);
    held_[owner] = static_cast<int>(claimed.size());
  }
  Prepared prepared;
  std::vector<ClaimedDelivery> to_send;
  for (ClaimedDelivery& delivery : claimed) {
    if (const auto settlement = SettleWithoutAttempt(delivery, now)) {
      AttemptResult result;
      result.outcome = settlement->state == v1::DELIVERY_STATE_UNKNOWN
                           ? v1::ATTEMPT_OUTCOME_UNKNOWN
                           : v1::ATTEMPT_OUTCOME_SUPPRESSED;
      prepared.records.push_back({std::move(delivery), result, *settlement, now});
    } else {
      to_send.push_back(std::move(delivery));
    }
  }
  ComposeOrDefer(std::move(to_send), now, prepared);
  Keep(prepared);
  return prepared;
}

void DeliveryWorker::ComposeOrDefer(std::vector<ClaimedDelivery> deliveries, absl::Time claimed,
                                    Prepared& prepared) {
  const absl::Status composed = Compose(deliveries, claimed, prepared);
  if (composed.ok()) return;
  const bool poisoned = MayBePoisoned(composed);
  if (poisoned && deliveries.size() > 1) {
    const auto middle = deliveries.begin() + static_cast<std::ptrdiff_t>(deliveries.size() / 2);
    ComposeOrDefer({deliveries.begin(), middle}, claimed, prepared);
    return ComposeOrDefer({middle, deliveries.end()}, claimed, prepared);
  }
  Log(LogLevel::kWarning, poisoned ? "facts_refused" : "peers_unavailable",
      {{"code", absl::StatusCodeToString(composed.code())},
       {"delivery", deliveries.front().id},
       {"error", std::string(composed.message())}});
  for (const ClaimedDelivery& delivery : deliveries) {
    prepared.records.push_back(MakeRecord(delivery, poisoned ? AttemptResult() : CommonCause()));
  }
}

absl::Status DeliveryWorker::Compose(std::vector<ClaimedDelivery> deliveries, absl::Time claimed,
                                     Prepared& prepared) {
  if (deliveries.empty()) return absl::OkStatus();
  Names persons;
  Names events;
  Names resources;
  for (const ClaimedDelivery& delivery : deliveries) {
    persons.insert(delivery.person);
    events.insert(delivery.event);
    if (delivery.resource != delivery.event) resources.insert(delivery.resource);
  }
  WICI_ASSIGN_OR_RETURN(const auto found_events, peers_.GetEvents(events));
  WICI_ASSIGN_OR_RETURN(const auto found_links, peers_.GetLinks(resources));
  WICI_ASSIGN_OR_RETURN(const auto found_persons, peers_.GetContactPoints(persons));
  for (ClaimedDelivery& delivery : deliveries) {
    const MessageFacts facts{.subject = Find(found_events, delivery.event),
                             .person = Find(found_persons, delivery.person),
                             .links = Find(found_links, delivery.resource)};
    auto made = MakeMail(delivery, facts, options_.sender, clock_.Now());
    if (auto* mail = std::get_if<OutgoingMail>(&made)) {
      prepared.jobs.push_back({std::move(delivery), std::move(*mail), claimed});
    } else {
      prepared.records.push_back(MakeRecord(delivery, std::get<AttemptResult>(std::move(made))));
    }
  }
  return absl::OkStatus();
}

void DeliveryWorker::Keep(Prepared& prepared) {
  if (prepared.jobs.empty()) return;
  std::vector<KeptMail> mails;
  for (const Job& job : prepared.jobs) {
    const ClaimedDelivery& delivery = job.delivery;
    mails.push_back({delivery.id, delivery.person, delivery.fence, delivery.attempt > 1,
                     job.mail.to.wire_address(), job.mail.message});
  }
  const absl::Status kept =
      store_.KeepMails(clock_.Now() + kDatabaseTimeout, absl::MakeSpan(mails));
  if (kept.ok()) {
    for (std::size_t i = 0; i < mails.size(); ++i) {
      prepared.jobs[i].mail.message = std::move(mails[i].message);
    }
    return;
  }
  Log(LogLevel::kError, "mails_not_kept", {{"error", std::string(kept.message())}});
  for (const Job& job : prepared.jobs) {
    prepared.records.push_back(MakeRecord(job.delivery, CommonCause()));
  }
  prepared.jobs.clear();
}

AttemptRecord DeliveryWorker::Send(const Job& job, SmtpTransport& transport) {
  {
    MutexLock lock(mutex_);
    // The lease ended while the mail waited for its turn: it may be with another worker by now.
    const absl::Time lease_end = std::max(job.claimed, renewed_) + options_.lease;
    if (clock_.Now() >= lease_end || job.claimed < lost_)
      return MakeRecord(job.delivery, CommonCause());
  }
  const SendResult sent = transport.Send(job.mail.from, job.mail.to, job.mail.message);
  AttemptResult result;
  result.outcome = sent.outcome;
  result.reason = sent.reason;
  result.code = sent.code;
  result.enhanced_code = sent.enhanced_code;
  result.common_cause = sent.relay_failed;
  return MakeRecord(job.delivery, std::move(result));
}

absl::Status DeliveryWorker::Record(const std::vector<AttemptRecord>& records) {
  if (records.empty()) return absl::OkStatus();
  const absl::Time now = clock_.Now();
  WICI_RETURN_IF_ERROR(store_.RecordAttempts(now + kDatabaseTimeout, records, now).status());
  for (const AttemptRecord& record : records) Count(record.result.outcome);
  MutexLock lock(mutex_);
  for (const AttemptRecord& record : records) {
    const auto held = held_.find(record.delivery.lease_owner);
    if (held != held_.end() && --held->second == 0) held_.erase(held);
  }
  return absl::OkStatus();
}

void DeliveryWorker::Throttle(const std::vector<AttemptRecord>& records) {
  const bool all_failed =
      std::all_of(records.begin(), records.end(),
                  [](const AttemptRecord& record) { return record.result.common_cause; });
  failures_in_a_row_ = all_failed ? failures_in_a_row_ + 1 : 0;
  claim_after_ = all_failed ? clock_.Now() + RetryDelay(options_.owner, failures_in_a_row_ + 1,
                                                        /*common_cause=*/true)
                            : absl::InfinitePast();
}

void DeliveryWorker::RunSender(SmtpTransport& transport) {
  while (true) {
    std::optional<Job> job;
    {
      MutexLock lock(mutex_);
      while (jobs_.empty() && !stopping_) changed_.Wait(mutex_);
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    AttemptRecord record = Send(*job, transport);
    MutexLock lock(mutex_);
    finished_.push_back(std::move(record));
    changed_.NotifyAll();
  }
}

absl::Status DeliveryWorker::RenewLeases(absl::Time now) {
  std::vector<std::string> owners;
  {
    MutexLock lock(mutex_);
    for (const auto& [owner, count] : held_) owners.push_back(owner);
  }
  for (const std::string& owner : owners) {
    WICI_RETURN_IF_ERROR(store_.RenewLeases(now + kDatabaseTimeout, owner, options_.lease, now));
  }
  return absl::OkStatus();
}

void DeliveryWorker::KeepLeases() {
  while (true) {
    const absl::Time now = clock_.Now();
    const absl::Status renewed = RenewLeases(now);
    if (!renewed.ok()) {
      Log(LogLevel::kWarning, "leases_not_renewed", {{"error", std::string(renewed.message())}});
    }
    MutexLock lock(mutex_);
    if (renewed.ok()) {
      if (renewed_ + options_.lease <= now) lost_ = now;
      renewed_ = now;
    }
    const absl::Time next = now + options_.lease / 4;
    while (!stopping_ && clock_.Now() < next) changed_.WaitFor(mutex_, options_.poll);
    if (stopping_) return;
  }
}

void DeliveryWorker::Dispatch() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      woken_ = false;
    }
    const absl::StatusOr<bool> recorded = RecordFinished();
    const absl::StatusOr<bool> claimed = ClaimMore();
    const bool failed = !recorded.ok() || !claimed.ok();
    if (failed || !(*recorded || *claimed)) Wait(failed);
  }
}

absl::StatusOr<bool> DeliveryWorker::RecordFinished() {
  std::vector<AttemptRecord> records;
  {
    MutexLock lock(mutex_);
    records.swap(finished_);
  }
  if (records.empty()) return false;
  Throttle(records);
  const absl::Status recorded = Record(records);
  MutexLock lock(mutex_);
  if (recorded.ok()) {
    in_flight_ -= static_cast<std::int32_t>(records.size());
    return true;
  }
  Log(LogLevel::kError, "outcomes_not_recorded", {{"error", std::string(recorded.message())}});
  // Kept for the next round: a lease that ends first means a second mail with the same Message-ID.
  finished_.insert(finished_.end(), std::make_move_iterator(records.begin()),
                   std::make_move_iterator(records.end()));
  return recorded;
}

absl::StatusOr<bool> DeliveryWorker::ClaimMore() {
  if (clock_.Now() < claim_after_) return false;
  std::int32_t free = 0;
  {
    MutexLock lock(mutex_);
    free = options_.in_flight_max - in_flight_;
  }
  // A few at a time would cost a transaction each.
  if (free < options_.in_flight_max / 2) return false;
  absl::StatusOr<Prepared> prepared = ClaimAndPrepare(free);
  if (!prepared.ok()) {
    Log(LogLevel::kError, "claim_failed", {{"error", std::string(prepared.status().message())}});
    return prepared.status();
  }
  MutexLock lock(mutex_);
  in_flight_ += static_cast<std::int32_t>(prepared->jobs.size() + prepared->records.size());
  for (Job& job : prepared->jobs) jobs_.push_back(std::move(job));
  for (AttemptRecord& record : prepared->records) finished_.push_back(std::move(record));
  changed_.NotifyAll();
  return !prepared->jobs.empty() || !prepared->records.empty();
}

void DeliveryWorker::Wait(bool pause) {
  MutexLock lock(mutex_);
  if (stopping_ || (!pause && (woken_ || !finished_.empty()))) return;
  changed_.WaitFor(mutex_, options_.poll);
}

}  // namespace wici::notification
