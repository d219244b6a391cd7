#include "services/notification/campaigns/campaign_service.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/etag.h"
#include "libs/rpc/page.h"
#include "services/notification/campaigns/rules/validate_campaign.h"
#include "services/notification/errors.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {
namespace {

constexpr std::string_view kCampaignPattern = "campaigns/*";

// What the requests of all steps have.
template <class Request>
absl::Status TakeStep(CampaignStore& store, const rpc::Context& context, const Request& request,
                      CampaignStep step, v1::Campaign& response) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  v.RequireResourceName("name", request.name(), kCampaignPattern);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store.Step(feed::CallOf(context, request), request.name(),
                                             request.etag(), step, context.principal.id));
  return absl::OkStatus();
}

}  // namespace

void CampaignService::Register(rpc::Server& server) {
  rpc::Service service =
      server.AddService(v1::GetCampaignRequest::descriptor()->file()->service(0)->full_name());
  service.Pooled("GetCampaign", this, &CampaignService::GetCampaign);
  service.Pooled("ListCampaigns", this, &CampaignService::ListCampaigns);
  service.Pooled("CreateCampaign", this, &CampaignService::CreateCampaign);
  service.Pooled("UpdateCampaign", this, &CampaignService::UpdateCampaign);
  service.Pooled("ApproveCampaign", this, &CampaignService::ApproveCampaign);
  service.Pooled("StartCampaign", this, &CampaignService::StartCampaign);
  service.Pooled("PauseCampaign", this, &CampaignService::PauseCampaign);
  service.Pooled("ResumeCampaign", this, &CampaignService::ResumeCampaign);
  service.Pooled("AbortCampaign", this, &CampaignService::AbortCampaign);
}

absl::Status CampaignService::GetCampaign(const rpc::Context& context,
                                          const v1::GetCampaignRequest& request,
                                          v1::Campaign& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), kCampaignPattern);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store_.Get(context.deadline, request.name()));
  return absl::OkStatus();
}

absl::Status CampaignService::ListCampaigns(const rpc::Context& context,
                                            const v1::ListCampaignsRequest& request,
                                            v1::ListCampaignsResponse& response) {
  Violations v;
  v.OptionalResourceName("event", request.event(), "events/*");
  if (!v1::Campaign::State_IsValid(request.state())) v.Add("state", "must be a known state");
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Campaign> found,
                        store_.List(context.deadline, request.event(), request.state(),
                                    rpc::After(page), page.size + 1));
  rpc::FillPage(
      request, page, std::move(found),
      [](const v1::Campaign& last) -> std::vector<std::string> {
        return {last.name().substr(last.name().rfind('/') + 1)};
      },
      *response.mutable_campaigns(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status CampaignService::CreateCampaign(const rpc::Context& context,
                                             const v1::CreateCampaignRequest& request,
                                             v1::Campaign& response) {
  WICI_RETURN_IF_ERROR(ValidateCreateCampaign(request, clock_.Now()));
  WICI_RETURN_IF_ERROR(CheckServed(request.campaign().channel(), channels_));
  WICI_ASSIGN_OR_RETURN(response, store_.Create(feed::CallOf(context, request),
                                                context.principal.id, request.campaign()));
  return absl::OkStatus();
}

absl::Status CampaignService::UpdateCampaign(const rpc::Context& context,
                                             const v1::UpdateCampaignRequest& request,
                                             v1::Campaign& response) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  v.RequireResourceName("campaign.name", request.campaign().name(), kCampaignPattern);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  const auto edit = [&](v1::Campaign& campaign) -> absl::Status {
    Violations wrong;
    rpc::ApplyUpdateMask(request.update_mask(), request.campaign(),
                         {"title", "event", "template", "persons", "audience", "channel",
                          "schedule_time", "rate_per_minute"},
                         wrong, campaign);
    CheckCampaign(campaign, clock_.Now(), wrong);
    WICI_RETURN_IF_ERROR(wrong.ToStatus(kDomain));
    return CheckServed(campaign.channel(), channels_);
  };
  WICI_ASSIGN_OR_RETURN(response,
                        store_.Update(feed::CallOf(context, request), context.principal.id,
                                      request.campaign().name(), request.campaign().etag(), edit));
  return absl::OkStatus();
}

absl::Status CampaignService::ApproveCampaign(const rpc::Context& context,
                                              const v1::ApproveCampaignRequest& request,
                                              v1::Campaign& response) {
  return TakeStep(store_, context, request, CampaignStep::kApprove, response);
}

absl::Status CampaignService::StartCampaign(const rpc::Context& context,
                                            const v1::StartCampaignRequest& request,
                                            v1::Campaign& response) {
  return TakeStep(store_, context, request, CampaignStep::kStart, response);
}

absl::Status CampaignService::PauseCampaign(const rpc::Context& context,
                                            const v1::PauseCampaignRequest& request,
                                            v1::Campaign& response) {
  return TakeStep(store_, context, request, CampaignStep::kPause, response);
}

absl::Status CampaignService::ResumeCampaign(const rpc::Context& context,
                                             const v1::ResumeCampaignRequest& request,
                                             v1::Campaign& response) {
  return TakeStep(store_, context, request, CampaignStep::kResume, response);
}

absl::Status CampaignService::AbortCampaign(const rpc::Context& context,
                                            const v1::AbortCampaignRequest& request,
                                            v1::Campaign& response) {
  return TakeStep(store_, context, request, CampaignStep::kAbort, response);
}

}  // namespace wici::notification
