// RegionService and InitiativeService over gRPC.
#include <string>

#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class RegionServiceTest : public testing::RegistryTest {};

TEST_F(RegionServiceTest, ARegionIsFoundByAnyOfItsCodes) {
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

TEST_F(RegionServiceTest, ACodeBelongsToOneRegionOnly) {
  AddRegions();
  EXPECT_THAT(CreateRegion(R"(region_id: "other" region { display_name: "x" country: "PL"
                                codes { scheme: "NUTS" version: "2013" code: "PL12" } })"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGION_CODE_TAKEN")));
  EXPECT_THAT(GetRegion(R"(name: "regions/other")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_F(RegionServiceTest, ACountryIsWrittenAsInISO3166NotAsInNUTS) {
  const std::string attica = R"(region_id: "attica" region { display_name: "Αττική"
    codes { scheme: "NUTS" version: "2013" code: "EL30" } country: )";
  EXPECT_THAT(CreateRegion(attica + R"("EL" })"), HasViolation("region.country"));
  EXPECT_THAT(CreateRegion(attica + R"("GR" })"), IsOk());
}

TEST_F(RegionServiceTest, AnUpdateReplacesTheCodes) {
  AddRegions();
  const auto updated = UpdateRegion(R"(region {
    name: "regions/mazovia" etag: "\"1\"" codes { scheme: "NUTS" version: "2021" code: "PL9" } })");
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(ListRegions(R"(code: "PL12")")->regions(), SizeIs(0));
  EXPECT_THAT(UpdateRegion(R"(region { name: "regions/mazovia" etag: "\"1\"" country: "PL" })"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_F(RegionServiceTest, EveryViolationIsNamed) {
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

class InitiativeServiceTest : public testing::RegistryTest {};

TEST_F(InitiativeServiceTest, InitiativesComeChangeAndGo) {
  AddRegions();
  AddCluster();
  const auto created = CreateInitiative(R"(
    initiative_id: "ecrn"
    initiative { acronym: "ECRN" display_name: "European Chemical Regions Network"
                 kind: KIND_NETWORK starts_on: "2004"
                 participants { participant: "regions/mazovia" role: ROLE_MEMBER }
                 participants { participant: "clusters/abc" role: ROLE_COUNCIL_MEMBER }
                 participants { display_name: "Saxony-Anhalt" role: ROLE_LEAD } })");
  ASSERT_THAT(created, IsOk());
  ASSERT_THAT(UpdateInitiative(R"(initiative { name: "initiatives/ecrn" website: "ecrn.net" })"),
              IsOk());
  EXPECT_EQ(GetInitiative(R"(name: "initiatives/ecrn")")->website(), "ecrn.net");
  EXPECT_THAT(ListInitiatives("")->initiatives(), SizeIs(1));
  EXPECT_THAT(DeleteInitiative(R"(name: "initiatives/ecrn" etag: "\"1\"")"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_THAT(DeleteInitiative(R"(name: "initiatives/ecrn")"), IsOk());
  EXPECT_THAT(ListInitiatives("")->initiatives(), SizeIs(0));
}

TEST_F(InitiativeServiceTest, EveryViolationIsNamed) {
  EXPECT_THAT(CreateInitiative(R"(
                initiative_id: "E" initiative { starts_on: "2004-99"
                  participants { participant: "events/e1" } participants {} })"),
              AllOf(HasViolation("initiative_id"), HasViolation("initiative.acronym"),
                    HasViolation("initiative.display_name"), HasViolation("initiative.kind"),
                    HasViolation("initiative.starts_on"),
                    HasViolation("initiative.participants[0].participant"),
                    HasViolation("initiative.participants[1].display_name")));
  EXPECT_THAT(CreateInitiative(R"(
                initiative_id: "erice"
                initiative { acronym: "E" display_name: "E" kind: KIND_PROJECT
                             participants { participant: "clusters/none" }
                             participants { participant: "regions/none" } })"),
              AllOf(HasViolation("initiative.participants[0].participant"),
                    HasViolation("initiative.participants[1].participant")));
}

}  // namespace
}  // namespace wici::cluster_registry
