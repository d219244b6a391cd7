// R1 and R2 in the database, and the map that is kept in memory, on every engine.
#include "services/cluster_registry/regions/region_store.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "services/cluster_registry/regions/region_cache.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using testing::MakeRegion;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class RegionStoreTest : public testing::FamilyStoreTest {
 protected:
  absl::Status Add(v1::Region region) {
    return Write([&](Writer& writer) { return InsertRegion(writer, region); });
  }
  absl::Status Save(v1::Region region) {
    return Write([&](Writer& writer) { return SaveRegion(writer, region); });
  }
  std::shared_ptr<const RegionMap> Map(RegionCache& cache) {
    const auto map =
        Query<std::shared_ptr<const RegionMap>>([&](Reader& reader) { return cache.Get(reader); });
    EXPECT_THAT(map, IsOk());
    return *map;
  }
};
WICI_ON_EVERY_ENGINE(RegionStoreTest);

TEST_P(RegionStoreTest, R1_ARegionIsTheSameUnderTheCodesOfAllVersions) {
  RegionCache cache;
  ASSERT_THAT(Add(MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}})), IsOk());
  ASSERT_THAT(Add(MakeRegion("warsaw-2013", "PL", {{"2013", "PL127"}})), IsOk());
  ASSERT_THAT(Add(MakeRegion("lodz", "PL", {{"2013", "PL11"}, {"2016", "PL71"}})), IsOk());
  const auto map = Map(cache);
  EXPECT_EQ(map->FindByCode("NUTS", "2013", "PL12"), "regions/mazovia");
  EXPECT_EQ(map->FindByCode("NUTS", "2016", "PL9"), "regions/mazovia");
  EXPECT_EQ(map->FindByCode("NUTS", "2016", "PL12"), "");
  EXPECT_EQ(map->Contains("regions/mazovia", "regions/warsaw-2013").truth, Truth::kTrue);
  EXPECT_EQ(map->Contains("regions/mazovia", "regions/lodz").truth, Truth::kFalse);
}

TEST_P(RegionStoreTest, R2_ACodeOfAVersionBelongsToOneRegion) {
  ASSERT_THAT(Add(MakeRegion("lodz", "PL", {{"2013", "PL11"}, {"2016", "PL71"}})), IsOk());
  EXPECT_THAT(Add(MakeRegion("other", "PL", {{"2013", "PL11"}})),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGION_CODE_TAKEN")));
  // The same letters in another version may be another region.
  ASSERT_THAT(Add(MakeRegion("other", "PL", {{"2016", "PL11"}})), IsOk());
  EXPECT_THAT(Save(MakeRegion("other", "PL", {{"2016", "PL71"}})),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGION_CODE_TAKEN")));
  EXPECT_THAT(Save(MakeRegion("other", "PL", {{"2016", "PL72"}})), IsOk());
}

TEST_P(RegionStoreTest, ReferencesAreCheckedTogetherAndEachFaultHasItsField) {
  ASSERT_THAT(Add(MakeRegion("mazovia", "PL", {{"2013", "PL12"}})), IsOk());
  Violations violations;
  ASSERT_THAT(Read([&](Reader& reader) {
                return CheckRegions(reader,
                                    {{"a", "regions/mazovia"},
                                     {"b", "regions/none"},
                                     {"c", ""},
                                     {"d", "not a region"},
                                     {"e", "regions/none"}},
                                    violations);
              }),
              IsOk());
  std::vector<std::string> fields;
  for (const FieldViolation& one : violations.list()) fields.push_back(one.field);
  EXPECT_THAT(fields, ElementsAre("b", "e"));
}

TEST_P(RegionStoreTest, TheMapIsBuiltOnceAndAgainWhenARegionChanges) {
  RegionCache cache;
  RegionCache of_another_process;
  ASSERT_THAT(Add(MakeRegion("mazovia", "PL", {{"2013", "PL12"}})), IsOk());
  const auto first = Map(cache);
  EXPECT_EQ(Map(cache), first);
  EXPECT_EQ(Map(cache), first);
  EXPECT_EQ(cache.builds(), 1);
  EXPECT_EQ(Map(of_another_process)->FindByCode("NUTS", "2016", "PL9"), "");

  ASSERT_THAT(Save(MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}})), IsOk());
  EXPECT_EQ(Map(cache)->FindByCode("NUTS", "2016", "PL9"), "regions/mazovia");
  EXPECT_EQ(Map(of_another_process)->FindByCode("NUTS", "2016", "PL9"), "regions/mazovia");
  EXPECT_EQ(cache.builds(), 2);
  EXPECT_EQ(first->FindByCode("NUTS", "2016", "PL9"), "");  // who holds the old one keeps it

  ASSERT_THAT(Add(MakeRegion("lodz", "PL", {{"2013", "PL11"}})), IsOk());
  EXPECT_TRUE(Map(cache)->Has("regions/lodz"));
}

TEST_P(RegionStoreTest, ARefusedChangeMovesNothing) {
  RegionCache cache;
  ASSERT_THAT(Add(MakeRegion("mazovia", "PL", {{"2013", "PL12"}})), IsOk());
  const auto first = Map(cache);
  EXPECT_FALSE(Add(MakeRegion("other", "PL", {{"2013", "PL12"}})).ok());
  EXPECT_EQ(Map(cache), first);
}

}  // namespace
}  // namespace wici::cluster_registry
