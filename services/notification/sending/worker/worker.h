// Sends what the ledger says is due on one channel.
//
// One thread claims deliveries in batches, lets the channel make the messages, begins the attempts
// and records the outcomes; several threads send. Woken after a commit, otherwise it polls; Redis
// plays no part. A third kind of thread renews the leases, so they can be short: a worker may be
// killed at any instant, and what it had claimed comes back when its lease ends.
//
// What was cancelled, overtaken or refused since an attempt was begun is not sent: before each
// message that has waited, and again before its last bytes, the ledger is looked at once more.
//
// Neither a message nor a receiver holds up the others: what cannot be made is found and settled
// alone, and of one lane (a domain, an endpoint) only so many deliveries are held and so many sent
// at once as the options say; the rest is put off.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_WORKER_WORKER_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_WORKER_WORKER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "services/notification/deliveries/store.h"
#include "services/notification/sending/channel.h"

namespace wici::notification {

struct WorkerOptions {
  std::string owner;  // unique to this process
  int sender_threads = 4;
  std::int32_t in_flight_max = 128;  // claimed and not yet recorded
  // Of one lane; 0 for no bound, where all lanes lead to one relay.
  int lane_threads_max = 0;
  std::int32_t lane_in_flight_max = 0;
  // Replicas' clocks must not differ by anything near it.
  absl::Duration lease = absl::Seconds(20);
  absl::Duration poll = absl::Milliseconds(200);
};

class DeliveryWorker {
 public:
  // All outlive the worker.
  DeliveryWorker(Store& store, Channel& channel, const Clock& clock, WorkerOptions options)
      : store_(store), channel_(channel), clock_(clock), options_(std::move(options)) {}
  // Stops.
  ~DeliveryWorker();
  DeliveryWorker(const DeliveryWorker&) = delete;
  DeliveryWorker& operator=(const DeliveryWorker&) = delete;

  void Start();
  // Nothing more is claimed or begun; what is held and not under way is given back. Several workers
  // stop together when this is called for all before the first Stop. Never blocks.
  void BeginStop();
  // Ends the threads once the messages under way are finished and recorded; until then their leases
  // are renewed. For whom something that this wakes ends before the worker does; more than once
  // does no harm.
  void Stop();
  // Something may be due: call after a commit. Thread-safe, never blocks.
  void Wake();
  // One round on the calling thread, for tests; returns how many deliveries were claimed. Not
  // together with Start.
  absl::StatusOr<int> RunOnce();

 private:
  // Transactions of the worker are small; this is longer than any healthy one takes.
  static constexpr absl::Duration kDatabaseTimeout = absl::Seconds(10);
  // What waits longer for its turn, or for a slow receiver, is looked at once more.
  static constexpr absl::Duration kLookHolds = absl::Seconds(2);

  struct Job {
    ClaimedDelivery delivery;
    Outgoing outgoing;
    absl::Time claimed;
    absl::Time begun;
  };
  struct Prepared {
    std::vector<Job> jobs;
    std::vector<AttemptRecord> records;  // of what is not sent
  };

  absl::StatusOr<Prepared> ClaimAndPrepare(std::int32_t limit);
  absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries);
  // Takes the messages that were `made`. Finds the deliveries of which none can be made, by halves,
  // which must not hold up the others: they get a record in `prepared`. `others_made`: of others
  // of the same batch some could be.
  void Plan(absl::Span<const ClaimedDelivery> deliveries, absl::StatusOr<std::vector<Made>> made,
            bool others_made, std::vector<PlannedAttempt>& attempts, Prepared& prepared);
  // Puts off what a lane has too much of.
  void BoundLanes(std::vector<PlannedAttempt>& attempts, Prepared& prepared);
  void Begin(std::vector<PlannedAttempt> attempts, absl::Time claimed, Prepared& prepared);
  AttemptRecord Send(const Job& job, int thread);
  bool HoldsLease(const Job& job);
  // The end of what must not be sent any more, or not yet, when it was `looked` at too long ago;
  // nullopt: go on.
  std::optional<AttemptRecord> LookAgain(const Job& job, absl::Time& looked);
  // Whether the last bytes may go out.
  bool MayEnd(const Job& job, absl::Time& looked);
  AttemptRecord RecordOf(const ClaimedDelivery& delivery, const AttemptResult& result) const;
  AttemptRecord RecordOf(const ClaimedDelivery& delivery, const Settlement& settlement) const;
  absl::Status Record(const std::vector<AttemptRecord>& records);
  // Waits longer and longer before the next claim while nothing but common causes come back; what
  // was not tried counts neither way.
  void Throttle(const std::vector<AttemptRecord>& records);

  void Dispatch();             // the claiming thread
  void RunSender(int thread);  // a sending thread
  // What no sender will take, as finished.
  void GiveBack() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The first job whose lane is not busy.
  std::optional<Job> TakeJob() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<bool> RecordFinished();  // whether anything was finished
  absl::StatusOr<bool> ClaimMore();       // whether anything was due
  void KeepLeases();                      // the renewing thread
  absl::Status RenewLeases(absl::Time now);
  // Until there is something to do, at most `poll`; always that long when `pause`.
  void Wait(bool pause);

  Store& store_;
  Channel& channel_;
  const Clock& clock_;
  const WorkerOptions options_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<AttemptRecord> finished_ ABSL_GUARDED_BY(mutex_);
  std::int32_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of each lane: what is held, and what is being sent.
  std::map<std::string, std::int32_t> lane_held_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> lane_sending_ ABSL_GUARDED_BY(mutex_);
  // What is claimed and not yet recorded, by lease owner. Each claim has its own: if its answer is
  // lost, nobody renews what it took, and that comes back.
  std::map<std::string, int> held_ ABSL_GUARDED_BY(mutex_);
  std::int64_t claims_ = 0;  // of the claiming thread
  absl::Time renewed_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // The process slept longer than a lease: what was claimed before this may be lost.
  absl::Time lost_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;  // nothing new
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;  // nothing is under way either
  // While the relay or a peer is away, claiming more would only fill the table of attempts. Used
  // by the claiming thread alone.
  int failures_in_a_row_ = 0;
  absl::Time paused_at_ = absl::InfinitePast();
  absl::Duration pause_ = absl::ZeroDuration();

  std::vector<std::thread> senders_;
  std::thread dispatcher_;
  std::thread keeper_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_WORKER_WORKER_H_
