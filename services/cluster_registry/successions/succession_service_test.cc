// SuccessionService over gRPC: what a succession must say, what it does, and that a crash in the
// middle loses nothing.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/testing/registry_fixture.h"

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
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr char kId[] = R"( request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d")";

constexpr char kWithdrawId[] = R"( request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0e")";

// What the issuer said about the labels of a merger of aaa and bbb into ccc.
constexpr char kDecided[] = R"(
    label_decisions { label: "clusters/aaa/labels/bronze" effect: EFFECT_TRANSFERRED
                      evidences { uri: "https://eucles.be/letter" } }
    label_decisions { label: "clusters/bbb/labels/bronze" effect: EFFECT_ENDED
                      reason: "the issuer allows one" })";

class SuccessionTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    AddEsca();
    for (const char* id : {"aaa", "bbb", "ccc"}) AddCluster("", id);
    for (const char* id : {"aaa", "bbb"}) {
      Award(id, "bronze", R"(valid_from: "2014-06-01" valid_until: "2016-05-31")");
      Award(id, "old", R"(valid_from: "2011-01-01" valid_until: "2012-12-31")");
    }
  }

  void Award(const std::string& cluster, const std::string& id, const std::string& fields) {
    ASSERT_THAT(
        CreateLabel("parent: \"clusters/" + cluster + "\" label_id: \"" + id +
                    "\" label { scheme: \"labelSchemes/esca\" kind: \"BRONZE\" " + fields + " }"),
        IsOk());
  }
  absl::StatusOr<v1::Succession> Merge(const std::string& more, const std::string& id = "merger") {
    return CreateSuccession("succession_id: \"" + id + R"(" succession {
        kind: KIND_MERGE predecessors: "clusters/aaa" predecessors: "clusters/bbb"
        successors: "clusters/ccc" effective_on: "2015-07-01" )" +
                            more + " }" + kId);
  }
  // A succession without labels: "aaa>bbb" means that aaa becomes bbb, by a split or a merger.
  absl::StatusOr<v1::Succession> Succeed(const std::string& id, const std::string& kind,
                                         const std::vector<std::string>& before,
                                         const std::vector<std::string>& after,
                                         const std::string& day = "2015-07-01") {
    std::string text = "succession_id: \"" + id + "\" succession { kind: KIND_" + kind +
                       " effective_on: \"" + day + "\" ";
    for (const std::string& one : before) text += "predecessors: \"clusters/" + one + "\" ";
    for (const std::string& one : after) text += "successors: \"clusters/" + one + "\" ";
    return CreateSuccession(text + "}");
  }
  std::string Status(const std::string& cluster, const std::string& day) {
    const auto status = GetLabelStatus("cluster: \"clusters/" + cluster + R"("
        scheme: "labelSchemes/esca" kind: "BRONZE" on_date: ")" +
                                       day + "\"");
    if (!status.ok()) return status.status().ToString();
    return v1::LabelStatus_Name(status->status()).substr(13) + " " +
           v1::LabelStatusReason_Name(status->reason()).substr(20);
  }
  v1::Cluster::State StateOf(const std::string& cluster) {
    return GetCluster("name: \"clusters/" + cluster + "\"")->state();
  }
  absl::Status RunWorker() {
    return registry_.succession_applier().RunOnce(absl::Now() + absl::Seconds(20));
  }
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
  // What a merger of aaa and bbb into ccc leaves behind.
  void ExpectMerged(const std::string& id = "") {
    EXPECT_EQ(GetSuccession("name: \"successions/merger" + id + "\"")->state(),
              v1::Succession::STATE_APPLIED);
    EXPECT_EQ(StateOf("aaa" + id), v1::Cluster::STATE_MERGED);
    EXPECT_EQ(StateOf("bbb" + id), v1::Cluster::STATE_MERGED);
    EXPECT_EQ(StateOf("ccc" + id), v1::Cluster::STATE_DRAFT);
    EXPECT_EQ(Status("aaa" + id, "2015-06-30"), "VALID WITHIN_TERM");
    EXPECT_EQ(Status("aaa" + id, "2015-07-01"), "NOT_VALID TRANSFERRED");
    EXPECT_EQ(Status("bbb" + id, "2015-06-30"), "VALID WITHIN_TERM");
    EXPECT_EQ(Status("bbb" + id, "2015-07-01"), "NOT_VALID ENDED");
    EXPECT_EQ(Status("ccc" + id, "2015-06-30"), "NOT_VALID NOT_YET");
    EXPECT_EQ(Status("ccc" + id, "2015-07-01"), "VALID WITHIN_TERM");
    EXPECT_EQ(Status("ccc" + id, "2016-06-01"), "NOT_VALID EXPIRED");
    EXPECT_THAT(ListLabels("parent: \"clusters/ccc" + id + "\"")->labels(), SizeIs(1));
    EXPECT_THAT(GetLabel("name: \"clusters/aaa" + id + "/labels/bronze\"")->events(), SizeIs(1));
    EXPECT_THAT(GetLabel("name: \"clusters/bbb" + id + "/labels/bronze\"")->events(), SizeIs(1));
  }
};
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
class BrokenOffTest : public SuccessionTest {
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
  absl::StatusOr<v1::Succession> MergeOf(const std::string& id) {
    const std::string request_id =
        "3b0f2f0c-5b3c-4a55-9d4b-" +
        absl::StrCat(absl::Hex(std::hash<std::string>{}(id) | 1ULL << 63)).substr(0, 12);
    const auto cluster = [&](const char* name) {
      return "\"clusters/" + std::string(name) + id + "\" ";
    };
    const auto label = [&](const char* name) {
      return "\"clusters/" + std::string(name) + id + "/labels/bronze\" ";
    };
    return CreateSuccession(
        "succession_id: \"merger" + id + "\" request_id: \"" + request_id +
        "\" succession { kind: KIND_MERGE effective_on: \"2015-07-01\" predecessors: " +
        cluster("aaa") + "predecessors: " + cluster("bbb") + "successors: " + cluster("ccc") +
        "label_decisions { effect: EFFECT_TRANSFERRED evidences { uri: \"x\" } label: " +
        label("aaa") +
        "} label_decisions { effect: EFFECT_ENDED reason: \"one\" label: " + label("bbb") + "} }");
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

TEST_P(BrokenOffTest, AWithdrawalThatBrokeOffIsMadeGoodByTheWorkerOrTheSameCall) {
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

TEST_P(BrokenOffTest, AMergerThatIsNotYetAppliedIsWithdrawnWithWhatItHasDone) {
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

TEST_P(BrokenOffTest, AClusterWhoseIdentifierWasTakenMeanwhileWaitsForItToBeFree) {
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

TEST_P(SuccessionTest, L10_AWithdrawnMergerLeavesNoTraceInTheAnswersOfToday) {
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

TEST_P(SuccessionTest, L13_AWithdrawalDoesNotChangeTheAnswersThatWereKnownBefore) {
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

TEST_P(SuccessionTest, C7_AWithdrawnSuccessionIsNoPartOfTheGraph) {
  for (const char* id : {"ddd", "eee", "fff"}) AddCluster("", id);
  ASSERT_THAT(Succeed("wrong", "MERGE", {"ddd", "eee"}, {"fff"}, "2014-01-01"), IsOk());
  ASSERT_THAT(WithdrawSuccession(R"(name: "successions/wrong" reason: "the other way round")"),
              IsOk());
  EXPECT_EQ(StateOf("ddd"), v1::Cluster::STATE_DRAFT);
  ASSERT_THAT(Succeed("right", "SPLIT", {"fff"}, {"ddd", "eee"}, "2013-01-01"), IsOk());
  EXPECT_EQ(StateOf("fff"), v1::Cluster::STATE_MERGED);
  EXPECT_THAT(ListSuccessions(R"(cluster: "clusters/ddd")")->successions(), SizeIs(2));
}

TEST_P(SuccessionTest, WhatWasBuiltOnASuccessionIsCorrectedFirst) {
  ASSERT_THAT(Merge(kDecided), IsOk());
  ASSERT_THAT(RecordLabelEvent(R"(
      name: "clusters/ccc/labels/merger-1" event { type: TYPE_RENEWAL reason: "interview" }
      label { assessed_on: "2015-12-15" })"),
              IsOk());
  EXPECT_THAT(Withdraw(), StatusIs(kPrecondition, Reason("SUCCESSION_BUILT_UPON")));
  EXPECT_EQ(GetSuccession(R"(name: "successions/merger")")->state(), v1::Succession::STATE_APPLIED);
  EXPECT_EQ(StateOf("aaa"), v1::Cluster::STATE_MERGED);
}

TEST_P(SuccessionTest, ARequestForAWithdrawalIsCheckedAndCountsOnce) {
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
