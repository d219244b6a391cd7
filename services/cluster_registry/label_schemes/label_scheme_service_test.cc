// Label schemes over gRPC: what they must be, how they change, what was known when.
#include <string>

#include "google/protobuf/util/time_util.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::AllOf;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;
constexpr char kId[] = "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d";

class LabelSchemeTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (!IsSkipped()) AddEsca();
  }

  // An update that gives Bronze a new policy from 2027 on.
  static v1::UpdateLabelSchemeRequest NewPolicy() {
    v1::UpdateLabelSchemeRequest request;
    v1::LabelScheme& scheme = *request.mutable_label_scheme();
    scheme = testing::Esca();
    scheme.mutable_policies(1)->set_effective_until("2026-12-31");
    v1::LabelPolicy& added = *scheme.add_policies();
    added = testing::Esca().policies(1);
    added.set_effective_from("2027-01-01");
    added.set_first_term_months(12);
    request.mutable_update_mask()->add_paths("policies");
    return request;
  }
  absl::StatusOr<v1::LabelScheme> Esca(absl::Time known_at) {
    v1::GetLabelSchemeRequest request;
    request.set_name("labelSchemes/esca");
    *request.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
    return GetLabelScheme(request);
  }
  // "VALID" or "NOT_VALID ...", derived from the policy.
  std::string Status(const std::string& day, absl::Time known_at) {
    auto request = testing::Parse<v1::GetLabelStatusRequest>(
        R"(cluster: "clusters/abc" scheme: "labelSchemes/esca" kind: "BRONZE"
           accept_derived: true)");
    request.set_on_date(day);
    *request.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
    const auto status = GetLabelStatus(request);
    if (!status.ok()) return status.status().ToString();
    return v1::LabelStatus_Name(status->status()).substr(13);
  }
};
WICI_ON_EVERY_ENGINE(LabelSchemeTest);

TEST_P(LabelSchemeTest, IsCheckedAsAWhole) {
  EXPECT_THAT(
      CreateLabelScheme(R"(
                label_scheme_id: "x"
                label_scheme { kinds { code: "bronze" rank: 0 }
                               policies { kind: "GOLD" effective_from: "2019-01-01"
                                          effective_until: "2018-01-01" anchor: 9
                                          first_term_months: -1 prerequisite_months_min: 18
                                          prerequisite_months_max: 12 }
                               issuers { issues_from: "2010-13" }
                               issuers { display_name: "ECEI" issues_from: "2012-08"
                                         issues_until: "2009-09" } })"),
      AllOf(HasViolation("label_scheme_id"), HasViolation("label_scheme.display_name"),
            HasViolation("label_scheme.kinds[0].code"), HasViolation("label_scheme.kinds[0].rank"),
            HasViolation("label_scheme.policies[0].kind"),
            HasViolation("label_scheme.policies[0].anchor"),
            HasViolation("label_scheme.policies[0].first_term_months"),
            HasViolation("label_scheme.policies[0].prerequisite_months_max"),
            HasViolation("label_scheme.policies[0].effective_until"),
            HasViolation("label_scheme.issuers[0].display_name"),
            HasViolation("label_scheme.issuers[0].issues_from"),
            HasViolation("label_scheme.issuers[1].issues_until")));
  v1::CreateLabelSchemeRequest twice;
  twice.set_label_scheme_id("twice");
  *twice.mutable_label_scheme() = testing::Esca();
  *twice.mutable_label_scheme()->add_policies() = twice.label_scheme().policies(0);
  EXPECT_THAT(CreateLabelScheme(twice), HasViolation("label_scheme.policies[6]"));
  EXPECT_THAT(GetLabelScheme(R"(name: "labelSchemes/esca")")->kinds(), SizeIs(3));
  EXPECT_THAT(ListLabelSchemes("")->label_schemes(), SizeIs(1));
  EXPECT_THAT(CreateLabelScheme(R"(label_scheme_id: "esca" label_scheme { display_name: "ESCA"
                                   kinds { code: "BRONZE" rank: 1 title: "Brąz" } })"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
}

TEST_P(LabelSchemeTest, PoliciesAreAddedAndEnded) {
  auto request = NewPolicy();
  request.set_request_id(kId);
  const auto updated = UpdateLabelScheme(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->etag(), "\"2\"");
  EXPECT_THAT(updated->policies(), SizeIs(7));
  EXPECT_EQ(UpdateLabelScheme(request)->SerializeAsString(), updated->SerializeAsString());
  request.set_correction_reason("another body");
  EXPECT_THAT(UpdateLabelScheme(request), StatusIs(kInvalid, Reason("REQUEST_ID_REUSED")));
}

TEST_P(LabelSchemeTest, WhatIsRecordedChangesOnlyForAReason) {
  auto request = NewPolicy();
  request.mutable_label_scheme()->mutable_policies(0)->set_first_term_months(36);
  EXPECT_THAT(UpdateLabelScheme(request), StatusIs(kPrecondition, Reason("LABEL_SCHEME_FIXED")));
  request.set_correction_reason("the list of 2016 was misread");
  ASSERT_THAT(UpdateLabelScheme(request), IsOk());
  request.mutable_update_mask()->add_paths("kinds");
  request.mutable_label_scheme()->mutable_kinds()->RemoveLast();
  request.mutable_label_scheme()->mutable_policies()->DeleteSubrange(4, 2);
  EXPECT_THAT(UpdateLabelScheme(request), HasViolation("label_scheme.kinds"));
}

TEST_P(LabelSchemeTest, AnUpdateNamesASchemeItsFieldsAndItsVersion) {
  EXPECT_THAT(UpdateLabelScheme(R"(label_scheme { name: "esca" } request_id: "x")"),
              AllOf(HasViolation("label_scheme.name"), HasViolation("request_id")));
  EXPECT_THAT(UpdateLabelScheme(R"(label_scheme { name: "labelSchemes/none" })"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(UpdateLabelScheme(R"(label_scheme { name: "labelSchemes/esca" }
                                   update_mask { paths: "create_time" })"),
              StatusIs(kInvalid, HasViolation("update_mask")));
  EXPECT_THAT(UpdateLabelScheme(R"(label_scheme { name: "labelSchemes/esca" owner: "EUCLES"
                                                  etag: "\"7\"" })"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  const auto same =
      UpdateLabelScheme(R"(label_scheme { name: "labelSchemes/esca" owner: "ESCA" })");
  EXPECT_EQ(same->etag(), "\"1\"");  // nothing changed, nothing is recorded
}

TEST_P(LabelSchemeTest, L13_APolicyAddedTodayDoesNotChangeTheAnswerOfYesterday) {
  AddCluster();
  ASSERT_THAT(CreateLabel(R"(parent: "clusters/abc" label { scheme: "labelSchemes/esca"
                             kind: "BRONZE" valid_until: "2016-12-11" })"),
              IsOk());
  const absl::Time yesterday = services_.clock().Now();
  services_.clock().Advance(absl::Hours(24));
  EXPECT_EQ(Status("2014-12-10", yesterday), "NOT_VALID");

  auto request = NewPolicy();
  request.mutable_label_scheme()->mutable_policies(0)->set_first_term_months(36);
  request.set_correction_reason("three years, says the issuer");
  ASSERT_THAT(UpdateLabelScheme(request), IsOk());
  const absl::Time today = services_.clock().Now();
  EXPECT_EQ(Status("2014-12-10", today), "VALID");
  EXPECT_EQ(Status("2014-12-10", yesterday), "NOT_VALID");
  EXPECT_EQ(Esca(yesterday)->policies(0).first_term_months(), 24);
  EXPECT_TRUE(Esca(yesterday)->has_recorded_until_time());
  EXPECT_EQ(Esca(today)->policies(0).first_term_months(), 36);
  EXPECT_FALSE(Esca(today)->has_recorded_until_time());
  EXPECT_THAT(Esca(yesterday - absl::Hours(1)),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::cluster_registry
