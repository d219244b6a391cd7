// LabelService over gRPC: awards, events, what was known when.
#include <string>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;

class LabelServiceTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    AddEsca();
    AddCluster();
  }

  absl::StatusOr<v1::Label> Award(const std::string& fields, const std::string& id = "bronze") {
    return CreateLabel("parent: \"clusters/abc\" label_id: \"" + id +
                       "\" label { scheme: \"labelSchemes/esca\" kind: \"BRONZE\" " + fields +
                       " }");
  }
  absl::StatusOr<v1::Label> AwardSilver(const std::string& fields) {
    return CreateLabel(R"(parent: "clusters/abc" label_id: "silver" label {
                            scheme: "labelSchemes/esca" kind: "SILVER" )" +
                       fields + " }");
  }
  // The ids of the labels that ListLabels finds.
  std::vector<std::string> List(const std::string& more) {
    std::vector<std::string> ids;
    const auto response = ListLabels("parent: \"clusters/abc\" " + more);
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return ids;
    for (const v1::Label& label : response->labels()) ids.push_back(label.name().substr(20));
    return ids;
  }
  absl::StatusOr<v1::Label> Record(const std::string& type, const std::string& more,
                                   const std::string& id = "bronze") {
    return RecordLabelEvent("name: \"clusters/abc/labels/" + id + "\" event { type: TYPE_" + type +
                            " reason: \"test\" " + more);
  }
  // "VALID WITHIN_TERM" as known at `known_at`, or now.
  std::string Status(const std::string& day, absl::Time known_at = absl::InfiniteFuture()) {
    auto request = testing::Parse<v1::GetLabelStatusRequest>(
        R"(cluster: "clusters/abc" scheme: "labelSchemes/esca" kind: "BRONZE")");
    request.set_on_date(day);
    if (known_at != absl::InfiniteFuture()) {
      *request.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
    }
    const auto status = GetLabelStatus(request);
    if (!status.ok()) return status.status().ToString();
    return v1::LabelStatus_Name(status->status()).substr(13) + " " +
           v1::LabelStatusReason_Name(status->reason()).substr(20);
  }
};

WICI_ON_EVERY_ENGINE(LabelServiceTest);

constexpr char kTwoYears[] = R"(valid_from: "2014-12-11" valid_until: "2016-12-11")";

TEST_P(LabelServiceTest, AnAwardIsRecordedAndAnswers) {
  const auto label = Award(kTwoYears);
  ASSERT_THAT(label, IsOk());
  EXPECT_EQ(label->name(), "clusters/abc/labels/bronze");
  EXPECT_EQ(label->policy_valid_until(), "2016-12-11");
  EXPECT_FALSE(label->has_recorded_until_time());
  EXPECT_EQ(Status("2015-12-18"), "VALID WITHIN_TERM");
  EXPECT_EQ(Status("2016-12-12"), "NOT_VALID EXPIRED");
  EXPECT_THAT(ListLabels(R"(parent: "clusters/abc")")->labels(), SizeIs(1));
}

TEST_P(LabelServiceTest, L1_OverlappingAwardsOfOneKindAreRefused) {
  ASSERT_THAT(Award(kTwoYears), IsOk());
  EXPECT_THAT(Award(R"(valid_from: "2016-06-01" valid_until: "2018-06-01")", "second"),
              StatusIs(kPrecondition, Reason("LABEL_OVERLAPS")));
  // Neither is there anything of what was refused, nor does it take the days that follow.
  EXPECT_EQ(Status("2016-12-11"), "VALID WITHIN_TERM");
  EXPECT_EQ(Status("2016-12-12"), "NOT_VALID EXPIRED");
  ASSERT_THAT(Award(R"(valid_from: "2016-12-12" valid_until: "2018-12-11")", "second"), IsOk());
  EXPECT_EQ(Status("2016-12-12"), "VALID WITHIN_TERM");
}

TEST_P(LabelServiceTest, L2_AnEndBeforeTheBeginningIsRefused) {
  EXPECT_THAT(Award(R"(valid_from: "2016-01-01" valid_until: "2015-01-01")"),
              StatusIs(kInvalid, HasViolation("label.valid_until")));
  EXPECT_EQ(Status("2015-06-01"), "NOT_VALID NO_AWARD");
}

TEST_P(LabelServiceTest, L2_ALabelHoldsFromItsBeginningHoweverLateItWasIssued) {
  ASSERT_THAT(Award(std::string(kTwoYears) + R"( issued_on: "2015-05")"), IsOk());
  EXPECT_EQ(Status("2014-12-10"), "NOT_VALID NOT_YET");
  EXPECT_EQ(Status("2015-01-01"), "VALID WITHIN_TERM");
}

TEST_P(LabelServiceTest, L3_ACorrectionRecordedLaterDoesNotChangeAnEarlierAnswer) {
  ASSERT_THAT(Award(kTwoYears), IsOk());
  const absl::Time before = services_.clock().Now();
  services_.clock().Advance(absl::Hours(24));
  const auto corrected = Record("CORRECTION", R"(} label { valid_until: "2015-12-11" })");
  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->etag(), "\"2\"");
  EXPECT_EQ(corrected->events(0).actor(), "users/test");

  EXPECT_EQ(Status("2015-12-18"), "NOT_VALID EXPIRED");
  EXPECT_EQ(Status("2015-12-18", before), "VALID WITHIN_TERM");
  v1::GetLabelRequest request;
  request.set_name("clusters/abc/labels/bronze");
  *request.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(before));
  const auto old = GetLabel(request);
  ASSERT_THAT(old, IsOk());
  EXPECT_EQ(old->valid_until(), "2016-12-11");
  EXPECT_TRUE(old->has_recorded_until_time());
}

TEST_P(LabelServiceTest, L3_NothingWasKnownBeforeTheFirstRecord) {
  const absl::Time before = services_.clock().Now();
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(Award(kTwoYears), IsOk());
  EXPECT_EQ(Status("2015-12-18", before), "NOT_VALID NO_AWARD");
  EXPECT_THAT(Status("2015-12-18", services_.clock().Now() + absl::Seconds(1)),
              HasSubstr("INVALID_ARGUMENT"));
}

TEST_P(LabelServiceTest, L3_SuspendedReinstatedRevoked) {
  ASSERT_THAT(Award(kTwoYears), IsOk());
  EXPECT_THAT(Record("REINSTATEMENT", R"(effective_on: "2015-01-01" })"),
              StatusIs(kPrecondition, Reason("LABEL_NOT_SUSPENDED")));
  ASSERT_THAT(Record("SUSPENSION", R"(effective_on: "2015-12-01" })"), IsOk());
  EXPECT_EQ(Status("2015-12-18"), "NOT_VALID SUSPENDED");
  ASSERT_THAT(Record("REINSTATEMENT", R"(effective_on: "2015-12-10" })"), IsOk());
  EXPECT_EQ(Status("2015-12-18"), "VALID WITHIN_TERM");
  ASSERT_THAT(Record("REVOCATION", R"(effective_on: "2015-12-18" })"), IsOk());
  EXPECT_EQ(Status("2015-12-18"), "NOT_VALID REVOKED");
  EXPECT_THAT(Record("REINSTATEMENT", R"(effective_on: "2016-01-01" })"),
              StatusIs(kPrecondition, Reason("LABEL_REVOKED")));
}

TEST_P(LabelServiceTest, EventsThatComeAgainAndAgainAreBoundedAndARevocationIsAlwaysPossible) {
  ASSERT_THAT(Award(kTwoYears), IsOk());
  const std::string day = R"(effective_on: "2015-06-01" })";
  for (int i = 0; i < 50; ++i) {
    ASSERT_THAT(Record("SUSPENSION", day), IsOk());
    ASSERT_THAT(Record("REINSTATEMENT", day), IsOk());
  }
  EXPECT_THAT(Record("SUSPENSION", day), StatusIs(kInvalid, HasViolation("event.type")));
  EXPECT_THAT(Record("REVOCATION", day), IsOk());
}

TEST_P(LabelServiceTest, L4_AnUnknownBeginningIsUnknownUnlessDerivedIsAccepted) {
  ASSERT_THAT(Award(R"(valid_until: "2016-12-11")"), IsOk());
  EXPECT_EQ(Status("2015-12-18"), "UNKNOWN START_UNKNOWN");
  const auto derived = GetLabelStatus(R"(cluster: "clusters/abc" scheme: "labelSchemes/esca"
                                         kind: "BRONZE" on_date: "2015-12-18"
                                         accept_derived: true)");
  ASSERT_THAT(derived, IsOk());
  EXPECT_EQ(derived->status(), v1::LABEL_STATUS_VALID);
  EXPECT_TRUE(derived->derived());
  EXPECT_EQ(derived->valid_from(), "2014-12-11");
  EXPECT_EQ(derived->label(), "clusters/abc/labels/bronze");
}

TEST_P(LabelServiceTest, L5_ARenewalContinuesTheAward) {
  ASSERT_THAT(Award(kTwoYears), IsOk());
  const auto renewal = RecordLabelEvent(R"(
    name: "clusters/abc/labels/bronze" renewal_label_id: "renewed"
    event { type: TYPE_RENEWAL reason: "interview" } label { assessed_on: "2017-03-01" })");
  ASSERT_THAT(renewal, IsOk());
  EXPECT_EQ(renewal->name(), "clusters/abc/labels/renewed");
  EXPECT_EQ(renewal->valid_from(), "2016-12-12");
  EXPECT_EQ(renewal->valid_until(), "2019-12-11");
  EXPECT_EQ(renewal->renews(), "clusters/abc/labels/bronze");
  EXPECT_EQ(Status("2017-01-01"), "VALID WITHIN_TERM");
  EXPECT_EQ(GetLabel(R"(name: "clusters/abc/labels/bronze")")->events(0).type(),
            v1::LabelEvent::TYPE_RENEWAL);
}

TEST_P(LabelServiceTest, L5_ARenewalThatComesTooLateIsRefused) {
  ASSERT_THAT(Award(kTwoYears), IsOk());
  EXPECT_THAT(Record("RENEWAL", R"(} label { assessed_on: "2018-03-01" })"),
              StatusIs(kPrecondition, Reason("RENEWAL_WINDOW_CLOSED")));
  ASSERT_THAT(Award(R"(issued_on: "2010")", "endless"), IsOk());
  EXPECT_THAT(Record("RENEWAL", R"(} label { assessed_on: "2018-03-01" })", "endless"),
              StatusIs(kPrecondition, Reason("LABEL_END_UNKNOWN")));
}

TEST_P(LabelServiceTest, L6_ThePrintedEndStaysAndTheDifferenceIsReported) {
  const auto label = Award(R"(assessed_on: "2019-07-25" valid_until: "2021-07-31")");
  ASSERT_THAT(label, IsOk());
  EXPECT_EQ(label->valid_until(), "2021-07-31");
  EXPECT_EQ(label->policy_valid_until(), "2021-07-25");
  ASSERT_THAT(label->notices(), SizeIs(1));
  EXPECT_THAT(label->notices(0), HasSubstr("differs from that of the policy"));
  EXPECT_EQ(Status("2021-07-24"), "VALID WITHIN_TERM");
  EXPECT_EQ(Status("2021-07-31"), "VALID WITHIN_TERM");  // six days after the end of the policy
  EXPECT_EQ(Status("2021-08-01"), "NOT_VALID EXPIRED");
}

TEST_P(LabelServiceTest, L7_SilverNeedsAnEarlierBronze) {
  EXPECT_THAT(AwardSilver(R"(assessed_on: "2015-11-05")"),
              StatusIs(kPrecondition, Reason("LABEL_PREREQUISITE_MISSING")));
  ASSERT_THAT(Award(R"(assessed_on: "2016-01-10" valid_until: "2018-01-10")", "later"), IsOk());
  EXPECT_THAT(AwardSilver(R"(assessed_on: "2015-11-05")"),
              StatusIs(kPrecondition, Reason("LABEL_PREREQUISITE_MISSING")));
  ASSERT_THAT(Award(R"(assessed_on: "2013-12-11" valid_from: "2013-12-11"
                       valid_until: "2015-12-11")"),
              IsOk());
  const auto silver = AwardSilver(R"(assessed_on: "2015-11-05")");
  ASSERT_THAT(silver, IsOk());
  EXPECT_THAT(silver->notices(), IsEmpty());  // 23 months
}

TEST_P(LabelServiceTest, L7_ABronzeThatIsKnownButNotRecordedIsSaidSo) {
  const auto silver = AwardSilver(R"(assessed_on: "2015-11-05" prerequisite_unrecorded: true)");
  ASSERT_THAT(silver, IsOk());
  EXPECT_THAT(silver->notices(), ElementsAre("the earlier BRONZE is not recorded"));
  // Like one that was imported without: a correction of something else does not ask again.
  EXPECT_THAT(Record("CORRECTION", R"(} label { portfolio: "Chemistry" })", "silver"), IsOk());
}

TEST_P(LabelServiceTest, L7_AnUnusualIntervalIsAWarningOnly) {
  ASSERT_THAT(Award(R"(assessed_on: "2015-01-10" valid_until: "2017-01-10")"), IsOk());
  const auto silver = AwardSilver(R"(assessed_on: "2015-11-05")");
  ASSERT_THAT(silver, IsOk());
  EXPECT_THAT(silver->notices(),
              ElementsAre("fewer than 18 months after BRONZE (clusters/abc/labels/bronze)"));
}

TEST_P(LabelServiceTest, L12_AVerificationByOthersNeedsEvidence) {
  EXPECT_THAT(Award(R"(verification: VERIFICATION_DOCUMENT_SEEN)"),
              StatusIs(kInvalid, HasViolation("label.evidences")));
  EXPECT_THAT(Award(R"(verification: VERIFICATION_LISTED_BY_ISSUER evidences {}
                       evidences { sha256: "12ab" })"),
              ::testing::AllOf(HasViolation("label.evidences[0]"),
                               HasViolation("label.evidences[1].sha256")));
  EXPECT_THAT(Award(R"(verification: VERIFICATION_SELF_DECLARED)", "self-declared"), IsOk());
  ASSERT_THAT(Award(kTwoYears), IsOk());
  EXPECT_THAT(Record("CORRECTION", R"(} label { verification: VERIFICATION_CONFIRMED_BY_ISSUER })"),
              StatusIs(kInvalid, HasViolation("label.evidences")));
  EXPECT_THAT(Record("CORRECTION", R"(} label { verification: VERIFICATION_CONFIRMED_BY_ISSUER
                                       evidences { uri: "https://eucles.be/list" } })"),
              IsOk());
}

TEST_P(LabelServiceTest, L12_AnOverdueVerificationShowsAsStaleAndStaysValid) {
  ASSERT_THAT(Award(std::string(kTwoYears) + R"( recheck_by: "2015-12-31")"), IsOk());
  const absl::Time before = services_.clock().Now();
  EXPECT_FALSE(GetLabel(R"(name: "clusters/abc/labels/bronze")")->verification_stale());
  services_.clock().Advance(absl::Hours(24 * 30));
  const auto label = GetLabel(R"(name: "clusters/abc/labels/bronze")");
  EXPECT_TRUE(label->verification_stale());
  EXPECT_THAT(label->notices(), ElementsAre(HasSubstr("repeated by 2015-12-31")));
  EXPECT_TRUE(ListLabels(R"(parent: "clusters/abc")")->labels(0).verification_stale());
  EXPECT_EQ(Status("2015-12-18"), "VALID WITHIN_TERM");
  v1::GetLabelRequest request;
  request.set_name("clusters/abc/labels/bronze");
  *request.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(before));
  EXPECT_FALSE(GetLabel(request)->verification_stale());
}

TEST_P(LabelServiceTest, LabelsAreListedByDaySchemeAndKind) {
  ASSERT_THAT(Award(kTwoYears), IsOk());
  ASSERT_THAT(Award(R"(valid_until: "2012-06-30")", "old"), IsOk());
  ASSERT_THAT(Award(R"(valid_from: "2017-01-01" valid_until: "2019-01-01")", "next"), IsOk());
  ASSERT_THAT(AwardSilver(R"(valid_from: "2015-11-05")"), IsOk());
  EXPECT_THAT(List(""), ElementsAre("bronze", "next", "old", "silver"));
  EXPECT_THAT(List(R"(on_date: "2015-12-18")"), ElementsAre("bronze", "silver"));
  EXPECT_THAT(List(R"(on_date: "2015-12-18" kind: "BRONZE")"), ElementsAre("bronze"));
  EXPECT_THAT(List(R"(on_date: "2012-06-30")"), ElementsAre("old"));  // may cover it
  EXPECT_THAT(List(R"(kind: "SILVER" scheme: "labelSchemes/esca")"), ElementsAre("silver"));
  EXPECT_THAT(List(R"(scheme: "labelSchemes/kkk")"), IsEmpty());
  EXPECT_THAT(ListLabels(R"(parent: "abc" on_date: "2015" scheme: "esca" page_size: -1)"),
              ::testing::AllOf(HasViolation("parent"), HasViolation("on_date"),
                               HasViolation("scheme"), HasViolation("page_size")));
}

TEST_P(LabelServiceTest, L13_APageGoesOnAsKnownWhenTheFirstWasRead) {
  for (const char* id : {"a-label", "b-label", "c-label"}) {
    ASSERT_THAT(Award(R"(verification: VERIFICATION_REJECTED)", id), IsOk());
  }
  auto request = testing::Parse<v1::ListLabelsRequest>(R"(parent: "clusters/abc" page_size: 2)");
  const auto first = ListLabels(request);
  ASSERT_THAT(first->labels(), SizeIs(2));
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(Record("CORRECTION", R"(} label { portfolio: "Food" })", "c-label"), IsOk());
  ASSERT_THAT(Award(R"(verification: VERIFICATION_REJECTED)", "d-label"), IsOk());
  request.set_page_token(first->next_page_token());
  const auto second = ListLabels(request);
  ASSERT_THAT(second->labels(), SizeIs(1));
  EXPECT_EQ(second->labels(0).portfolio(), "");
  request.set_on_date("2015-12-18");
  EXPECT_THAT(ListLabels(request), HasViolation("page_token"));  // of another query
}

TEST_P(LabelServiceTest, TheHistoryOfARecordSaysWhoAndWhy) {
  ASSERT_THAT(CreateLabel(R"(parent: "clusters/abc" label_id: "bronze" reason: "list of 2016"
                             label { scheme: "labelSchemes/esca" kind: "BRONZE"
                                     valid_until: "2016-12-11" })"),
              IsOk());
  ASSERT_THAT(Record("SUSPENSION", R"(effective_on: "2015-12-01" })"), IsOk());
  ASSERT_THAT(Record("CORRECTION", R"(} label { valid_from: "2014-12-11" })"), IsOk());
  auto request = testing::Parse<v1::ListLabelVersionsRequest>(
      R"(parent: "clusters/abc/labels/bronze" page_size: 2)");
  const auto first = ListLabelVersions(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(first->versions(), SizeIs(2));
  EXPECT_EQ(first->versions(0).reason(), "list of 2016");
  EXPECT_EQ(first->versions(0).actor(), "users/test");
  EXPECT_EQ(first->versions(0).event_type(), v1::LabelEvent::TYPE_UNSPECIFIED);
  EXPECT_EQ(first->versions(1).reason(), "test");
  EXPECT_EQ(first->versions(1).event_type(), v1::LabelEvent::TYPE_SUSPENSION);
  request.set_page_token(first->next_page_token());
  const auto second = ListLabelVersions(request);
  ASSERT_THAT(second->versions(), SizeIs(1));
  EXPECT_EQ(second->versions(0).label().valid_from(), "2014-12-11");
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(ListLabelVersions(R"(parent: "clusters/abc/labels/none")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(ListLabelVersions(R"(parent: "clusters/abc")"), HasViolation("parent"));
}

TEST_P(LabelServiceTest, TheSameRequestIdRecordsOnce) {
  const std::string id = R"( request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d")";
  const std::string create = R"(parent: "clusters/abc" label { scheme: "labelSchemes/esca"
                                kind: "BRONZE" name_as_printed: "Klaster Łódź" })" +
                             id;
  const auto first = CreateLabel(create);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(CreateLabel(create)->name(), first->name());
  EXPECT_THAT(List(""), SizeIs(1));
  EXPECT_THAT(CreateLabel(create + R"( reason: "other")"),
              StatusIs(kInvalid, Reason("REQUEST_ID_REUSED")));
}

TEST_P(LabelServiceTest, EveryViolationOfAnAwardIsNamed) {
  EXPECT_THAT(CreateLabel(R"(parent: "c1" label_id: "X" request_id: "x"
                             label { assessed_on: "2015-13" issued_on: "1815"
                                     valid_until: "soon" renews: "x" verification: 99 })"),
              ::testing::AllOf(HasViolation("parent"), HasViolation("label_id"),
                               HasViolation("request_id"), HasViolation("label.scheme"),
                               HasViolation("label.kind"), HasViolation("label.assessed_on"),
                               HasViolation("label.issued_on"), HasViolation("label.valid_until"),
                               HasViolation("label.renews"), HasViolation("label.verification")));
  EXPECT_THAT(CreateLabel(R"(parent: "clusters/abc"
                             label { scheme: "labelSchemes/none" kind: "X" })"),
              StatusIs(kInvalid, HasViolation("label.scheme")));
  EXPECT_THAT(CreateLabel(R"(parent: "clusters/abc"
                             label { scheme: "labelSchemes/esca" kind: "PLATINUM" })"),
              StatusIs(kInvalid, HasViolation("label.kind")));
}

TEST_P(LabelServiceTest, AnEventMustSayWhatWhenAndWhy) {
  ASSERT_THAT(Award(kTwoYears), IsOk());
  EXPECT_THAT(RecordLabelEvent(R"(name: "x" event {})"),
              ::testing::AllOf(HasViolation("name"), HasViolation("event.type"),
                               HasViolation("event.reason")));
  EXPECT_THAT(Record("REVOCATION", "}"), HasViolation("event.effective_on"));
  EXPECT_THAT(Record("TRANSFER", R"(effective_on: "2015-01-01" })"), HasViolation("event.type"));
  EXPECT_THAT(Record("RENEWAL", "}"), HasViolation("label.assessed_on"));
  EXPECT_THAT(Record("CORRECTION", "}"), HasViolation("label"));
  EXPECT_THAT(Record("CORRECTION", R"(} label { kind: "GOLD" }
                                      update_mask { paths: "events" })"),
              HasViolation("update_mask"));
  EXPECT_THAT(Record("SUSPENSION", R"(effective_on: "2015-01-01" } etag: "\"7\"")"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_P(LabelServiceTest, AStatusIsAskedOfWhatExists) {
  EXPECT_THAT(GetLabelStatus(R"(cluster: "x" scheme: "y" on_date: "1899-12-31")"),
              ::testing::AllOf(HasViolation("cluster"), HasViolation("scheme"),
                               HasViolation("kind"), HasViolation("on_date")));
  EXPECT_THAT(GetLabelStatus(R"(cluster: "clusters/none" scheme: "labelSchemes/esca"
                                kind: "BRONZE" on_date: "2015-12-18")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(GetLabelStatus(R"(cluster: "clusters/abc" scheme: "labelSchemes/esca"
                                kind: "PLATINUM" on_date: "2015-12-18")"),
              StatusIs(kInvalid, HasViolation("kind")));
}

}  // namespace
}  // namespace wici::cluster_registry
