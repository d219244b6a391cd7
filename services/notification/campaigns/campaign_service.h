// Handlers of wici.notification.v1.CampaignService.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_SERVICE_H_

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/campaigns/campaign_store.h"
#include "wici/notification/v1/campaign_service.pb.h"

namespace wici::notification {

// Thread-safe.
class CampaignService {
 public:
  // A campaign over another channel than `channels` is refused. Store and clock outlive the
  // service.
  CampaignService(CampaignStore& store, const Clock& clock, std::set<v1::Channel> channels)
      : store_(store), clock_(clock), channels_(std::move(channels)) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetCampaign(const rpc::Context& context, const v1::GetCampaignRequest& request,
                           v1::Campaign& response);
  absl::Status ListCampaigns(const rpc::Context& context, const v1::ListCampaignsRequest& request,
                             v1::ListCampaignsResponse& response);
  absl::Status CreateCampaign(const rpc::Context& context, const v1::CreateCampaignRequest& request,
                              v1::Campaign& response);
  absl::Status UpdateCampaign(const rpc::Context& context, const v1::UpdateCampaignRequest& request,
                              v1::Campaign& response);
  absl::Status ApproveCampaign(const rpc::Context& context,
                               const v1::ApproveCampaignRequest& request, v1::Campaign& response);
  absl::Status StartCampaign(const rpc::Context& context, const v1::StartCampaignRequest& request,
                             v1::Campaign& response);
  absl::Status PauseCampaign(const rpc::Context& context, const v1::PauseCampaignRequest& request,
                             v1::Campaign& response);
  absl::Status ResumeCampaign(const rpc::Context& context, const v1::ResumeCampaignRequest& request,
                              v1::Campaign& response);
  absl::Status AbortCampaign(const rpc::Context& context, const v1::AbortCampaignRequest& request,
                             v1::Campaign& response);

  CampaignStore& store_;
  const Clock& clock_;
  const std::set<v1::Channel> channels_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_SERVICE_H_
