// Initiatives and their participants in the database, on every engine.
#include "services/cluster_registry/initiatives/initiative_store.h"

#include <set>
#include <string>
#include <vector>

#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeRegion;
using testing::Parse;
using wici::testing::IsOk;

class InitiativeStoreTest : public testing::FamilyStoreTest {
 protected:
  absl::Status Add(const std::string& id, const std::string& fields) {
    return Write([&](Writer& writer) {
      v1::Initiative initiative = Parse<v1::Initiative>(fields);
      initiative.set_name("initiatives/" + id);
      return InsertInitiative(writer, initiative);
    });
  }
  std::vector<std::string> Of(const std::string& participant, const std::string& after = "") {
    const auto rows = Query<std::vector<v1::Initiative>>([&](Reader& reader) {
      return ReadInitiativesOf(reader, participant, {after, 2});
    });
    EXPECT_THAT(rows, IsOk());
    std::vector<std::string> names;
    for (const v1::Initiative& row : *rows) names.push_back(row.name());
    return names;
  }
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
  ASSERT_THAT(AddCluster("living"), IsOk());
  ASSERT_THAT(AddCluster("deleted"), IsOk());
  ASSERT_THAT(Write([&](Writer& writer) -> absl::Status {
                WICI_ASSIGN_OR_RETURN(v1::Cluster cluster,
                                      LockCluster(writer, "clusters/deleted", false));
                *cluster.mutable_delete_time() = cluster.create_time();
                return SaveCluster(writer, cluster, "cluster.deleted");
              }),
              IsOk());
  const auto living = Query<std::set<std::string>>([&](Reader& reader) {
    return ReadLivingParticipants(reader, {"clusters/deleted", "clusters/living", "clusters/none",
                                           "regions/mazovia", "regions/none"});
  });
  ASSERT_THAT(living, IsOk());
  EXPECT_THAT(*living, ElementsAre("clusters/living", "regions/mazovia"));
}

}  // namespace
}  // namespace wici::cluster_registry
