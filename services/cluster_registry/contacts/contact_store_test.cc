// Contacts, their roles and their reads in the database, on every engine.
#include "services/cluster_registry/contacts/contact_store.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/contacts/manager_rules.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;
using ::testing::UnorderedElementsAre;
using wici::testing::IsOk;
using wici::testing::IsOkAndHolds;
using wici::testing::Reason;
using wici::testing::StatusIs;

class ContactStoreTest : public testing::FamilyStoreTest {
 protected:
  static v1::Contact MakeContact(const std::string& id, const std::string& fields,
                                 const std::string& cluster = "c1") {
    v1::Contact contact = Parse<v1::Contact>(fields);
    contact.set_name("clusters/" + cluster + "/contacts/" + id);
    return contact;
  }
  absl::Status Insert(v1::Contact contact) {
    return WriteIn(ClusterOf(contact.name()).substr(9),
                   [&](Writer& writer) { return InsertContact(writer, contact); });
  }
  absl::Status Save(v1::Contact contact) {
    return WriteIn(ClusterOf(contact.name()).substr(9),
                   [&](Writer& writer) { return SaveContact(writer, contact); });
  }
  static std::vector<std::string> Names(const absl::StatusOr<std::vector<v1::Contact>>& contacts) {
    EXPECT_THAT(contacts, IsOk());
    std::vector<std::string> names;
    for (const v1::Contact& contact : *contacts) names.push_back(contact.name().substr(9));
    return names;
  }
  // "id from until" of the managers, with "!" for a primary one.
  std::vector<std::string> Managers() {
    const auto roles = Query<std::vector<RoleInterval>>(
        [](Reader& reader) { return ReadRoles(reader, "clusters/c1", v1::Contact::ROLE_MANAGER); });
    EXPECT_THAT(roles, IsOk());
    std::vector<std::string> texts;
    for (const RoleInterval& role : *roles) {
      texts.push_back(absl::StrCat(role.contact.substr(role.contact.rfind('/') + 1), " ", role.from,
                                   " ", role.until, role.primary ? "!" : ""));
    }
    return texts;
  }
  // Removes a contact of a cluster in `state`, as somebody who keeps to C8.
  absl::Status RemoveFrom(v1::Cluster::State state, const std::string& id) {
    return WriteIn("c1", [&](Writer& writer) {
      v1::Cluster cluster;
      cluster.set_name("clusters/c1");
      cluster.set_state(state);
      const std::string name = "clusters/c1/contacts/" + id;
      return KeepManaged(writer, cluster, name, Day("2020-01-01"),
                         [&] { return RemoveContact(writer, name); });
    });
  }
};
WICI_ON_EVERY_ENGINE(ContactStoreTest);

TEST_P(ContactStoreTest, ContactsAreReadByNameInOneQueryAndUnknownOnesAreAbsent) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(AddCluster("c2"), IsOk());
  ASSERT_THAT(Insert(MakeContact("p1", R"(display_name: "Łucja")")), IsOk());
  ASSERT_THAT(Insert(MakeContact("p1", "", "c2")), IsOk());
  const auto read = [&](const std::vector<std::string>& names) {
    return Query<std::vector<v1::Contact>>(
        [&](Reader& reader) { return ReadContactsNamed(reader, names); });
  };
  EXPECT_THAT(Names(read({"clusters/c2/contacts/p1", "clusters/c1/contacts/none",
                          "clusters/c1/contacts/p1", "clusters/c1/contacts/p1"})),
              UnorderedElementsAre("c1/contacts/p1", "c2/contacts/p1"));
  EXPECT_THAT(Names(read({})), IsEmpty());
  EXPECT_EQ(read({"clusters/c1/contacts/p1"})->front().display_name(), "Łucja");
}

TEST_P(ContactStoreTest, C8_APersonMayHaveRolesInTwoClusters) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(AddCluster("c2"), IsOk());
  const std::string manager = R"(role: ROLE_MANAGER person: "people/x")";
  ASSERT_THAT(Insert(MakeContact("p1", manager)), IsOk());
  ASSERT_THAT(Insert(MakeContact("p9", manager, "c2")), IsOk());
  ASSERT_THAT(Insert(MakeContact("p2", "role: ROLE_MANAGER")), IsOk());
  const auto of = [&](const std::string& person, const Keyset& keyset) {
    return Names(Query<std::vector<v1::Contact>>(
        [&](Reader& reader) { return ReadContactsOfPerson(reader, person, keyset); }));
  };
  EXPECT_THAT(of("people/x", {"", 10}), ElementsAre("c1/contacts/p1", "c2/contacts/p9"));
  EXPECT_THAT(of("people/x", {"clusters/c1/contacts/p1", 1}), ElementsAre("c2/contacts/p9"));
  EXPECT_THAT(of("people/y", {"", 10}), IsEmpty());
  EXPECT_THAT(of("", {"", 10}), IsEmpty()) << "who has no id is nobody's double";
  ASSERT_THAT(Save(MakeContact("p9", "role: ROLE_MANAGER", "c2")), IsOk());
  EXPECT_THAT(of("people/x", {"", 10}), ElementsAre("c1/contacts/p1"));
}

TEST_P(ContactStoreTest, C8_RolesFollowTheirContact) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(Insert(MakeContact("p1", R"(role: ROLE_MANAGER primary: true role_from: "2016-01-01"
                                          earlier_roles { role: ROLE_MANAGER
                                                          role_until: "2013-12-31" }
                                          earlier_roles { role: ROLE_DEPUTY
                                                          role_until: "2015-12-31" })")),
              IsOk());
  ASSERT_THAT(Insert(MakeContact("p2", "role: ROLE_DEPUTY")), IsOk());
  EXPECT_THAT(Managers(), UnorderedElementsAre("p1 2016-01-01 9999-12-31!", "p1  2013-12-31"));
  ASSERT_THAT(Save(MakeContact("p1", R"(role: ROLE_MANAGER role_until: "2020-12-31")")), IsOk());
  ASSERT_THAT(Save(MakeContact("p2", "role: ROLE_MANAGER")), IsOk());
  EXPECT_THAT(Managers(), ElementsAre("p1  2020-12-31", "p2  9999-12-31"));
  const auto managed = [&](const std::string& day) {
    return Query<bool>(
        [&](Reader& reader) { return HasManagerOn(reader, "clusters/c1", Day(day)); });
  };
  ASSERT_THAT(RemoveFrom(v1::Cluster::STATE_DRAFT, "p2"), IsOk());
  EXPECT_THAT(managed("2020-12-31"), IsOkAndHolds(true));
  EXPECT_THAT(managed("2021-01-01"), IsOkAndHolds(false));
  ASSERT_THAT(RemoveFrom(v1::Cluster::STATE_DRAFT, "p1"), IsOk());
  EXPECT_THAT(Managers(), IsEmpty());
}

TEST_P(ContactStoreTest, RolesAreThoseBelievedAtAnInstantAndNothingElseIsOfThePast) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  const absl::Time before = clock_.Now();
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Insert(MakeContact("p1", R"(role: ROLE_MANAGER primary: true email: "a@x.org"
                                          earlier_roles { role: ROLE_DEPUTY
                                                          role_until: "2013-12-31" })")),
              IsOk());
  const absl::Time first = clock_.Now();
  clock_.Advance(absl::Hours(1));
  // Nothing of the roles changes, so nothing is kept.
  ASSERT_THAT(Save(MakeContact("p1", R"(role: ROLE_MANAGER primary: true email: "b@x.org"
                                        earlier_roles { role: ROLE_DEPUTY
                                                        role_until: "2013-12-31" })")),
              IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Save(MakeContact("p1", R"(role: ROLE_EXPERT email: "b@x.org")")), IsOk());
  const absl::Time second = clock_.Now();
  clock_.Advance(-absl::Hours(1));  // a clock that was set back
  ASSERT_THAT(Save(MakeContact("p1", R"(role: ROLE_DELEGATE email: "c@x.org")")), IsOk());
  // "id ROLE address earlier"
  const auto known_at = [&](absl::Time instant) {
    const auto contacts = Query<std::vector<v1::Contact>>(
        [&](Reader& reader) -> absl::StatusOr<std::vector<v1::Contact>> {
          WICI_ASSIGN_OR_RETURN(auto read, ReadContactsOfClusters(reader, {"clusters/c1"}));
          WICI_RETURN_IF_ERROR(SetKnownAt(reader, instant, read));
          return read;
        });
    EXPECT_THAT(contacts, IsOk());
    std::vector<std::string> texts;
    for (const v1::Contact& contact : *contacts) {
      texts.push_back(absl::StrCat(v1::Contact::Role_Name(contact.role()), " ", contact.email(),
                                   contact.primary() ? "! " : " ", contact.earlier_roles_size()));
    }
    return texts;
  };
  EXPECT_THAT(known_at(before), IsEmpty());
  EXPECT_THAT(known_at(first), ElementsAre("ROLE_MANAGER c@x.org! 1"));
  EXPECT_THAT(known_at(second), ElementsAre("ROLE_DELEGATE c@x.org 0"));
  EXPECT_THAT(known_at(absl::InfiniteFuture()), ElementsAre("ROLE_DELEGATE c@x.org 0"));
  ASSERT_THAT(RemoveFrom(v1::Cluster::STATE_DRAFT, "p1"), IsOk());
  EXPECT_THAT(known_at(first), IsEmpty());
  EXPECT_THAT(AllTexts(),
              ::testing::Not(::testing::Contains(::testing::AllOf(
                  ::testing::HasSubstr("contacts/p1"), ::testing::HasSubstr("x.org")))));
}

TEST_P(ContactStoreTest, PeopleAreFoundByAddressAndByPerson) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(Insert(MakeContact("p1", R"(email: "A@x.org" person: "people/a")")), IsOk());
  ASSERT_THAT(Insert(MakeContact("p2", R"(email: "a@X.org")")), IsOk());
  ASSERT_THAT(Insert(MakeContact("p3", R"(email: "b@x.org")")), IsOk());
  const auto found = Query<ContactsOfPeople>([](Reader& reader) {
    return FindContactsOfPeople(reader, {"a@x.org", "none@x.org"}, {"people/a", "people/none"});
  });
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->by_email.size(), 1u);
  EXPECT_THAT(found->by_email.at("a@x.org"),
              UnorderedElementsAre("clusters/c1/contacts/p1", "clusters/c1/contacts/p2"));
  ASSERT_EQ(found->by_person.size(), 1u);
  EXPECT_THAT(found->by_person.at("people/a"), ElementsAre("clusters/c1/contacts/p1"));
}

TEST_P(ContactStoreTest, C8_TheLastManagerOfAPublishedClusterStays) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(Insert(MakeContact("p1", "role: ROLE_MANAGER")), IsOk());
  ASSERT_THAT(Insert(MakeContact("p2", "role: ROLE_MANAGER")), IsOk());
  ASSERT_THAT(Insert(MakeContact("p3", R"(role: ROLE_MANAGER role_until: "2019-12-31")")), IsOk());
  ASSERT_THAT(RemoveFrom(v1::Cluster::STATE_PUBLISHED, "p1"), IsOk()) << "another one is left";
  const absl::Status refused = RemoveFrom(v1::Cluster::STATE_PUBLISHED, "p2");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LAST_MANAGER")));
  EXPECT_EQ(ErrorMetadataValue(refused, "contact"), "clusters/c1/contacts/p2");
  EXPECT_THAT(RemoveFrom(v1::Cluster::STATE_PUBLISHED, "p3"), IsOk()) << "is none any more";
  EXPECT_THAT(RemoveFrom(v1::Cluster::STATE_DORMANT, "p2"), IsOk());
  ASSERT_THAT(Insert(MakeContact("p4", "role: ROLE_CONTACT")), IsOk());
  EXPECT_THAT(RemoveFrom(v1::Cluster::STATE_PUBLISHED, "p4"), IsOk())
      << "a cluster without a manager can be mended";
}

}  // namespace
}  // namespace wici::cluster_registry
