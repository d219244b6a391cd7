// BatchGetLabelStatus and GetLabelStatus over gRPC.
#include <string>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class LabelStatusTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    AddEsca();
    AddCluster();
    AddCluster("", "def");
    ASSERT_THAT(CreateLabel(R"(parent: "clusters/abc" label_id: "bronze" label {
                                 scheme: "labelSchemes/esca" kind: "BRONZE"
                                 valid_from: "2014-12-11" valid_until: "2016-12-11"
                                 recheck_by: "2015-12-01" })"),
                IsOk());
  }

  static void Ask(v1::BatchGetLabelStatusRequest& request, const std::string& cluster,
                  const std::string& kind, const std::string& day,
                  const std::string& scheme = "labelSchemes/esca") {
    v1::LabelStatusQuestion& question = *request.add_questions();
    question.set_cluster(cluster);
    question.set_scheme(scheme);
    question.set_kind(kind);
    question.set_on_date(day);
  }
  static std::vector<std::string> Say(const v1::BatchGetLabelStatusResponse& response) {
    std::vector<std::string> answers;
    for (const v1::LabelStatusAnswer& answer : response.answers()) {
      answers.push_back(answer.has_status()
                            ? v1::LabelStatus_Name(answer.status().status()).substr(13)
                            : std::to_string(answer.refusal().code()) + " " +
                                  answer.refusal().reason());
    }
    return answers;
  }
};
WICI_ON_EVERY_ENGINE(LabelStatusTest);

TEST_P(LabelStatusTest, EachQuestionOfABatchHasItsOwnAnswerOrItsOwnError) {
  v1::BatchGetLabelStatusRequest request;
  Ask(request, "clusters/abc", "BRONZE", "2015-12-18");
  Ask(request, "clusters/none", "BRONZE", "2015-12-18");
  Ask(request, "clusters/abc", "BRONZE", "2016-12-12");
  Ask(request, "clusters/abc", "PLATINUM", "2015-12-18");
  Ask(request, "clusters/abc", "KKK", "2015-12-18", "labelSchemes/none");
  Ask(request, "clusters/def", "BRONZE", "2015-12-18");
  Ask(request, "clusters/abc", "BRONZE", "2015-12-18");
  const auto response = BatchGetLabelStatus(request);
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(Say(*response),
              ElementsAre("VALID", "5 RESOURCE_NOT_FOUND", "NOT_VALID", "3 INVALID_ARGUMENT",
                          "5 RESOURCE_NOT_FOUND", "NOT_VALID", "VALID"));
  EXPECT_TRUE(response->has_known_at());
}

TEST_P(LabelStatusTest, ABatchTakesAThousandQuestionsAndNotOneMore) {
  v1::BatchGetLabelStatusRequest request;
  for (int i = 0; i < 1000; ++i) Ask(request, "clusters/abc", "BRONZE", "2015-12-18");
  EXPECT_EQ(BatchGetLabelStatus(request)->answers_size(), 1000);
  Ask(request, "clusters/abc", "BRONZE", "2015-12-18");
  EXPECT_THAT(BatchGetLabelStatus(request), HasViolation("questions"));
  EXPECT_THAT(BatchGetLabelStatus(""), HasViolation("questions"));
}

TEST_P(LabelStatusTest, AMalformedQuestionRefusesTheBatchAndEveryFaultIsNamed) {
  v1::BatchGetLabelStatusRequest request;
  Ask(request, "abc", "", "2015-13-01", "esca");
  Ask(request, "clusters/abc", "BRONZE", "1899-12-31");
  EXPECT_THAT(BatchGetLabelStatus(request),
              AllOf(HasViolation("questions[0].cluster"), HasViolation("questions[0].scheme"),
                    HasViolation("questions[0].kind"), HasViolation("questions[0].on_date"),
                    HasViolation("questions[1].on_date")));
}

TEST_P(LabelStatusTest, L13_TheSameQuestionWithTheAnsweredInstantGetsTheSameAnswer) {
  v1::BatchGetLabelStatusRequest request;
  Ask(request, "clusters/abc", "BRONZE", "2016-06-01");
  const auto before = BatchGetLabelStatus(request);
  ASSERT_THAT(before, IsOk());
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(RecordLabelEvent(R"(name: "clusters/abc/labels/bronze"
                                  event { type: TYPE_REVOCATION effective_on: "2016-01-01"
                                          reason: "fraud" })"),
              IsOk());
  AddCluster("", "new");
  Ask(request, "clusters/new", "BRONZE", "2016-06-01");
  EXPECT_THAT(Say(*BatchGetLabelStatus(request)), ElementsAre("NOT_VALID", "NOT_VALID"));
  *request.mutable_known_at() = before->known_at();
  EXPECT_THAT(Say(*BatchGetLabelStatus(request)), ElementsAre("VALID", "5 RESOURCE_NOT_FOUND"));

  auto one = testing::Parse<v1::GetLabelStatusRequest>(
      R"(cluster: "clusters/new" scheme: "labelSchemes/esca" kind: "BRONZE"
         on_date: "2016-06-01")");
  EXPECT_THAT(GetLabelStatus(one), IsOk());
  *one.mutable_known_at() = before->known_at();
  EXPECT_THAT(GetLabelStatus(one),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(LabelStatusTest, L12_AVerificationThatIsOverdueShowsAndTheLabelStaysValid) {
  const auto status = GetLabelStatus(R"(cluster: "clusters/abc" scheme: "labelSchemes/esca"
                                        kind: "BRONZE" on_date: "2015-12-18")");
  ASSERT_THAT(status, IsOk());
  EXPECT_EQ(status->status(), v1::LABEL_STATUS_VALID);
  EXPECT_TRUE(status->verification_stale());  // the clock stands at 2015-12-18
}

TEST_P(LabelStatusTest, ADeletedClusterGoesOnAnswering) {
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/abc")"), IsOk());
  v1::BatchGetLabelStatusRequest request;
  Ask(request, "clusters/abc", "BRONZE", "2015-12-18");
  EXPECT_THAT(Say(*BatchGetLabelStatus(request)), ElementsAre("VALID"));
}

TEST_P(LabelStatusTest, AClusterACallerMayNotSeeDoesNotExistForIt) {
  // A draft is internal, and a partner region is not of this registry.
  const std::string partner = services_.Token("partner-region");
  const auto status = services_.Call<v1::GetLabelStatusResponse>(
      "wici.cluster_registry.v1.LabelService/GetLabelStatus",
      testing::Parse<v1::GetLabelStatusRequest>(
          R"(cluster: "clusters/abc" scheme: "labelSchemes/esca" kind: "BRONZE"
             on_date: "2015-12-18")"),
      partner);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  v1::BatchGetLabelStatusRequest request;
  Ask(request, "clusters/abc", "BRONZE", "2015-12-18");
  const auto batch = services_.Call<v1::BatchGetLabelStatusResponse>(
      "wici.cluster_registry.v1.LabelService/BatchGetLabelStatus", request, partner);
  ASSERT_THAT(batch, IsOk());
  EXPECT_THAT(Say(*batch), ElementsAre("5 RESOURCE_NOT_FOUND"));
  v1::GetLabelRequest get;
  get.set_name("clusters/abc/labels/bronze");
  EXPECT_THAT(
      services_.Call<v1::Label>("wici.cluster_registry.v1.LabelService/GetLabel", get, partner),
      StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  v1::ListLabelVersionsRequest versions;
  versions.set_parent(get.name());
  EXPECT_THAT(services_.Call<v1::ListLabelVersionsResponse>(
                  "wici.cluster_registry.v1.LabelService/ListLabelVersions", versions, partner),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  v1::ListLabelsRequest list;
  list.set_parent("clusters/abc");
  EXPECT_THAT(services_.Call<v1::ListLabelsResponse>(
                  "wici.cluster_registry.v1.LabelService/ListLabels", list, partner),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::cluster_registry
