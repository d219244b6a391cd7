// Puts the people of campaigns that are being sent into the ledger, chunk by chunk, in turns;
// before that it writes down who they are where an audience says so, page by page.
//
// One thread. Each chunk is a transaction guarded by how far the campaign has come, so a process
// may be killed at any instant, several may run, and everybody is added once.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_WORKER_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_WORKER_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/rounds_thread.h"
#include "services/notification/campaigns/campaign_store.h"

namespace wici::notification {

class CampaignWorker {
 public:
  // `peers` know audiences; `machine` is the clock of deadlines; `on_commit` is called when
  // deliveries were added. All outlive the worker.
  CampaignWorker(CampaignStore& store, Peers& peers, const Clock& machine,
                 std::function<void()> on_commit)
      : store_(store), peers_(peers), machine_(machine), on_commit_(std::move(on_commit)) {}

  // Starts the thread, which ends with the object.
  void Start() { thread_.Start(); }
  // One round on the calling thread; returns how many people were added. Not together with Start.
  absl::StatusOr<std::int64_t> RunOnce();

 private:
  bool Round();
  // One step of one campaign; returns how many people were added to the ledger.
  absl::StatusOr<std::int64_t> Advance(const std::string& id);

  CampaignStore& store_;
  Peers& peers_;
  const Clock& machine_;
  const std::function<void()> on_commit_;
  RoundsThread thread_{absl::Milliseconds(200), [this] { return Round(); }};
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_WORKER_H_
