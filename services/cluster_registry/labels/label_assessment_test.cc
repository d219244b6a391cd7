// L8: a label that rests on an assessment is granted only when that passed.
#include <string>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/assessments/assessment_store.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

// 130 of 150 points by two assessors of different organisations.
constexpr char kPassed[] = R"(
    state: STATE_APPROVED held_on: "2015-11-05" points: 130 points_max: 150
    assessors { person: "p1" organisation: "VDI/VDE-IT" country: "DE" lead: true }
    assessors { person: "p2" organisation: "PARP" country: "PL" }
    results { indicator: "1" points: 130 threshold_met: true })";

class LabelAssessmentTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    v1::CreateLabelSchemeRequest request;
    request.set_label_scheme_id("esca");
    *request.mutable_label_scheme() = testing::Esca();
    for (v1::LabelPolicy& policy : *request.mutable_label_scheme()->mutable_policies()) {
      if (policy.kind() != "GOLD") continue;
      policy.set_pass_ratio_milli(800);
      policy.set_min_assessors(2);
    }
    ASSERT_THAT(CreateLabelScheme(request), IsOk());
    AddCluster();
    AddCluster("", "other");
    ASSERT_THAT(Write([](Writer& writer) {
                  auto set = testing::Parse<v1::IndicatorSet>(R"(
                      name: "indicatorSets/gold" scheme: "labelSchemes/esca" kind: "GOLD"
                      version: "test" display_name: "Wskaźniki" rule: RULE_POINTS
                      indicator_count: 1 points_max: 150)");
                  v1::Indicator& indicator = *set.add_indicators();
                  indicator.set_code("1");
                  indicator.set_points_max(150);
                  indicator.set_threshold(50);
                  return InsertIndicatorSet(writer, set);
                }),
                IsOk());
  }

  absl::Status Write(const std::function<absl::Status(Writer&)>& body) {
    v1::Assessment ignored;
    return store_.Write({.principal = "users/test",
                         .request_id = "",
                         .method = "Service/Method",
                         .request = "",
                         .transaction_id = services_.ids().NewId(),
                         .now = services_.clock().Now(),
                         .deadline = absl::Now() + absl::Seconds(20)},
                        ignored, body);
  }
  // An assessment for Gold as it may stand in the database.
  void AddAssessment(const std::string& id, const std::string& fields,
                     const std::string& cluster = "abc") {
    ASSERT_THAT(Write([&](Writer& writer) -> absl::Status {
                  WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/" + cluster, false).status());
                  auto assessment = testing::Parse<v1::Assessment>(fields);
                  assessment.set_name("clusters/" + cluster + "/assessments/" + id);
                  assessment.set_scheme("labelSchemes/esca");
                  if (assessment.kind().empty()) assessment.set_kind("GOLD");
                  assessment.set_indicator_set("indicatorSets/gold");
                  return InsertAssessment(writer, assessment);
                }),
                IsOk());
  }
  absl::StatusOr<v1::Label> Gold(const std::string& assessment) {
    return CreateLabel(R"(parent: "clusters/abc" label { scheme: "labelSchemes/esca" kind: "GOLD"
                          assessed_on: "2015-11-05" assessment: ")" +
                       assessment + "\" }");
  }
};
WICI_ON_EVERY_ENGINE(LabelAssessmentTest);

TEST_P(LabelAssessmentTest, L8_AGoldWhoseAssessmentPassedIsGranted) {
  AddAssessment("gold", kPassed);
  const auto label = Gold("clusters/abc/assessments/gold");
  ASSERT_THAT(label, IsOk());
  EXPECT_THAT(label->notices(), IsEmpty());
}

TEST_P(LabelAssessmentTest, L8_ARatioAThresholdOrAssessorsThatMissRefuseIt) {
  const std::string passed = kPassed;
  const auto with = [&](const std::string& old, const std::string& now) {
    std::string text = passed;
    return text.replace(text.find(old), old.size(), now);
  };
  AddAssessment("ratio", with("points: 130", "points: 115"));
  AddAssessment("threshold",
                with("points: 130 threshold_met: true", "points: 40 threshold_met: false"));
  AddAssessment("assessors", with("PARP", "VDI/VDE-IT"));
  AddAssessment("rejected", with("STATE_APPROVED", "STATE_REJECTED"));
  for (const char* id : {"ratio", "threshold", "assessors", "rejected"}) {
    EXPECT_THAT(Gold("clusters/abc/assessments/" + std::string(id)),
                StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ASSESSMENT_NOT_PASSED")))
        << id;
  }
}

TEST_P(LabelAssessmentTest, L8_WhatTheResultsLeaveOpenIsANoticeWithoutTheScore) {
  AddAssessment("open", R"(
      state: STATE_APPROVED held_on: "2015-11-05"
      assessors { person: "p1" organisation: "VDI/VDE-IT" country: "DE" lead: true }
      assessors { person: "p2" organisation: "PARP" country: "PL" })");
  const auto label = Gold("clusters/abc/assessments/open");
  ASSERT_THAT(label, IsOk());
  EXPECT_THAT(label->notices(), ElementsAre("the assessment does not tell RATIO",
                                            "the assessment does not tell THRESHOLDS"));
}

TEST_P(LabelAssessmentTest, L8_TheAssessmentIsOneOfTheClusterForTheKind) {
  AddAssessment("foreign", kPassed, "other");
  AddAssessment("silver", std::string(kPassed) + R"( kind: "SILVER")");
  for (const char* name : {"clusters/abc/assessments/none", "clusters/other/assessments/foreign",
                           "clusters/abc/assessments/silver"}) {
    EXPECT_THAT(Gold(name), HasViolation("label.assessment")) << name;
  }
}

}  // namespace
}  // namespace wici::cluster_registry
