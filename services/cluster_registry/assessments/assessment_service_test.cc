// AssessmentService over gRPC: sets, cases, who sees and does what, comparison. Verdicts,
// rejections and corrections stand in assessment_verdict_test.cc.
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/assessments/assessment_fixture.h"
#include "services/cluster_registry/assessments/assessment_store.h"
#include "services/cluster_registry/assessments/rules/peers.h"
#include "services/cluster_registry/assessments/rules/steps.h"
#include "services/cluster_registry/clusters/cluster_store.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;
using ::testing::SizeIs;
using v1::Assessment;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class AssessmentServiceTest : public testing::AssessmentFixture {};
WICI_ON_EVERY_ENGINE(AssessmentServiceTest);

TEST_P(AssessmentServiceTest, L8ACaseGoesFromTheApplicationToTheApproval) {
  BringTo(Assessment::STATE_REPORTED);
  const auto verdict = EvaluateAssessment(Name());
  ASSERT_THAT(verdict, IsOk());
  EXPECT_EQ(verdict->verdict().outcome(), v1::AssessmentVerdict::OUTCOME_PASS);
  EXPECT_THAT(verdict->verdict().criteria(), SizeIs(5));
  const auto approved = DecideAssessment(Name("state: STATE_APPROVED"));
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), Assessment::STATE_APPROVED);
  EXPECT_EQ(approved->points(), 16);
  EXPECT_EQ(approved->points_max(), 20);
  EXPECT_EQ(approved->ratio_milli(), 800);
  EXPECT_EQ(approved->country(), "PL");
  EXPECT_EQ(approved->results(0).indicator(), "1");
  EXPECT_TRUE(approved->results(0).threshold_met());
  std::vector<std::string> steps;
  for (const v1::AssessmentStep& step : approved->steps()) {
    steps.push_back(StateName(step.to_state()));
    EXPECT_EQ(step.actor(), "users/test");
    EXPECT_EQ(step.record_time().seconds(), absl::ToUnixSeconds(services_.clock().Now()));
  }
  EXPECT_THAT(steps, ElementsAre("APPLIED", "ELIGIBLE", "CONTRACTED", "SELF_ASSESSED", "SCHEDULED",
                                 "HELD", "REPORTED", "APPROVED"));
  const auto read = GetAssessment(Name());
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->SerializeAsString(), approved->SerializeAsString());
}

TEST_P(AssessmentServiceTest, AnApplicantSetsNothingThatComesWithTheSteps) {
  const auto applied = Apply(R"(state: STATE_APPROVED held_on: "2015-01-01" points: 20
                                report_sha256: "x" country: "XX" portfolio: "Żywność"
                                assessors { person: "me" } results { indicator: "1" points: 10 })");
  ASSERT_THAT(applied, IsOk());
  EXPECT_EQ(applied->state(), Assessment::STATE_APPLIED);
  EXPECT_EQ(applied->portfolio(), "Żywność");
  EXPECT_FALSE(applied->has_points());
  EXPECT_THAT(applied->assessors(), IsEmpty());
  EXPECT_THAT(applied->results(), IsEmpty());
  EXPECT_EQ(absl::StrCat(applied->held_on(), applied->report_sha256(), applied->country()), "");
}

TEST_P(AssessmentServiceTest, AStepOutOfOrderIsRefused) {
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_THAT(Advance("HELD"), StatusIs(kPrecondition, Reason("ASSESSMENT_STEP_NOT_ALLOWED")));
  EXPECT_THAT(DecideAssessment(Name("state: STATE_APPROVED")),
              StatusIs(kPrecondition, Reason("ASSESSMENT_STEP_NOT_ALLOWED")));
  EXPECT_THAT(SubmitSelfAssessment(Name()), Reason("ASSESSMENT_STEP_NOT_ALLOWED"));
  EXPECT_THAT(Record(1, 1), StatusIs(kPrecondition, Reason("ASSESSMENT_FIXED")));
  ASSERT_THAT(WithdrawAssessment(Name("reason: \"za wcześnie\"")), IsOk());
  EXPECT_THAT(Advance("ELIGIBLE"), Reason("ASSESSMENT_STEP_NOT_ALLOWED"));
  EXPECT_THAT(Appoint(), StatusIs(kPrecondition, Reason("ASSESSMENT_FIXED")));
}

TEST_P(AssessmentServiceTest, AStepSaysEverythingItLacks) {
  BringTo(Assessment::STATE_SELF_ASSESSED);
  ASSERT_THAT(Advance("SCHEDULED", R"(held_on: "2016-01-11")"), IsOk());
  EXPECT_THAT(Advance("HELD"), StatusIs(kPrecondition, Reason("ASSESSMENT_INCOMPLETE")));
  ASSERT_THAT(Appoint(), IsOk());
  EXPECT_THAT(Advance("HELD"), Reason("ASSESSMENT_INCOMPLETE"));  // the day has not come
  const auto moved = Advance("SCHEDULED", R"(held_on: "2015-12-18")");
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->held_on(), "2015-12-18");
  ASSERT_THAT(Advance("HELD"), IsOk());
  EXPECT_THAT(Advance("REPORTED"), StatusIs(kPrecondition, Reason("ASSESSMENT_INCOMPLETE")));
}

TEST_P(AssessmentServiceTest, EligibilityIsCheckedWhereThePolicyOfTheDayAsks) {
  services_.clock().Set(absl::FromCivil(absl::CivilDay(2019, 11, 15), absl::UTCTimeZone()));
  ASSERT_THAT(Apply(), IsOk());
  const auto eligible = [&](const std::string& more) {
    return AdvanceAssessment(Name("state: STATE_ELIGIBLE " + more));
  };
  EXPECT_THAT(eligible(""), StatusIs(kPrecondition, Reason("ASSESSMENT_INCOMPLETE")));
  const auto checked = eligible(R"(eligibility { checked_on: "2019-11-14" source: "ECCP" })");
  ASSERT_THAT(checked, IsOk());
  EXPECT_EQ(checked->eligibility().source(), "ECCP");
}

TEST_P(AssessmentServiceTest, L9AnAssessorWithARoleInTheClusterIsRefused) {
  ASSERT_THAT(Apply(), IsOk());
  ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact_id: "ewa"
                               contact { role: ROLE_EXPERT display_name: "Ewa"
                                         email: "ewa@example.org" role_until: "2016-01-31" })"),
              IsOk());
  AddCluster("", "other");
  ASSERT_THAT(CreateContact(R"(parent: "clusters/other" contact_id: "ewa"
                               contact { role: ROLE_EXPERT display_name: "Ewa"
                                         email: "EWA@example.org" })"),
              IsOk());
  ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member_id: "huta"
                              member { display_name: "Huta Łaziska" kind: KIND_LARGE_ENTERPRISE
                                       member_until: "2015-12-31" })"),
              IsOk());
  for (const char* assessor :
       {R"(person: "clusters/abc/contacts/ewa" organisation: "X" country: "DE")",
        R"(person: "clusters/other/contacts/ewa" organisation: "X" country: "DE")",
        R"(person: "users/jan" organisation: "huta laziska" country: "DE")",
        R"(person: "users/jan" organisation: "Klaster Ł" country: "DE")"}) {
    EXPECT_THAT(AppointAssessors(Name(absl::StrCat("assessors { ", assessor, " }"))),
                StatusIs(kPrecondition, Reason("ASSESSOR_CONFLICT")))
        << assessor;
  }
  EXPECT_THAT(AppointAssessors(Name(R"(assessors { person: "clusters/abc/contacts/nobody"
                                                   organisation: "X" country: "DE" })")),
              StatusIs(kInvalid, HasViolation("assessors[0].person")));
}

TEST_P(AssessmentServiceTest, L9TheTieIsThatOfTheDayAndCheckedAgainWhenItIsFixedAndHeld) {
  BringTo(Assessment::STATE_SELF_ASSESSED);
  ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member_id: "esca"
                              member { display_name: "ESCA DE" kind: KIND_OTHER
                                       member_from: "2016-01-01" })"),
              IsOk());
  ASSERT_THAT(Appoint(), IsOk());  // no member today
  EXPECT_THAT(Advance("SCHEDULED", R"(held_on: "2016-01-11")"),
              StatusIs(kPrecondition, Reason("ASSESSOR_CONFLICT")));
  ASSERT_THAT(Advance("SCHEDULED", R"(held_on: "2015-12-18")"), IsOk());
  ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member_id: "esca-pl"
                              member { display_name: "ESCA PL" kind: KIND_OTHER })"),
              IsOk());
  EXPECT_THAT(Advance("HELD"), StatusIs(kPrecondition, Reason("ASSESSOR_CONFLICT")));
}

TEST_P(AssessmentServiceTest, EligibilityMayBeCheckedWhenAnotherDayAsksForIt) {
  BringTo(Assessment::STATE_SELF_ASSESSED);
  EXPECT_THAT(Advance("SCHEDULED", R"(held_on: "2019-12-02")"),
              StatusIs(kPrecondition, Reason("ASSESSMENT_INCOMPLETE")));
  EXPECT_THAT(Advance("SCHEDULED", R"(held_on: "2019-12-02"
                        eligibility { checked_on: "2019-11-20" source: "ECCP" })"),
              IsOk());
}

TEST_P(AssessmentServiceTest, ATeamOfOneCountryDeservesALook) {
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_THAT(Appoint(R"("VDI" country: "PL")")->notices(), ElementsAre("every assessor is of PL"));
  const auto team = Appoint(R"("VDI" country: "DE")",
                            R"(observers { person: "users/spri" organisation: "SPRI" })");
  ASSERT_THAT(team, IsOk());
  EXPECT_THAT(team->notices(), IsEmpty());
  EXPECT_THAT(team->observers(), SizeIs(1));
}

TEST_P(AssessmentServiceTest, L11OnlyTheClusterItsAssessorsAndOperatorsSeeAnAssessment) {
  BringTo(Assessment::STATE_REPORTED);
  const auto get = [&](const std::string& role, const std::string& scope, const std::string& name) {
    return As(role, scope, kGetAssessment, "name: \"" + name + "\"");
  };
  EXPECT_THAT(get("cluster-manager", "clusters/abc", kName), IsOk());
  EXPECT_THAT(get("assessor", kName, kName), IsOk());
  EXPECT_THAT(get("region-operator", "platform", kName), IsOk());
  const std::string none = "clusters/abc/assessments/none";
  for (const char* role : {"auditor", "event-organiser", "partner-region", "service", "attendee"}) {
    EXPECT_THAT(get(role, "platform", kName), StatusIs(kDenied, Reason("PERMISSION_DENIED")))
        << role;
    EXPECT_THAT(get(role, "platform", none), StatusIs(kDenied, Reason("PERMISSION_DENIED")))
        << role;  // permission comes before existence
    EXPECT_THAT(As(role, "platform", kEvaluateAssessment, Name()), StatusIs(kDenied));
    EXPECT_THAT(As(role, "platform", kListAssessments, R"(parent: "clusters/abc")"),
                StatusIs(kDenied));
    EXPECT_THAT(As(role, "platform", kCompareWithPeers, Name("group: PEER_GROUP_COUNTRY")),
                StatusIs(kDenied));
  }
  EXPECT_THAT(get("cluster-manager", "clusters/other", kName), StatusIs(kDenied));
  EXPECT_THAT(get("assessor", kName, none), StatusIs(kDenied));
  EXPECT_THAT(get("", "", kName), StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_P(AssessmentServiceTest, L11TheAssessedDoesNotJudgeAndTheAssessorDoesNotDecide) {
  BringTo(Assessment::STATE_HELD);
  const std::string cluster = "clusters/abc";
  EXPECT_THAT(As("cluster-manager", cluster, kRecordAssessmentResults, Name()),
              StatusIs(kDenied, Reason("PERMISSION_DENIED")));
  EXPECT_THAT(As("cluster-manager", cluster, kAdvanceAssessment, Name("state: STATE_REPORTED")),
              StatusIs(kDenied));
  for (const char* role : {"cluster-manager", "assessor"}) {
    EXPECT_THAT(As(role, cluster, kAppointAssessors, Name()), StatusIs(kDenied)) << role;
    EXPECT_THAT(As(role, cluster, kDecideAssessment, Name("state: STATE_APPROVED")),
                StatusIs(kDenied))
        << role;
    EXPECT_THAT(As(role, cluster, kCreateIndicatorSet, ""), StatusIs(kDenied)) << role;
  }
  EXPECT_THAT(As("assessor", kName, kRecordAssessmentResults,
                 Name(R"(results { indicator: "1" points: 3 })")),
              IsOk());
  EXPECT_THAT(As("assessor", kName, kCreateAssessment, R"(parent: "clusters/abc")"),
              StatusIs(kDenied));
  EXPECT_THAT(As("cluster-manager", cluster, kUpdateAssessment,
                 absl::StrCat("assessment { name: \"", kName, "\" publication_consent: true }")),
              IsOk());
}

TEST_P(AssessmentServiceTest, L11WithConsentAndApprovalTheTotalIsPublishedAndNothingElse) {
  BringTo(Assessment::STATE_REPORTED, 10, 10);
  const auto published = [&](const std::string& name = kName) {
    return As("", "", kGetPublishedAssessment, "name: \"" + name + "\"");
  };
  const auto consent = [&](const std::string& value) {
    return UpdateAssessment(absl::StrCat("assessment { name: \"", kName,
                                         "\" publication_consent: ", value,
                                         " } update_mask { paths: \"publication_consent\" }"));
  };
  ASSERT_THAT(consent("true"), IsOk());
  EXPECT_THAT(published(), StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));  // not approved yet
  ASSERT_THAT(DecideAssessment(Name("state: STATE_APPROVED")), IsOk());
  const auto total = published();
  ASSERT_THAT(total, IsOk());
  EXPECT_EQ(total->points(), 20);
  EXPECT_EQ(total->points_max(), 20);
  EXPECT_EQ(total->ratio_milli(), 1000);
  ASSERT_THAT(consent("false"), IsOk());
  // The answer is that for one that does not exist, but for the name.
  const absl::Status hidden = published().status();
  const absl::Status absent = published("clusters/abc/assessments/none").status();
  EXPECT_THAT(hidden, StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_EQ(absl::StrReplaceAll(std::string(hidden.message()),
                                {{kName, "clusters/abc/assessments/none"}}),
            absent.message());
  ASSERT_THAT(consent("true"), IsOk());
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/abc")"), IsOk());
  EXPECT_THAT(published(), StatusIs(kNotFound));
  EXPECT_THAT(consent("false"), StatusIs(kPrecondition, Reason("CLUSTER_DELETED")));
}

TEST_P(AssessmentServiceTest, ARequestTakesEffectOnceAndAnOldEtagIsRefused) {
  ASSERT_THAT(Apply(), IsOk());
  const std::string request = absl::StrCat("reason: \"x\" request_id: \"", kRequestId, "\"");
  const auto first = WithdrawAssessment(Name(request));
  ASSERT_THAT(first, IsOk());
  const auto again = WithdrawAssessment(Name(request));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(WithdrawAssessment(Name(request + " etag: \"x\"")),
              StatusIs(kInvalid, Reason("REQUEST_ID_REUSED")));
  EXPECT_THAT(WithdrawAssessment(Name(R"(reason: "x" etag: "\"1\"")")),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_THAT(Apply(),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
}

TEST_P(AssessmentServiceTest, WhatIsHeldKeepsItsPortfolio) {
  BringTo(Assessment::STATE_HELD);
  EXPECT_THAT(
      UpdateAssessment(absl::StrCat("assessment { name: \"", kName, "\" portfolio: \"ICT\" }")),
      StatusIs(kPrecondition, Reason("ASSESSMENT_FIXED")));
  EXPECT_THAT(UpdateAssessment(absl::StrCat("assessment { name: \"", kName,
                                            "\" } update_mask { paths: \"results\" }")),
              StatusIs(kInvalid, HasViolation("update_mask")));
}

TEST_P(AssessmentServiceTest, EveryViolationIsNamed) {
  EXPECT_THAT(
      CreateAssessment(R"(parent: "abc" assessment_id: "X" request_id: "x"
                          assessment { mode: 7 improvement_areas: "A" improvement_areas: "A" })"),
      AllOf(HasViolation("parent"), HasViolation("assessment_id"), HasViolation("request_id"),
            HasViolation("assessment.scheme"), HasViolation("assessment.kind"),
            HasViolation("assessment.indicator_set"), HasViolation("assessment.mode"),
            HasViolation("assessment.improvement_areas[1]")));
  EXPECT_THAT(Apply(R"(improvement_areas: "A")"), HasViolation("assessment.improvement_areas"));
  EXPECT_THAT(CreateAssessment(R"(parent: "clusters/abc" assessment { scheme: "labelSchemes/esca"
                                  kind: "BRONZE" indicator_set: "indicatorSets/gold" })"),
              HasViolation("assessment.indicator_set"));
  EXPECT_THAT(CreateAssessment(R"(parent: "clusters/abc" assessment { scheme: "labelSchemes/esca"
                                  kind: "GOLD" indicator_set: "indicatorSets/none" })"),
              HasViolation("assessment.indicator_set"));
  EXPECT_THAT(AdvanceAssessment(R"(name: "x" state: STATE_APPROVED)"),
              AllOf(HasViolation("name"), HasViolation("state")));
  EXPECT_THAT(Advance("SCHEDULED", R"(held_on: "1899-12-31" eligibility {})"),
              AllOf(HasViolation("held_on"), HasViolation("eligibility.checked_on"),
                    HasViolation("eligibility.source")));
  EXPECT_THAT(Advance("CONTRACTED", R"(held_on: "2015-12-18" eligibility {})"),
              AllOf(HasViolation("held_on"), HasViolation("eligibility")));
  EXPECT_THAT(Advance("HELD", R"(held_on: "2015-12-18")"), HasViolation("held_on"));
  EXPECT_THAT(AppointAssessors(Name(R"(assessors { lead: true country: "Polska" }
                                       assessors { lead: true } observers {})")),
              AllOf(HasViolation("assessors"), HasViolation("assessors[0].person"),
                    HasViolation("assessors[0].organisation"), HasViolation("assessors[0].country"),
                    HasViolation("assessors[1].person"), HasViolation("observers[0].person")));
  std::string many;
  for (int i = 0; i <= 10; ++i) many += "assessors {} observers {} ";
  EXPECT_THAT(AppointAssessors(Name(many)),
              AllOf(HasViolation("assessors"), HasViolation("observers")));
  EXPECT_THAT(RecordAssessmentResults(Name(R"(report_sha256: "AB" results { points: -1 })")),
              AllOf(HasViolation("report_sha256"), HasViolation("results[0].indicator"),
                    HasViolation("results[0].points")));
  EXPECT_THAT(DecideAssessment(Name("state: STATE_HELD")), HasViolation("state"));
  EXPECT_THAT(WithdrawAssessment(Name()), HasViolation("reason"));
  EXPECT_THAT(CompareWithPeers(Name()), HasViolation("group"));
}

TEST_P(AssessmentServiceTest, AnIndicatorSetIsCheckedAsAWhole) {
  const auto create = [&](const std::string& fields) {
    return CreateIndicatorSet("indicator_set_id: \"new\" indicator_set { " + fields + " }");
  };
  EXPECT_THAT(
      create(R"(dimensions { code: "A" title: "A" } dimensions { code: "A" indicator_count: -1 }
                indicators { code: "A" dimension: "B" title: "x" points_max: 5 threshold: 6 }
                indicator_count: 501 criteria_set: "x" improvement_area_count: 3)"),
      AllOf(HasViolation("indicator_set.scheme"), HasViolation("indicator_set.kind"),
            HasViolation("indicator_set.version"), HasViolation("indicator_set.display_name"),
            HasViolation("indicator_set.rule"), HasViolation("indicator_set.indicator_count"),
            HasViolation("indicator_set.criteria_set"),
            HasViolation("indicator_set.improvement_area_count"),
            HasViolation("indicator_set.dimensions[1].code"),
            HasViolation("indicator_set.dimensions[1].title"),
            HasViolation("indicator_set.dimensions[1].indicator_count"),
            HasViolation("indicator_set.indicators[0].code"),
            HasViolation("indicator_set.indicators[0].dimension"),
            HasViolation("indicator_set.indicators[0].threshold")));
  const std::string good = R"(scheme: "labelSchemes/esca" kind: "SILVER" version: "1"
                              display_name: "S" )";
  EXPECT_THAT(
      create(good + R"(rule: RULE_POINTS indicator_count: 3 points_max: 9
                               dimensions { code: "A" title: "A" indicator_count: 2 }
                               indicators { code: "1" dimension: "A" title: "1" points_max: 5 }
                               indicators { code: "2" dimension: "A" title: "2" points_max: 5 }
                               indicators { code: "3" dimension: "A" title: "3" points_max: 5 })"),
      AllOf(HasViolation("indicator_set.indicator_count"), HasViolation("indicator_set.points_max"),
            HasViolation("indicator_set.dimensions[0]")));
  EXPECT_THAT(create(good + R"(rule: RULE_IMPROVEMENT)"),
              AllOf(HasViolation("indicator_set.criteria_set"),
                    HasViolation("indicator_set.improvement_area_count")));
  EXPECT_THAT(
      create(R"(scheme: "labelSchemes/none" kind: "X" version: "1" display_name: "S"
                        rule: RULE_IMPROVEMENT improvement_area_count: 3
                        criteria_set: "indicatorSets/none")"),
      AllOf(HasViolation("indicator_set.scheme"), HasViolation("indicator_set.criteria_set")));
  ASSERT_THAT(create(good + R"(rule: RULE_IMPROVEMENT improvement_area_count: 3
                               criteria_set: "indicatorSets/gold")"),
              IsOk());
  EXPECT_THAT(GetIndicatorSet(R"(name: "indicatorSets/new")")->improvement_area_count(), 3);
  EXPECT_THAT(create(good + R"(rule: RULE_PARTICIPATION)"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
}

// One of the sets that the project ships.
v1::CreateIndicatorSetRequest Shipped(const std::string& id) {
  std::stringstream text;
  text << std::ifstream("data/indicator_sets/" + id + ".json").rdbuf();
  v1::CreateIndicatorSetRequest request;
  request.set_indicator_set_id(id);
  EXPECT_TRUE(
      google::protobuf::util::JsonStringToMessage(text.str(), request.mutable_indicator_set()).ok())
      << id;
  return request;
}

TEST_P(AssessmentServiceTest, TheShippedSetsHaveWhatIsKnownAndInventNothing) {
  const auto gold = CreateIndicatorSet(Shipped("esca-gold-ecei-2012"));
  ASSERT_THAT(gold, IsOk());
  EXPECT_EQ(gold->points_max(), 150);
  ASSERT_THAT(gold->indicators(), SizeIs(31));
  std::map<std::string, int> counts;
  for (const v1::Indicator& indicator : gold->indicators()) {
    ++counts[indicator.dimension()];
    EXPECT_FALSE(indicator.has_points_max() || indicator.has_threshold() ||
                 indicator.has_is_baseline())
        << indicator.code();
  }
  for (const v1::IndicatorDimension& dimension : gold->dimensions()) {
    EXPECT_EQ(counts[dimension.code()], dimension.indicator_count()) << dimension.code();
  }
  EXPECT_THAT(counts, SizeIs(5));
  const auto silver = CreateIndicatorSet(Shipped("esca-silver"));
  ASSERT_THAT(silver, IsOk());
  EXPECT_EQ(silver->improvement_area_count(), 3);
  const auto bronze = CreateIndicatorSet(Shipped("esca-bronze"));
  ASSERT_THAT(bronze, IsOk());
  EXPECT_EQ(bronze->indicator_count(), 36);
  EXPECT_THAT(bronze->dimensions(), SizeIs(6));
  EXPECT_THAT(bronze->indicators(), IsEmpty());
  // Its scheme is not here, which is all that is wrong.
  const auto bw = CreateIndicatorSet(Shipped("cluster-exzellenz-bw"));
  EXPECT_THAT(bw, HasViolation("indicator_set.scheme"));
  EXPECT_THAT(FieldViolations(bw.status()), SizeIs(1));
}

TEST_P(AssessmentServiceTest, ListsArePagedAndATokenBelongsToItsQuery) {
  ASSERT_THAT(Apply("", "first"), IsOk());
  ASSERT_THAT(Apply("", "second"), IsOk());
  const auto page = ListAssessments(R"(parent: "clusters/abc" page_size: 1)");
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->assessments(), SizeIs(1));
  const auto rest = ListAssessments(absl::StrCat(
      R"(parent: "clusters/abc" page_size: 1 page_token: ")", page->next_page_token(), "\""));
  ASSERT_THAT(rest, IsOk());
  EXPECT_EQ(rest->assessments(0).name(), "clusters/abc/assessments/second");
  EXPECT_EQ(rest->next_page_token(), "");
  EXPECT_THAT(ListIndicatorSets(absl::StrCat("page_token: \"", page->next_page_token(), "\"")),
              StatusIs(kInvalid, HasViolation("page_token")));
  EXPECT_THAT(ListAssessments(R"(parent: "clusters/none")"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(ListIndicatorSets("")->indicator_sets(), SizeIs(1));
  EXPECT_THAT(ListIndicatorSets(R"(scheme: "labelSchemes/none")")->indicator_sets(), IsEmpty());
}

// Other clusters with decided assessments beside "clusters/abc".
class PeerComparisonTest : public testing::AssessmentFixture {
 protected:
  // "clusters/p{number}", decided now.
  void AddPeer(int number, const std::string& fields) {
    const std::string id = absl::StrCat("p", number);
    v1::Cluster ignored;
    const Mutation mutation{.principal = "users/test",
                            .request_id = "",
                            .method = "test",
                            .request = "",
                            .transaction_id = services_.ids().NewId(),
                            .now = services_.clock().Now(),
                            .deadline = absl::Now() + absl::Seconds(20)};
    ASSERT_THAT(store_.Write(mutation, ignored,
                             [&](Writer& writer) -> absl::Status {
                               v1::Cluster cluster;
                               cluster.set_name("clusters/" + id);
                               WICI_RETURN_IF_ERROR(InsertCluster(writer, cluster));
                               auto assessment = Parse<Assessment>(fields);
                               assessment.set_name("clusters/" + id + "/assessments/a");
                               assessment.set_scheme("labelSchemes/esca");
                               assessment.set_kind("GOLD");
                               assessment.set_indicator_set("indicatorSets/gold");
                               assessment.set_state(Assessment::STATE_REJECTED);
                               *assessment.add_steps()->mutable_record_time() =
                                   google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(
                                       ToMicros(mutation.now));
                               WICI_RETURN_IF_ERROR(InsertAssessment(writer, assessment));
                               return SaveAssessment(writer, assessment);
                             }),
                IsOk());
  }
  void AddPeers(int count) {
    for (int i = 1; i <= count; ++i) {
      AddPeer(i, absl::StrCat(R"(country: "PL" results { indicator: "1" points: )", i,
                              R"( } results { indicator: "2" points: )", 10 - i, " }"));
    }
  }
  absl::StatusOr<v1::CompareWithPeersResponse> Compare(const std::string& group = "COUNTRY") {
    return CompareWithPeers(Name("group: PEER_GROUP_" + group));
  }
  void NextDay() { services_.clock().Advance(absl::Hours(24)); }
};
WICI_ON_EVERY_ENGINE(PeerComparisonTest);

TEST_P(PeerComparisonTest, L11AClusterIsComparedWithTheQuartilesOfItsGroup) {
  BringTo(Assessment::STATE_REPORTED);
  AddPeers(6);
  EXPECT_THAT(Compare(), StatusIs(kPrecondition, Reason("PEER_GROUP_TOO_SMALL")));  // of today
  NextDay();
  const auto comparison = Compare();
  ASSERT_THAT(comparison, IsOk());
  EXPECT_EQ(comparison->group_value(), "PL");
  EXPECT_EQ(comparison->peer_count(), 6);
  EXPECT_EQ(comparison->total().own_points(), 16);
  EXPECT_EQ(comparison->total().median(), 10);
  ASSERT_THAT(comparison->dimensions(), SizeIs(1));
  ASSERT_THAT(comparison->indicators(), SizeIs(2));
  const auto& row = comparison->indicators(0);
  EXPECT_EQ(row.own_points(), 8);
  EXPECT_EQ(row.peer_count(), 6);
  EXPECT_EQ(row.lower_quartile(), 2);
  EXPECT_EQ(row.median(), 3);
  EXPECT_EQ(row.upper_quartile(), 5);
}

TEST_P(PeerComparisonTest, L11FewerThanFiveOthersAreNoGroup) {
  BringTo(Assessment::STATE_REPORTED);
  ASSERT_THAT(DecideAssessment(Name("state: STATE_APPROVED")), IsOk());
  AddPeers(4);
  NextDay();
  EXPECT_THAT(Compare(), StatusIs(kPrecondition, Reason("PEER_GROUP_TOO_SMALL")));
  AddPeer(5, R"(country: "PL" results { indicator: "1" points: 5 })");
  NextDay();
  const auto comparison = Compare();  // the own cluster and five others
  ASSERT_THAT(comparison, IsOk());
  EXPECT_EQ(comparison->peer_count(), 5);
  EXPECT_EQ(comparison->indicators(0).median(), 3);
  // One of them has no points here: a part of the group is not shown.
  EXPECT_EQ(comparison->indicators(1).own_points(), 8);
  EXPECT_EQ(comparison->indicators(1).peer_count(), 0);
  EXPECT_FALSE(comparison->indicators(1).has_median());
}

TEST_P(PeerComparisonTest, L11ALaterCorrectionOfAPeerDoesNotShow) {
  BringTo(Assessment::STATE_REPORTED);
  AddPeers(6);
  NextDay();
  const auto before = Compare();
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(CorrectAssessmentResults(R"(name: "clusters/p3/assessments/a" reason: "r"
                                          results { indicator: "1" points: 10 })"),
              IsOk());
  EXPECT_EQ(Compare()->SerializeAsString(), before->SerializeAsString());
  EXPECT_EQ(GetAssessment(R"(name: "clusters/p3/assessments/a")")->results(0).points(), 10);
}

TEST_P(PeerComparisonTest, WhatTellsTheGroupMustBeKnown) {
  BringTo(Assessment::STATE_HELD);
  EXPECT_THAT(Compare(), StatusIs(kPrecondition, Reason("ASSESSMENT_INCOMPLETE")));
  ASSERT_THAT(Record(8, 8), IsOk());
  ASSERT_THAT(Advance("REPORTED"), IsOk());
  EXPECT_THAT(Compare("PORTFOLIO"), StatusIs(kPrecondition, Reason("ASSESSMENT_INCOMPLETE")));
  EXPECT_THAT(Compare("SIZE_CLASS"), StatusIs(kPrecondition, Reason("ASSESSMENT_INCOMPLETE")));
  EXPECT_THAT(Compare("COUNTRY"), StatusIs(kPrecondition, Reason("PEER_GROUP_TOO_SMALL")));
}

TEST_P(PeerComparisonTest, MoreDecisionsThanAreComparedAreRefused) {
  BringTo(Assessment::STATE_REPORTED);
  constexpr sql::Query kInsert{"insert_many_assessments", R"sql(
    INSERT INTO assessments (name, cluster, version, indicator_set, decided_at, group_portfolio,
                             group_country, group_size, created_at, updated_at, body) VALUES)sql"};
  std::vector<std::vector<sql::Value>> rows;
  for (int i = 0; i <= kPeerLogMax; ++i) {
    rows.push_back({absl::StrCat("clusters/abc/assessments/many", i), "clusters/abc", 1,
                    "indicatorSets/gold", 1, "", "country:PL", "", 1, 1, sql::Bytes{""}});
  }
  ASSERT_THAT(database_.get().Write(
                  absl::Now() + absl::Seconds(20),
                  [&](sql::Transaction& tx) { return tx.InsertMany(kInsert, "", rows).status(); }),
              IsOk());
  EXPECT_THAT(Compare(),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("COMPARISON_TOO_LARGE")));
}

}  // namespace
}  // namespace wici::cluster_registry
