// Sends what the ledger says is due on one channel.
//
// One thread claims deliveries in batches, lets the channel make the messages and begins the
// attempts; several threads send; one records the outcomes, while the next are made and sent.
// Woken after a commit, otherwise it polls; Redis plays no part. Another thread renews the leases,
// so they can be short: a worker may be killed at any instant, and what it had claimed comes back
// when its lease ends. It sees to it, too, that nothing waits for an hour that a clock showed
// before it was set back (Store::WaitFromNow).
//
// While others wait to be sent, outcomes are recorded together; a lone one is recorded at once. A
// channel that is woken and has nothing due is only looked at, and less often the longer it has
// nothing: every commit wakes every channel.
//
// What was cancelled, overtaken or refused since an attempt was begun is not sent: before each
// message that has waited, and again before its last bytes, the ledger is looked at once more.
//
// Neither a message nor a receiver holds up the others: what cannot be made is found and settled
// alone, and of one lane (a domain, an endpoint) only so many deliveries are held and so many sent
// at once as the options say; the rest is put off.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_WORKER_WORKER_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_WORKER_WORKER_H_

#include <atomic>
#include <cstddef>
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
  std::int32_t claim_max = 1024;     // at once, if there is room
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
      : store_(store),
        channel_(channel),
        clock_(clock),
        options_(std::move(options)),
        job_ready_(static_cast<std::size_t>(options_.sender_threads)) {}
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
  // Something may be due: call after a commit. Thread-safe, never blocks, and costs next to nothing
  // until the worker has looked.
  void Wake();
  // One round on the calling thread, for tests; returns how many deliveries were claimed. Not
  // together with Start.
  absl::StatusOr<int> RunOnce();

 private:
  // Transactions of the worker are small; this is longer than any healthy one takes.
  static constexpr absl::Duration kDatabaseTimeout = absl::Seconds(10);
  // What waits longer for its turn, or for a slow receiver, is looked at once more.
  static constexpr absl::Duration kLookHolds = absl::Seconds(2);
  // Outcomes that are recorded together while others wait to be sent, and how long for. What a kill
  // leaves in doubt grows with either.
  static constexpr std::size_t kRecordedTogether = 32;
  static constexpr absl::Duration kRecordWait = absl::Milliseconds(10);
  // How often waits are looked for that a clock that was set back may have left, a quarter of a
  // lease apart: what was under way then is still written by its time.
  static constexpr int kLooksForWaits = 3;
  // How many of these may fail, about an hour of them: what a clock wrote that was ahead by that is
  // due by then.
  static constexpr int kLooksThatFail = 720;
  static constexpr std::int32_t kWaitsMoved = 500;  // at once
  // How long a channel rests that was woken and had nothing due, at first and at most.
  static constexpr absl::Duration kRestMin = absl::Microseconds(250);
  static constexpr absl::Duration kRestMax = absl::Milliseconds(16);

  struct Job {
    ClaimedDelivery delivery;
    Outgoing outgoing;
    absl::Time begun;
  };
  struct Prepared {
    std::vector<Job> jobs;
    std::vector<AttemptRecord> records;  // of what is not sent
  };
  // What is left of a claim.
  struct Held {
    int open = 0;         // claimed and not yet recorded
    absl::Time leased;    // when its lease began, or was renewed
    bool lapsed = false;  // before it could be renewed: it may be another worker's
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
  void Begin(std::vector<PlannedAttempt> attempts, Prepared& prepared);
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
  void Throttle(const std::vector<AttemptRecord>& records) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void RunClaimer();           // the claiming thread
  void RunSender(int thread);  // a sending thread
  void RunRecorder();          // the recording thread
  void KeepLeases();           // the renewing thread, which watches the clock, too
  // Puts jobs before as many senders as wait for one.
  void GiveOut(std::vector<Job> jobs) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What no sender will take, as finished.
  void GiveBack() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The first job whose lane is not busy.
  std::optional<Job> TakeJob() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether a claim would be worth its transaction.
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How many were claimed. With `look` it looks first whether anything is due.
  absl::StatusOr<std::int32_t> ClaimMore(bool look);
  // Until there is room and something may be due, for at least `rest` and, but for room, at most
  // `poll`; false when nothing more is to be claimed.
  bool WaitForClaim(bool more, absl::Duration rest);
  // Until outcomes are to be recorded, after `poll` when `pause`; false when the recorder ends.
  bool WaitForFinished(bool pause);
  absl::Status RecordFinished();
  // Of all claims that are held.
  absl::Status RenewLeases(absl::Time now);
  // Of a clock that was set back; how many. There may be more when these are kWaitsMoved.
  absl::StatusOr<std::int32_t> MoveWaits(absl::Time now);

  Store& store_;
  Channel& channel_;
  const Clock& clock_;
  const WorkerOptions options_;

  Mutex mutex_;
  // One for each thing that is waited for, and for each sender: nobody is woken in vain.
  std::deque<CondVar> job_ready_;
  CondVar may_claim_;
  CondVar finished_some_;
  CondVar stopped_;
  std::vector<int> idle_ ABSL_GUARDED_BY(mutex_);  // senders that wait, the longest first
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<AttemptRecord> finished_ ABSL_GUARDED_BY(mutex_);
  std::int32_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of each lane: what is held, and what is being sent.
  std::map<std::string, std::int32_t> lane_held_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> lane_sending_ ABSL_GUARDED_BY(mutex_);
  // By lease owner. Each claim has its own: if its answer is lost, nobody renews what it took, and
  // that comes back.
  std::map<std::string, Held> held_ ABSL_GUARDED_BY(mutex_);
  std::int64_t claims_ = 0;         // of the claiming thread
  std::atomic<bool> woken_{false};  // something may be due since the last claim began
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;  // nothing new
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;  // nothing is under way either
  // While the relay or a peer is away, claiming more would only fill the table of attempts.
  int failures_in_a_row_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time paused_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Duration pause_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();

  std::vector<std::thread> senders_;
  std::thread claimer_;
  std::thread recorder_;
  std::thread keeper_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_WORKER_WORKER_H_
