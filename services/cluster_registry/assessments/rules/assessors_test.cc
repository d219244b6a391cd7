// Conflicts of interest and teams.
#include "services/cluster_registry/assessments/rules/assessors.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;

class AssessorsTest : public ::testing::Test {
 protected:
  std::string Tie(const std::string& assessor, std::string_view day = "2015-11-02",
                  const std::string& known = "") {
    const auto contact = Parse<v1::Contact>(known);
    return FindTie(Parse<v1::Assessor>(assessor), known.empty() ? nullptr : &contact,
                   {cluster_, contacts_, members_}, Day(day));
  }

  const v1::Cluster cluster_ = Parse<v1::Cluster>(R"(
    name: "clusters/mkch" display_name: "Mazowiecki Klaster Chemiczny" country: "PL"
    translated_names { key: "en" value: "Mazovian Chemical Cluster" } aliases: "MKCh"
    management_organisation { legal_name: "Forum Rozwoju Mazowsza"
                              identifiers { scheme: "KRS" value: "0000580711" } }
    member_counts { value: 43 as_of: "2014-05-14" } member_counts { value: 109 as_of: "2015-10" }
    member_counts { value: 12 as_of: "2015-10-31" definition: "SMEs" })");
  const std::vector<v1::Contact> contacts_ = {Parse<v1::Contact>(R"(
    name: "clusters/mkch/contacts/k1" role: ROLE_MANAGER email: "Anna@Example.org"
    person: "people/anna" role_from: "2014-05-14" role_until: "2015-11-30")")};
  const std::vector<v1::Member> members_ = {
      Parse<v1::Member>(R"(name: "clusters/mkch/members/pw" display_name: "Politechnika Łódzka"
                           identifiers { scheme: "NIP" value: "7250005600" }
                           member_from: "2014-05-14" member_until: "2015-12-31")"),
      Parse<v1::Member>(R"(name: "clusters/mkch/members/old" display_name: "Stara Huta")")};
};

TEST_F(AssessorsTest, L9AContactWithARoleOnTheDayMayNotAssess) {
  EXPECT_EQ(Tie(R"(person: "clusters/mkch/contacts/k1")"), "clusters/mkch/contacts/k1");
  EXPECT_EQ(Tie(R"(person: "clusters/mkch/contacts/k1")", "2015-11-30"),
            "clusters/mkch/contacts/k1");
  EXPECT_EQ(Tie(R"(person: "clusters/mkch/contacts/k1")", "2015-12-01"), "");
  EXPECT_EQ(Tie(R"(person: "clusters/mkch/contacts/k1")", "2014-05-13"), "");
}

TEST_F(AssessorsTest, L9TheSamePersonUnderAnotherIdIsFoundByTheAddress) {
  const char expert[] = R"(person: "clusters/ccb/contacts/e9" organisation: "Elsewhere")";
  EXPECT_EQ(Tie(expert, "2015-11-02", R"(email: "anna@example.org")"), "clusters/mkch/contacts/k1");
  EXPECT_EQ(Tie(expert, "2015-11-02", R"(email: "hans@example.org")"), "");
  EXPECT_EQ(Tie(expert, "2016-01-01", R"(email: "anna@example.org")"), "");
  EXPECT_EQ(Tie(expert, "2015-11-02", R"(language: "pl")"), "");
}

TEST_F(AssessorsTest, L9TheSamePersonUnderAnotherIdAndAddressIsFoundByThePerson) {
  const char expert[] = R"(person: "clusters/ccb/contacts/e9" organisation: "Elsewhere")";
  EXPECT_EQ(Tie(expert, "2015-11-02", R"(email: "a@ccb.example" person: "people/anna")"),
            "clusters/mkch/contacts/k1");
  EXPECT_EQ(Tie(expert, "2015-11-02", R"(email: "a@ccb.example" person: "people/hans")"), "");
  EXPECT_EQ(Tie(R"(person: "people/anna" organisation: "Elsewhere")"), "clusters/mkch/contacts/k1");
}

TEST_F(AssessorsTest, L9TheClusterAndItsManagementMayNotAssessThemselves) {
  for (const char* organisation : {"mazowiecki klaster chemiczny", "MKCH",
                                   "Mazovian Chemical Cluster", "Forum Rozwoju  Mazowsza"}) {
    EXPECT_EQ(Tie("person: \"p\" organisation: \"" + std::string(organisation) + "\""),
              "clusters/mkch")
        << organisation;
  }
  EXPECT_EQ(Tie(R"(person: "p" organisation: "Other name"
                   identifiers { scheme: "KRS" value: "0000580711" })"),
            "clusters/mkch");
}

TEST_F(AssessorsTest, L9AMemberOnTheDayMayNotAssess) {
  EXPECT_EQ(Tie(R"(person: "p" organisation: "POLITECHNIKA ŁÓDZKA")"), "clusters/mkch/members/pw");
  EXPECT_EQ(Tie(R"(person: "p" organisation: "TU Łódź"
                   identifiers { scheme: "NIP" value: "7250005600" })"),
            "clusters/mkch/members/pw");
  EXPECT_EQ(Tie(R"(person: "p" organisation: "Politechnika Łódzka")", "2016-01-01"), "");
  // Without dates the membership holds on every day.
  EXPECT_EQ(Tie(R"(person: "p" organisation: "Stara Huta")", "1999-01-01"),
            "clusters/mkch/members/old");
}

TEST_F(AssessorsTest, L9AnotherOrganisationMayAssess) {
  EXPECT_EQ(Tie(R"(person: "clusters/ccb/contacts/e1" organisation: "VDI/VDE-IT" country: "DE"
                   identifiers { scheme: "LEI" value: "0000580711" })"),
            "");
  EXPECT_EQ(Tie(R"(person: "p" organisation: "")"), "");
}

TEST_F(AssessorsTest, OrganisationsAreCountedOnce) {
  EXPECT_EQ(CountOrganisations(v1::Assessment()), 0);
  EXPECT_EQ(CountOrganisations(Parse<v1::Assessment>(R"(
              assessors { organisation: "VDI/VDE-IT" } assessors { organisation: "vdi vde it" }
              assessors { organisation: "A" identifiers { scheme: "LEI" value: "1" } }
              assessors { organisation: "B" identifiers { scheme: "LEI" value: "1" } })")),
            2);
}

TEST_F(AssessorsTest, ATeamWithoutOneNationalAndOneForeignAssessorDeservesALook) {
  const auto notices = [](const std::string& countries) {
    v1::Assessment assessment;
    for (std::size_t i = 0; i < countries.size(); i += 2) {
      assessment.add_assessors()->set_country(countries.substr(i, 2));
    }
    return TeamNotices(assessment, "PL");
  };
  EXPECT_THAT(notices("PLDE"), IsEmpty());
  EXPECT_THAT(notices("DE"), IsEmpty());  // one alone is no team
  EXPECT_THAT(notices("DEAT"), ElementsAre("no assessor is of PL"));
  EXPECT_THAT(notices("PLPL"), ElementsAre("every assessor is of PL"));
}

TEST_F(AssessorsTest, TheSizeIsThatOfTheMembersOnTheDayElseTheLastDeclared) {
  const auto size = [&](absl::Span<const v1::Member> members, std::string_view day) {
    return SizeOn({cluster_, contacts_, members}, Day(day));
  };
  EXPECT_EQ(size(members_, "2015-11-02"), v1::SIZE_CLASS_BELOW_50);
  EXPECT_EQ(size({}, "2015-11-02"), v1::SIZE_CLASS_50_TO_149);  // 109; SMEs are not members
  EXPECT_EQ(size({}, "2015-10-30"), v1::SIZE_CLASS_BELOW_50);   // October was not over
  EXPECT_EQ(size({}, "2014-01-01"), v1::SIZE_CLASS_UNSPECIFIED);
  EXPECT_EQ(size(std::vector<v1::Member>(49), "2015-11-02"), v1::SIZE_CLASS_BELOW_50);
  EXPECT_EQ(size(std::vector<v1::Member>(50), "2015-11-02"), v1::SIZE_CLASS_50_TO_149);
  EXPECT_EQ(size(std::vector<v1::Member>(150), "2015-11-02"), v1::SIZE_CLASS_FROM_150);
}

}  // namespace
}  // namespace wici::cluster_registry
