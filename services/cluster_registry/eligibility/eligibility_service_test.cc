// EligibilityService over gRPC.
#include <string>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class EligibilityServiceTest : public testing::EngineRegistryTest {
 protected:
  void AddMembers(int count, const std::string& fields) {
    v1::BatchCreateMembersRequest request;
    request.set_parent("clusters/abc");
    for (int i = 0; i < count; ++i) {
      *request.add_requests()->mutable_member() =
          testing::Parse<v1::Member>("display_name: \"Ż\" " + fields);
    }
    ASSERT_THAT(BatchCreateMembers(request), IsOk());
  }
  v1::Eligibility::Outcome OutcomeOn(const std::string& on_date) {
    const auto eligibility =
        CheckEligibility("cluster: \"clusters/abc\" on_date: \"" + on_date + "\"");
    EXPECT_THAT(eligibility, IsOk());
    return eligibility->outcome();
  }
};
WICI_ON_EVERY_ENGINE(EligibilityServiceTest);

TEST_P(EligibilityServiceTest, C3_EligibilityFollowsTheMembershipsOfTheDay) {
  AddCluster(R"(management_fte_centi: 100 website_en: "abc.example.org/en")");
  AddMembers(14, R"(kind: KIND_SMALL_ENTERPRISE member_from: "2014-05-14")");
  AddMembers(1, R"(kind: KIND_UNIVERSITY member_from: "2015-01-01" member_until: "2015-12-31")");
  EXPECT_EQ(OutcomeOn("2014-05-13"), v1::Eligibility::OUTCOME_UNKNOWN);
  EXPECT_EQ(OutcomeOn("2014-05-14"), v1::Eligibility::OUTCOME_NOT_ELIGIBLE);
  EXPECT_EQ(OutcomeOn("2015-12-18"), v1::Eligibility::OUTCOME_ELIGIBLE);
  EXPECT_EQ(OutcomeOn("2016-01-01"), v1::Eligibility::OUTCOME_NOT_ELIGIBLE);
  const auto today = CheckEligibility(R"(cluster: "clusters/abc")");
  ASSERT_THAT(today, IsOk());
  EXPECT_EQ(today->on_date(),
            FormatDate(absl::ToCivilDay(services_.clock().Now(), absl::UTCTimeZone())));
}

TEST_P(EligibilityServiceTest, C3_ACorrectionDoesNotChangeWhatWasKnownBefore) {
  AddCluster(R"(management_fte_centi: 100 website_en: "abc.example.org/en")");
  AddMembers(15, R"(kind: KIND_SMALL_ENTERPRISE)");
  AddMembers(1, R"(kind: KIND_UNIVERSITY)");
  v1::CheckEligibilityRequest request;
  request.set_cluster("clusters/abc");
  request.set_on_date("2015-12-01");
  request.mutable_known_at()->set_seconds(absl::ToUnixSeconds(services_.clock().Now()));
  const auto before = CheckEligibility(request);
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->outcome(), v1::Eligibility::OUTCOME_ELIGIBLE);
  services_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" management_fte_centi: 20 })"),
              IsOk());
  const auto universities = ListMembers(R"(parent: "clusters/abc" kind: KIND_UNIVERSITY)");
  ASSERT_THAT(universities, IsOk());
  for (const v1::Member& member : universities->members()) {
    ASSERT_THAT(DeleteMember("name: \"" + member.name() + "\""), IsOk());
  }
  EXPECT_EQ(CheckEligibility(request)->SerializeAsString(), before->SerializeAsString());
  EXPECT_EQ(OutcomeOn("2015-12-01"), v1::Eligibility::OUTCOME_NOT_ELIGIBLE);
  request.mutable_known_at()->set_seconds(99999999999);
  EXPECT_THAT(CheckEligibility(request), HasViolation("known_at"));
}

TEST_P(EligibilityServiceTest, AnUnknownClusterOrAWrongDayIsRefused) {
  EXPECT_THAT(CheckEligibility(R"(cluster: "clusters/none")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(CheckEligibility(R"(cluster: "none" on_date: "2015-02-30")"),
              ::testing::AllOf(HasViolation("cluster"), HasViolation("on_date")));
}

}  // namespace
}  // namespace wici::cluster_registry
