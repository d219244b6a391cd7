// InitiativeService over gRPC.
#include <string>
#include <vector>

#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::Reason;
using wici::testing::StatusIs;

class InitiativeTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    AddRegions();
  }

  absl::StatusOr<v1::Initiative> Create(const std::string& fields,
                                        const std::string& id = "erice") {
    return CreateInitiative("initiative_id: \"" + id + "\" initiative { acronym: \"ERICE\" " +
                            "display_name: \"European Regions for Clusters Excellence\" " +
                            "kind: KIND_PROJECT " + fields + " }");
  }
  std::vector<std::string> NamesOf(const std::string& request) {
    std::vector<std::string> names;
    const auto answer = ListInitiatives(request);
    EXPECT_THAT(answer, IsOk());
    if (!answer.ok()) return names;
    for (const auto& initiative : answer->initiatives()) names.push_back(initiative.name());
    return names;
  }
};
WICI_ON_EVERY_ENGINE(InitiativeTest);

TEST_P(InitiativeTest, AProjectKeepsItsProgrammeGrantBudgetAndParticipants) {
  AddCluster();
  ASSERT_THAT(Create(R"(
                programme: "CIP" grant_number: "SI2.668150"
                budget { currency_code: "EUR" units: 361312 nanos: 940000000 }
                participants { display_name: "Mazovia Development Agency" role: ROLE_LEAD }
                participants { display_name: "Finlombarda" role: ROLE_PARTNER
                               budget { currency_code: "EUR" units: 116083 nanos: 70000000 } }
                participants { participant: "clusters/abc" role: ROLE_MEMBER
                               participates_from: "2014-03-26" })"),
              IsOk());
  const auto initiative = GetInitiative(R"(name: "initiatives/erice")");
  ASSERT_THAT(initiative, IsOk());
  EXPECT_EQ(initiative->budget().units(), 361312);
  EXPECT_EQ(initiative->budget().nanos(), 940000000);
  EXPECT_EQ(initiative->participants(1).budget().nanos(), 70000000);
  EXPECT_EQ(initiative->participants(2).participates_from(), "2014-03-26");
}

TEST_P(InitiativeTest, EveryParticipantThatIsAResourceExists) {
  AddCluster();
  AddCluster("", "deleted");
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/deleted")"), IsOk());
  EXPECT_THAT(Create(R"(participants { participant: "clusters/abc" }
                        participants { participant: "clusters/atlantis" }
                        participants { participant: "clusters/deleted" }
                        participants { participant: "regions/atlantis" }
                        participants { participant: "regions/mazovia" })"),
              AllOf(StatusIs(kInvalid, HasViolation("initiative.participants[1].participant")),
                    HasViolation("initiative.participants[2].participant"),
                    HasViolation("initiative.participants[3].participant"),
                    Not(HasViolation("initiative.participants[0].participant")),
                    Not(HasViolation("initiative.participants[4].participant"))));
}

TEST_P(InitiativeTest, AParticipantThatWasDeletedSinceDoesNotStopAnUpdate) {
  AddCluster();
  ASSERT_THAT(Create(R"(participants { participant: "clusters/abc" role: ROLE_MEMBER })"), IsOk());
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/abc")"), IsOk());
  EXPECT_THAT(UpdateInitiative(R"(initiative { name: "initiatives/erice" website: "ecrn.net" }
                                  update_mask { paths: "website" })"),
              IsOk());
}

TEST_P(InitiativeTest, DatesAreInOrderAsFarAsTheyAreKnown) {
  EXPECT_THAT(Create(R"(starts_on: "2012-09" ends_on: "2012-08-31")"),
              StatusIs(kInvalid, HasViolation("initiative.ends_on")));
  EXPECT_THAT(Create(R"(starts_on: "1889-13" ends_on: "x")"),
              AllOf(HasViolation("initiative.starts_on"), HasViolation("initiative.ends_on")));
  EXPECT_THAT(Create(R"(participants { display_name: "ł" participates_from: "2015-02-01"
                                       participates_until: "2015-01-31" })"),
              HasViolation("initiative.participants[0].participates_until"));
  EXPECT_THAT(Create(R"(starts_on: "2012" ends_on: "2012-08")"), IsOk());
}

TEST_P(InitiativeTest, IntervalsOfOneParticipantInOneRoleDoNotOverlap) {
  EXPECT_THAT(Create(R"(participants { participant: "regions/mazovia" role: ROLE_MEMBER
                                       participates_until: "2010-06-30" }
                        participants { participant: "regions/mazovia" role: ROLE_MEMBER
                                       participates_from: "2010-06-30" })"),
              StatusIs(kInvalid, HasViolation("initiative.participants[1]")));
  EXPECT_THAT(Create(R"(participants { participant: "regions/mazovia" role: ROLE_MEMBER
                                       participates_until: "2010-06-30" }
                        participants { participant: "regions/mazovia" role: ROLE_MEMBER
                                       participates_from: "2010-07-01" }
                        participants { participant: "regions/mazovia" role: ROLE_LEAD })"),
              IsOk());
}

TEST_P(InitiativeTest, AnAmountHasACurrencyAndIsNotNegative) {
  EXPECT_THAT(
      Create(R"(budget { currency_code: "euro" units: -1 nanos: 1000000000 })"),
      AllOf(HasViolation("initiative.budget.currency_code"),
            HasViolation("initiative.budget.units"), HasViolation("initiative.budget.nanos")));
}

TEST_P(InitiativeTest, InitiativesAreFoundByWhoTakesPart) {
  AddCluster();
  ASSERT_THAT(Create(R"(participants { participant: "clusters/abc" role: ROLE_COUNCIL_MEMBER }
                        participants { participant: "clusters/abc" role: ROLE_MEMBER })",
                     "ecrn"),
              IsOk());
  ASSERT_THAT(Create(R"(participants { participant: "clusters/abc" }
                        participants { participant: "regions/bavaria" })",
                     "erice"),
              IsOk());
  ASSERT_THAT(Create("", "insite"), IsOk());
  EXPECT_THAT(NamesOf(""),
              ElementsAre("initiatives/ecrn", "initiatives/erice", "initiatives/insite"));
  EXPECT_THAT(NamesOf(R"(participant: "clusters/abc")"),
              ElementsAre("initiatives/ecrn", "initiatives/erice"));
  EXPECT_THAT(NamesOf(R"(participant: "regions/bavaria")"), ElementsAre("initiatives/erice"));
  EXPECT_THAT(NamesOf(R"(participant: "regions/mazovia")"), IsEmpty());
  EXPECT_THAT(ListInitiatives(R"(participant: "initiatives/ecrn")"),
              StatusIs(kInvalid, HasViolation("participant")));
}

TEST_P(InitiativeTest, AClusterThatACallerMayNotSeeIsNotNamed) {
  AddCluster("", "draft");
  AddCluster(R"(visibility: VISIBILITY_PUBLIC website: "k.example" no_home_region_reason: "all"
                contact_email: "office@example.org")",
             "open");
  ASSERT_THAT(CreateContact(R"(parent: "clusters/open" contact { role: ROLE_MANAGER
                                 display_name: "M" email: "m@example.org" })"),
              IsOk());
  ASSERT_THAT(PublishCluster(R"(name: "clusters/open")"), IsOk());
  ASSERT_THAT(Create(R"(participants { participant: "clusters/draft" role: ROLE_LEAD }
                        participants { participant: "clusters/open" }
                        participants { participant: "regions/mazovia" }
                        participants { display_name: "Finlombarda" })"),
              IsOk());
  const std::string partner = services_.Token("partner-region");
  const auto participants = [](const v1::Initiative& initiative) {
    std::vector<std::string> names;
    for (const auto& participant : initiative.participants()) {
      names.push_back(participant.participant() + participant.display_name());
    }
    return names;
  };
  const auto get = services_.Call<v1::Initiative>(
      "wici.cluster_registry.v1.InitiativeService/GetInitiative",
      testing::Parse<v1::GetInitiativeRequest>(R"(name: "initiatives/erice")"), partner);
  ASSERT_THAT(get, IsOk());
  EXPECT_THAT(participants(*get), ElementsAre("clusters/open", "regions/mazovia", "Finlombarda"));
  const auto list = [&](const std::string& request) {
    return services_.Call<v1::ListInitiativesResponse>(
        "wici.cluster_registry.v1.InitiativeService/ListInitiatives",
        testing::Parse<v1::ListInitiativesRequest>(request), partner);
  };
  ASSERT_THAT(list("")->initiatives(), SizeIs(1));
  EXPECT_THAT(participants(list("")->initiatives(0)),
              ElementsAre("clusters/open", "regions/mazovia", "Finlombarda"));
  EXPECT_THAT(list(R"(participant: "clusters/open")")->initiatives(), SizeIs(1));
  EXPECT_THAT(list(R"(participant: "clusters/draft")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(GetInitiative(R"(name: "initiatives/erice")")->participants(), SizeIs(4));
}

TEST_P(InitiativeTest, APageOfAParticipantGoesOnWhereItEndedAndFitsNoOtherQuery) {
  AddCluster();
  for (const std::string id : {"ecei", "ecrn", "erice"}) {
    ASSERT_THAT(Create(R"(participants { participant: "clusters/abc" })", id), IsOk());
  }
  const auto page = ListInitiatives(R"(participant: "clusters/abc" page_size: 2)");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->initiatives_size(), 2);
  EXPECT_THAT(NamesOf("participant: \"clusters/abc\" page_size: 2 page_token: \"" +
                      page->next_page_token() + "\""),
              ElementsAre("initiatives/erice"));
  EXPECT_THAT(ListInitiatives("page_size: 2 page_token: \"" + page->next_page_token() + "\""),
              StatusIs(kInvalid, HasViolation("page_token")));
}

TEST_P(InitiativeTest, WhoLeavesIsNoLongerFound) {
  AddCluster();
  ASSERT_THAT(Create(R"(participants { participant: "clusters/abc" })"), IsOk());
  ASSERT_THAT(UpdateInitiative(R"(initiative { name: "initiatives/erice" }
                                  update_mask { paths: "participants" })"),
              IsOk());
  EXPECT_THAT(NamesOf(R"(participant: "clusters/abc")"), IsEmpty());
  ASSERT_THAT(DeleteInitiative(R"(name: "initiatives/erice")"), IsOk());
  EXPECT_THAT(GetInitiative(R"(name: "initiatives/erice")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(InitiativeTest, TheSameRequestCreatesOnceAndAnOldEtagIsRefused) {
  const std::string request = R"(
    initiative_id: "erice" request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d"
    initiative { acronym: "ERICE" display_name: "Łódź" kind: KIND_PROJECT })";
  const auto first = CreateInitiative(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(CreateInitiative(request)->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(Create(""),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
  ASSERT_THAT(UpdateInitiative(R"(initiative { name: "initiatives/erice" website: "a.example" })"),
              IsOk());
  EXPECT_THAT(DeleteInitiative(R"(name: "initiatives/erice" etag: "\"1\"")"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_P(InitiativeTest, InitiativesComeChangeAndGo) {
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

TEST_P(InitiativeTest, EveryViolationIsNamed) {
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
