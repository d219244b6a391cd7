// SuccessionService over gRPC: what a succession must say, what it does, and that a crash in the
// middle loses nothing. Its withdrawal stands in succession_withdrawal_test.cc.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/successions/succession_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;
using wici::testing::WriteFault;
class SuccessionTest : public testing::SuccessionFixture {};
WICI_ON_EVERY_ENGINE(SuccessionTest);

TEST_P(SuccessionTest, L10_AMergerTransfersAndEndsLabelsAsDecided) {
  const auto merger = Merge(kDecided);
  ASSERT_THAT(merger, IsOk());
  EXPECT_EQ(merger->state(), v1::Succession::STATE_APPLIED);
  EXPECT_EQ(merger->actor(), "users/test");
  ExpectMerged();
  const auto moved = GetLabel(R"(name: "clusters/ccc/labels/merger-1")");
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->transferred_from(), "clusters/aaa/labels/bronze");
  EXPECT_EQ(moved->held_from(), "2015-07-01");
  EXPECT_EQ(moved->valid_from(), "2014-06-01");
  EXPECT_THAT(moved->evidences(), SizeIs(1));
  const auto old = GetLabel(R"(name: "clusters/aaa/labels/bronze")");
  EXPECT_EQ(old->events(0).continued_by(), moved->name());
  EXPECT_EQ(old->events(0).succession(), "successions/merger");
  EXPECT_EQ(old->events(0).actor(), "users/test");
}

TEST_P(SuccessionTest, L10_AnEndedOrTransferredLabelIsFinalAndTheHeirGoesOn) {
  ASSERT_THAT(Merge(kDecided), IsOk());
  for (const char* cluster : {"aaa", "bbb"}) {
    EXPECT_THAT(RecordLabelEvent("name: \"clusters/" + std::string(cluster) + R"(/labels/bronze"
                    event { type: TYPE_RENEWAL reason: "interview" }
                    label { assessed_on: "2016-06-15" })"),
                StatusIs(kPrecondition, Reason("LABEL_ENDED")));
  }
  const auto renewal = RecordLabelEvent(R"(
      name: "clusters/ccc/labels/merger-1" event { type: TYPE_RENEWAL reason: "interview" }
      label { assessed_on: "2016-06-15" })");
  ASSERT_THAT(renewal, IsOk());
  EXPECT_EQ(renewal->valid_from(), "2016-06-01");
}

TEST_P(SuccessionTest, L10_EveryLabelThatHoldsNeedsADecisionAndAllFaultsAreNamed) {
  Award("aaa", "unknown", R"(verification: VERIFICATION_SELF_DECLARED)");
  Award("bbb", "later", R"(valid_from: "2016-06-01" valid_until: "2018-05-31")");
  const auto refused = Merge(R"(
      label_decisions { label: "clusters/aaa/labels/old" effect: EFFECT_ENDED reason: "over" }
      label_decisions { label: "clusters/aaa/labels/none" effect: EFFECT_ENDED reason: "?" })");
  EXPECT_THAT(refused, StatusIs(kInvalid, Reason("LABEL_UNDECIDED")));
  std::vector<std::string> faults;
  for (const FieldViolation& fault : FieldViolations(refused.status())) {
    faults.push_back(fault.description);
  }
  EXPECT_THAT(
      faults,
      ElementsAre("does not hold on effective_on or later", "does not exist",
                  HasSubstr("clusters/aaa/labels/bronze"), HasSubstr("clusters/aaa/labels/unknown"),
                  HasSubstr("clusters/bbb/labels/bronze"), HasSubstr("clusters/bbb/labels/later")));
  EXPECT_THAT(ListSuccessions("")->successions(), IsEmpty());
  EXPECT_EQ(StateOf("aaa"), v1::Cluster::STATE_DRAFT);
}

TEST_P(SuccessionTest, L10_ATransferNeedsEvidenceAnEndAReasonAndWhoEndsKeepsNothing) {
  EXPECT_THAT(Merge(R"(
          label_decisions { label: "clusters/aaa/labels/bronze" effect: EFFECT_TRANSFERRED }
          label_decisions { label: "clusters/bbb/labels/bronze" effect: EFFECT_ENDED }
          label_decisions { label: "clusters/bbb/labels/bronze" effect: EFFECT_KEPT }
          label_decisions { label: "clusters/ccc/labels/bronze" successor: "clusters/aaa" })"),
              AllOf(HasViolation("succession.label_decisions[0].evidences"),
                    HasViolation("succession.label_decisions[1].reason"),
                    HasViolation("succession.label_decisions[2].label"),
                    HasViolation("succession.label_decisions[2].effect"),
                    HasViolation("succession.label_decisions[3].label"),
                    HasViolation("succession.label_decisions[3].effect"),
                    HasViolation("succession.label_decisions[3].successor")));
}

TEST_P(SuccessionTest, L1_ATransferDoesNotOverlapALabelOfTheHeir) {
  Award("ccc", "own", R"(valid_from: "2015-01-01" valid_until: "2016-12-31")");
  EXPECT_THAT(Merge(kDecided),
              AllOf(StatusIs(kInvalid), HasViolation("succession.label_decisions[0].label")));
}

TEST_P(SuccessionTest, L10_ASplitSaysWhichSuccessorGetsTheLabelOrThatItIsKept) {
  const std::string split = R"(
      succession_id: "split" succession {
        kind: KIND_SPLIT predecessors: "clusters/aaa" successors: "clusters/aaa"
        successors: "clusters/bbb" successors: "clusters/ccc" effective_on: "2015-07-01"
        label_decisions { label: "clusters/aaa/labels/bronze" )";
  EXPECT_THAT(CreateSuccession(split + R"(effect: EFFECT_TRANSFERRED
                                          evidences { uri: "x" } } })"),
              HasViolation("succession.label_decisions[0].successor"));
  ASSERT_THAT(CreateSuccession(split + "effect: EFFECT_KEPT } }"), IsOk());
  EXPECT_EQ(StateOf("aaa"), v1::Cluster::STATE_DRAFT);  // it goes on
  EXPECT_EQ(Status("aaa", "2015-07-01"), "VALID WITHIN_TERM");
  EXPECT_EQ(Status("ccc", "2015-07-01"), "NOT_VALID NO_AWARD");
}

TEST_P(SuccessionTest, ARenamingConcernsOneClusterAndItsLabelsStay) {
  ASSERT_THAT(CreateSuccession(R"(
                succession_id: "rename" succession {
                  kind: KIND_LEGAL_FORM predecessors: "clusters/aaa" successors: "clusters/aaa"
                  effective_on: "2015-10-07" before: "porozumienie" after: "stowarzyszenie"
                  provenances { source: "pppt.pl" } })"),
              IsOk());
  EXPECT_EQ(Status("aaa", "2015-12-18"), "VALID WITHIN_TERM");
  EXPECT_EQ(StateOf("aaa"), v1::Cluster::STATE_DRAFT);
  EXPECT_THAT(Succeed("other", "RENAME", {"aaa"}, {"bbb"}), HasViolation("succession.successors"));
}

TEST_P(SuccessionTest, C7_AMergedClusterHasASuccessor) {
  EXPECT_THAT(Succeed("none", "MERGE", {"aaa", "bbb"}, {}), HasViolation("succession.successors"));
  EXPECT_THAT(Succeed("one", "MERGE", {"aaa"}, {"ccc"}), HasViolation("succession.predecessors"));
  EXPECT_THAT(Succeed("one", "SPLIT", {"aaa"}, {"ccc"}), HasViolation("succession.successors"));
  EXPECT_THAT(Succeed("gone", "MERGE", {"aaa", "nobody"}, {"ccc"}),
              HasViolation("succession.predecessors[1]"));
}

TEST_P(SuccessionTest, C7_NoClusterSucceedsItself) {
  for (const char* id : {"ddd", "eee", "fff", "ggg", "hhh"}) AddCluster("", id);
  ASSERT_THAT(Succeed("step-1", "SPLIT", {"ddd"}, {"ddd", "eee"}, "2012-01-01"), IsOk());
  ASSERT_THAT(Succeed("step-2", "SPLIT", {"eee"}, {"eee", "fff"}, "2013-01-01"), IsOk());
  ASSERT_THAT(Succeed("step-3", "SPLIT", {"fff"}, {"fff", "ggg"}, "2014-01-01"), IsOk());
  EXPECT_THAT(Succeed("step-4", "SPLIT", {"ggg"}, {"ggg", "ddd"}, "2015-01-01"),
              StatusIs(kPrecondition, Reason("SUCCESSION_CYCLE")));
  EXPECT_THAT(Succeed("step-5", "MERGE", {"ggg", "fff"}, {"eee"}, "2015-01-01"),
              StatusIs(kPrecondition, Reason("SUCCESSION_CYCLE")));
  EXPECT_THAT(Succeed("step-6", "MERGE", {"fff", "ggg"}, {"hhh"}, "2015-01-01"), IsOk());
}

TEST_P(SuccessionTest, C7_WhoEndedTakesPartNoMore) {
  for (const char* id : {"ddd", "eee", "fff", "ggg"}) AddCluster("", id);
  ASSERT_THAT(Succeed("step-1", "MERGE", {"ddd", "eee"}, {"fff"}, "2014-01-01"), IsOk());
  EXPECT_THAT(Succeed("step-2", "MERGE", {"ddd", "ggg"}, {"ccc"}, "2012-01-01"),
              StatusIs(kPrecondition, Reason("CLUSTER_SUCCEEDED")));  // it ends only once
  EXPECT_THAT(Succeed("step-3", "SPLIT", {"ggg"}, {"ggg", "ddd"}, "2014-01-01"),
              StatusIs(kPrecondition, Reason("CLUSTER_SUCCEEDED")));
  EXPECT_THAT(Succeed("step-4", "SPLIT", {"ggg"}, {"ggg", "ddd"}, "2013-12-31"), IsOk());
}

// A merger of clusters of its own, broken off at write number `crash`: the succession itself, the
// two predecessors, the heir, the end.
class BrokenOffTest : public testing::SuccessionFixture {
 protected:
  void MergeAndBreakOff(int crash, WriteFault fault, bool again) {
    SCOPED_TRACE(crash);
    const std::string id = std::to_string(crash) + (again ? "-again" : "-worker") +
                           (fault == WriteFault::kAfterCommit ? "-after" : "-before");
    for (const char* name : {"aaa", "bbb", "ccc"}) AddCluster("", name + id);
    for (const char* name : {"aaa", "bbb"}) {
      Award(name + id, "bronze", R"(valid_from: "2014-06-01" valid_until: "2016-05-31")");
    }
    int writes = 0;
    next_fault_ = [&] { return writes++ == crash ? fault : WriteFault::kNone; };
    const auto broken = MergeOf(id);
    next_fault_ = nullptr;
    EXPECT_GT(writes, crash);
    const bool recorded = crash > 0 || fault == WriteFault::kAfterCommit;
    EXPECT_EQ(broken.ok(), recorded);
    if (crash > 0) {
      EXPECT_EQ(broken->state(), v1::Succession::STATE_PENDING);
    }
    if (again || !recorded) {
      const auto resumed = MergeOf(id);
      ASSERT_THAT(resumed, IsOk());
      EXPECT_EQ(resumed->state(), v1::Succession::STATE_APPLIED);
    }
    ASSERT_THAT(RunWorker(), IsOk());
    ExpectMerged(id);
    ASSERT_THAT(RunWorker(), IsOk());  // there is nothing left to do
    ExpectMerged(id);
  }
};
WICI_ON_EVERY_ENGINE(BrokenOffTest);

TEST_P(BrokenOffTest, L10_ACrashBetweenTheTransactionsIsMadeGoodByTheWorker) {
  for (int crash = 0; crash <= 4; ++crash) {
    MergeAndBreakOff(crash, WriteFault::kBeforeCommit, false);
    MergeAndBreakOff(crash, WriteFault::kAfterCommit, false);
  }
}

TEST_P(BrokenOffTest, L10_ACrashBetweenTheTransactionsIsMadeGoodByTheSameCall) {
  for (int crash = 0; crash <= 4; ++crash) {
    MergeAndBreakOff(crash, WriteFault::kBeforeCommit, true);
    MergeAndBreakOff(crash, WriteFault::kAfterCommit, true);
  }
}

TEST_P(BrokenOffTest, AnEffectThatIsRefusedSaysWhyAndIsTriedAgain) {
  int writes = 0;
  next_fault_ = [&] { return writes++ == 3 ? WriteFault::kBeforeCommit : WriteFault::kNone; };
  ASSERT_EQ(Merge(kDecided)->state(), v1::Succession::STATE_PENDING);
  next_fault_ = nullptr;
  // Somebody records an award of the heir before the worker comes.
  Award("ccc", "own", R"(valid_from: "2015-01-01" valid_until: "2016-12-31")");
  ASSERT_THAT(RunWorker(), IsOk());
  const auto stuck = GetSuccession(R"(name: "successions/merger")");
  EXPECT_EQ(stuck->state(), v1::Succession::STATE_PENDING);
  EXPECT_THAT(stuck->problem(), HasSubstr("clusters/ccc/labels/own"));
  ASSERT_THAT(RecordLabelEvent(R"(name: "clusters/ccc/labels/own"
                                  event { type: TYPE_CORRECTION reason: "a misprint" }
                                  label { verification: VERIFICATION_REJECTED })"),
              IsOk());
  ASSERT_THAT(RunWorker(), IsOk());
  const auto applied = GetSuccession(R"(name: "successions/merger")");
  EXPECT_EQ(applied->state(), v1::Succession::STATE_APPLIED);
  EXPECT_EQ(applied->problem(), "");
  EXPECT_EQ(Status("ccc", "2015-07-01"), "VALID WITHIN_TERM");
}

TEST_P(SuccessionTest, C7_NoClusterEndsBeforeASuccessionItTakesPartIn) {
  for (const char* id : {"ddd", "eee", "fff"}) AddCluster("", id);
  ASSERT_THAT(Succeed("later", "SPLIT", {"ddd"}, {"ddd", "eee"}, "2014-01-01"), IsOk());
  EXPECT_THAT(Succeed("end-1", "MERGE", {"ddd", "fff"}, {"fff"}, "2013-12-31"),
              AllOf(StatusIs(kInvalid), HasViolation("succession.predecessors[0]")));
  EXPECT_THAT(Succeed("end-2", "MERGE", {"fff", "eee"}, {"fff"}, "2013-12-31"),
              AllOf(StatusIs(kInvalid), HasViolation("succession.predecessors[1]")));
  EXPECT_THAT(Succeed("end-3", "MERGE", {"ddd", "fff"}, {"fff"}, "2014-01-01"), IsOk());
}

TEST_P(SuccessionTest, TheSameRequestIdRecordsOnce) {
  const auto first = Merge(kDecided);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Merge(kDecided)->SerializeAsString(), first->SerializeAsString());
  ExpectMerged();
  EXPECT_THAT(Merge(std::string(kDecided) + R"( before: "other")"),
              StatusIs(kInvalid, Reason("REQUEST_ID_REUSED")));
}

TEST_P(SuccessionTest, SuccessionsAreListedByCluster) {
  for (const char* id : {"ddd", "eee"}) AddCluster("", id);
  ASSERT_THAT(Succeed("step-1", "SPLIT", {"ddd"}, {"ddd", "eee"}, "2012-01-01"), IsOk());
  ASSERT_THAT(Succeed("step-2", "RENAME", {"ddd"}, {"ddd"}, "2013-01-01"), IsOk());
  ASSERT_THAT(Succeed("step-3", "RENAME", {"eee"}, {"eee"}, "2013-01-01"), IsOk());
  const auto list = [&](const std::string& more) {
    std::vector<std::string> ids;
    const auto response = ListSuccessions(more);
    for (const auto& one : response->successions()) ids.push_back(one.name().substr(12));
    return ids;
  };
  EXPECT_THAT(list(""), ElementsAre("step-1", "step-2", "step-3"));
  EXPECT_THAT(list(R"(cluster: "clusters/ddd")"), ElementsAre("step-1", "step-2"));
  EXPECT_THAT(list(R"(cluster: "clusters/eee")"), ElementsAre("step-1", "step-3"));
  auto request = testing::Parse<v1::ListSuccessionsRequest>(R"(page_size: 2)");
  request.set_page_token(ListSuccessions(request)->next_page_token());
  EXPECT_EQ(ListSuccessions(request)->successions(0).name(), "successions/step-3");
  request.set_cluster("clusters/ddd");
  EXPECT_THAT(ListSuccessions(request), HasViolation("page_token"));
  EXPECT_THAT(ListSuccessions(R"(cluster: "ddd")"), HasViolation("cluster"));
}

TEST_P(SuccessionTest, WhoSeesNoneOfItsClustersDoesNotSeeASuccession) {
  for (const char* id : {"ddd", "eee"}) AddCluster("", id);
  AddCluster(R"(visibility: VISIBILITY_PUBLIC website: "k.example" no_home_region_reason: "all"
                contact_email: "office@example.org")",
             "open");
  ASSERT_THAT(CreateContact(R"(parent: "clusters/open" contact { role: ROLE_MANAGER
                                 display_name: "M" email: "m@example.org" })"),
              IsOk());
  ASSERT_THAT(PublishCluster(R"(name: "clusters/open")"), IsOk());
  ASSERT_THAT(Succeed("hidden", "SPLIT", {"ddd"}, {"ddd", "eee"}), IsOk());
  ASSERT_THAT(Succeed("seen", "SPLIT", {"ddd"}, {"ddd", "open"}), IsOk());
  const auto call = [&](const std::string& method, const google::protobuf::Message& request,
                        auto response) {
    return services_.Call<decltype(response)>(
        "wici.cluster_registry.v1.SuccessionService/" + method, request,
        services_.Token("partner-region"));
  };
  const auto get = [&](const std::string& id) {
    return call("GetSuccession",
                testing::Parse<v1::GetSuccessionRequest>("name: \"successions/" + id + "\""),
                v1::Succession());
  };
  const auto list = [&](const std::string& more) {
    return call("ListSuccessions", testing::Parse<v1::ListSuccessionsRequest>(more),
                v1::ListSuccessionsResponse());
  };
  const auto hidden = StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND"));
  EXPECT_THAT(get("seen"), IsOk());
  EXPECT_THAT(get("hidden"), hidden);
  ASSERT_THAT(list("")->successions(), SizeIs(1));
  EXPECT_EQ(list("")->successions(0).name(), "successions/seen");
  EXPECT_THAT(list(R"(cluster: "clusters/open")")->successions(), SizeIs(1));
  EXPECT_THAT(list(R"(cluster: "clusters/ddd")"), hidden);
}

TEST_P(SuccessionTest, EveryFaultOfARequestIsNamed) {
  EXPECT_THAT(
      CreateSuccession(R"(succession_id: "X" request_id: "x" succession {
                                    predecessors: "aaa" predecessors: "aaa"
                                    effective_on: "2015-12-19" provenances {}
                                    label_decisions { label: "bronze" } })"),
      AllOf(HasViolation("succession_id"), HasViolation("request_id"),
            HasViolation("succession.kind"), HasViolation("succession.predecessors[0]"),
            HasViolation("succession.predecessors[1]"), HasViolation("succession.effective_on"),
            HasViolation("succession.label_decisions[0].label"),
            HasViolation("succession.provenances[0].source")));
  EXPECT_THAT(GetSuccession(R"(name: "successions/none")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(GetSuccession(R"(name: "none")"), HasViolation("name"));
}

}  // namespace
}  // namespace wici::cluster_registry
