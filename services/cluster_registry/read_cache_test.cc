// Two processes of the registry on one database, each with a cache: what a client is shown that
// changes something at one and reads at the other, while the feed is held back there.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/serialize.h"
#include "libs/feed/cache/change_marks.h"
#include "libs/feed/cache/marks_follower.h"
#include "libs/feed/cache/redis_tier.h"
#include "libs/feed/sequencer.h"
#include "libs/rpc/versions.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/redis_fixture.h"
#include "libs/testing/service_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/search/index/search_index.h"
#include "services/cluster_registry/services.h"
#include "services/cluster_registry/store.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using wici::testing::IsOk;
using wici::testing::StatusIs;

using SeenVersions = std::vector<std::string>;

// One process, as main.cc makes it, but that it follows the feed when a test says so.
class Replica {
 public:
  Replica(const std::string& url, const std::string& redis)
      : database_(*sql::OpenDatabase(url)),
        tier_(*feed::RedisTier::Make(redis, {.service = "cluster-registry",
                                             .client = {.connect_timeout = absl::Seconds(30),
                                                        .command_timeout = absl::Seconds(30)}})) {
    registry_.Register(services_.server());
    services_.Start();
  }
  ~Replica() { services_.server().Stop(); }

  void Follow() { ASSERT_THAT(follower_.RunOnce(), IsOk()); }
  wici::testing::FakeClock& clock() { return services_.clock(); }

  // Calls "ClusterService/GetCluster" with a request in text format.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(const std::string& method, const std::string& request,
                                SeenVersions& seen, std::string_view role = "platform-operator") {
    return services_.CallSeeing<Response>("wici.cluster_registry.v1." + method,
                                          testing::Parse<Request>(request), seen,
                                          services_.Token(role));
  }

  std::string NameOf(const std::string& cluster, SeenVersions seen = {}) {
    const auto found = Call<v1::GetClusterRequest, v1::Cluster>("ClusterService/GetCluster",
                                                                "name: \"" + cluster + "\"", seen);
    return found.ok() ? found->display_name() : found.status().ToString();
  }
  v1::Cluster::State StateOf(const std::string& cluster, SeenVersions seen = {}) {
    const auto found = Call<v1::GetClusterRequest, v1::Cluster>("ClusterService/GetCluster",
                                                                "name: \"" + cluster + "\"", seen);
    return found.ok() ? found->state() : v1::Cluster::STATE_UNSPECIFIED;
  }
  std::string StatusOn(const std::string& day, SeenVersions seen = {},
                       const std::string& more = "") {
    const auto status = Call<v1::GetLabelStatusRequest, v1::GetLabelStatusResponse>(
        "LabelService/GetLabelStatus",
        R"(cluster: "clusters/abc" scheme: "labelSchemes/esca" kind: "BRONZE" on_date: ")" + day +
            "\" " + more,
        seen);
    return status.ok() ? v1::LabelStatus_Name(status->status()).substr(13)
                       : status.status().ToString();
  }
  // What is answered to `role` as bytes, or the error. With the token of everything it comes from
  // the database, without one it is kept from the second time on.
  template <class Request, class Response>
  std::string Bytes(const std::string& method, const std::string& request, const std::string& role,
                    SeenVersions seen = {}) {
    const auto answer = Call<Request, Response>(method, request, seen, role);
    return answer.ok() ? SerializeDeterministically(*answer)
                       : answer.status().ToString(absl::StatusToStringMode::kWithNoExtraData);
  }
  // Returns what the answer told.
  SeenVersions Rename(const std::string& name, const std::string& more = "") {
    SeenVersions told;
    EXPECT_THAT((Call<v1::UpdateClusterRequest, v1::Cluster>(
                    "ClusterService/UpdateCluster",
                    R"(update_mask { paths: "display_name" } cluster { name: "clusters/abc"
                       display_name: ")" +
                        name + "\" } " + more,
                    told)),
                IsOk());
    return told;
  }

 private:
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<feed::RedisTier> tier_;
  SystemIdSource ids_;  // unique in both
  wici::testing::ServiceFixture services_;
  feed::ChangeMarks marks_{services_.clock()};
  feed::MarksFollower follower_{*database_, marks_};
  Store store_{*database_, [] {}, [this](const rpc::Versions& made) { marks_.Wrote(made); }};
  std::unique_ptr<SearchIndex> index_ = *SearchIndex::Open("");
  Services registry_{{store_,
                      services_.clock(),
                      ids_,
                      {.marks = &marks_, .bytes_max = 1024 * 1024, .tier = tier_.get()}},
                     *index_};
};

class ReplicasTest : public wici::testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    a_ = std::make_unique<Replica>(database_url(), redis_.url());
    b_ = std::make_unique<Replica>(database_url(), redis_.url());
    SeenVersions seen;
    ASSERT_THAT(
        (a_->Call<v1::CreateLabelSchemeRequest, v1::LabelScheme>(
            "LabelService/CreateLabelScheme",
            "label_scheme_id: \"esca\" label_scheme { " + testing::Esca().ShortDebugString() + " }",
            seen)),
        IsOk());
    EXPECT_THAT(seen, ElementsAre("labelSchemes/esca@1"));
    ASSERT_THAT((a_->Call<v1::CreateClusterRequest, v1::Cluster>(
                    "ClusterService/CreateCluster",
                    R"(cluster_id: "abc" cluster { display_name: "Old" country: "PL" })", seen)),
                IsOk());
    EXPECT_THAT(seen, ElementsAre("clusters/abc@1"));
    Follow();
  }

  // Publishes the cluster, with what depends on the caller and on the day.
  void Publish() {
    SeenVersions seen;
    ASSERT_THAT((a_->Call<v1::UpdateClusterRequest, v1::Cluster>(
                    "ClusterService/UpdateCluster",
                    R"(update_mask { paths: "mandates" paths: "visibility" paths: "website"
                                       paths: "contact_email" paths: "no_home_region_reason" }
                       cluster {
                         name: "clusters/abc" visibility: VISIBILITY_PARTNERS website: "k.example"
                         contact_email: "office@example.org" no_home_region_reason: "everywhere"
                         mandates { organisation { legal_name: "First" }
                                    mandate_from: "2014-01-01" mandate_until: "2015-12-18" }
                         mandates { organisation { legal_name: "Second" }
                                    mandate_from: "2015-12-19" } })",
                    seen)),
                IsOk());
    ASSERT_THAT((a_->Call<v1::CreateLabelRequest, v1::Label>(
                    "LabelService/CreateLabel",
                    R"(parent: "clusters/abc" label_id: "bronze" label { scheme: "labelSchemes/esca"
                       kind: "BRONZE" valid_from: "2014-12-11" valid_until: "2016-12-11"
                       recheck_by: "2015-12-18" })",
                    seen)),
                IsOk());
    ASSERT_THAT((a_->Call<v1::CreateContactRequest, v1::Contact>(
                    "ClusterService/CreateContact",
                    R"(parent: "clusters/abc" contact { role: ROLE_MANAGER display_name: "Manager"
                                                        email: "manager@example.org" })",
                    seen)),
                IsOk());
    ASSERT_THAT((a_->Call<v1::PublishClusterRequest, v1::Cluster>("ClusterService/PublishCluster",
                                                                  R"(name: "clusters/abc")", seen)),
                IsOk());
  }

  // The feed tells both.
  void Follow() {
    feed::Sequencer sequencer(database(), nullptr, clock_,
                              {.source = "cluster-registry", .owner = "test"}, nullptr);
    ASSERT_THAT(sequencer.RunOnce(), IsOk());
    a_->Follow();
    b_->Follow();
  }

  SystemClock clock_;
  wici::testing::RedisServer& redis_ = wici::testing::RedisServer::Shared();
  std::unique_ptr<Replica> a_;
  std::unique_ptr<Replica> b_;
};
WICI_ON_EVERY_ENGINE(ReplicasTest);

TEST_P(ReplicasTest, WhoHandsBackWhatACallWroteReadsItEverywhere) {
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");
  const SeenVersions told = a_->Rename("Nowy klaster");
  EXPECT_THAT(told, ElementsAre("clusters/abc@2"));
  // The control: B has not heard of it, and says what it knows to whoever asks for no more.
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");
  EXPECT_EQ(b_->NameOf("clusters/abc", told), "Nowy klaster");
  EXPECT_EQ(b_->NameOf("clusters/abc", told), "Nowy klaster");
  EXPECT_EQ(a_->NameOf("clusters/abc", told), "Nowy klaster");
}

TEST_P(ReplicasTest, WhereItWasWrittenEverybodyReadsIt) {
  EXPECT_EQ(a_->NameOf("clusters/abc"), "Old");
  a_->Rename("New");
  EXPECT_EQ(a_->NameOf("clusters/abc"), "New");
}

TEST_P(ReplicasTest, WithoutATokenTheFeedBringsTheChange) {
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");
  a_->Rename("New");
  Follow();
  EXPECT_EQ(b_->NameOf("clusters/abc"), "New");
}

TEST_P(ReplicasTest, AReplicaThatLostTheFeedAsksTheDatabase) {
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");
  a_->Rename("New");
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");
  b_->clock().Advance(absl::Seconds(3));
  EXPECT_EQ(b_->NameOf("clusters/abc"), "New");
}

TEST_P(ReplicasTest, ARepeatedCallIsAnsweredWithATokenOfEverything) {
  const std::string request_id = R"(request_id: "5f3f6c1e-8f0e-4b0c-9a53-1f6f4d6f2b11")";
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");
  EXPECT_THAT(a_->Rename("New", request_id), ElementsAre("clusters/abc@2"));
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");
  // The key of a caller is of the principal, so the other process knows it, too.
  const SeenVersions told = b_->Rename("New", request_id);
  EXPECT_THAT(told, ElementsAre("*"));
  EXPECT_EQ(b_->NameOf("clusters/abc", told), "New");
}

TEST_P(ReplicasTest, ASuccessionIsSeenInAllItsClusters) {
  for (const std::string id : {"other", "heir"}) {
    SeenVersions seen;
    ASSERT_THAT(
        (a_->Call<v1::CreateClusterRequest, v1::Cluster>(
            "ClusterService/CreateCluster",
            "cluster_id: \"" + id + R"(" cluster { display_name: "One" country: "PL" })", seen)),
        IsOk());
  }
  EXPECT_EQ(b_->StateOf("clusters/abc"), v1::Cluster::STATE_DRAFT);
  SeenVersions told;
  ASSERT_THAT(
      (a_->Call<v1::CreateSuccessionRequest, v1::Succession>("SuccessionService/CreateSuccession",
                                                             R"(succession_id: "merger" succession {
                       kind: KIND_MERGE predecessors: "clusters/abc"
                       predecessors: "clusters/other" successors: "clusters/heir"
                       effective_on: "2015-07-01" })",
                                                             told)),
      IsOk());
  EXPECT_THAT(told, ElementsAre("*"));
  EXPECT_EQ(b_->StateOf("clusters/abc"), v1::Cluster::STATE_DRAFT) << "the feed is held back";
  EXPECT_EQ(b_->StateOf("clusters/abc", told), v1::Cluster::STATE_MERGED);
}

TEST_P(ReplicasTest, ALabelIsSeenByWhoHandsBackThatItWasRecorded) {
  EXPECT_EQ(b_->StatusOn("2015-12-18"), "NOT_VALID");
  SeenVersions seen;
  ASSERT_THAT((a_->Call<v1::CreateLabelRequest, v1::Label>(
                  "LabelService/CreateLabel",
                  R"(parent: "clusters/abc" label_id: "bronze" label { scheme: "labelSchemes/esca"
                     kind: "BRONZE" valid_from: "2014-12-11" valid_until: "2016-12-11" })",
                  seen)),
              IsOk());
  EXPECT_THAT(seen, ElementsAre("clusters/abc@2"));
  EXPECT_EQ(b_->StatusOn("2015-12-18"), "NOT_VALID");
  EXPECT_EQ(b_->StatusOn("2015-12-18", seen), "VALID");
  // Of each day its own.
  EXPECT_EQ(b_->StatusOn("2016-12-12"), "NOT_VALID");
  EXPECT_EQ(b_->StatusOn("2016-12-01"), "VALID");
}

TEST_P(ReplicasTest, AStatusFollowsItsSchemeAsWell) {
  const auto ask = [&](SeenVersions seen) {
    return b_->Call<v1::GetLabelStatusRequest, v1::GetLabelStatusResponse>(
        "LabelService/GetLabelStatus",
        R"(cluster: "clusters/abc" scheme: "labelSchemes/esca" kind: "PLATINUM"
           on_date: "2015-12-18")",
        seen);
  };
  EXPECT_THAT(ask({}), StatusIs(absl::StatusCode::kInvalidArgument));
  v1::LabelScheme scheme = testing::Esca();
  v1::LabelKind& kind = *scheme.add_kinds();
  kind.set_code("PLATINUM");
  kind.set_rank(4);
  kind.set_title("Beyond Gold");
  SeenVersions seen;
  ASSERT_THAT(
      (a_->Call<v1::UpdateLabelSchemeRequest, v1::LabelScheme>(
          "LabelService/UpdateLabelScheme",
          "update_mask { paths: \"kinds\" } label_scheme { " + scheme.ShortDebugString() + " }",
          seen)),
      IsOk());
  EXPECT_THAT(seen, ElementsAre("labelSchemes/esca@2"));
  EXPECT_THAT(ask(seen), IsOk());
}

TEST_P(ReplicasTest, AStatusThatIsKeptFollowsItsSchemeAsWell) {
  SeenVersions seen;
  ASSERT_THAT((a_->Call<v1::CreateLabelRequest, v1::Label>(
                  "LabelService/CreateLabel",
                  R"(parent: "clusters/abc" label_id: "bronze" label { scheme: "labelSchemes/esca"
                     kind: "BRONZE" valid_from: "2014-12-11" })",
                  seen)),
              IsOk());
  Follow();
  // Two years of the policy are over, and whether it was renewed is not known.
  const std::string day = "2017-06-01";
  EXPECT_EQ(b_->StatusOn(day, {}, "accept_derived: true"), "UNKNOWN");
  v1::LabelScheme scheme = testing::Esca();
  for (v1::LabelPolicy& policy : *scheme.mutable_policies()) policy.set_first_term_months(36);
  ASSERT_THAT((a_->Call<v1::UpdateLabelSchemeRequest, v1::LabelScheme>(
                  "LabelService/UpdateLabelScheme",
                  "correction_reason: \"three years\" update_mask { paths: \"policies\" } "
                  "label_scheme { " +
                      scheme.ShortDebugString() + " }",
                  seen)),
              IsOk());
  EXPECT_THAT(seen, ElementsAre("labelSchemes/esca@2"));
  EXPECT_EQ(b_->StatusOn(day, {}, "accept_derived: true"), "UNKNOWN") << "the feed is held back";
  EXPECT_EQ(b_->StatusOn(day, seen, "accept_derived: true"), "VALID");
  EXPECT_EQ(b_->StatusOn(day, {}, "accept_derived: true"), "VALID");
  EXPECT_EQ(b_->StatusOn(day), "UNKNOWN");  // another question
}

TEST_P(ReplicasTest, WhatIsKeptIsAnsweredToEverybodyAsTheDatabaseAnswersIt) {
  SeenVersions seen;
  Publish();
  Follow();
  const std::string status =
      R"(cluster: "clusters/abc" scheme: "labelSchemes/esca" on_date: "2015-12-18" )";
  const auto expect_same = [&] {
    for (const std::string role : {"platform-operator", "partner-region", "auditor"}) {
      for (const std::string request :
           {R"(name: "clusters/abc")", R"(name: "clusters/abc" on_date: "2015-12-20")",
            R"(name: "clusters/none")", R"(name: "clusters/abc 1")", R"(name: "")",
            R"(name: "clusters/abc" on_date: "soon")"}) {
        const auto ask_at = [&](Replica& replica, SeenVersions handed_back) {
          return replica.Bytes<v1::GetClusterRequest, v1::Cluster>(
              "ClusterService/GetCluster", request, role, std::move(handed_back));
        };
        const auto ask = [&](SeenVersions handed_back) {
          return ask_at(*b_, std::move(handed_back));
        };
        ask_at(*a_, {});  // of the same day it comes from Redis at the other
        const std::string right = ask({"*"});
        EXPECT_EQ(ask({}), right) << role << " " << request;
        EXPECT_EQ(ask({}), right) << role << " " << request;
      }
      for (const std::string& request :
           {status + R"(kind: "BRONZE")", status + R"(kind: "BRONZE" accept_derived: true)",
            status + R"(kind: "KKK")", status + R"(kind: "")"}) {
        const auto ask_at = [&](Replica& replica, SeenVersions handed_back) {
          return replica.Bytes<v1::GetLabelStatusRequest, v1::GetLabelStatusResponse>(
              "LabelService/GetLabelStatus", request, role, std::move(handed_back));
        };
        const auto ask = [&](SeenVersions handed_back) {
          return ask_at(*b_, std::move(handed_back));
        };
        ask_at(*a_, {});
        const std::string right = ask({"*"});
        EXPECT_EQ(ask({}), right) << role << " " << request;
        EXPECT_EQ(ask({}), right) << role << " " << request;
      }
    }
  };
  expect_same();
  // Both are shown it, one with its review.
  const auto show = [&](const std::string& role) {
    return *b_->Call<v1::GetClusterRequest, v1::Cluster>("ClusterService/GetCluster",
                                                         R"(name: "clusters/abc")", seen, role);
  };
  EXPECT_TRUE(show("auditor").has_review());
  EXPECT_FALSE(show("partner-region").has_review());
  const auto manager = [&] {
    const auto cluster = b_->Call<v1::GetClusterRequest, v1::Cluster>(
        "ClusterService/GetCluster", R"(name: "clusters/abc")", seen);
    return cluster.ok() ? cluster->management_organisation().legal_name()
                        : cluster.status().ToString();
  };
  EXPECT_EQ(manager(), "First");
  // The next day it is another one, the verification is stale, and no change has told of it.
  b_->clock().Advance(absl::Hours(24));
  b_->Follow();
  EXPECT_EQ(manager(), "Second");
  expect_same();
}

TEST_P(ReplicasTest, WhatIsKeptForOneCallerIsNotShownToAnother) {
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");  // a draft, for people of the registry
  EXPECT_EQ(b_->StatusOn("2015-12-18"), "NOT_VALID");
  SeenVersions seen;
  EXPECT_THAT((b_->Call<v1::GetClusterRequest, v1::Cluster>(
                  "ClusterService/GetCluster", R"(name: "clusters/abc")", seen, "partner-region")),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT((b_->Call<v1::GetLabelStatusRequest, v1::GetLabelStatusResponse>(
                  "LabelService/GetLabelStatus",
                  R"(cluster: "clusters/abc" scheme: "labelSchemes/esca" kind: "BRONZE"
                     on_date: "2015-12-18")",
                  seen, "partner-region")),
              StatusIs(absl::StatusCode::kNotFound));
}

// That it comes from there shows in what the feed has not told of.
TEST_P(ReplicasTest, WhatIsPublishedIsSharedThroughRedis) {
  Publish();
  Follow();
  EXPECT_EQ(a_->NameOf("clusters/abc"), "Old");
  EXPECT_EQ(a_->StatusOn("2015-12-18"), "VALID");
  const SeenVersions told = a_->Rename("New");
  EXPECT_EQ(b_->NameOf("clusters/abc"), "Old");
  EXPECT_EQ(b_->NameOf("clusters/abc", told), "New");
  SeenVersions seen;
  ASSERT_THAT((a_->Call<v1::RecordLabelEventRequest, v1::Label>(
                  "LabelService/RecordLabelEvent",
                  R"(name: "clusters/abc/labels/bronze" event { type: TYPE_REVOCATION
                     effective_on: "2015-12-01" reason: "a test" })",
                  seen)),
              IsOk());
  EXPECT_EQ(b_->StatusOn("2015-12-18"), "VALID");
  EXPECT_EQ(b_->StatusOn("2015-12-18", seen), "NOT_VALID");
  Follow();
  EXPECT_EQ(b_->StatusOn("2015-12-18"), "NOT_VALID");
  EXPECT_EQ(a_->NameOf("clusters/abc"), "New");
  // With an emptied Redis as well.
  redis_.Flush();
  EXPECT_EQ(b_->NameOf("clusters/abc"), "New");
}

TEST_P(ReplicasTest, WhatIsNotPublishedIsNotInRedis) {
  EXPECT_EQ(a_->NameOf("clusters/abc"), "Old");
  EXPECT_EQ(a_->StatusOn("2015-12-18"), "NOT_VALID");
  const auto client = redis_.MakeClient();
  EXPECT_EQ(client->Call({"DBSIZE"})->integer, 0);
  a_->Rename("New");
  EXPECT_EQ(b_->NameOf("clusters/abc"), "New");
  Publish();
  Follow();
  EXPECT_EQ(a_->NameOf("clusters/abc"), "New");
  EXPECT_EQ(client->Call({"DBSIZE"})->integer, 1);  // the control
}

}  // namespace
}  // namespace wici::cluster_registry
