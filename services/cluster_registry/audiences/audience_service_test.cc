// EvaluateAudience on the real clusters.csv: the invitation of 18 December 2015.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "google/protobuf/util/time_util.h"
#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "services/cluster_registry/imports/files/csv.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The demo data: a region for each code of the file, Mazovia under both of its codes, the clusters
// and their awards, a manager for each cluster of Poland and for Chemie-Cluster Bayern.
class AudienceServiceTest : public testing::RegistryTest {
 protected:
  AudienceServiceTest() {
    AddEsca();
    const std::string content = ReadFile("data/clusters.csv");
    std::map<std::string, std::string> country_of_code;
    for (const CsvRecord& record : ParseCsv(content, 1000)) {
      if (record.line > 1 && !record.fields[2].empty()) {
        country_of_code[record.fields[2]] = record.fields[1];
      }
    }
    for (const auto& [code, country] : country_of_code) AddRegion(code, country);
    v1::ImportClustersRequest request;
    request.set_content(content);
    request.set_label_scheme("labelSchemes/esca");
    const auto imported = ImportClusters(request);
    EXPECT_THAT(imported, IsOk());
    std::set<std::string> clusters;
    for (const auto& row : imported->rows()) clusters.insert(row.cluster());
    for (const std::string& name : clusters) {
      const std::string country = GetCluster("name: \"" + name + "\"")->country();
      if (country == "PL" || name == "clusters/chemie-cluster-bayern") AddManager(name);
    }
  }

  void AddRegion(const std::string& code, const std::string& country) {
    const std::string id = code == "PL9" ? "mazovia" : "r-" + absl::AsciiStrToLower(code);
    std::string text = "region_id: \"" + id + "\" region { display_name: \"" + code +
                       "\" country: \"" + country +
                       "\" codes { scheme: \"NUTS\" version: \"2016\" code: \"" + code + "\" }";
    if (code == "PL9") text += R"( codes { scheme: "NUTS" version: "2013" code: "PL12" })";
    EXPECT_THAT(CreateRegion(text + " }"), IsOk());
  }
  void AddManager(const std::string& cluster) {
    EXPECT_THAT(CreateContact("parent: \"" + cluster + R"(" contact_id: "manager"
                  contact { role: ROLE_MANAGER display_name: "Manager" email: ")" +
                              cluster.substr(9) + R"(@example.org" primary: true })"),
                IsOk());
  }

  v1::EvaluateAudienceRequest Request(bool accept_derived) {
    auto request = testing::Parse<v1::EvaluateAudienceRequest>(R"(
      rule { all_of {
        rules { role { role: ROLE_MANAGER } }
        rules { region { region: "regions/mazovia" } }
        rules { label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT } } } }
      on_date: "2015-12-18" unknown_policy: UNKNOWN_POLICY_REVIEW)");
    request.mutable_rule()->mutable_all_of()->mutable_rules(2)->mutable_label()->set_accept_derived(
        accept_derived);
    return request;
  }

  static std::vector<std::string> Clusters(const v1::EvaluateAudienceResponse& response,
                                           v1::AudienceRow::Outcome outcome) {
    std::vector<std::string> names;
    for (const v1::AudienceRow& row : response.rows()) {
      if (row.outcome() == outcome) names.push_back(row.cluster().substr(9));
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  static std::vector<std::string> Matched(const v1::EvaluateAudienceResponse& response) {
    return Clusters(response, v1::AudienceRow::OUTCOME_MATCHED);
  }
  static std::vector<std::string> Review(const v1::EvaluateAudienceResponse& response) {
    return Clusters(response, v1::AudienceRow::OUTCOME_REVIEW);
  }
};

TEST_F(AudienceServiceTest, TheManagersOfMazoviaWithBronzeAreFound) {
  const auto before = EvaluateAudience(Request(true));
  ASSERT_THAT(before, IsOk());
  EXPECT_THAT(Matched(*before),
              ElementsAre("agrobiocluster", "biotechmed-cluster-mazovia",
                          "bm3-mazovian-cluster-of-materials-technology-and-engineering"));
  EXPECT_THAT(Review(*before),
              ElementsAre("biomedical-engineering-centre-cluster", "construction-cluster-innowator",
                          "klaster-gospodarki-odpadowej-i-recyklingu",
                          "mazovian-chemical-cluster-mazowiecki-klaster-chemiczny",
                          "wschodni-klaster-ict-eastern-cluster-ict"));

  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/biomedical-engineering-centre-cluster"
                                         home_region: "regions/mazovia" })"),
              IsOk());
  const auto settled = EvaluateAudience(Request(true));
  EXPECT_THAT(Matched(*settled),
              ElementsAre("agrobiocluster", "biomedical-engineering-centre-cluster",
                          "biotechmed-cluster-mazovia",
                          "bm3-mazovian-cluster-of-materials-technology-and-engineering"));
  EXPECT_EQ(settled->counts().matched(), 4);
  EXPECT_EQ(settled->counts().unknown(), 4);
}

TEST_F(AudienceServiceTest, ByRecordedDatesAloneEverybodyGoesToReview) {
  const auto strict = EvaluateAudience(Request(false));
  ASSERT_THAT(strict, IsOk());
  EXPECT_THAT(Matched(*strict), SizeIs(0));
  EXPECT_THAT(Review(*strict), IsSupersetOf({std::string("agrobiocluster"),
                                             std::string("biotechmed-cluster-mazovia"),
                                             std::string("agri-innovation-cluster")}));
}

TEST_F(AudienceServiceTest, WhoDoesNotMatchIsNotEvenForReview) {
  const auto response = EvaluateAudience(Request(true));
  for (const char* name :
       {"association-of-sealed-glass-unit-producers", "biznes-klaster", "aviation-valley",
        "baltic-eco-energy-cluster", "agri-innovation-cluster", "bydgoszcz-industrial-cluster",
        "klaster-lifescience-krakow", "chemie-cluster-bayern"}) {
    EXPECT_THAT(Matched(*response), Not(::testing::Contains(name)));
    EXPECT_THAT(Review(*response), Not(::testing::Contains(name)));
  }
}

TEST_F(AudienceServiceTest, ChemieClusterBayernIsHonestlyUnknown) {
  const auto gold = GetLabelStatus(R"(
    cluster: "clusters/chemie-cluster-bayern" scheme: "labelSchemes/esca" kind: "GOLD"
    on_date: "2015-12-18" accept_derived: true)");
  ASSERT_THAT(gold, IsOk());
  EXPECT_EQ(gold->status(), v1::LABEL_STATUS_UNKNOWN);
  EXPECT_EQ(gold->reason(), v1::LABEL_STATUS_REASON_END_UNKNOWN);
}

TEST_F(AudienceServiceTest, ACorrectionRecordedLaterDoesNotChangeAnEarlierAnswer) {
  auto request = Request(true);
  *request.mutable_known_at() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(services_.clock().Now()));
  const auto before = EvaluateAudience(request);
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(RecordLabelEvent(R"(
                name: "clusters/agrobiocluster/labels/esca-bronze-until-2017-02-12"
                event { type: TYPE_REVOCATION effective_on: "2015-12-01" reason: "test" })"),
              IsOk());
  EXPECT_THAT(Matched(*EvaluateAudience(Request(true))),
              Not(::testing::Contains("agrobiocluster")));
  EXPECT_EQ(EvaluateAudience(request)->SerializeAsString(), before->SerializeAsString());
}

TEST_F(AudienceServiceTest, PagesKeepTheInstantOfTheFirst) {
  auto request = Request(true);
  request.set_page_size(2);
  const auto first = EvaluateAudience(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(first->rows(), SizeIs(2));
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(RecordLabelEvent(R"(
                name: "clusters/biotechmed-cluster-mazovia/labels/esca-bronze-until-2016-12-11"
                event { type: TYPE_REVOCATION effective_on: "2015-12-01" reason: "test" })"),
              IsOk());
  std::vector<std::string> rest;
  v1::AudienceCounts counts = first->counts();
  EXPECT_EQ(counts.matched() + counts.unknown(), 2);
  for (std::string token = first->next_page_token(); !token.empty();) {
    request.set_page_token(token);
    const auto page = EvaluateAudience(request);
    ASSERT_THAT(page, IsOk());
    EXPECT_EQ(page->known_at().seconds(), first->known_at().seconds());
    for (const auto& row : page->rows()) rest.push_back(row.cluster());
    token = page->next_page_token();
    counts = page->counts();
  }
  EXPECT_THAT(rest, SizeIs(6));
  EXPECT_EQ(counts.matched(), 3);  // over all pages, as known before the revocation
  EXPECT_EQ(counts.unknown(), 5);
  request.set_on_date("2015-12-19");
  EXPECT_THAT(EvaluateAudience(request), HasViolation("page_token"));
}

TEST_F(AudienceServiceTest, ADryRunGivesTheCountsOfAllPagesAtOnce) {
  auto request = Request(true);
  request.set_counts_only(true);
  request.set_page_size(1);
  const auto dry = EvaluateAudience(request);
  ASSERT_THAT(dry, IsOk());
  EXPECT_THAT(dry->rows(), SizeIs(0));
  EXPECT_EQ(dry->next_page_token(), "");
  EXPECT_EQ(dry->counts().SerializeAsString(),
            EvaluateAudience(Request(true))->counts().SerializeAsString());
}

TEST_F(AudienceServiceTest, ARegionByItsOldCodeIsTheSameRegion) {
  auto request = Request(true);
  auto& region = *request.mutable_rule()->mutable_all_of()->mutable_rules(1)->mutable_region();
  region = testing::Parse<v1::RegionPredicate>(
      R"(code { scheme: "NUTS" version: "2013" code: "PL12" })");
  EXPECT_EQ(Matched(*EvaluateAudience(request)), Matched(*EvaluateAudience(Request(true))));
  region.mutable_code()->set_version("2016");
  EXPECT_THAT(EvaluateAudience(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasViolation("rule.all_of.rules[1].region.code")));
}

TEST_F(AudienceServiceTest, ARuleOverWhatDoesNotExistIsRefused) {
  auto request = Request(true);
  auto& rules = *request.mutable_rule()->mutable_all_of();
  rules.mutable_rules(2)->mutable_label()->set_kind("PLATINUM");
  EXPECT_THAT(EvaluateAudience(request), StatusIs(absl::StatusCode::kInvalidArgument,
                                                  HasViolation("rule.all_of.rules[2].label.kind")));
  rules.mutable_rules(1)->mutable_region()->set_region("regions/atlantis");
  EXPECT_THAT(EvaluateAudience(request),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(EvaluateAudience("on_date: \"1800-01-01\" unknown_policy: 9 page_size: -1"),
              AllOf(HasViolation("rule"), HasViolation("on_date"), HasViolation("unknown_policy"),
                    HasViolation("page_size")));
}

class AudienceBoundsTest : public testing::EngineRegistryTest {};
WICI_ON_EVERY_ENGINE(AudienceBoundsTest);

TEST_P(AudienceBoundsTest, A1_ARuleIsBoundedInDepthAndSize) {
  v1::EvaluateAudienceRequest request;
  request.set_on_date("2015-12-18");
  v1::AudienceRule* deepest = request.mutable_rule();
  for (int i = 0; i < kRuleDepthMax; ++i) deepest = deepest->mutable_negation();
  deepest->mutable_country()->add_countries("PL");
  EXPECT_THAT(EvaluateAudience(request), StatusIs(absl::StatusCode::kInvalidArgument));
  request.clear_rule();
  for (int i = 0; i < kRuleNodesMax; ++i) {
    request.mutable_rule()->mutable_any_of()->add_rules()->mutable_country()->add_countries("PL");
  }
  EXPECT_THAT(EvaluateAudience(request), StatusIs(absl::StatusCode::kInvalidArgument));
  request.mutable_rule()->mutable_any_of()->mutable_rules()->RemoveLast();
  EXPECT_THAT(EvaluateAudience(request), IsOk());
}

// As the rule of a newer client is, whose predicate this service does not know.
TEST_P(AudienceBoundsTest, A1_APredicateThatIsNotKnownIsAnErrorAndNeverMatchesAll) {
  v1::EvaluateAudienceRequest request;
  request.set_on_date("2015-12-18");
  request.mutable_rule()->mutable_all_of()->add_rules();
  EXPECT_THAT(EvaluateAudience(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("rule.all_of.rules[0]")));
  request.mutable_rule()->Clear();
  EXPECT_THAT(EvaluateAudience(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("rule")));
}

}  // namespace
}  // namespace wici::cluster_registry
