// External identifiers of parties, on every engine.
#include "services/cluster_registry/identifiers/external_id_store.h"

#include <string>

#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using wici::testing::IsOk;
using wici::testing::IsOkAndHolds;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;

constexpr char kNip[] = R"(external_ids { scheme: "NIP" value: "5260001246" })";

class ExternalIdStoreTest : public testing::FamilyStoreTest {
 protected:
  absl::StatusOr<std::string> Find(const std::string& value) {
    return Query<std::string>(
        [&](Reader& reader) { return FindParty(reader, "clusters", "NIP", value); });
  }
  absl::Status Change(const std::string& id, const std::function<void(v1::Cluster&)>& change) {
    return Write([&](Writer& writer) -> absl::Status {
      WICI_ASSIGN_OR_RETURN(v1::Cluster cluster, LockCluster(writer, "clusters/" + id, true));
      change(cluster);
      return SaveCluster(writer, cluster, "cluster.updated");
    });
  }
};
WICI_ON_EVERY_ENGINE(ExternalIdStoreTest);

TEST_P(ExternalIdStoreTest, C6_AnIdentifierBelongsToOneActiveClusterInWhateverSpelling) {
  ASSERT_THAT(AddCluster("c1", kNip), IsOk());
  const absl::Status taken =
      AddCluster("c2", R"(external_ids { scheme: "nip" value: "PL 526-000-12-46" })");
  EXPECT_THAT(taken, StatusIs(kPrecondition, Reason("EXTERNAL_ID_TAKEN")));
  EXPECT_EQ(ErrorMetadataValue(taken, "resource"), "clusters/c1");
  EXPECT_EQ(ErrorMetadataValue(taken, "value"), "5260001246");
  EXPECT_THAT(AddCluster("c2", R"(external_ids { scheme: "OTHER" value: "5260001246" })"), IsOk());
  EXPECT_THAT(Find("526-000-12-46"), IsOkAndHolds("clusters/c1"));
  EXPECT_THAT(Find("7250018312"), IsOkAndHolds(""));
}

TEST_P(ExternalIdStoreTest, C6_AnIdentifierIsStoredInItsOneSpelling) {
  ASSERT_THAT(AddCluster("c1", R"(external_ids { scheme: "nip" value: "526-000-12-46" }
                                  external_ids { scheme: "NIP" value: "5260001246" })"),
              IsOk());
  const auto cluster =
      Query<v1::Cluster>([](Reader& reader) { return ReadCluster(reader, "clusters/c1"); });
  ASSERT_THAT(cluster, IsOk());
  ASSERT_EQ(cluster->external_ids_size(), 1);
  EXPECT_EQ(cluster->external_ids(0).scheme(), "NIP");
  EXPECT_EQ(cluster->external_ids(0).value(), "5260001246");
}

TEST_P(ExternalIdStoreTest, C6_AClusterThatIsNoLongerActiveGivesItsIdentifierFree) {
  ASSERT_THAT(AddCluster("c1", kNip), IsOk());
  ASSERT_THAT(Change("c1", [](v1::Cluster& c) { c.mutable_delete_time()->set_seconds(5); }),
              IsOk());
  ASSERT_THAT(AddCluster("c2", kNip), IsOk());
  // Bringing the first one back is refused as long as the second one has it.
  EXPECT_THAT(Change("c1", [](v1::Cluster& c) { c.clear_delete_time(); }),
              StatusIs(kPrecondition, Reason("EXTERNAL_ID_TAKEN")));
  ASSERT_THAT(Change("c2", [](v1::Cluster& c) { c.set_state(v1::Cluster::STATE_MERGED); }), IsOk());
  EXPECT_THAT(Change("c1", [](v1::Cluster& c) { c.clear_delete_time(); }), IsOk());
  EXPECT_THAT(Find("5260001246"), IsOkAndHolds("clusters/c1"));
}

TEST_P(ExternalIdStoreTest, C6_AClusterKeepsItsIdentifierWhenSavedAndLosesWhatItDrops) {
  ASSERT_THAT(AddCluster("c1", kNip), IsOk());
  ASSERT_THAT(Change("c1", [](v1::Cluster& c) { c.set_acronym("C1"); }), IsOk());
  EXPECT_THAT(Find("5260001246"), IsOkAndHolds("clusters/c1"));
  ASSERT_THAT(Change("c1", [](v1::Cluster& c) { c.clear_external_ids(); }), IsOk());
  EXPECT_THAT(Find("5260001246"), IsOkAndHolds(""));
}

TEST_P(ExternalIdStoreTest, C6_PartiesOfAnotherCollectionMayHaveTheSame) {
  ASSERT_THAT(AddCluster("c1", kNip), IsOk());
  const auto claim = [&](const std::string& party) {
    return Write([&](Writer& writer) {
      v1::Cluster same = testing::Parse<v1::Cluster>(kNip);
      return ClaimExternalIds(writer, party, true, *same.mutable_external_ids());
    });
  };
  EXPECT_THAT(claim("managementOrganisations/m1"), IsOk());
  EXPECT_THAT(claim("managementOrganisations/m2"),
              StatusIs(kPrecondition, Reason("EXTERNAL_ID_TAKEN")));
}

}  // namespace
}  // namespace wici::cluster_registry
