// Campaigns over real gRPC with their worker, whose rounds a test makes itself.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_TESTING_CAMPAIGN_FIXTURE_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_TESTING_CAMPAIGN_FIXTURE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/notification/campaigns/campaign_worker.h"
#include "services/notification/testing/notification_server.h"
#include "wici/notification/v1/campaign_service.pb.h"

namespace wici::notification {

// Derive, and say WICI_ON_EVERY_ENGINE of the class.
class CampaignFixture : public NotificationFixture {
 protected:
  static constexpr char kAudience[] = "audienceSnapshots/mazovia";

  void SetUp() override;

  static v1::CreateCampaignRequest Wanted(int persons);
  // A draft for an audience of so many.
  v1::CreateCampaignRequest ForAudience(int persons, std::size_t page);
  absl::StatusOr<v1::Campaign> Create(const v1::CreateCampaignRequest& request);
  absl::StatusOr<v1::Campaign> Get(const std::string& name);
  // "Approve", "Start", "Pause", "Resume" or "Abort".
  absl::StatusOr<v1::Campaign> Step(const std::string& step, const std::string& name,
                                    const std::string& etag = "");
  // By somebody other than the author, who has seen it as it is.
  absl::StatusOr<v1::Campaign> Approve(const std::string& name);
  std::string Started(int persons, std::int32_t rate = 0);

  // One round; how many were added to the ledger.
  std::int64_t Advance();
  std::vector<ClaimedDelivery> Claim(int limit, v1::Channel channel = v1::CHANNEL_EMAIL);
  std::vector<Verdict> Verdicts(const std::vector<ClaimedDelivery>& deliveries);
  // Sends everything that is due and that the check lets through, and notes who got it.
  void Deliver();
  void SendUntilDone(const std::string& name);

  // Of all changes, in the order in which they were recorded.
  std::vector<std::string> Kinds();

  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<CampaignStore> campaigns_;
  std::unique_ptr<CampaignWorker> worker_;
  std::map<std::string, int> got_;

 private:
  // Requests of all steps look the same.
  template <class Request>
  absl::StatusOr<v1::Campaign> Take(const std::string& method,
                                    const v1::PauseCampaignRequest& fields);
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_TESTING_CAMPAIGN_FIXTURE_H_
