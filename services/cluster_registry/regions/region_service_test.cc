// RegionService over gRPC.
#include <string>

#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::Reason;
using wici::testing::StatusIs;

class RegionServiceTest : public testing::EngineRegistryTest {};
WICI_ON_EVERY_ENGINE(RegionServiceTest);

TEST_P(RegionServiceTest, ARegionIsFoundByAnyOfItsCodes) {
  AddRegions();
  EXPECT_EQ(GetRegion(R"(name: "regions/mazovia")")->display_name(), "Województwo mazowieckie");
  for (const std::string code : {"PL12", "PL9"}) {
    const auto list = ListRegions("code: \"" + code + "\"");
    ASSERT_THAT(list, IsOk());
    ASSERT_THAT(list->regions(), SizeIs(1));
    EXPECT_EQ(list->regions(0).name(), "regions/mazovia");
  }
  EXPECT_THAT(ListRegions(R"(country: "DE")")->regions(), SizeIs(1));
  EXPECT_THAT(ListRegions(R"(code: "PL127")")->regions(), SizeIs(0));
}

TEST_P(RegionServiceTest, ACodeBelongsToOneRegionOnly) {
  AddRegions();
  EXPECT_THAT(CreateRegion(R"(region_id: "other" region { display_name: "x" country: "PL"
                                codes { scheme: "NUTS" version: "2013" code: "PL12" } })"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGION_CODE_TAKEN")));
  EXPECT_THAT(GetRegion(R"(name: "regions/other")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(RegionServiceTest, ACountryIsWrittenAsInISO3166NotAsInNUTS) {
  const std::string attica = R"(region_id: "attica" region { display_name: "Αττική"
    codes { scheme: "NUTS" version: "2013" code: "EL30" } country: )";
  EXPECT_THAT(CreateRegion(attica + R"("EL" })"), HasViolation("region.country"));
  EXPECT_THAT(CreateRegion(attica + R"("GR" })"), IsOk());
}

TEST_P(RegionServiceTest, AnUpdateReplacesTheCodes) {
  AddRegions();
  const auto updated = UpdateRegion(R"(region {
    name: "regions/mazovia" etag: "\"1\"" codes { scheme: "NUTS" version: "2021" code: "PL9" } })");
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(ListRegions(R"(code: "PL12")")->regions(), SizeIs(0));
  EXPECT_THAT(UpdateRegion(R"(region { name: "regions/mazovia" etag: "\"1\"" country: "PL" })"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_P(RegionServiceTest, EveryViolationIsNamed) {
  EXPECT_THAT(
      CreateRegion(R"(
                region_id: "M" region { country: "PLN"
                  codes { scheme: "LAU" level: 12 }
                  codes { scheme: "NUTS" version: "2013" code: "PL12" }
                  codes { scheme: "NUTS" version: "2013" code: "PL11" }
                  successions { scheme: "NUTS" from_version: "2016" from_code: "PL9"
                                to_version: "2013" to_code: "PL12" } })"),
      AllOf(StatusIs(kInvalid, HasViolation("region_id")), HasViolation("region.display_name"),
            HasViolation("region.country"), HasViolation("region.codes[0].scheme"),
            HasViolation("region.codes[0].version"), HasViolation("region.codes[0].code"),
            HasViolation("region.codes[0].level"), HasViolation("region.codes[2]"),
            HasViolation("region.successions[0].to_version"),
            HasViolation("region.successions[0].kind")));
  EXPECT_THAT(CreateRegion(R"(region_id: "none" region { display_name: "x" country: "PL" })"),
              HasViolation("region.codes"));
}

}  // namespace
}  // namespace wici::cluster_registry
