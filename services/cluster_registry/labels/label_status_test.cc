// L1 to L6, by name.
#include "services/cluster_registry/labels/label_status.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Bronze;
using testing::Day;
using testing::Esca;
using v1::Label;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

// "VALID WITHIN_TERM", with "~" in front when a derived date decided.
std::string Say(const LabelVerdict& verdict) {
  const auto after = [](const std::string& name, std::string_view prefix) {
    return name.substr(prefix.size());
  };
  return (verdict.derived ? "~" : "") +
         after(v1::LabelStatus_Name(verdict.status), "LABEL_STATUS_") + " " +
         after(v1::LabelStatusReason_Name(verdict.reason), "LABEL_STATUS_REASON_");
}

std::string Strict(const std::vector<Label>& labels, std::string_view day,
                   std::string_view kind = "BRONZE") {
  return Say(JudgeKind(Esca(), labels, kind, Day(day), false));
}
std::string Derived(const std::vector<Label>& labels, std::string_view day,
                    std::string_view kind = "BRONZE") {
  return Say(JudgeKind(Esca(), labels, kind, Day(day), true));
}

const char kTerm[] = R"(valid_from: "2014-12-11" valid_until: "2016-12-11")";

TEST(L1, IntervalsOfOneKindDoNotOverlap) {
  const Label held = Bronze(kTerm);
  EXPECT_THAT(
      CheckNoOverlap(Bronze(R"(valid_from: "2016-12-12" valid_until: "2019-12-11")", "l2"), {held}),
      IsOk());
  EXPECT_THAT(
      CheckNoOverlap(Bronze(R"(valid_from: "2016-12-11" valid_until: "2019-12-11")", "l2"), {held}),
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LABEL_OVERLAPS")));
}

TEST(L1, IntervalsOfDifferentKindsMayOverlap) {
  EXPECT_THAT(CheckNoOverlap(Bronze(R"(kind: "SILVER" valid_from: "2015-11-05"
                                       valid_until: "2017-11-05")",
                                    "l2"),
                             {Bronze(kTerm)}),
              IsOk());
}

TEST(L1, AnEndWithoutABeginningCoversAtLeastItsDay) {
  EXPECT_THAT(CheckNoOverlap(Bronze(R"(valid_until: "2015-06-01")", "l2"), {Bronze(kTerm)}),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LABEL_OVERLAPS")));
  EXPECT_THAT(CheckNoOverlap(Bronze(R"(valid_until: "2018-06-01")", "l2"), {Bronze(kTerm)}),
              IsOk());
}

TEST(L1, ARejectedAwardAndTheDaysAfterARevocationAreFree) {
  Label rejected = Bronze(kTerm);
  rejected.set_verification(Label::VERIFICATION_REJECTED);
  EXPECT_THAT(CheckNoOverlap(Bronze(kTerm, "l2"), {rejected}), IsOk());
  Label revoked =
      Bronze(std::string(kTerm) + R"(events { type: TYPE_REVOCATION effective_on: "2015-06-01" })");
  EXPECT_THAT(CheckNoOverlap(Bronze(R"(valid_from: "2015-06-01" valid_until: "2017-06-01")", "l2"),
                             {revoked}),
              IsOk());
}

TEST(L2, IssueMayLieAfterTheBeginning) {
  const std::vector<Label> labels = {
      Bronze(R"(valid_from: "2014-12-11" valid_until: "2017-12-10" issued_on: "2015-05")")};
  EXPECT_EQ(Strict(labels, "2015-01-01"), "VALID WITHIN_TERM");
}

TEST(L3, ValidFromTheFirstToTheLastDay) {
  const std::vector<Label> labels = {Bronze(kTerm)};
  EXPECT_EQ(Strict(labels, "2014-12-10"), "NOT_VALID NOT_YET");
  EXPECT_EQ(Strict(labels, "2014-12-11"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict(labels, "2016-12-11"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict(labels, "2016-12-12"), "NOT_VALID EXPIRED");
}

TEST(L3, RevocationHoldsFromItsDayOn) {
  const std::vector<Label> labels = {Bronze(
      std::string(kTerm) + R"(events { type: TYPE_REVOCATION effective_on: "2015-12-01" })")};
  EXPECT_EQ(Strict(labels, "2015-11-30"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict(labels, "2015-12-01"), "NOT_VALID REVOKED");
  EXPECT_EQ(Strict(labels, "2020-01-01"), "NOT_VALID REVOKED");
}

TEST(L3, SuspensionHoldsUntilReinstatement) {
  const std::vector<Label> labels = {Bronze(std::string(kTerm) + R"(
        events { type: TYPE_SUSPENSION effective_on: "2015-03-01" }
        events { type: TYPE_REINSTATEMENT effective_on: "2015-06-01" })")};
  EXPECT_EQ(Strict(labels, "2015-02-28"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict(labels, "2015-03-01"), "NOT_VALID SUSPENDED");
  EXPECT_EQ(Strict(labels, "2015-05-31"), "NOT_VALID SUSPENDED");
  EXPECT_EQ(Strict(labels, "2015-06-01"), "VALID WITHIN_TERM");
}

TEST(L3, RevocationIsFinal) {
  Label label =
      Bronze(std::string(kTerm) + R"(events { type: TYPE_REVOCATION effective_on: "2015-12-01" })");
  v1::LabelEvent event;
  event.set_type(v1::LabelEvent::TYPE_REINSTATEMENT);
  event.set_effective_on("2016-01-01");
  EXPECT_THAT(ApplyEvent(event, label),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LABEL_REVOKED")));
}

TEST(L3, OnlyASuspendedLabelIsReinstated) {
  Label label = Bronze(kTerm);
  v1::LabelEvent event;
  event.set_type(v1::LabelEvent::TYPE_REINSTATEMENT);
  event.set_effective_on("2015-06-01");
  EXPECT_THAT(ApplyEvent(event, label),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LABEL_NOT_SUSPENDED")));
}

TEST(L4, WithoutABeginningTheAnswerIsUnknownUntilTheEnd) {
  const std::vector<Label> labels = {Bronze(R"(valid_until: "2016-12-11")")};
  EXPECT_EQ(Strict(labels, "2015-12-18"), "UNKNOWN START_UNKNOWN");
  EXPECT_EQ(Strict(labels, "2010-01-01"), "UNKNOWN START_UNKNOWN");
  EXPECT_EQ(Strict(labels, "2016-12-12"), "NOT_VALID EXPIRED");
}

TEST(L4, ADerivedBeginningDecidesAndIsFlagged) {
  const std::vector<Label> labels = {Bronze(R"(valid_until: "2016-12-11")")};
  EXPECT_EQ(Derived(labels, "2014-12-10"), "~NOT_VALID NOT_YET");
  EXPECT_EQ(Derived(labels, "2014-12-11"), "~VALID WITHIN_TERM");
  EXPECT_EQ(Derived(labels, "2016-12-11"), "~VALID WITHIN_TERM");
  EXPECT_EQ(Derived(labels, "2016-12-12"), "NOT_VALID EXPIRED");
}

TEST(L4, AnAwardThatBeganLaterDoesNotCount) {
  // Agri Innovation Cluster: an end in 2018 passes a naive comparison on 2015-12-18.
  const std::vector<Label> labels = {Bronze(R"(valid_until: "2018-04-29")")};
  EXPECT_EQ(Strict(labels, "2015-12-18"), "UNKNOWN START_UNKNOWN");
  EXPECT_EQ(Derived(labels, "2015-12-18"), "~NOT_VALID NOT_YET");
}

TEST(L4, ARenewalIsCountedBackByTheTermOfRenewals) {
  const std::vector<Label> labels = {
      Bronze(R"(valid_until: "2018-04-29" term_basis: TERM_BASIS_RENEWAL)")};
  EXPECT_EQ(Derived(labels, "2015-12-18"), "~VALID WITHIN_TERM");
}

TEST(L4, WithoutAnEndTheAnswerIsUnknownFromTheBeginning) {
  const std::vector<Label> labels = {Bronze(R"(issued_on: "2013-03")")};
  EXPECT_EQ(Strict(labels, "2013-02-28"), "NOT_VALID NOT_YET");
  EXPECT_EQ(Strict(labels, "2014-01-01"), "UNKNOWN END_UNKNOWN");
}

TEST(L4, ADerivedEndNeverEndsALabelBecauseARenewalMayBeUnrecorded) {
  // Chemie-Cluster Bayern: Gold of 2013-03, still called a holder at the end of 2015.
  const std::vector<Label> labels = {Bronze(R"(kind: "GOLD" issued_on: "2013-03")")};
  EXPECT_EQ(Derived(labels, "2015-02-28", "GOLD"), "~VALID WITHIN_TERM");
  EXPECT_EQ(Derived(labels, "2015-12-18", "GOLD"), "UNKNOWN END_UNKNOWN");
}

TEST(L4, ACoarseDateIsUnknownWithinItself) {
  const std::vector<Label> labels = {Bronze(R"(issued_on: "2015-11")")};
  EXPECT_EQ(Derived(labels, "2015-10-31"), "NOT_VALID NOT_YET");
  EXPECT_EQ(Derived(labels, "2015-11-15"), "UNKNOWN DATE_IMPRECISE");
  EXPECT_EQ(Derived(labels, "2015-11-30"), "~VALID WITHIN_TERM");
}

TEST(L4, WithoutAnyDateNothingIsKnown) {
  EXPECT_EQ(Derived({Bronze("")}, "2015-12-18"), "UNKNOWN START_UNKNOWN");
}

TEST(L4, WithoutAnAwardTheLabelIsNotHeld) {
  EXPECT_EQ(Strict({}, "2015-12-18"), "NOT_VALID NO_AWARD");
}

TEST(L4, ALabelThatNeedsAnEarlierOneShowsThatARecordIsMissing) {
  // Mazovian Chemical Cluster: Silver of 2015-11, its Bronze is in no list that was seen.
  const std::vector<Label> labels = {Bronze(R"(kind: "SILVER" issued_on: "2015-11")")};
  EXPECT_EQ(Derived(labels, "2015-12-18"), "UNKNOWN AWARD_MISSING");
  EXPECT_EQ(Derived(labels, "2015-12-18", "SILVER"), "~VALID WITHIN_TERM");
  EXPECT_EQ(Derived(labels, "2015-12-18", "GOLD"), "NOT_VALID NO_AWARD");
}

TEST(L4, TheMissingAwardShowsBehindALabelWithoutDatesToo) {
  // Klaster LifeScience Kraków: a Silver without dates.
  EXPECT_EQ(Derived({Bronze(R"(kind: "SILVER")")}, "2015-12-18"), "UNKNOWN AWARD_MISSING");
}

TEST(L4, OneValidAwardSufficesAndOneUnknownIsNotOverruled) {
  const Label expired = Bronze(R"(valid_from: "2010-01-01" valid_until: "2012-01-01")", "l1");
  const Label held = Bronze(kTerm, "l2");
  const Label unknown = Bronze(R"(valid_until: "2018-04-29")", "l3");
  EXPECT_EQ(Strict({expired, held, unknown}, "2015-12-18"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict({expired, unknown}, "2015-12-18"), "UNKNOWN START_UNKNOWN");
  EXPECT_EQ(Derived({expired, unknown}, "2015-12-18"), "~NOT_VALID EXPIRED");
}

TEST(L4, ARejectedAwardCountsForNothing) {
  Label rejected = Bronze(kTerm);
  rejected.set_verification(Label::VERIFICATION_REJECTED);
  EXPECT_EQ(Strict({rejected}, "2015-12-18"), "NOT_VALID REJECTED");
}

TEST(L5, ARenewalContinuesWithoutAGap) {
  // Sofia: first award of December 2018, seamless to the end of 2023.
  Label renewal = Bronze(R"(assessed_on: "2021-03-15")", "l2");
  ASSERT_THAT(
      Renew(Esca(), Bronze(R"(valid_from: "2018-12-31" valid_until: "2020-12-31")"), renewal),
      IsOk());
  EXPECT_EQ(renewal.valid_from(), "2021-01-01");
  EXPECT_EQ(renewal.valid_until(), "2023-12-31");
  EXPECT_EQ(renewal.term_basis(), Label::TERM_BASIS_RENEWAL);
  EXPECT_EQ(renewal.renews(), "clusters/c1/labels/l1");
}

TEST(L5, ALateAssessmentIsNoRenewal) {
  Label in_time = Bronze(R"(assessed_on: "2017-12-11")", "l2");
  EXPECT_THAT(Renew(Esca(), Bronze(kTerm), in_time), IsOk());
  Label late = Bronze(R"(assessed_on: "2017-12-12")", "l2");
  EXPECT_THAT(Renew(Esca(), Bronze(kTerm), late),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("RENEWAL_WINDOW_CLOSED")));
}

TEST(L5, NothingContinuesFromAnUnknownEndOrARevocation) {
  Label renewal = Bronze(R"(assessed_on: "2017-01-01")", "l2");
  EXPECT_THAT(Renew(Esca(), Bronze(R"(issued_on: "2014")"), renewal),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LABEL_END_UNKNOWN")));
  EXPECT_THAT(Renew(Esca(),
                    Bronze(std::string(kTerm) +
                           R"(events { type: TYPE_REVOCATION effective_on: "2015-12-01" })"),
                    renewal),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LABEL_REVOKED")));
}

TEST(L5, ARenewalWithoutARecordedBeginningMayReachBack) {
  const std::vector<Label> labels = {Bronze(R"(assessed_on: "2017-06-01" valid_until: "2019-12-11"
                term_basis: TERM_BASIS_RENEWAL)")};
  EXPECT_EQ(Derived(labels, "2017-01-01"), "UNKNOWN START_UNKNOWN");
  EXPECT_EQ(Derived(labels, "2017-06-01"), "VALID WITHIN_TERM");
}

TEST(L6, ThePolicyIsThatOfTheDayOfAssessment) {
  Label day = Bronze(R"(assessed_on: "2019-07-25")");
  ApplyPolicy(Esca(), nullptr, day);
  EXPECT_EQ(day.policy_valid_until(), "2021-07-25");  // Qoot
  Label month = Bronze(R"(assessed_on: "2021-11-10")");
  ApplyPolicy(Esca(), nullptr, month);
  EXPECT_EQ(month.policy_valid_until(), "2023-11-30");
}

TEST(L6, ThePrintedEndBeatsThePolicyAndTheDifferenceIsReported) {
  Label label = Bronze(R"(assessed_on: "2019-07-25" valid_from: "2019-07-25"
                          valid_until: "2022-07-25")");
  ApplyPolicy(Esca(), nullptr, label);
  EXPECT_EQ(label.valid_until(), "2022-07-25");
  EXPECT_THAT(label.notices(), ::testing::ElementsAre(::testing::HasSubstr("2021-07-25")));
  EXPECT_EQ(Strict({label}, "2022-01-01"), "VALID WITHIN_TERM");
  Label same = Bronze(R"(assessed_on: "2019-07-25" valid_until: "2021-07-25")");
  ApplyPolicy(Esca(), nullptr, same);
  EXPECT_THAT(same.notices(), ::testing::IsEmpty());
}

TEST(L6, AnAwardOutsideEveryPolicyIsReported) {
  v1::LabelScheme scheme = Esca();
  scheme.clear_policies();
  Label label = Bronze(R"(assessed_on: "2019-07-25")");
  ApplyPolicy(scheme, nullptr, label);
  EXPECT_THAT(label.notices(), ::testing::ElementsAre(::testing::HasSubstr("no policy")));
}

TEST(L6, AnIssuerThatDidNotIssueThenIsReported) {
  v1::LabelScheme scheme = Esca();
  v1::LabelIssuer& ecei = *scheme.add_issuers();
  ecei.set_display_name("ECEI");
  ecei.set_issues_from("2009-09");
  ecei.set_issues_until("2012-08");
  Label label = Bronze(R"(assessed_on: "2012-08-31" issuer: "ECEI")");
  ApplyPolicy(scheme, nullptr, label);
  EXPECT_THAT(label.notices(), ::testing::IsEmpty());
  label.set_assessed_on("2012-09-01");
  ApplyPolicy(scheme, nullptr, label);
  EXPECT_THAT(label.notices(), ::testing::ElementsAre(::testing::HasSubstr("did not issue")));
}

TEST(L6, ATermThatIsNotKnownDecidesNothing) {
  // Like the Polish Key National Cluster, of which only "three years" is known, and the label of
  // Baden-Württemberg, of which not even that.
  v1::LabelScheme scheme = Esca();
  scheme.clear_policies();
  v1::LabelPolicy& policy = *scheme.add_policies();
  policy.set_kind("BRONZE");
  policy.set_first_term_months(36);
  Label label = Bronze(R"(assessed_on: "2015-10-30")");
  ApplyPolicy(scheme, nullptr, label);
  EXPECT_EQ(label.policy_valid_until(), "");  // 2018-10-30 or -31
  EXPECT_EQ(Say(JudgeKind(scheme, {label}, "BRONZE", Day("2018-10-30"), true)),
            "~VALID WITHIN_TERM");
  EXPECT_EQ(Say(JudgeKind(scheme, {label}, "BRONZE", Day("2018-10-31"), true)),
            "UNKNOWN END_UNKNOWN");
  label.set_assessed_on("2015-10-31");  // both come to the same day
  ApplyPolicy(scheme, nullptr, label);
  EXPECT_EQ(label.policy_valid_until(), "2018-10-31");
  policy.set_first_term_months(0);
  ApplyPolicy(scheme, nullptr, label);
  EXPECT_EQ(label.policy_valid_until(), "");
  EXPECT_EQ(Say(JudgeKind(scheme, {Bronze(R"(valid_until: "2018-10-31")")}, "BRONZE",
                          Day("2017-01-01"), true)),
            "UNKNOWN START_UNKNOWN");
  // Nor does a window that is not known close.
  Label renewal = Bronze(R"(assessed_on: "2030-01-01")", "l2");
  EXPECT_THAT(Renew(scheme, Bronze(R"(valid_until: "2018-10-31")"), renewal), IsOk());
  EXPECT_EQ(renewal.valid_from(), "2018-11-01");
  EXPECT_EQ(renewal.valid_until(), "");
}

TEST(L7, ABronzeOfTheSameLineMustNotBeLater) {
  const Label silver = Bronze(R"(kind: "SILVER" assessed_on: "2015-11")", "silver");
  const auto missing = [&](const std::string& fields) {
    return !MissingPrerequisites(Esca(), silver, {Bronze(fields)}).empty();
  };
  EXPECT_TRUE(MissingPrerequisites(Esca(), Bronze(kTerm), {}).empty());
  EXPECT_FALSE(MissingPrerequisites(Esca(), silver, {}).empty());
  EXPECT_FALSE(missing(R"(assessed_on: "2013-12-11")"));
  EXPECT_FALSE(missing(R"(valid_until: "2016-12-11")"));  // may have begun before
  EXPECT_FALSE(missing(R"(issued_on: "2015-11")"));       // may have been before
  EXPECT_TRUE(missing(R"(issued_on: "2015-12")"));
  EXPECT_TRUE(missing(R"(assessed_on: "2013-12-11" verification: VERIFICATION_REJECTED)"));
  EXPECT_TRUE(missing(R"(assessed_on: "2013-12-11" kind: "GOLD")"));
}

TEST(L7, OnlyAnIntervalThatIsCertainlyUnusualIsNoted) {
  const auto notices = [](const std::string& bronze, const std::string& silver) {
    Label label = Bronze("kind: \"SILVER\" " + silver, "silver");
    NotePrerequisites(Esca(), {Bronze(bronze)}, label);
    return label.notices_size();
  };
  EXPECT_EQ(notices(R"(assessed_on: "2014-05-05")", R"(assessed_on: "2015-11-05")"), 0);
  EXPECT_EQ(notices(R"(assessed_on: "2014-05-06")", R"(assessed_on: "2015-11-05")"), 1);
  EXPECT_EQ(notices(R"(assessed_on: "2013-11-05")", R"(assessed_on: "2015-11-05")"), 0);
  EXPECT_EQ(notices(R"(assessed_on: "2013-11-04")", R"(assessed_on: "2015-11-05")"), 1);
  EXPECT_EQ(notices(R"(assessed_on: "2014-05")", R"(assessed_on: "2015-11")"), 0);
  EXPECT_EQ(notices(R"(assessed_on: "2014")", R"(assessed_on: "2015")"), 0);
}

TEST(L10, ATransferredLabelHoldsHereUntilTheDayAndThereFromIt) {
  const Label old = Bronze(std::string(kTerm) + R"(
      events { type: TYPE_TRANSFER effective_on: "2015-06-01" })");
  EXPECT_EQ(Strict({old}, "2015-05-31"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict({old}, "2015-06-01"), "NOT_VALID TRANSFERRED");
  const Label moved = Bronze(std::string(kTerm) + R"(held_from: "2015-06-01")");
  EXPECT_EQ(Strict({moved}, "2015-05-31"), "NOT_VALID NOT_YET");
  EXPECT_EQ(Strict({moved}, "2015-06-01"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict({moved}, "2016-12-12"), "NOT_VALID EXPIRED");
  // Together they are one award: no day is held twice, and none is lost.
  EXPECT_THAT(CheckNoOverlap(moved, {Bronze(std::string(kTerm) + R"(
      events { type: TYPE_TRANSFER effective_on: "2015-06-01" })",
                                            "l2")}),
              IsOk());
}

TEST(L10, AnEndedLabelNeverHoldsAgain) {
  Label label = Bronze(std::string(kTerm) + R"(
      events { type: TYPE_END effective_on: "2015-06-01" })");
  EXPECT_EQ(Strict({label}, "2015-05-31"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict({label}, "2015-06-01"), "NOT_VALID ENDED");
  v1::LabelEvent event;
  event.set_type(v1::LabelEvent::TYPE_SUSPENSION);
  event.set_effective_on("2015-07-01");
  EXPECT_THAT(ApplyEvent(event, label),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LABEL_ENDED")));
  Label renewal = Bronze(R"(assessed_on: "2017-01-01")", "l2");
  EXPECT_THAT(Renew(Esca(), label, renewal),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LABEL_ENDED")));
}

// The extra cases of the domain's section 7, each as its sources tell it.

TEST(Fixtures, SofiaIsSeamlessToTheEndOf2023) {
  const Label first = Bronze(R"(assessed_on: "2018-12" valid_until: "2020-12-31")");
  Label renewed = Bronze(R"(assessed_on: "2021-03-15")", "l2");
  ASSERT_THAT(Renew(Esca(), first, renewed), IsOk());
  const std::vector<Label> labels = {first, renewed};
  EXPECT_EQ(Strict(labels, "2018-11-30"), "NOT_VALID NOT_YET");
  EXPECT_EQ(Strict(labels, "2018-12-15"), "UNKNOWN DATE_IMPRECISE");
  EXPECT_EQ(Strict(labels, "2020-12-31"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict(labels, "2021-01-01"), "VALID WITHIN_TERM");  // closed backwards in March
  EXPECT_EQ(Strict(labels, "2023-12-31"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict(labels, "2024-01-01"), "NOT_VALID EXPIRED");
}

TEST(Fixtures, HempEndsWithTheMonth) {
  // Awarded in November 2021 until 2024-11-30: the term of a renewal, to the end of the month.
  const Label printed = Bronze(R"(assessed_on: "2021-11" valid_until: "2024-11-30"
                                  term_basis: TERM_BASIS_RENEWAL)");
  EXPECT_EQ(Strict({printed}, "2024-11-30"), "VALID WITHIN_TERM");
  EXPECT_EQ(Strict({printed}, "2024-12-01"), "NOT_VALID EXPIRED");
  Label renewed = Bronze(R"(assessed_on: "2021-11-20")", "l2");
  ASSERT_THAT(Renew(Esca(), Bronze(R"(valid_until: "2021-11-15")"), renewed), IsOk());
  EXPECT_EQ(renewed.valid_until(), "2024-11-30");
}

TEST(LabelStatusTest, L4_TheDerivedEndOfARenewalIsThatOfItsOwnTerm) {
  v1::LabelScheme scheme = Esca();
  for (v1::LabelPolicy& policy : *scheme.mutable_policies()) {
    policy.set_first_term_months(36);
    policy.set_renewal_term_months(12);
  }
  const std::vector<Label> labels = {
      Bronze(R"(valid_from: "2015-07-26" term_basis: TERM_BASIS_RENEWAL)")};
  const auto on = [&](std::string_view day) {
    return JudgeKind(scheme, labels, "BRONZE", Day(day), true).status;
  };
  EXPECT_EQ(on("2016-07-25"), v1::LABEL_STATUS_VALID);
  EXPECT_EQ(on("2016-07-26"), v1::LABEL_STATUS_UNKNOWN);
}

TEST(Fixtures, QootEndsByTheDay) {
  Label label = Bronze(R"(assessed_on: "2019-07-25")");
  ApplyPolicy(Esca(), nullptr, label);
  EXPECT_EQ(label.policy_valid_until(), "2021-07-25");
  EXPECT_EQ(Derived({label}, "2019-07-24"), "NOT_VALID NOT_YET");
  EXPECT_EQ(Derived({label}, "2021-07-25"), "~VALID WITHIN_TERM");
  EXPECT_EQ(Derived({label}, "2021-07-26"), "UNKNOWN END_UNKNOWN");
}

TEST(Fixtures, ChemieClusterBayernHeldGoldThenSilver) {
  const std::vector<Label> labels = {Bronze(R"(kind: "GOLD" issued_on: "2013-03")", "gold"),
                                     Bronze(R"(kind: "SILVER" issued_on: "2020")", "silver")};
  EXPECT_EQ(Derived(labels, "2014-06-01", "GOLD"), "~VALID WITHIN_TERM");
  EXPECT_EQ(Derived(labels, "2014-06-01", "SILVER"), "NOT_VALID NOT_YET");
  EXPECT_EQ(Derived(labels, "2015-12-18", "GOLD"), "UNKNOWN END_UNKNOWN");  // a renewal is missing
  EXPECT_EQ(Derived(labels, "2021-06-01", "SILVER"), "~VALID WITHIN_TERM");
  EXPECT_EQ(Derived(labels, "2020-06-01", "SILVER"), "UNKNOWN DATE_IMPRECISE");
}

std::string Ask(const std::vector<Label>& labels, v1::LabelPredicate::Op op,
                const std::string& kind) {
  v1::LabelPredicate predicate;
  predicate.set_scheme("labelSchemes/esca");
  predicate.set_kind(kind);
  predicate.set_op(op);
  predicate.set_accept_derived(true);
  switch (JudgeLabelPredicate(Esca(), labels, predicate, Day("2015-12-18")).truth) {
    case Truth::kTrue:
      return "true";
    case Truth::kFalse:
      return "false";
    default:
      return "unknown";
  }
}

TEST(LabelPredicateTest, ExactAtLeastAndHighestCompareKinds) {
  // BioTechMed on 2015-12-18: Bronze and Silver at once.
  const std::vector<Label> labels = {Bronze(R"(valid_until: "2016-12-11")"),
                                     Bronze(R"(kind: "SILVER" issued_on: "2015-11")", "l2")};
  using Op = v1::LabelPredicate;
  EXPECT_EQ(Ask(labels, Op::OP_EXACT, "BRONZE"), "true");
  EXPECT_EQ(Ask(labels, Op::OP_AT_LEAST, "BRONZE"), "true");
  EXPECT_EQ(Ask(labels, Op::OP_HIGHEST_IS, "BRONZE"), "false");
  EXPECT_EQ(Ask(labels, Op::OP_HIGHEST_IS, "SILVER"), "true");
  EXPECT_EQ(Ask(labels, Op::OP_AT_LEAST, "GOLD"), "false");
}

TEST(LabelPredicateTest, AnUnknownHigherKindLeavesTheHighestUnknown) {
  const std::vector<Label> labels = {Bronze(kTerm), Bronze(R"(kind: "GOLD")", "l2")};
  using Op = v1::LabelPredicate;
  EXPECT_EQ(Ask(labels, Op::OP_HIGHEST_IS, "BRONZE"), "unknown");
  EXPECT_EQ(Ask(labels, Op::OP_AT_LEAST, "BRONZE"), "true");
  EXPECT_EQ(Ask(labels, Op::OP_AT_LEAST, "SILVER"), "unknown");
}

}  // namespace
}  // namespace wici::cluster_registry
