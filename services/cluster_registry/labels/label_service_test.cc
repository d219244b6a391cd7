// LabelService over gRPC: awards, events, what was known when.
#include <string>

#include "google/protobuf/util/time_util.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

class LabelServiceTest : public testing::RegistryTest {
 protected:
  LabelServiceTest() {
    AddEsca();
    AddCluster();
  }

  absl::StatusOr<v1::Label> Award(const std::string& fields, const std::string& id = "bronze") {
    return CreateLabel("parent: \"clusters/abc\" label_id: \"" + id +
                       "\" label { scheme: \"labelSchemes/esca\" kind: \"BRONZE\" " + fields +
                       " }");
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

constexpr char kTerm[] = R"(valid_from: "2014-12-11" valid_until: "2016-12-11")";

TEST_F(LabelServiceTest, AnAwardIsRecordedAndAnswers) {
  const auto label = Award(kTerm);
  ASSERT_THAT(label, IsOk());
  EXPECT_EQ(label->name(), "clusters/abc/labels/bronze");
  EXPECT_EQ(label->policy_valid_until(), "2016-12-11");
  EXPECT_FALSE(label->has_recorded_until_time());
  EXPECT_EQ(Status("2015-12-18"), "VALID WITHIN_TERM");
  EXPECT_EQ(Status("2016-12-12"), "NOT_VALID EXPIRED");
  EXPECT_THAT(ListLabels(R"(parent: "clusters/abc")")->labels(), SizeIs(1));
}

TEST_F(LabelServiceTest, L1OverlappingAwardsOfOneKindAreRefused) {
  ASSERT_THAT(Award(kTerm), IsOk());
  EXPECT_THAT(Award(R"(valid_from: "2016-06-01" valid_until: "2018-06-01")", "second"),
              StatusIs(kPrecondition, Reason("LABEL_OVERLAPS")));
}

TEST_F(LabelServiceTest, L2AnEndBeforeTheBeginningIsRefused) {
  EXPECT_THAT(Award(R"(valid_from: "2016-01-01" valid_until: "2015-01-01")"),
              StatusIs(kInvalid, HasViolation("label.valid_until")));
}

TEST_F(LabelServiceTest, L3ACorrectionRecordedLaterDoesNotChangeAnEarlierAnswer) {
  ASSERT_THAT(Award(kTerm), IsOk());
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

TEST_F(LabelServiceTest, L3NothingWasKnownBeforeTheFirstRecord) {
  const absl::Time before = services_.clock().Now();
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(Award(kTerm), IsOk());
  EXPECT_EQ(Status("2015-12-18", before), "NOT_VALID NO_AWARD");
  EXPECT_THAT(Status("2015-12-18", services_.clock().Now() + absl::Seconds(1)),
              HasSubstr("INVALID_ARGUMENT"));
}

TEST_F(LabelServiceTest, L3SuspendedReinstatedRevoked) {
  ASSERT_THAT(Award(kTerm), IsOk());
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

TEST_F(LabelServiceTest, L4AnUnknownBeginningIsUnknownUnlessDerivedIsAccepted) {
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

TEST_F(LabelServiceTest, L5ARenewalContinuesTheAward) {
  ASSERT_THAT(Award(kTerm), IsOk());
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

TEST_F(LabelServiceTest, L5ARenewalThatComesTooLateIsRefused) {
  ASSERT_THAT(Award(kTerm), IsOk());
  EXPECT_THAT(Record("RENEWAL", R"(} label { assessed_on: "2018-03-01" })"),
              StatusIs(kPrecondition, Reason("RENEWAL_WINDOW_CLOSED")));
  ASSERT_THAT(Award(R"(issued_on: "2010")", "endless"), IsOk());
  EXPECT_THAT(Record("RENEWAL", R"(} label { assessed_on: "2018-03-01" })", "endless"),
              StatusIs(kPrecondition, Reason("LABEL_END_UNKNOWN")));
}

TEST_F(LabelServiceTest, L6ThePrintedEndStaysAndTheDifferenceIsReported) {
  const auto label = Award(R"(assessed_on: "2019-07-25" valid_until: "2021-07-31")");
  ASSERT_THAT(label, IsOk());
  EXPECT_EQ(label->valid_until(), "2021-07-31");
  EXPECT_EQ(label->policy_valid_until(), "2021-07-25");
  ASSERT_THAT(label->notices(), SizeIs(1));
  EXPECT_THAT(label->notices(0), HasSubstr("differs from that of the policy"));
}

TEST_F(LabelServiceTest, EveryViolationOfAnAwardIsNamed) {
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

TEST_F(LabelServiceTest, AnEventMustSayWhatWhenAndWhy) {
  ASSERT_THAT(Award(kTerm), IsOk());
  EXPECT_THAT(RecordLabelEvent(R"(name: "x" event {})"),
              ::testing::AllOf(HasViolation("name"), HasViolation("event.type"),
                               HasViolation("event.reason")));
  EXPECT_THAT(Record("REVOCATION", "}"), HasViolation("event.effective_on"));
  EXPECT_THAT(Record("RENEWAL", "}"), HasViolation("label.assessed_on"));
  EXPECT_THAT(Record("CORRECTION", "}"), HasViolation("label"));
  EXPECT_THAT(Record("CORRECTION", R"(} label { kind: "GOLD" }
                                      update_mask { paths: "events" })"),
              HasViolation("update_mask"));
  EXPECT_THAT(Record("SUSPENSION", R"(effective_on: "2015-01-01" } etag: "\"7\"")"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_F(LabelServiceTest, AStatusIsAskedOfWhatExists) {
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

TEST_F(LabelServiceTest, ASchemeIsCheckedAsAWhole) {
  EXPECT_THAT(
      CreateLabelScheme(R"(
                label_scheme_id: "x"
                label_scheme { kinds { code: "bronze" rank: 0 }
                               policies { kind: "GOLD" effective_from: "2019-01-01"
                                          effective_until: "2018-01-01" }
                               issuers {} })"),
      ::testing::AllOf(
          HasViolation("label_scheme_id"), HasViolation("label_scheme.display_name"),
          HasViolation("label_scheme.owner"), HasViolation("label_scheme.kinds[0].code"),
          HasViolation("label_scheme.kinds[0].rank"), HasViolation("label_scheme.policies[0].kind"),
          HasViolation("label_scheme.policies[0].anchor"),
          HasViolation("label_scheme.policies[0].effective_until"),
          HasViolation("label_scheme.issuers[0].display_name")));
  v1::CreateLabelSchemeRequest twice;
  twice.set_label_scheme_id("twice");
  *twice.mutable_label_scheme() = testing::Esca();
  *twice.mutable_label_scheme()->add_policies() = twice.label_scheme().policies(0);
  EXPECT_THAT(CreateLabelScheme(twice), HasViolation("label_scheme.policies[6]"));
  EXPECT_THAT(GetLabelScheme(R"(name: "labelSchemes/esca")")->kinds(), SizeIs(3));
  EXPECT_THAT(ListLabelSchemes("")->label_schemes(), SizeIs(1));
}

}  // namespace
}  // namespace wici::cluster_registry
