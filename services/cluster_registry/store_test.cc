// The store, on every engine.
#include "services/cluster_registry/store.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/initiatives/initiative_store.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeRegion;
using testing::Parse;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

constexpr sql::Query kTakePosition{
    "test_take_position",
    "INSERT INTO feed_positions (source, consumer_group, epoch, seq) VALUES ($1, '', '', 0)"};

class StoreTest : public testing::FamilyStoreTest {
 protected:
  absl::StatusOr<v1::Cluster> GetCluster(const std::string& id) {
    v1::Cluster cluster;
    const absl::Status status = Read([&](Reader& reader) {
      WICI_ASSIGN_OR_RETURN(cluster, ReadCluster(reader, "clusters/" + id));
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return cluster;
  }
  std::vector<std::string> ListClusters(const ClusterFilter& filter, const Keyset& keyset) {
    std::vector<std::string> names;
    EXPECT_THAT(Read([&](Reader& reader) {
                  WICI_ASSIGN_OR_RETURN(const auto rows, ReadClusters(reader, filter, keyset));
                  for (const v1::Cluster& row : rows) names.push_back(row.name().substr(9));
                  return absl::OkStatus();
                }),
                IsOk());
    return names;
  }
  // "clusters/c1@2 member.created": aggregate, its version, kind of each change.
  std::vector<std::string> VersionedKinds() {
    std::vector<std::string> kinds;
    for (const feed::v1::Change& change : Changes()) {
      kinds.push_back(change.aggregate() + "@" + std::to_string(change.version()) + " " +
                      change.kind());
    }
    return kinds;
  }
};
WICI_ON_EVERY_ENGINE(StoreTest);

TEST_P(StoreTest, AnEmptyDatabaseHasNothing) {
  EXPECT_THAT(GetCluster("c1"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(ListClusters({}, {.after = "", .limit = 10}), IsEmpty());
}

TEST_P(StoreTest, AClusterIsReadAsItWasWritten) {
  ASSERT_THAT(AddCluster("c1", R"(display_name: "BM³ Łódź" country: "PL" state: STATE_DRAFT
                                     home_region: "regions/mazovia")"),
              IsOk());
  const auto cluster = GetCluster("c1");
  ASSERT_THAT(cluster, IsOk());
  EXPECT_EQ(cluster->display_name(), "BM³ Łódź");
  EXPECT_EQ(cluster->etag(), "\"1\"");
  EXPECT_EQ(cluster->create_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_FALSE(cluster->has_delete_time());
  EXPECT_THAT(AddCluster("c1"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
}

TEST_P(StoreTest, ListsGoByNameAndFilter) {
  ASSERT_THAT(AddCluster("b", R"(country: "PL" home_region: "regions/m" state: STATE_DRAFT)"),
              IsOk());
  ASSERT_THAT(AddCluster("a-b", R"(country: "PL" state: STATE_PUBLISHED)"), IsOk());
  ASSERT_THAT(AddCluster("a", R"(country: "DE" state: STATE_DRAFT)"), IsOk());
  EXPECT_THAT(ListClusters({}, {.after = "", .limit = 10}), ElementsAre("a", "a-b", "b"));
  EXPECT_THAT(ListClusters({}, {.after = "clusters/a", .limit = 1}), ElementsAre("a-b"));
  EXPECT_THAT(
      ListClusters({.country = "PL", .home_region = "", .state = {}}, {.after = "", .limit = 10}),
      ElementsAre("a-b", "b"));
  EXPECT_THAT(ListClusters({.country = "", .home_region = "regions/m", .state = {}},
                           {.after = "", .limit = 10}),
              ElementsAre("b"));
  EXPECT_THAT(
      ListClusters({.country = "", .home_region = "", .state = v1::Cluster::STATE_PUBLISHED},
                   {.after = "", .limit = 10}),
      ElementsAre("a-b"));
}

TEST_P(StoreTest, ADeletedClusterIsHiddenAndLocked) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(Write([](Writer& writer) -> absl::Status {
                WICI_ASSIGN_OR_RETURN(v1::Cluster cluster,
                                      LockCluster(writer, "clusters/c1", false));
                cluster.mutable_delete_time()->set_seconds(5);
                return SaveCluster(writer, cluster, "cluster.deleted");
              }),
              IsOk());
  EXPECT_THAT(ListClusters({}, {.after = "", .limit = 10}), IsEmpty());
  EXPECT_THAT(ListClusters({.country = "", .home_region = "", .state = {}, .show_deleted = true},
                           {.after = "", .limit = 10}),
              ElementsAre("c1"));
  EXPECT_THAT(
      Write([](Writer& writer) { return LockCluster(writer, "clusters/c1", false).status(); }),
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CLUSTER_DELETED")));
}

TEST_P(StoreTest, ACorrectionDoesNotChangeWhatWasKnownBefore) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  const auto write = [&](const std::string& until, bool revise) {
    return Write([&](Writer& writer) -> absl::Status {
      WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/c1", false).status());
      v1::Label label = testing::Bronze("valid_until: \"" + until + "\"");
      return revise ? ReviseLabel(writer, label) : InsertLabel(writer, label);
    });
  };
  const auto until = [&](absl::Time known_at) -> std::string {
    v1::Label label;
    const absl::Status status = Read([&](Reader& reader) {
      WICI_ASSIGN_OR_RETURN(label, ReadLabel(reader, "clusters/c1/labels/l1", known_at));
      return absl::OkStatus();
    });
    return status.ok() ? label.etag() + " " + label.valid_until() : "";
  };
  const absl::Time start = clock_.Now();
  ASSERT_THAT(write("2016-12-11", false), IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(write("2017-12-11", true), IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(write("2018-12-11", true), IsOk());

  EXPECT_EQ(until(start - absl::Microseconds(1)), "");
  EXPECT_EQ(until(start), "\"1\" 2016-12-11");
  EXPECT_EQ(until(start + absl::Hours(1) - absl::Microseconds(1)), "\"1\" 2016-12-11");
  EXPECT_EQ(until(start + absl::Hours(1)), "\"2\" 2017-12-11");
  EXPECT_EQ(until(absl::InfiniteFuture()), "\"3\" 2018-12-11");
  EXPECT_THAT(write("2018-12-11", false),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
}

TEST_P(StoreTest, AClockSetBackKeepsTheOrderOfRecords) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  const auto write = [&](bool revise) {
    return Write([&](Writer& writer) -> absl::Status {
      WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/c1", false).status());
      v1::Label label = testing::Bronze("");
      return revise ? ReviseLabel(writer, label) : InsertLabel(writer, label);
    });
  };
  ASSERT_THAT(write(false), IsOk());
  clock_.Advance(-absl::Hours(1));
  ASSERT_THAT(write(true), IsOk());
  v1::Label label;
  ASSERT_THAT(Read([&](Reader& reader) {
                WICI_ASSIGN_OR_RETURN(
                    label, ReadLabel(reader, "clusters/c1/labels/l1", absl::InfiniteFuture()));
                return absl::OkStatus();
              }),
              IsOk());
  EXPECT_EQ(label.etag(), "\"2\"");
  EXPECT_EQ(label.recorded_from_time().seconds(), label.create_time().seconds());
}

TEST_P(StoreTest, ACodeBelongsToOneRegion) {
  const auto insert = [&](v1::Region region) {
    return Write([&](Writer& writer) { return InsertRegion(writer, region); });
  };
  ASSERT_THAT(insert(MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}})), IsOk());
  EXPECT_THAT(insert(MakeRegion("other", "PL", {{"2013", "PL12"}})),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGION_CODE_TAKEN")));
  EXPECT_THAT(insert(MakeRegion("lodz", "PL", {{"2013", "PL11"}})), IsOk());
  EXPECT_THAT(Write([](Writer& writer) {
                v1::Region region = MakeRegion("lodz", "PL", {{"2013", "PL12"}});
                return SaveRegion(writer, region);
              }),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGION_CODE_TAKEN")));
  std::vector<v1::Region> found;
  ASSERT_THAT(Read([&](Reader& reader) {
                WICI_ASSIGN_OR_RETURN(found, ReadRegions(reader, {.country = "", .code = "PL9"},
                                                         {.after = "", .limit = 5}));
                return absl::OkStatus();
              }),
              IsOk());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name(), "regions/mazovia");
}

TEST_P(StoreTest, TheSameRequestIdGivesTheStoredAnswer) {
  const std::string id = "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d";
  int runs = 0;
  v1::Cluster response;
  const auto write = [&](const std::string& request) {
    Mutation mutation = NewMutation();
    mutation.request = request;
    mutation.request_id = id;
    return store_->Write(mutation, response, [&](Writer& writer) {
      ++runs;
      response.set_name("clusters/c1");
      return InsertCluster(writer, response);
    });
  };
  ASSERT_THAT(write("body"), IsOk());
  const std::string first = response.SerializeAsString();
  response.Clear();
  ASSERT_THAT(write("body"), IsOk());
  EXPECT_EQ(response.SerializeAsString(), first);
  EXPECT_EQ(runs, 1);
  EXPECT_THAT(write("another body"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

// Takes the first of `names` at the first try, the next one at the next, as one does that looked
// for a free one before others were faster.
TEST_P(StoreTest, ARaceThatIsLostIsRunAgainAndInTheEndAConflictToTryAgain) {
  const auto take = [&](const std::vector<std::string>& names) {
    std::size_t tries = 0;
    return Write([&, tries](Writer& writer) mutable {
      const std::string& name = names[std::min(tries++, names.size() - 1)];
      return writer.sql().Execute(kTakePosition, {name}).status();
    });
  };
  ASSERT_THAT(take({"a"}), IsOk());
  EXPECT_THAT(take({"a", "a", "b"}), IsOk());
  EXPECT_THAT(take({"a"}), StatusIs(absl::StatusCode::kAborted, Reason("TRANSACTION_CONFLICT")));
}

TEST_P(StoreTest, ARefusalWritesNothing) {
  EXPECT_THAT(Write([](Writer& writer) -> absl::Status {
                v1::Cluster cluster;
                cluster.set_name("clusters/c1");
                WICI_RETURN_IF_ERROR(InsertCluster(writer, cluster));
                return absl::FailedPreconditionError("no");
              }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(GetCluster("c1"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Kinds(), IsEmpty());
}

TEST_P(StoreTest, EveryWriteAppendsItsChangeUnderTheVersionOfTheAggregate) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(Write([](Writer& writer) -> absl::Status {
                WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/c1", false).status());
                v1::Member member;
                member.set_name("clusters/c1/members/m1");
                WICI_RETURN_IF_ERROR(InsertMember(writer, member));
                v1::Contact contact;
                contact.set_name("clusters/c1/contacts/p1");
                return InsertContact(writer, contact);
              }),
              IsOk());
  ASSERT_THAT(Write([](Writer& writer) -> absl::Status {
                WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/c1", false).status());
                WICI_RETURN_IF_ERROR(RemoveMember(writer, "clusters/c1/members/m1"));
                return RemoveContact(writer, "clusters/c1/contacts/p1");
              }),
              IsOk());
  EXPECT_THAT(VersionedKinds(),
              ElementsAre("clusters/c1@1 cluster.created", "clusters/c1@2 member.created",
                          "clusters/c1@2 contact.created", "clusters/c1@3 member.deleted",
                          "clusters/c1@3 contact.deleted"));
}

TEST_P(StoreTest, MembersAndContactsAreThoseOfTheirCluster) {
  for (const std::string id : {"c1", "c1-b"}) {
    ASSERT_THAT(AddCluster(id), IsOk());
    ASSERT_THAT(Write([&](Writer& writer) -> absl::Status {
                  WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/" + id, false).status());
                  v1::Contact contact;
                  contact.set_name("clusters/" + id + "/contacts/p1");
                  WICI_RETURN_IF_ERROR(InsertContact(writer, contact));
                  v1::Member member;
                  member.set_name("clusters/" + id + "/members/m1");
                  return InsertMember(writer, member);
                }),
                IsOk());
  }
  ASSERT_THAT(Read([&](Reader& reader) -> absl::Status {
                const Keyset all{.after = "", .limit = 10};
                WICI_ASSIGN_OR_RETURN(const auto contacts,
                                      ReadContacts(reader, "clusters/c1", all));
                EXPECT_EQ(contacts.size(), 1u);
                WICI_ASSIGN_OR_RETURN(const auto members, ReadMembers(reader, "clusters/c1", all));
                EXPECT_EQ(members.size(), 1u);
                return absl::OkStatus();
              }),
              IsOk());
}

TEST_P(StoreTest, SchemesAndInitiativesAreKept) {
  ASSERT_THAT(Write([](Writer& writer) -> absl::Status {
                v1::LabelScheme scheme = testing::Esca();
                return InsertLabelScheme(writer, scheme);
              }),
              IsOk());
  ASSERT_THAT(Write([](Writer& writer) -> absl::Status {
                v1::Initiative initiative;
                initiative.set_name("initiatives/erice");
                WICI_RETURN_IF_ERROR(InsertInitiative(writer, initiative));
                initiative.set_acronym("ERICE");
                return SaveInitiative(writer, initiative);
              }),
              IsOk());
  ASSERT_THAT(Read([](Reader& reader) -> absl::Status {
                WICI_ASSIGN_OR_RETURN(const auto schemes, ReadLabelSchemes(reader, {"", 5}));
                EXPECT_EQ(schemes.size(), 1u);
                EXPECT_EQ(schemes[0].kinds_size(), 3);
                WICI_ASSIGN_OR_RETURN(const auto initiatives, ReadInitiatives(reader, {"", 5}));
                EXPECT_EQ(initiatives[0].acronym(), "ERICE");
                EXPECT_EQ(initiatives[0].etag(), "\"2\"");
                return absl::OkStatus();
              }),
              IsOk());
  ASSERT_THAT(Write([](Writer& writer) { return RemoveInitiative(writer, "initiatives/erice"); }),
              IsOk());
  EXPECT_THAT(Write([](Writer& writer) { return RemoveInitiative(writer, "initiatives/erice"); }),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::cluster_registry
