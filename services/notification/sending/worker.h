// Sends what the ledger says is due.
//
// One thread claims deliveries in batches, asks the peers for addresses, facts and links, composes
// the mails and records the outcomes; several threads with a kept SMTP connection each send. Woken
// after a commit, otherwise it polls; Redis plays no part. A third kind of thread renews the
// leases, so they can be short: a worker may be killed at any instant, and what it had claimed
// comes back when its lease ends.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_WORKER_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_WORKER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "services/notification/deliveries/store.h"
#include "services/notification/mail/smtp_transport.h"
#include "services/notification/peers/peers.h"
#include "services/notification/sending/message.h"

namespace wici::notification {

struct WorkerOptions {
  std::string owner;  // unique to this process
  SmtpOptions smtp = {};
  Sender sender;
  int sender_threads = 4;
  std::int32_t in_flight_max = 128;  // claimed and not yet recorded
  // Replicas' clocks must not differ by anything near it.
  absl::Duration lease = absl::Seconds(20);
  absl::Duration poll = absl::Milliseconds(200);
};

class DeliveryWorker {
 public:
  // INVALID_ARGUMENT for a bad relay URL. All outlive the worker.
  static absl::StatusOr<std::unique_ptr<DeliveryWorker>> Make(Store& store, Peers& peers,
                                                              const Clock& clock,
                                                              WorkerOptions options);
  // Stops: mails under way are finished and recorded, the others given back.
  ~DeliveryWorker();
  DeliveryWorker(const DeliveryWorker&) = delete;
  DeliveryWorker& operator=(const DeliveryWorker&) = delete;

  void Start();
  // Something may be due: call after a commit. Thread-safe, never blocks.
  void Wake();
  // One round on the calling thread, for tests; returns how many deliveries were claimed. Not
  // together with Start.
  absl::StatusOr<int> RunOnce();

 private:
  struct Job {
    ClaimedDelivery delivery;
    OutgoingMail mail;
    absl::Time claimed;
  };
  struct Prepared {
    std::vector<Job> jobs;
    std::vector<AttemptRecord> records;  // of what is not sent
  };

  DeliveryWorker(Store& store, Peers& peers, const Clock& clock, WorkerOptions options)
      : store_(store), peers_(peers), clock_(clock), options_(std::move(options)) {}

  absl::StatusOr<Prepared> ClaimAndPrepare(std::int32_t limit);
  // All or, with an error of the peers, none.
  absl::Status Compose(std::vector<ClaimedDelivery> deliveries, absl::Time claimed,
                       Prepared& prepared);
  // Finds the ones that cannot be composed: they must not hold up the others.
  void ComposeOrDefer(std::vector<ClaimedDelivery> deliveries, absl::Time claimed,
                      Prepared& prepared);
  // Writes the mails down; those of an attempt that may have arrived become what was sent then.
  void Keep(Prepared& prepared);
  AttemptRecord Send(const Job& job, SmtpTransport& transport);
  AttemptRecord MakeRecord(const ClaimedDelivery& delivery, AttemptResult result) const;
  absl::Status Record(const std::vector<AttemptRecord>& records);
  // Waits longer and longer before the next claim while nothing but common causes come back.
  void Throttle(const std::vector<AttemptRecord>& records);

  void Dispatch();                           // the claiming thread
  void RunSender(SmtpTransport& transport);  // a sending thread
  absl::StatusOr<bool> RecordFinished();     // whether anything was finished
  absl::StatusOr<bool> ClaimMore();          // whether anything was due
  void KeepLeases();                         // the renewing thread
  absl::Status RenewLeases(absl::Time now);
  // Until there is something to do, at most `poll`; always that long when `pause`.
  void Wait(bool pause);

  Store& store_;
  Peers& peers_;
  const Clock& clock_;
  const WorkerOptions options_;
  std::vector<std::unique_ptr<SmtpTransport>> transports_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<AttemptRecord> finished_ ABSL_GUARDED_BY(mutex_);
  std::int32_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  // What is claimed and not yet recorded, by lease owner. Each claim has its own: if its answer is
  // lost, nobody renews what it took, and that comes back.
  std::map<std::string, int> held_ ABSL_GUARDED_BY(mutex_);
  std::int64_t claims_ = 0;  // of the claiming thread
  absl::Time renewed_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // The process slept longer than a lease: what was claimed before this may be lost.
  absl::Time lost_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // While the relay or a peer is away, claiming more would only fill the table of attempts. Used
  // by the claiming thread alone.
  int failures_in_a_row_ = 0;
  absl::Time claim_after_ = absl::InfinitePast();

  std::vector<std::thread> senders_;
  std::thread dispatcher_;
  std::thread keeper_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_WORKER_H_
