// R1 and R2 in the database, and the map that is kept in memory, on every engine.
#include "services/cluster_registry/regions/region_store.h"

#include <functional>
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
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/regions/region_cache.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::MakeRegion;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class RegionStoreTest : public wici::testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_THAT(sql::Migrate(database(), Migrations(), clock_), IsOk());
    store_ = std::make_unique<Store>(database());
  }

  absl::Status Write(const std::function<absl::Status(Writer&)>& body) {
    v1::Region ignored;
    return store_->Write({.principal = "users/test",
                          .request_id = "",
                          .method = "Service/Method",
                          .request = "",
                          .transaction_id = ids_.NewId(),
                          .now = clock_.Now(),
                          .deadline = absl::Now() + absl::Seconds(20)},
                         ignored, body);
  }
  absl::Status Add(v1::Region region) {
    return Write([&](Writer& writer) { return InsertRegion(writer, region); });
  }
  absl::Status Save(v1::Region region) {
    return Write([&](Writer& writer) { return SaveRegion(writer, region); });
  }
  std::shared_ptr<const RegionMap> Map(RegionCache& cache) {
    std::shared_ptr<const RegionMap> map;
    EXPECT_THAT(store_->Read(absl::Now() + absl::Seconds(20),
                             [&](Reader& reader) -> absl::Status {
                               WICI_ASSIGN_OR_RETURN(map, cache.Get(reader));
                               return absl::OkStatus();
                             }),
                IsOk());
    return map;
  }

  wici::testing::FakeClock clock_;
  wici::testing::FakeIds ids_;
  std::unique_ptr<Store> store_;
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
