// Assessments and indicator sets in the database, on every engine.
#include "services/cluster_registry/assessments/assessment_store.h"

#include <string>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class AssessmentStoreTest : public testing::FamilyStoreTest {
 protected:
  void SetUp() override {
    FamilyStoreTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_THAT(AddCluster("a"), IsOk());
    ASSERT_THAT(AddCluster("b"), IsOk());
  }

  absl::Status AddSet(const std::string& id, const std::string& version,
                      const std::string& scheme = "labelSchemes/esca") {
    return Write([&](Writer& writer) {
      auto set = Parse<v1::IndicatorSet>(R"(kind: "GOLD" display_name: "Wskaźniki")");
      set.set_name("indicatorSets/" + id);
      set.set_version(version);
      set.set_scheme(scheme);
      return InsertIndicatorSet(writer, set);
    });
  }
  // In `cluster` and state, with more fields.
  absl::Status Add(const std::string& cluster, const std::string& id,
                   const std::string& fields = "") {
    return WriteIn(cluster, [&](Writer& writer) {
      auto assessment = Parse<v1::Assessment>(fields);
      assessment.set_name("clusters/" + cluster + "/assessments/" + id);
      assessment.set_indicator_set("indicatorSets/gold");
      return InsertAssessment(writer, assessment);
    });
  }
  absl::Status Decide(const std::string& cluster, const std::string& id,
                      v1::Assessment::State state) {
    return WriteIn(cluster, [&](Writer& writer) -> absl::Status {
      WICI_ASSIGN_OR_RETURN(v1::Assessment assessment,
                            ReadAssessment(writer, "clusters/" + cluster + "/assessments/" + id));
      assessment.set_state(state);
      *assessment.add_steps()->mutable_record_time() =
          google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(writer.now()));
      return SaveAssessment(writer, assessment);
    });
  }
  std::vector<PeerEntry> Decisions(absl::Time until, int limit = 10) {
    const auto decisions = Query<std::vector<PeerEntry>>(
        [&](Reader& reader) { return ReadDecisions(reader, "indicatorSets/gold", until, limit); });
    EXPECT_THAT(decisions, IsOk());
    return decisions.value_or(std::vector<PeerEntry>());
  }
};
WICI_ON_EVERY_ENGINE(AssessmentStoreTest);

TEST_P(AssessmentStoreTest, ASetIsReadAsItWasWrittenAndItsVersionIsThereOnce) {
  ASSERT_THAT(AddSet("gold", "ECEI-2012"), IsOk());
  ASSERT_THAT(AddSet("gold-2020", "ECEI-2020"), IsOk());
  ASSERT_THAT(AddSet("other", "ECEI-2012", "labelSchemes/other"), IsOk());
  EXPECT_THAT(AddSet("gold", "ECEI-2030"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
  EXPECT_THAT(AddSet("again", "ECEI-2012"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
  EXPECT_THAT(Read([&](Reader& reader) -> absl::Status {
                WICI_ASSIGN_OR_RETURN(const v1::IndicatorSet set,
                                      ReadIndicatorSet(reader, "indicatorSets/gold"));
                EXPECT_EQ(set.display_name(), "Wskaźniki");
                EXPECT_EQ(set.etag(), "\"1\"");
                EXPECT_EQ(set.create_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
                WICI_ASSIGN_OR_RETURN(
                    const auto sets,
                    ReadIndicatorSets(reader, "labelSchemes/esca", {.after = "", .limit = 10}));
                EXPECT_THAT(sets, SizeIs(2));
                WICI_ASSIGN_OR_RETURN(
                    const auto rest,
                    ReadIndicatorSets(reader, "", {.after = "indicatorSets/gold", .limit = 10}));
                EXPECT_THAT(rest, SizeIs(2));
                return ReadIndicatorSet(reader, "indicatorSets/none").status();
              }),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(AssessmentStoreTest, AnAssessmentIsReadAsItWasWritten) {
  ASSERT_THAT(AddSet("gold", "ECEI-2012"), IsOk());
  ASSERT_THAT(Add("a", "x1", R"(portfolio: "Żywność")"), IsOk());
  ASSERT_THAT(Add("a", "x2"), IsOk());
  ASSERT_THAT(Add("b", "x3"), IsOk());
  EXPECT_THAT(Add("a", "x1"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Decide("a", "x1", v1::Assessment::STATE_APPROVED), IsOk());
  EXPECT_THAT(
      Read([&](Reader& reader) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const v1::Assessment read,
                              ReadAssessment(reader, "clusters/a/assessments/x1"));
        EXPECT_EQ(read.portfolio(), "Żywność");
        EXPECT_EQ(read.etag(), "\"2\"");
        EXPECT_LT(read.create_time().seconds(), read.update_time().seconds());
        WICI_ASSIGN_OR_RETURN(const auto page,
                              ReadAssessments(reader, "clusters/a",
                                              {.after = "clusters/a/assessments/x1", .limit = 10}));
        EXPECT_THAT(page, SizeIs(1));
        WICI_ASSIGN_OR_RETURN(const auto named,
                              ReadAssessmentsNamed(reader, {"clusters/b/assessments/x3",
                                                            "clusters/a/assessments/x2", "none"}));
        EXPECT_THAT(named, SizeIs(2));
        return absl::OkStatus();
      }),
      IsOk());
}

TEST_P(AssessmentStoreTest, DecisionsComeInTheirOrderWithTheirGroups) {
  ASSERT_THAT(AddSet("gold", "ECEI-2012"), IsOk());
  ASSERT_THAT(Add("a", "x1", R"(country: "PL" size_class: SIZE_CLASS_BELOW_50)"), IsOk());
  ASSERT_THAT(Add("a", "x2"), IsOk());
  ASSERT_THAT(Add("b", "x3", R"(country: "DE" portfolio: "ICT")"), IsOk());
  EXPECT_THAT(Decisions(absl::InfiniteFuture()), IsEmpty());
  ASSERT_THAT(Decide("b", "x3", v1::Assessment::STATE_REJECTED), IsOk());
  clock_.Advance(absl::Hours(1));
  const absl::Time between = clock_.Now();
  ASSERT_THAT(Decide("a", "x1", v1::Assessment::STATE_APPROVED), IsOk());
  ASSERT_THAT(Decide("a", "x2", v1::Assessment::STATE_WITHDRAWN), IsOk());
  const auto all = Decisions(absl::InfiniteFuture());
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].assessment, "clusters/b/assessments/x3");
  EXPECT_THAT(all[0].groups, ElementsAre("portfolio:ict", "country:DE"));
  EXPECT_EQ(all[1].cluster, "clusters/a");
  EXPECT_THAT(all[1].groups, ElementsAre("country:PL", "size:1"));
  EXPECT_THAT(Decisions(between), SizeIs(1));
  EXPECT_THAT(Decisions(absl::InfiniteFuture(), 1), SizeIs(1));
}

TEST_P(AssessmentStoreTest, L11ChangesSayThatSomethingHappenedAndNotWhat) {
  ASSERT_THAT(AddSet("gold", "ECEI-2012"), IsOk());
  ASSERT_THAT(Add("a", "x1", "points: 149 points_max: 150"), IsOk());
  ASSERT_THAT(Decide("a", "x1", v1::Assessment::STATE_REJECTED), IsOk());
  feed::Sequencer sequencer(database(), nullptr, clock_, {.source = "test", .owner = "o"},
                            [](const feed::v1::Cursor&) {});
  ASSERT_THAT(sequencer.RunOnce(), IsOk());
  std::vector<std::string> kinds;
  EXPECT_THAT(database().Read(Deadline(),
                              [&](sql::Transaction& tx) {
                                kinds.clear();
                                WICI_ASSIGN_OR_RETURN(const auto changes,
                                                      feed::ReadChanges(tx, {}, 100));
                                for (const feed::v1::Change& change : changes) {
                                  kinds.push_back(change.kind() + " " + change.resource());
                                  EXPECT_THAT(change.attributes(), IsEmpty());
                                  EXPECT_EQ(change.person(), "");
                                }
                                return absl::OkStatus();
                              }),
              IsOk());
  EXPECT_THAT(kinds,
              UnorderedElementsAre("cluster.created clusters/a", "cluster.created clusters/b",
                                   "indicator_set.created indicatorSets/gold",
                                   "assessment.created clusters/a/assessments/x1",
                                   "assessment.updated clusters/a/assessments/x1"));
}

TEST_P(AssessmentStoreTest, L7L8TheVerdictOfANamedAssessmentIsFound) {
  ASSERT_THAT(Write([&](Writer& writer) -> absl::Status {
                auto gold = Parse<v1::IndicatorSet>(R"(
                  name: "indicatorSets/criteria" scheme: "labelSchemes/esca" kind: "GOLD"
                  version: "1" rule: RULE_POINTS dimensions { code: "A" }
                  indicators { code: "1" dimension: "A" is_baseline: true })");
                WICI_RETURN_IF_ERROR(InsertIndicatorSet(writer, gold));
                auto silver = Parse<v1::IndicatorSet>(R"(
                  name: "indicatorSets/gold" scheme: "labelSchemes/esca" kind: "SILVER"
                  version: "1" rule: RULE_IMPROVEMENT improvement_area_count: 1
                  criteria_set: "indicatorSets/criteria")");
                return InsertIndicatorSet(writer, silver);
              }),
              IsOk());
  ASSERT_THAT(Add("a", "x1", R"(scheme: "labelSchemes/esca" kind: "SILVER" state: STATE_REPORTED
                                held_on: "2015-11-02" improvement_areas: "1"
                                results { indicator: "1" threshold_met: true })"),
              IsOk());
  EXPECT_THAT(Read([&](Reader& reader) -> absl::Status {
                WICI_ASSIGN_OR_RETURN(
                    const v1::AssessmentVerdict verdict,
                    JudgeNamedAssessment(reader, "clusters/a/assessments/x1", testing::Esca(),
                                         {testing::Bronze(R"(assessed_on: "2014-02-01")")},
                                         testing::Day("2026-01-01")));
                EXPECT_EQ(verdict.outcome(), v1::AssessmentVerdict::OUTCOME_PASS)
                    << verdict.DebugString();
                return JudgeNamedAssessment(reader, "clusters/a/assessments/none", testing::Esca(),
                                            {}, testing::Day("2026-01-01"))
                    .status();
              }),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::cluster_registry
