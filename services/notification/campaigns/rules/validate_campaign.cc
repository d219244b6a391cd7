#include "services/notification/campaigns/rules/validate_campaign.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/timestamp.h"
#include "services/notification/deliveries/rules/validate_notification.h"
#include "services/notification/errors.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {
namespace {

void CheckPersonsOf(const v1::Campaign& campaign, Violations& v) {
  if (!campaign.audience().empty()) {
    v.RequireResourceName("campaign.audience", campaign.audience(), "audienceSnapshots/*");
    if (campaign.persons_size() > 0) v.Add("campaign.persons", "must be empty with an audience");
    return;
  }
  if (!v.RequireRange("campaign.persons", campaign.persons_size(), 1, kCampaignPersonsMax)) return;
  std::set<std::string> seen;
  for (int i = 0; i < campaign.persons_size(); ++i) {
    const std::string field = absl::StrCat("campaign.persons[", i, "]");
    if (RequirePerson(field, campaign.persons(i), v) && !seen.insert(campaign.persons(i)).second) {
      v.Add(field, "must not be named twice");
    }
  }
}

}  // namespace

void CheckCampaign(const v1::Campaign& campaign, absl::Time now, Violations& v) {
  v.RequireText("campaign.title", campaign.title(), kTitleBytesMax);
  v.RequireResourceName("campaign.event", campaign.event(), "events/*");
  v.RequireResourceName("campaign.template", campaign.template_(), "templates/*");
  if (IsSentByServiceOnly(campaign.template_())) {
    v.Add("campaign.template", "is sent by this service only");
  } else if (IsAboutOnesOwn(campaign.template_())) {
    v.Add("campaign.template", "speaks of something that is one person's own");
  }
  CheckPersonsOf(campaign, v);
  if (campaign.channel() == v1::CHANNEL_WEBHOOK || !v1::Channel_IsValid(campaign.channel())) {
    v.Add("campaign.channel",
          "must be EMAIL, INBOX, SMS or WEB_PUSH: webhooks are for subscriptions");
  }
  v.RequireRange("campaign.rate_per_minute", campaign.rate_per_minute(), 0, kCampaignRateMax);
  if (!campaign.has_schedule_time()) return;
  const absl::Time time = TimeOf(campaign.schedule_time());
  if (campaign.schedule_time().seconds() < 0 || time > now + kScheduleMax) {
    v.Add("campaign.schedule_time", "must be an instant at most 366 days from now");
  }
}

absl::Status ValidateCreateCampaign(const v1::CreateCampaignRequest& request, absl::Time now) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  CheckCampaign(request.campaign(), now, v);
  return v.ToStatus(kDomain);
}

}  // namespace wici::notification
