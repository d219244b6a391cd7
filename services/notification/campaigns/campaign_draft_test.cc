// How a campaign is written, changed, and approved by somebody else.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/campaigns/testing/campaign_fixture.h"
#include "wici/notification/v1/template_service.pb.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class CampaignDraftTest : public CampaignFixture {};
WICI_ON_EVERY_ENGINE(CampaignDraftTest);

TEST_P(CampaignDraftTest, WhoWroteItDoesNotApproveItForMany) {
  const std::string name = Create(Wanted(101))->name();
  EXPECT_THAT(Step("Approve", name),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CAMPAIGN_SELF_APPROVED")));
  EXPECT_THAT(Approve(name), IsOk());
}

TEST_P(CampaignDraftTest, WhoChangedItLastDoesNotApproveItForManyEither) {
  const std::string name =
      campaigns_->Create({{}, Deadline()}, "users/other", Wanted(3).campaign())->name();
  v1::UpdateCampaignRequest update;
  *update.mutable_campaign() = Wanted(101).campaign();
  update.mutable_campaign()->set_name(name);
  update.mutable_update_mask()->add_paths("persons");
  const auto updated = Call<v1::Campaign>("CampaignService/UpdateCampaign", update);
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(Step("Approve", name, updated->etag()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CAMPAIGN_SELF_APPROVED")));
  EXPECT_THAT(campaigns_->Step({{}, Deadline()}, name, "", CampaignStep::kApprove, "users/other"),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument), HasViolation("etag")))
      << "of which they have seen something, but perhaps not this";
  EXPECT_THAT(Approve(name), IsOk());
}

TEST_P(CampaignDraftTest, ACampaignIsSentWithTheTemplateItWasApprovedWithLast) {
  v1::CreateTemplateRequest own;
  own.set_template_id("own");
  own.mutable_template_()->set_title("Own");
  own.mutable_template_()->set_purpose(v1::PURPOSE_SERVICE);
  v1::TemplateVersion::Content& content = *own.mutable_version()->add_contents();
  content.set_language("en");
  content.set_subject("Own");
  content.set_text("Own");
  ASSERT_THAT(Call<v1::Template>("TemplateService/CreateTemplate", own), IsOk());
  v1::CreateCampaignRequest request = ForAudience(1, 10);
  request.mutable_campaign()->set_template_("templates/own");
  request.mutable_campaign()->set_audience("audienceSnapshots/none");
  const std::string name = Create(request)->name();
  ASSERT_THAT(Approve(name), IsOk());
  Advance();  // there is no such audience: it is a draft again
  v1::UpdateCampaignRequest update;
  update.mutable_campaign()->set_name(name);
  update.mutable_campaign()->set_template_("templates/invitation");
  update.mutable_campaign()->set_audience(kAudience);
  update.mutable_update_mask()->add_paths("template");
  update.mutable_update_mask()->add_paths("audience");
  ASSERT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", update), IsOk());
  ASSERT_THAT(Approve(name), IsOk());
  ASSERT_THAT(Step("Start", name), IsOk());
  for (int i = 0; i < 5; ++i) Advance();
  const std::vector<ClaimedDelivery> claimed = Claim(10);
  ASSERT_THAT(claimed, SizeIs(1));
  EXPECT_EQ(claimed[0].template_name, "templates/invitation");
}

TEST_P(CampaignDraftTest, OnlyADraftIsChanged) {
  const auto created = Create(Wanted(3));
  v1::UpdateCampaignRequest request;
  *request.mutable_campaign() = *created;
  request.mutable_campaign()->set_title("Nowy tytuł");
  request.mutable_campaign()->add_persons("persons/only");
  request.mutable_update_mask()->add_paths("title");
  request.mutable_update_mask()->add_paths("persons");
  const auto updated = Call<v1::Campaign>("CampaignService/UpdateCampaign", request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->title(), "Nowy tytuł");
  EXPECT_EQ(Get(created->name())->persons_size(), 1);
  EXPECT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", request),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  request.mutable_campaign()->set_etag("");
  request.mutable_campaign()->set_title("");
  request.mutable_update_mask()->add_paths("state");
  EXPECT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", request),
              AllOf(HasViolation("update_mask"), HasViolation("campaign.title")));
  ASSERT_THAT(Step("Approve", created->name()), IsOk());
  request.mutable_campaign()->set_title("x");
  EXPECT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CAMPAIGN_STEP_NOT_ALLOWED")));
}

TEST_P(CampaignDraftTest, EverythingThatIsWrongIsSaidAtOnce) {
  v1::CreateCampaignRequest request = Wanted(1);
  v1::Campaign& campaign = *request.mutable_campaign();
  request.set_request_id("no");
  campaign.set_title("");
  campaign.set_event("Łódź");
  campaign.set_template_("invitation");
  campaign.add_persons("persons/p0");
  campaign.add_persons("jan@example.org");
  campaign.set_channel(v1::CHANNEL_WEBHOOK);
  campaign.set_rate_per_minute(-1);
  campaign.mutable_schedule_time()->set_seconds(-1);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : FieldViolations(Create(request).status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre(
                          "request_id", "campaign.title", "campaign.event", "campaign.template",
                          "campaign.persons[1]", "campaign.persons[2]", "campaign.channel",
                          "campaign.rate_per_minute", "campaign.schedule_time"));
  for (const char* name : {"templates/event-updated", "templates/registration-cancelled",
                           "templates/registration-confirmed"}) {
    request = Wanted(1);
    request.mutable_campaign()->set_template_(name);
    EXPECT_THAT(Create(request), HasViolation("campaign.template")) << name;
  }
  request = Wanted(1);
  request.mutable_campaign()->set_audience("audiences/a");
  EXPECT_THAT(Create(request),
              AllOf(HasViolation("campaign.audience"), HasViolation("campaign.persons")));
  EXPECT_THAT(Create(Wanted(0)), HasViolation("campaign.persons"));
  EXPECT_THAT(Create(Wanted(10001)), HasViolation("campaign.persons"));
  EXPECT_THAT(Create(Wanted(10000)), IsOk());
}

}  // namespace
}  // namespace wici::notification
