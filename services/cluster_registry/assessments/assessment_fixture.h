// What the tests of AssessmentService share: a set of two indicators, a case and its way through
// the states, calls in other roles than the operator's.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_FIXTURE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_FIXTURE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry::testing {

// "clusters/abc" with ESCA, of whose Gold "indicatorSets/gold" is the set. Suites derive from it.
class AssessmentFixture : public EngineRegistryTest {
 protected:
  using Assessment = v1::Assessment;
  static constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
  static constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  static constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
  static constexpr auto kNotFound = absl::StatusCode::kNotFound;
  static constexpr char kName[] = "clusters/abc/assessments/gold";
  static constexpr char kReport[] =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  static constexpr char kRequestId[] = "0a1b2c3d-0000-4000-8000-000000000001";

  // The methods that are called in other roles than the operator's.
  template <class Request, class Response>
  struct Rpc {
    const char* name;
  };
  static constexpr Rpc<v1::AdvanceAssessmentRequest, Assessment> kAdvanceAssessment{
      "AdvanceAssessment"};
  static constexpr Rpc<v1::AppointAssessorsRequest, Assessment> kAppointAssessors{
      "AppointAssessors"};
  static constexpr Rpc<v1::CompareWithPeersRequest, v1::CompareWithPeersResponse> kCompareWithPeers{
      "CompareWithPeers"};
  static constexpr Rpc<v1::CreateAssessmentRequest, Assessment> kCreateAssessment{
      "CreateAssessment"};
  static constexpr Rpc<v1::CreateIndicatorSetRequest, v1::IndicatorSet> kCreateIndicatorSet{
      "CreateIndicatorSet"};
  static constexpr Rpc<v1::CorrectAssessmentResultsRequest, Assessment> kCorrectAssessmentResults{
      "CorrectAssessmentResults"};
  static constexpr Rpc<v1::DecideAssessmentRequest, Assessment> kDecideAssessment{
      "DecideAssessment"};
  static constexpr Rpc<v1::EvaluateAssessmentRequest, v1::EvaluateAssessmentResponse>
      kEvaluateAssessment{"EvaluateAssessment"};
  static constexpr Rpc<v1::GetAssessmentRequest, Assessment> kGetAssessment{"GetAssessment"};
  static constexpr Rpc<v1::GetPublishedAssessmentRequest, v1::PublishedAssessment>
      kGetPublishedAssessment{"GetPublishedAssessment"};
  static constexpr Rpc<v1::ListAssessmentsRequest, v1::ListAssessmentsResponse> kListAssessments{
      "ListAssessments"};
  static constexpr Rpc<v1::RecordAssessmentResultsRequest, Assessment> kRecordAssessmentResults{
      "RecordAssessmentResults"};
  static constexpr Rpc<v1::UpdateAssessmentRequest, Assessment> kUpdateAssessment{
      "UpdateAssessment"};

  AssessmentFixture() {
    v1::CreateLabelSchemeRequest scheme;
    scheme.set_label_scheme_id("esca");
    *scheme.mutable_label_scheme() = Esca();
    for (v1::LabelPolicy& policy : *scheme.mutable_label_scheme()->mutable_policies()) {
      policy.set_needs_eligibility(policy.effective_from() == "2019-11-15");
      if (policy.kind() != "GOLD") continue;
      policy.set_pass_ratio_milli(800);
      policy.set_min_assessors(2);
    }
    EXPECT_THAT(CreateLabelScheme(scheme), wici::testing::IsOk());
    AddCluster();
    EXPECT_THAT(CreateIndicatorSet(R"(
                  indicator_set_id: "gold"
                  indicator_set { scheme: "labelSchemes/esca" kind: "GOLD" version: "test-1"
                                  display_name: "Wskaźniki" rule: RULE_POINTS indicator_count: 2
                                  dimensions { code: "A" title: "Structure" indicator_count: 2 }
                                  indicators { code: "1" dimension: "A" title: "One"
                                               points_max: 10 threshold: 4 }
                                  indicators { code: "2" dimension: "A" title: "Two"
                                               points_max: 10 threshold: 4 } })"),
                wici::testing::IsOk());
  }

  absl::StatusOr<Assessment> Apply(const std::string& fields = "", const std::string& id = "gold") {
    return CreateAssessment("parent: \"clusters/abc\" assessment_id: \"" + id +
                            "\" assessment { scheme: \"labelSchemes/esca\" kind: \"GOLD\" "
                            "indicator_set: \"indicatorSets/gold\" " +
                            fields + " }");
  }
  static std::string Name(const std::string& more = "") {
    return absl::StrCat("name: \"", kName, "\" ", more);
  }
  absl::StatusOr<Assessment> Advance(const std::string& state, const std::string& more = "") {
    return AdvanceAssessment(Name("state: STATE_" + state + " " + more));
  }
  absl::StatusOr<Assessment> Appoint(const std::string& second = R"("ESCA DE" country: "DE")",
                                     const std::string& more = "") {
    return AppointAssessors(Name(R"(assessors { person: "users/ewa" organisation: "ESCA PL"
                                                country: "PL" lead: true }
                                    assessors { person: "users/jan" organisation: )" +
                                 second + " } " + more));
  }
  absl::StatusOr<Assessment> Record(int first, int second) {
    return RecordAssessmentResults(Name(
        absl::StrCat("report_sha256: \"", kReport, "\" results { indicator: \"2\" points: ", second,
                     " } results { indicator: \"1\" points: ", first, " comment: \"dobrze\" }")));
  }
  // From the application to `state`, on the day of the clock; points when it is reported.
  void BringTo(Assessment::State state, int first = 8, int second = 8) {
    ASSERT_THAT(Apply(), wici::testing::IsOk());
    ASSERT_THAT(Advance("ELIGIBLE"), wici::testing::IsOk());
    ASSERT_THAT(Advance("CONTRACTED"), wici::testing::IsOk());
    ASSERT_THAT(SubmitSelfAssessment(Name()), wici::testing::IsOk());
    if (state == Assessment::STATE_SELF_ASSESSED) return;
    ASSERT_THAT(Appoint(), wici::testing::IsOk());
    ASSERT_THAT(Advance("SCHEDULED", R"(held_on: "2015-12-18")"), wici::testing::IsOk());
    if (state == Assessment::STATE_SCHEDULED) return;
    ASSERT_THAT(Advance("HELD"), wici::testing::IsOk());
    if (state == Assessment::STATE_HELD) return;
    ASSERT_THAT(Record(first, second), wici::testing::IsOk());
    ASSERT_THAT(Advance("REPORTED"), wici::testing::IsOk());
  }
  template <class Request, class Response>
  absl::StatusOr<Response> As(const std::string& role, const std::string& scope,
                              const Rpc<Request, Response>& rpc, const std::string& request) {
    return services_.Call<Response>(
        absl::StrCat("wici.cluster_registry.v1.AssessmentService/", rpc.name),
        Parse<Request>(request), role.empty() ? "" : services_.Token(role, scope));
  }
};

}  // namespace wici::cluster_registry::testing

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_FIXTURE_H_
