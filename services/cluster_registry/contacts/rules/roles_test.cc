// Roles over time and the hand-over of the management.
#include "services/cluster_registry/contacts/rules/roles.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/contacts/validate_contact.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using testing::Parse;

v1::Contact MakeContact(const std::string& id, const std::string& fields) {
  v1::Contact contact = Parse<v1::Contact>(fields);
  contact.set_name("clusters/c1/contacts/" + id);
  return contact;
}

std::vector<std::string> Faults(const v1::Contact& contact) {
  Violations violations;
  ValidateContact("c", contact, Day("2020-01-01"), violations);
  std::vector<std::string> fields;
  for (const FieldViolation& one : violations.list()) fields.push_back(one.field);
  return fields;
}

TEST(RolesTest, C8_ARoleHoldsFromItsFirstDayToItsLast) {
  const v1::Contact contact =
      MakeContact("m", R"(role: ROLE_MANAGER role_from: "2015-01-01" role_until: "2015-12-31"
              earlier_roles { role: ROLE_DEPUTY role_until: "2014-12-31" })");
  EXPECT_FALSE(HasRoleOn(contact, Day("2014-12-31")));
  EXPECT_TRUE(HasRoleOn(contact, Day("2015-01-01")));
  EXPECT_TRUE(HasRoleOn(contact, Day("2015-12-31")));
  EXPECT_FALSE(HasRoleOn(contact, Day("2016-01-01")));
  EXPECT_TRUE(HasRoleOn(contact, v1::Contact::ROLE_DEPUTY, Day("1900-01-01")));
  EXPECT_FALSE(HasRoleOn(contact, v1::Contact::ROLE_DEPUTY, Day("2015-01-01")));
  EXPECT_TRUE(HasRoleOn(MakeContact("n", "role: ROLE_MANAGER"), Day("9999-12-31")));
}

TEST(RolesTest, C8_AnotherPrimaryManagerIsOneOfASharedDay) {
  const std::vector<RoleInterval> managers =
      RolesOf(MakeContact("a", R"(role: ROLE_MANAGER primary: true role_from: "2016-01-01"
              earlier_roles { role: ROLE_MANAGER primary: true role_until: "2013-12-31" })"));
  const auto other = [&](const std::string& id, const std::string& fields) {
    return OtherPrimaryManager(MakeContact(id, fields), managers);
  };
  const std::string between = R"(role: ROLE_MANAGER role_from: "2014-01-01" )";
  EXPECT_EQ(other("b", between + R"(primary: true role_until: "2015-12-31")"), "");
  EXPECT_EQ(other("b", between + R"(primary: true role_until: "2016-01-01")"),
            "clusters/c1/contacts/a");
  EXPECT_EQ(other("b", R"(role: ROLE_MANAGER primary: true role_until: "2013-12-31")"),
            "clusters/c1/contacts/a");
  EXPECT_EQ(other("b", between), "") << "several managers are fine";
  EXPECT_EQ(other("b", "role: ROLE_PRESIDENT primary: true"), "");
  EXPECT_EQ(other("a", "role: ROLE_MANAGER primary: true"), "") << "itself";
}

TEST(RolesTest, C8_AHandOverEndsOneRoleTheDayBeforeTheOther) {
  v1::Contact from =
      MakeContact("a", R"(role: ROLE_MANAGER primary: true role_from: "2014-01-01")");
  v1::Contact to = MakeContact("b", R"(role: ROLE_DEPUTY role_from: "2013-01-01"
                                       confirmed_on: "2015-05-05")");
  ASSERT_TRUE(MayHandOver(from, Day("2016-03-01")));
  HandOver(from, to, Day("2016-03-01"));
  EXPECT_EQ(from.role_until(), "2016-02-29");
  EXPECT_EQ(to.role(), v1::Contact::ROLE_MANAGER);
  EXPECT_EQ(to.role_from(), "2016-03-01");
  EXPECT_EQ(to.role_until(), "");
  EXPECT_TRUE(to.primary());
  EXPECT_EQ(to.confirmed_on(), "");
  ASSERT_EQ(to.earlier_roles_size(), 1);
  EXPECT_EQ(to.earlier_roles(0).role(), v1::Contact::ROLE_DEPUTY);
  EXPECT_EQ(to.earlier_roles(0).role_from(), "2013-01-01");
  EXPECT_EQ(to.earlier_roles(0).role_until(), "2016-02-29");
  EXPECT_EQ(to.earlier_roles(0).confirmed_on(), "2015-05-05");
  EXPECT_EQ(OtherPrimaryManager(to, RolesOf(from)), "");
}

TEST(RolesTest, C8_AManagerTakesOverByBecomingPrimaryAndKeepsTheEnd) {
  v1::Contact from = MakeContact("a", "role: ROLE_MANAGER primary: true");
  v1::Contact to = MakeContact("b", R"(role: ROLE_MANAGER role_until: "2018-12-31")");
  HandOver(from, to, Day("2016-03-01"));
  EXPECT_EQ(to.role_from(), "2016-03-01");
  EXPECT_EQ(to.role_until(), "2018-12-31");
  EXPECT_TRUE(to.primary());
  ASSERT_EQ(to.earlier_roles_size(), 1);
  EXPECT_FALSE(to.earlier_roles(0).primary());
  EXPECT_EQ(OtherPrimaryManager(to, RolesOf(from)), "");
  EXPECT_TRUE(HasRoleOn(to, v1::Contact::ROLE_MANAGER, Day("2000-01-01")));
}

TEST(RolesTest, C8_AManagerBesideOneWhoIsNotPrimaryStaysAsHeIs) {
  v1::Contact from = MakeContact("a", "role: ROLE_MANAGER");
  v1::Contact to = MakeContact("b", R"(role: ROLE_MANAGER role_from: "2010-01-01")");
  HandOver(from, to, Day("2016-03-01"));
  EXPECT_EQ(from.role_until(), "2016-02-29");
  EXPECT_EQ(to.role_from(), "2010-01-01");
  EXPECT_EQ(to.earlier_roles_size(), 0);
}

TEST(RolesTest, C8_ARoleThatWouldBeginLaterOrHasEndedIsReplacedOrKept) {
  v1::Contact from = MakeContact("a", "role: ROLE_MANAGER");
  v1::Contact later = MakeContact("b", R"(role: ROLE_MANAGER role_from: "2017-01-01")");
  HandOver(from, later, Day("2016-03-01"));
  EXPECT_EQ(later.role_from(), "2016-03-01");
  EXPECT_EQ(later.earlier_roles_size(), 0);
  from = MakeContact("a", "role: ROLE_MANAGER");
  v1::Contact ended = MakeContact("b", R"(role: ROLE_MANAGER role_until: "2010-12-31")");
  HandOver(from, ended, Day("2016-03-01"));
  EXPECT_EQ(ended.role_until(), "");
  ASSERT_EQ(ended.earlier_roles_size(), 1);
  EXPECT_EQ(ended.earlier_roles(0).role_until(), "2010-12-31");
}

TEST(RolesTest, RolesAreSetAsTheyWereRead) {
  const v1::Contact contact = MakeContact("a", R"(role: ROLE_EXPERT role_from: "2016-01-01"
    earlier_roles { role: ROLE_MANAGER role_until: "2013-12-31" primary: true }
    earlier_roles { role: ROLE_DEPUTY role_from: "2014-01-01" role_until: "2015-12-31" })");
  v1::Contact other = MakeContact("a", R"(role: ROLE_MANAGER primary: true role_until: "1999-12-31"
    confirmed_on: "1999-01-01" earlier_roles { role: ROLE_EXPERT role_until: "1998-12-31" })");
  SetRoles(RolesOf(contact), other);
  EXPECT_EQ(other.SerializeAsString(), contact.SerializeAsString());
}

TEST(RolesTest, C8_OnlyWhoManagesUpToTheDayCanHandOver) {
  const v1::Contact manager =
      MakeContact("a", R"(role: ROLE_MANAGER role_from: "2015-01-01" role_until: "2015-12-31")");
  EXPECT_FALSE(MayHandOver(manager, Day("2015-01-01"))) << "nothing would be left of the role";
  EXPECT_TRUE(MayHandOver(manager, Day("2015-01-02")));
  EXPECT_TRUE(MayHandOver(manager, Day("2015-12-31")));
  EXPECT_FALSE(MayHandOver(manager, Day("2016-01-01")));
  EXPECT_FALSE(MayHandOver(MakeContact("b", "role: ROLE_DEPUTY"), Day("2015-06-01")));
}

TEST(RolesTest, C8_EarlierRolesAreCheckedWithThePresentOne) {
  const std::string person = R"(display_name: "Ł" email: "a@example.org" role: ROLE_MANAGER )";
  EXPECT_THAT(Faults(MakeContact("a", person + R"(role_from: "2015-01-01"
                earlier_roles { role: ROLE_MANAGER role_until: "2014-12-31" }
                earlier_roles { role: ROLE_DEPUTY role_until: "2019-12-31"
                                confirmed_on: "2019-01-01" })")),
              ::testing::IsEmpty());
  EXPECT_THAT(Faults(MakeContact("a", person + R"(person: "x" confirmed_on: "2020-01-02"
                earlier_roles { role: ROLE_MANAGER role_until: "2014-12-31" }
                earlier_roles { role_from: "2014-01-01" role_until: "1850-01-01" }
                earlier_roles { role: ROLE_EXPERT role_from: "2015-01-01" role_until: "2014-01-01"
                                confirmed_on: "2021-01-01" })")),
              ::testing::UnorderedElementsAre(
                  "c.confirmed_on", "c.person", "c.earlier_roles[0]", "c.earlier_roles[1].role",
                  "c.earlier_roles[1].role_until", "c.earlier_roles[1].role_until",
                  "c.earlier_roles[2].role_until", "c.earlier_roles[2].confirmed_on"));
  v1::Contact many = MakeContact("a", person);
  for (int i = 0; i < 101; ++i) many.add_earlier_roles();
  EXPECT_THAT(Faults(many), ::testing::ElementsAre("c.earlier_roles"));
}

}  // namespace
}  // namespace wici::cluster_registry
