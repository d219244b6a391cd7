// EvidenceService over gRPC: what events count for with clusters.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class EvidenceTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    AddRegions();
    AddCluster("", "abc");
    AddCluster("", "host");
  }
  absl::StatusOr<v1::RecordEventEvidenceResponse> Record(const std::string& event, int version,
                                                         const std::string& fields,
                                                         const std::string& more = "") {
    return RecordEventEvidence(
        "evidence { event: \"events/" + event + "\" version: " + std::to_string(version) +
        " held: true end_time { seconds: 1450454400 } " + fields + " } " + more);
  }
  // "<event> <participants>/<all> <meetings>/<all> <rating>", with "host" where it was.
  std::vector<std::string> Of(const std::string& cluster) {
    const auto listed = ListEventEvidence("parent: \"clusters/" + cluster + "\"");
    EXPECT_THAT(listed, IsOk());
    std::vector<std::string> lines;
    if (!listed.ok()) return lines;
    for (const v1::ClusterEvidence& one : listed->evidence()) {
      lines.push_back(absl::StrCat(one.event(), " ", one.participants(), "/",
                                   one.event_participants(), " ", one.meetings_held(), "/",
                                   one.event_meetings_held(), " ", one.average_rating(),
                                   one.hosted() ? " host" : ""));
    }
    return lines;
  }
};
WICI_ON_EVERY_ENGINE(EvidenceTest);

TEST_P(EvidenceTest, AnEventCountsForItsHostsAndForTheClustersThatPeopleCameFor) {
  const auto kept = Record("e1", 7, R"(hosts: "clusters/host" initiative: "initiatives/erice"
      participants: 9 meetings_held: 4 survey_answers: 6 average_rating: 4.5
      clusters { cluster: "clusters/abc" participants: 3 meetings_held: 2 }
      clusters { cluster: "clusters/atlantis" participants: 1 })");
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->version(), 7);
  EXPECT_THAT(Of("abc"), ElementsAre("events/e1 3/9 2/4 4.5"));
  EXPECT_THAT(Of("host"), ElementsAre("events/e1 0/9 0/4 4.5 host"));
  const auto listed = ListEventEvidence(R"(parent: "clusters/abc")");
  EXPECT_EQ(listed->evidence(0).initiative(), "initiatives/erice");
  EXPECT_EQ(listed->evidence(0).end_time().seconds(), 1450454400);
  EXPECT_TRUE(listed->evidence(0).has_update_time());
}

TEST_P(EvidenceTest, TheHigherVersionCountsInWhicheverOrderTheyCome) {
  const std::string five =
      R"(participants: 5 clusters { cluster: "clusters/abc" participants: 5 })";
  const std::string six =
      R"(participants: 6 clusters { cluster: "clusters/host" participants: 6 })";
  ASSERT_THAT(Record("e1", 2, six), IsOk());
  const auto late = Record("e1", 1, five);
  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(late->version(), 2);
  const auto again = Record("e1", 2, five);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->version(), 2);
  EXPECT_THAT(Of("abc"), IsEmpty());
  EXPECT_THAT(Of("host"), ElementsAre("events/e1 6/6 0/0 0"));
  ASSERT_THAT(Record("e1", 3, five), IsOk());
  EXPECT_THAT(Of("abc"), ElementsAre("events/e1 5/5 0/0 0"));
  EXPECT_THAT(Of("host"), IsEmpty());
}

TEST_P(EvidenceTest, AnEventThatDidNotTakePlaceCountsForNobody) {
  const std::string counts = R"(clusters { cluster: "clusters/abc" participants: 5 })";
  ASSERT_THAT(Record("e1", 1, counts), IsOk());
  ASSERT_THAT(RecordEventEvidence(R"(evidence { event: "events/e1" version: 2
                                     end_time { seconds: 1450454400 } )" +
                                  counts + "}"),
              IsOk());
  EXPECT_THAT(Of("abc"), IsEmpty());
}

TEST_P(EvidenceTest, TheSameRequestIsAnsweredAsBefore) {
  const std::string counts = R"(clusters { cluster: "clusters/abc" participants: 5 })";
  const std::string id = R"(request_id: "0b9f8b0a-2b7c-4f0e-9a52-51e0a7a7f6a1")";
  const auto first = Record("e1", 1, counts, id);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Record("e1", 2, counts), IsOk());
  const auto again = Record("e1", 1, counts, id);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->version(), 1) << "what was answered then";
  EXPECT_THAT(Record("e1", 3, counts, id),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

TEST_P(EvidenceTest, EvidenceIsListedPageByPage) {
  for (const char* event : {"e1", "e2", "e3"}) {
    ASSERT_THAT(Record(event, 1, R"(clusters { cluster: "clusters/abc" participants: 1 })"),
                IsOk());
  }
  const auto first = ListEventEvidence(R"(parent: "clusters/abc" page_size: 2)");
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->evidence_size(), 2);
  const auto second = ListEventEvidence("parent: \"clusters/abc\" page_size: 2 page_token: \"" +
                                        first->next_page_token() + "\"");
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->evidence_size(), 1);
  EXPECT_EQ(second->evidence(0).event(), "events/e3");
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(ListEventEvidence("parent: \"clusters/host\" page_size: 2 page_token: \"" +
                                first->next_page_token() + "\""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
  EXPECT_THAT(ListEventEvidence(R"(parent: "clusters/atlantis")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(EvidenceTest, EveryViolationIsNamed) {
  EXPECT_THAT(
      RecordEventEvidence(R"(evidence { event: "clusters/abc" initiative: "x"
                  participants: -1 average_rating: 7 hosts: "events/e1"
                  clusters { cluster: "clusters/abc" meetings_held: -2 }
                  clusters { cluster: "clusters/abc" } } request_id: "7")"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasViolation("evidence.event"), HasViolation("evidence.version"),
                     HasViolation("evidence.end_time"), HasViolation("evidence.initiative"),
                     HasViolation("evidence.participants"), HasViolation("evidence.average_rating"),
                     HasViolation("evidence.hosts[0]"),
                     HasViolation("evidence.clusters[0].meetings_held"),
                     HasViolation("evidence.clusters[1].cluster"), HasViolation("request_id"))));
  std::string many;
  for (int i = 0; i < 1001; ++i) {
    many += "clusters { cluster: \"clusters/c" + std::to_string(i) + "\" } ";
  }
  EXPECT_THAT(Record("e1", 1, many),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("evidence.clusters")));
}

TEST_P(EvidenceTest, ServicesGiveItAndThoseWhoWorkOnTheAssessmentsOfTheClusterReadIt) {
  v1::RecordEventEvidenceRequest record;
  record.mutable_evidence()->set_event("events/e1");
  record.mutable_evidence()->set_version(1);
  record.mutable_evidence()->mutable_end_time()->set_seconds(1450454400);
  v1::ListEventEvidenceRequest list;
  list.set_parent("clusters/abc");
  const auto may = [&](const std::string& role, const std::string& scope) {
    const std::string token = services_.Token(role, scope);
    const std::string service = "wici.cluster_registry.v1.EvidenceService/";
    const bool records =
        services_
            .Call<v1::RecordEventEvidenceResponse>(service + "RecordEventEvidence", record, token)
            .ok();
    const bool reads =
        services_.Call<v1::ListEventEvidenceResponse>(service + "ListEventEvidence", list, token)
            .ok();
    return std::string(records ? "records" : "") + (reads ? "reads" : "");
  };
  EXPECT_EQ(may("service", "platform"), "records");
  EXPECT_EQ(may("cluster-manager", "clusters/abc"), "reads");
  EXPECT_EQ(may("cluster-manager", "clusters/host"), "") << "of another cluster";
  EXPECT_EQ(may("partner-region", "platform"), "");
}

}  // namespace
}  // namespace wici::cluster_registry
