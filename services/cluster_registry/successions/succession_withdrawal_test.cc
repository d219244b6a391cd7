// SuccessionService over gRPC: a succession that is withdrawn is taken back, whatever broke off.
#include <string>

#include "absl/strings/escaping.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/successions/succession_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;
using wici::testing::WriteFault;

class SuccessionWithdrawalTest : public testing::SuccessionFixture {
 protected:
  static constexpr char kWithdrawId[] = R"( request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0e")";

  absl::StatusOr<v1::Succession> Withdraw(const std::string& more = "",
                                          const std::string& id = "merger") {
    return WithdrawSuccession("name: \"successions/" + id +
                              R"(" reason: "it was another cluster" )" + more);
  }
  // What is left when it is withdrawn.
  void ExpectTakenBack(const std::string& id = "") {
    EXPECT_EQ(GetSuccession("name: \"successions/merger" + id + "\"")->state(),
              v1::Succession::STATE_WITHDRAWN);
    for (const char* cluster : {"aaa", "bbb", "ccc"}) {
      EXPECT_EQ(StateOf(cluster + id), v1::Cluster::STATE_DRAFT);
    }
    for (const char* cluster : {"aaa", "bbb"}) {
      EXPECT_EQ(Status(cluster + id, "2015-07-01"), "VALID WITHIN_TERM");
      EXPECT_EQ(Status(cluster + id, "2016-06-01"), "NOT_VALID EXPIRED");
    }
    EXPECT_EQ(Status("ccc" + id, "2015-07-01").substr(0, 9), "NOT_VALID");
  }
};
WICI_ON_EVERY_ENGINE(SuccessionWithdrawalTest);

TEST_P(SuccessionWithdrawalTest, L10_AWithdrawnMergerLeavesNoTraceInTheAnswersOfToday) {
  ASSERT_THAT(Merge(kDecided), IsOk());
  services_.clock().Advance(absl::Hours(24));
  const auto withdrawn = Withdraw();
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_EQ(withdrawn->state(), v1::Succession::STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->withdraw_reason(), "it was another cluster");
  EXPECT_EQ(withdrawn->withdraw_actor(), "users/test");
  ExpectTakenBack();
  const auto old = GetLabel(R"(name: "clusters/aaa/labels/bronze")");
  ASSERT_THAT(old->events(), SizeIs(1));
  EXPECT_EQ(old->events(0).type(), v1::LabelEvent::TYPE_CORRECTION);
  EXPECT_EQ(old->events(0).reason(), "it was another cluster");
  EXPECT_EQ(old->events(0).succession(), "successions/merger");
  EXPECT_THAT(ListLabelVersions(R"(parent: "clusters/aaa/labels/bronze")")->versions(), SizeIs(3));
  EXPECT_EQ(GetLabel(R"(name: "clusters/ccc/labels/merger-1")")->verification(),
            v1::Label::VERIFICATION_REJECTED);
  // The right one is recorded anew, with every label decided about again.
  EXPECT_THAT(Merge("", "right"), StatusIs(kInvalid, Reason("REQUEST_ID_REUSED")));
  EXPECT_THAT(Succeed("right", "MERGE", {"aaa", "bbb"}, {"ccc"}),
              StatusIs(kInvalid, Reason("LABEL_UNDECIDED")));
  ASSERT_THAT(CreateSuccession(R"(succession_id: "right" succession {
        kind: KIND_MERGE predecessors: "clusters/aaa" predecessors: "clusters/bbb"
        successors: "clusters/ccc" effective_on: "2015-08-01" )" +
                               std::string(kDecided) + "}"),
              IsOk());
  EXPECT_EQ(Status("aaa", "2015-07-31"), "VALID WITHIN_TERM");
  EXPECT_EQ(Status("ccc", "2015-07-31").substr(0, 9), "NOT_VALID");
  EXPECT_EQ(Status("ccc", "2015-08-01"), "VALID WITHIN_TERM");
  EXPECT_EQ(StateOf("aaa"), v1::Cluster::STATE_MERGED);
}

TEST_P(SuccessionWithdrawalTest, L13_AWithdrawalDoesNotChangeTheAnswersThatWereKnownBefore) {
  const absl::Time before = services_.clock().Now();
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(Merge(kDecided), IsOk());
  const absl::Time yesterday = services_.clock().Now();
  const auto answers = [&](absl::Time known_at) {
    const auto at = [&](auto request) {
      *request.mutable_known_at() =
          google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
      return request;
    };
    std::string all;
    for (const std::string cluster : {"aaa", "bbb", "ccc"}) {
      const std::string name = "\"clusters/" + cluster + "\"";
      all += GetCluster(at(testing::Parse<v1::GetClusterRequest>("name: " + name)))
                 ->ShortDebugString();
      const auto status = GetLabelStatus(at(testing::Parse<v1::GetLabelStatusRequest>(
          "cluster: " + name + R"(scheme: "labelSchemes/esca" kind: "BRONZE"
                                  on_date: "2015-07-01")")));
      all += status->ShortDebugString();
      all += ListSuccessions(at(testing::Parse<v1::ListSuccessionsRequest>("cluster: " + name)))
                 ->ShortDebugString();
    }
    return all;
  };
  const std::string known_before = answers(before);
  const std::string known_yesterday = answers(yesterday);
  EXPECT_NE(known_before, known_yesterday);
  services_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(Withdraw(), IsOk());
  EXPECT_EQ(answers(before), known_before);
  EXPECT_EQ(answers(yesterday), known_yesterday);
  EXPECT_NE(answers(services_.clock().Now()), known_yesterday);
  auto request = testing::Parse<v1::GetSuccessionRequest>(R"(name: "successions/merger")");
  *request.mutable_known_at() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(yesterday));
  const auto then = GetSuccession(request);
  EXPECT_EQ(then->state(), v1::Succession::STATE_APPLIED);
  EXPECT_EQ(then->withdraw_reason(), "");
  *request.mutable_known_at() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(before));
  EXPECT_THAT(GetSuccession(request),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  request.mutable_known_at()->set_seconds(99999999999);
  EXPECT_THAT(GetSuccession(request), HasViolation("known_at"));
}

TEST_P(SuccessionWithdrawalTest, C7_AWithdrawnSuccessionIsNoPartOfTheGraph) {
  for (const char* id : {"ddd", "eee", "fff"}) AddCluster("", id);
  ASSERT_THAT(Succeed("wrong", "MERGE", {"ddd", "eee"}, {"fff"}, "2014-01-01"), IsOk());
  ASSERT_THAT(WithdrawSuccession(R"(name: "successions/wrong" reason: "the other way round")"),
              IsOk());
  EXPECT_EQ(StateOf("ddd"), v1::Cluster::STATE_DRAFT);
  ASSERT_THAT(Succeed("right", "SPLIT", {"fff"}, {"ddd", "eee"}, "2013-01-01"), IsOk());
  EXPECT_EQ(StateOf("fff"), v1::Cluster::STATE_MERGED);
  EXPECT_THAT(ListSuccessions(R"(cluster: "clusters/ddd")")->successions(), SizeIs(2));
}

TEST_P(SuccessionWithdrawalTest, WhatWasBuiltOnASuccessionIsCorrectedFirst) {
  ASSERT_THAT(Merge(kDecided), IsOk());
  ASSERT_THAT(RecordLabelEvent(R"(
      name: "clusters/ccc/labels/merger-1" event { type: TYPE_RENEWAL reason: "interview" }
      label { assessed_on: "2015-12-15" })"),
              IsOk());
  EXPECT_THAT(Withdraw(), StatusIs(kPrecondition, Reason("SUCCESSION_BUILT_UPON")));
  EXPECT_EQ(GetSuccession(R"(name: "successions/merger")")->state(), v1::Succession::STATE_APPLIED);
  EXPECT_EQ(StateOf("aaa"), v1::Cluster::STATE_MERGED);
}

TEST_P(SuccessionWithdrawalTest, ARequestForAWithdrawalIsCheckedAndCountsOnce) {
  EXPECT_THAT(WithdrawSuccession(R"(name: "merger" request_id: "7")"),
              AllOf(StatusIs(kInvalid, HasViolation("name")), HasViolation("reason"),
                    HasViolation("request_id")));
  EXPECT_THAT(Withdraw(), StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  ASSERT_THAT(Merge(kDecided), IsOk());
  EXPECT_THAT(Withdraw(R"(etag: "\"1\"")"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  const auto first = Withdraw(kWithdrawId);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Withdraw(kWithdrawId)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Withdraw(R"(etag: ")" + absl::CEscape(first->etag()) + "\"")->SerializeAsString(),
            first->SerializeAsString())
      << "it stays as it is";
  EXPECT_THAT(WithdrawSuccession(R"(name: "successions/merger" reason: "another one")" +
                                 std::string(kWithdrawId)),
              StatusIs(kInvalid, Reason("REQUEST_ID_REUSED")));
  // The request that recorded it does not record it again.
  EXPECT_EQ(Merge(kDecided)->state(), v1::Succession::STATE_WITHDRAWN);
  EXPECT_EQ(StateOf("aaa"), v1::Cluster::STATE_DRAFT);
}

TEST_P(SuccessionWithdrawalTest, AWithdrawalThatBrokeOffIsMadeGoodByTheWorkerOrTheSameCall) {
  // The withdrawal itself, the heir, the two predecessors, the end.
  for (int crash = 0; crash <= 4; ++crash) {
    for (const bool again : {false, true}) {
      SCOPED_TRACE(crash);
      const std::string id = "-w" + std::to_string(crash) + (again ? "-again" : "-worker");
      for (const char* name : {"aaa", "bbb", "ccc"}) AddCluster("", name + id);
      for (const char* name : {"aaa", "bbb"}) {
        Award(name + id, "bronze", R"(valid_from: "2014-06-01" valid_until: "2016-05-31")");
      }
      ASSERT_THAT(MergeOf(id), IsOk());
      int writes = 0;
      next_fault_ = [&] {
        return writes++ == crash ? WriteFault::kAfterCommit : WriteFault::kNone;
      };
      const auto broken = Withdraw("", "merger" + id);
      next_fault_ = nullptr;
      if (crash > 0) {
        ASSERT_THAT(broken, IsOk());
        EXPECT_EQ(broken->state(), v1::Succession::STATE_WITHDRAWING);
      }
      if (again) {
        EXPECT_EQ(Withdraw("", "merger" + id)->state(), v1::Succession::STATE_WITHDRAWN);
      }
      ASSERT_THAT(RunWorker(), IsOk());
      ExpectTakenBack(id);
      ASSERT_THAT(RunWorker(), IsOk());  // there is nothing left to do
      ExpectTakenBack(id);
    }
  }
}

TEST_P(SuccessionWithdrawalTest, AMergerThatIsNotYetAppliedIsWithdrawnWithWhatItHasDone) {
  // Broken off after the record, after each predecessor, after the heir.
  for (int crash = 1; crash <= 4; ++crash) {
    SCOPED_TRACE(crash);
    const std::string id = "-p" + std::to_string(crash);
    for (const char* name : {"aaa", "bbb", "ccc", "ddd"}) AddCluster("", name + id);
    for (const char* name : {"aaa", "bbb"}) {
      Award(name + id, "bronze", R"(valid_from: "2014-06-01" valid_until: "2016-05-31")");
    }
    int writes = 0;
    next_fault_ = [&] { return writes++ == crash ? WriteFault::kBeforeCommit : WriteFault::kNone; };
    ASSERT_EQ(MergeOf(id)->state(), v1::Succession::STATE_PENDING);
    next_fault_ = nullptr;
    // Nothing else is recorded of these clusters until it is known how they are.
    EXPECT_THAT(Succeed("other" + id, "SPLIT", {"ccc" + id}, {"ccc" + id, "ddd" + id}),
                StatusIs(kPrecondition, Reason("SUCCESSION_UNSETTLED")));
    const auto withdrawn = Withdraw("", "merger" + id);
    ASSERT_THAT(withdrawn, IsOk());
    EXPECT_FALSE(withdrawn->has_apply_time());
    ExpectTakenBack(id);
    ASSERT_THAT(RunWorker(), IsOk());
    ExpectTakenBack(id);
    EXPECT_THAT(Succeed("other" + id, "SPLIT", {"ccc" + id}, {"ccc" + id, "ddd" + id}), IsOk());
  }
}

TEST_P(SuccessionWithdrawalTest, AClusterWhoseIdentifierWasTakenMeanwhileWaitsForItToBeFree) {
  for (const char* id : {"ddd", "eee"}) AddCluster("", id);
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/ddd"
                                 external_ids { scheme: "NIP" value: "5260001246" } })"),
              IsOk());
  ASSERT_THAT(Succeed("merger", "MERGE", {"ddd", "eee"}, {"eee"}), IsOk());
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/eee"
                                 external_ids { scheme: "NIP" value: "5260001246" } })"),
              IsOk());
  const auto stuck = Withdraw();
  ASSERT_THAT(stuck, IsOk());
  EXPECT_EQ(stuck->state(), v1::Succession::STATE_WITHDRAWING);
  EXPECT_THAT(stuck->problem(), HasSubstr("5260001246"));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/eee" }
                               update_mask { paths: "external_ids" })"),
              IsOk());
  ASSERT_THAT(RunWorker(), IsOk());
  const auto done = GetSuccession(R"(name: "successions/merger")");
  EXPECT_EQ(done->state(), v1::Succession::STATE_WITHDRAWN);
  EXPECT_EQ(done->problem(), "");
  EXPECT_EQ(StateOf("ddd"), v1::Cluster::STATE_DRAFT);
}

}  // namespace
}  // namespace wici::cluster_registry
