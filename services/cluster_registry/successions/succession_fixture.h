// What the tests of successions share: three clusters with labels, a merger of two into the third,
// and what it leaves behind.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_FIXTURE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_FIXTURE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry::testing {

// "clusters/aaa", "bbb" and "ccc" with ESCA, labels of the first two. Suites derive from it.
class SuccessionFixture : public EngineRegistryTest {
 protected:
  static constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  static constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
  static constexpr char kId[] = R"( request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d")";

  // What the issuer said about the labels of a merger of aaa and bbb into ccc.
  static constexpr char kDecided[] = R"(
    label_decisions { label: "clusters/aaa/labels/bronze" effect: EFFECT_TRANSFERRED
                      evidences { uri: "https://eucles.be/letter" } }
    label_decisions { label: "clusters/bbb/labels/bronze" effect: EFFECT_ENDED
                      reason: "the issuer allows one" })";

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
        wici::testing::IsOk());
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
  absl::Status RunWorker() { return ApplySuccessions(absl::Now() + absl::Seconds(20)); }
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
    EXPECT_THAT(ListLabels("parent: \"clusters/ccc" + id + "\"")->labels(), ::testing::SizeIs(1));
    EXPECT_THAT(GetLabel("name: \"clusters/aaa" + id + "/labels/bronze\"")->events(),
                ::testing::SizeIs(1));
    EXPECT_THAT(GetLabel("name: \"clusters/bbb" + id + "/labels/bronze\"")->events(),
                ::testing::SizeIs(1));
  }
  // A merger of clusters "aaa{id}" and "bbb{id}", with one label each, into "ccc{id}".
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

}  // namespace wici::cluster_registry::testing

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_FIXTURE_H_
