// Initiatives and their participants in the database, on every engine.
#include "services/cluster_registry/initiatives/initiative_store.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeRegion;
using testing::Parse;
using wici::testing::IsOk;

class InitiativeStoreTest : public wici::testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_THAT(sql::Migrate(database(), Migrations(), clock_), IsOk());
    store_ = std::make_unique<Store>(database());
  }
  absl::Status Write(const std::function<absl::Status(Writer&)>& body) {
    v1::Initiative ignored;
    return store_->Write({.principal = "users/test",
                          .request_id = "",
                          .method = "Service/Method",
                          .request = "",
                          .transaction_id = ids_.NewId(),
                          .now = clock_.Now(),
                          .deadline = absl::Now() + absl::Seconds(20)},
                         ignored, body);
  }
  absl::Status Add(const std::string& id, const std::string& fields) {
    return Write([&](Writer& writer) {
      v1::Initiative initiative = Parse<v1::Initiative>(fields);
      initiative.set_name("initiatives/" + id);
      return InsertInitiative(writer, initiative);
    });
  }
  std::vector<std::string> Of(const std::string& participant, const std::string& after = "") {
    std::vector<std::string> names;
    EXPECT_THAT(store_->Read(absl::Now() + absl::Seconds(20),
                             [&](Reader& reader) -> absl::Status {
                               WICI_ASSIGN_OR_RETURN(
                                   const auto rows,
                                   ReadInitiativesOf(reader, participant, {after, 2}));
                               for (const v1::Initiative& row : rows) names.push_back(row.name());
                               return absl::OkStatus();
                             }),
                IsOk());
    return names;
  }

  wici::testing::FakeClock clock_;
  wici::testing::FakeIds ids_;
  std::unique_ptr<Store> store_;
};
WICI_ON_EVERY_ENGINE(InitiativeStoreTest);

TEST_P(InitiativeStoreTest, ParticipantsAreIndexedInPagesByName) {
  for (const std::string id : {"ecrn", "ecei", "erice"}) {
    ASSERT_THAT(Add(id, R"(participants { participant: "clusters/a" role: ROLE_LEAD }
                           participants { participant: "clusters/a" role: ROLE_MEMBER }
                           participants { display_name: "Łąka" })"),
                IsOk());
  }
  EXPECT_THAT(Of("clusters/a"), ElementsAre("initiatives/ecei", "initiatives/ecrn"));
  EXPECT_THAT(Of("clusters/a", "initiatives/ecrn"), ElementsAre("initiatives/erice"));
  EXPECT_THAT(Of("clusters/b"), IsEmpty());
}

TEST_P(InitiativeStoreTest, TheIndexFollowsEveryChange) {
  ASSERT_THAT(Add("ecrn", R"(participants { participant: "clusters/a" })"), IsOk());
  ASSERT_THAT(Write([](Writer& writer) {
                v1::Initiative changed = Parse<v1::Initiative>(R"(name: "initiatives/ecrn"
                                             participants { participant: "clusters/b" })");
                return SaveInitiative(writer, changed);
              }),
              IsOk());
  EXPECT_THAT(Of("clusters/a"), IsEmpty());
  EXPECT_THAT(Of("clusters/b"), ElementsAre("initiatives/ecrn"));
  ASSERT_THAT(Write([](Writer& writer) { return RemoveInitiative(writer, "initiatives/ecrn"); }),
              IsOk());
  EXPECT_THAT(Of("clusters/b"), IsEmpty());
}

TEST_P(InitiativeStoreTest, LivingParticipantsAreThoseThatExistAndAreNotDeleted) {
  ASSERT_THAT(Write([](Writer& writer) {
                v1::Region region = MakeRegion("mazovia", "PL", {});
                return InsertRegion(writer, region);
              }),
              IsOk());
  for (const bool deleted : {false, true}) {
    ASSERT_THAT(Write([&](Writer& writer) -> absl::Status {
                  v1::Cluster cluster;
                  cluster.set_name(deleted ? "clusters/deleted" : "clusters/living");
                  WICI_RETURN_IF_ERROR(InsertCluster(writer, cluster));
                  if (!deleted) return absl::OkStatus();
                  *cluster.mutable_delete_time() = cluster.create_time();
                  return SaveCluster(writer, cluster, "cluster.deleted");
                }),
                IsOk());
  }
  std::set<std::string> living;
  ASSERT_THAT(store_->Read(absl::Now() + absl::Seconds(20),
                           [&](Reader& reader) -> absl::Status {
                             WICI_ASSIGN_OR_RETURN(
                                 living,
                                 ReadLivingParticipants(
                                     reader, {"clusters/deleted", "clusters/living",
                                              "clusters/none", "regions/mazovia", "regions/none"}));
                             return absl::OkStatus();
                           }),
              IsOk());
  EXPECT_THAT(living, ElementsAre("clusters/living", "regions/mazovia"));
}

}  // namespace
}  // namespace wici::cluster_registry
