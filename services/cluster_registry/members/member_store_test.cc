// Members, their history and identifiers in the database, on every engine.
#include "services/cluster_registry/members/member_store.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;
using ::testing::SizeIs;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

constexpr absl::Time kNow = absl::InfiniteFuture();

v1::Member MakeMember(const std::string& id, const std::string& fields,
                      const std::string& cluster = "c1") {
  v1::Member member = Parse<v1::Member>(fields);
  member.set_name("clusters/" + cluster + "/members/" + id);
  return member;
}

class MemberStoreTest : public testing::FamilyStoreTest {
 protected:
  absl::Status Insert(std::vector<v1::Member> members) {
    return WriteIn("c1",
                   [&](Writer& writer) { return InsertMembers(writer, absl::MakeSpan(members)); });
  }
  absl::Status Save(v1::Member member) {
    return WriteIn("c1", [&](Writer& writer) { return SaveMember(writer, member); });
  }
  absl::Status Remove(const std::string& id) {
    return WriteIn(
        "c1", [&](Writer& writer) { return RemoveMember(writer, "clusters/c1/members/" + id); });
  }
  absl::StatusOr<v1::Member> Get(const std::string& id, absl::Time known_at = kNow) {
    return Query<v1::Member>(
        [&](Reader& reader) { return ReadMember(reader, "clusters/c1/members/" + id, known_at); });
  }
  std::vector<std::string> Ids(const absl::StatusOr<std::vector<v1::Member>>& members) {
    EXPECT_THAT(members, IsOk());
    std::vector<std::string> ids;
    for (const v1::Member& member : *members) {
      ids.push_back(member.name().substr(member.name().rfind('/') + 1));
    }
    return ids;
  }
  std::vector<std::string> List(const MemberFilter& filter, absl::Time known_at = kNow,
                                const Keyset& keyset = {.after = "", .limit = 1000}) {
    return Ids(Query<std::vector<v1::Member>>([&](Reader& reader) {
      return ReadMembers(reader, "clusters/c1", filter, known_at, keyset);
    }));
  }
  // "kind: count/committed" of each kind.
  std::vector<std::string> Count(const std::string& on_date, absl::Time known_at = kNow) {
    const auto counts = Query<std::vector<v1::MemberCount>>([&](Reader& reader) {
      return CountMembers(reader, "clusters/c1", Day(on_date), known_at);
    });
    EXPECT_THAT(counts, IsOk());
    std::vector<std::string> texts;
    for (const v1::MemberCount& count : *counts) {
      texts.push_back(
          absl::StrCat(count.kind(), ": ", count.count(), "/", count.committed_count()));
    }
    return texts;
  }
  std::vector<std::string> Overlaps(const std::vector<v1::Member>& members) {
    const auto overlaps = Query<std::vector<MembershipOverlap>>(
        [&](Reader& reader) { return FindMembershipOverlaps(reader, members); });
    EXPECT_THAT(overlaps, IsOk());
    std::vector<std::string> texts;
    for (const MembershipOverlap& one : *overlaps) {
      texts.push_back(absl::StrCat(one.index, " ", one.other.substr(one.other.rfind('/') + 1)));
    }
    return texts;
  }
  std::vector<std::string> MembershipsOf(const std::string& nip, const std::string& on_date = "",
                                         const PartyKeyset& keyset = {"", "", 1000},
                                         v1::Visibility exposure = v1::VISIBILITY_INTERNAL) {
    v1::ExternalId identifier;
    identifier.set_scheme("NIP");
    identifier.set_value(nip);
    const auto members = Query<std::vector<v1::Member>>([&](Reader& reader) {
      return ReadMembershipsOfParty(reader, identifier, {.on_date = on_date, .exposure = exposure},
                                    keyset);
    });
    EXPECT_THAT(members, IsOk());
    std::vector<std::string> names;
    for (const v1::Member& member : *members) names.push_back(member.name().substr(9));
    return names;
  }
};
WICI_ON_EVERY_ENGINE(MemberStoreTest);

constexpr char kNip[] =
    R"(kind: KIND_UNIVERSITY identifiers { scheme: "NIP" value: "5260001246" })";

TEST_P(MemberStoreTest, ManyMembersAreAddedTogetherOrNotAtAll) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(Insert({MakeMember("m2", R"(display_name: "Łódź" kind: KIND_NGO)"),
                      MakeMember("m1", R"(kind: KIND_UNIVERSITY)")}),
              IsOk());
  EXPECT_THAT(List({}), ElementsAre("m1", "m2"));
  EXPECT_EQ(Get("m2")->display_name(), "Łódź");
  EXPECT_EQ(Get("m2")->etag(), "\"1\"");
  EXPECT_THAT(Insert({MakeMember("m3", ""), MakeMember("m1", "")}),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
  EXPECT_THAT(Insert({MakeMember("m4", ""), MakeMember("m4", "")}),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
  EXPECT_THAT(Insert({}), IsOk());
  EXPECT_THAT(List({}), ElementsAre("m1", "m2"));
  EXPECT_THAT(Kinds(), ElementsAre("cluster.created", "member.created", "member.created"));
}

TEST_P(MemberStoreTest, C4_MembershipsOfOnePartyInOneClusterDoNotOverlap) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(AddCluster("c2"), IsOk());
  const auto member = [&](const std::string& id, const std::string& interval,
                          const std::string& cluster = "c1") {
    return MakeMember(id, std::string(kNip) + interval, cluster);
  };
  ASSERT_THAT(Insert({member("m1", R"(member_from: "2014-01-01" member_until: "2014-12-31")")}),
              IsOk());
  EXPECT_THAT(Overlaps({member("m2", R"(member_from: "2014-12-31")")}), ElementsAre("0 m1"));
  EXPECT_THAT(Overlaps({member("m2", R"(member_until: "2014-01-01")")}), ElementsAre("0 m1"));
  EXPECT_THAT(Overlaps({member("m2", "")}), ElementsAre("0 m1"));
  EXPECT_THAT(Overlaps({member("m2", R"(member_from: "2015-01-01")")}), IsEmpty());
  EXPECT_THAT(Overlaps({member("m2", R"(member_until: "2013-12-31")")}), IsEmpty());
  EXPECT_THAT(Overlaps({member("m2", "", "c2")}), IsEmpty()) << "another cluster";
  EXPECT_THAT(Overlaps({member("m1", R"(member_from: "2010-01-01")")}), IsEmpty()) << "itself";
  EXPECT_THAT(Overlaps({MakeMember("m2", "")}), IsEmpty()) << "nobody knows who it is";
  // Within one list, whatever the spelling.
  EXPECT_THAT(Overlaps({member("m2", R"(member_from: "2015-01-01")"),
                        MakeMember("m3", R"(member_from: "2016-01-01"
                                            identifiers { scheme: "nip" value: "526-000-12-46" })"),
                        member("m4", "", "c2")}),
              ElementsAre("1 m2"));
}

TEST_P(MemberStoreTest, C4_AChangeOrARemovalFreesTheDays) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(Insert({MakeMember("m1", kNip)}), IsOk());
  const v1::Member next = MakeMember("m2", std::string(kNip) + R"(member_from: "2016-01-01")");
  EXPECT_THAT(Overlaps({next}), ElementsAre("0 m1"));
  ASSERT_THAT(Save(MakeMember("m1", std::string(kNip) + R"(member_until: "2015-12-31")")), IsOk());
  EXPECT_THAT(Overlaps({next}), IsEmpty());
  ASSERT_THAT(Save(MakeMember("m1", kNip)), IsOk());
  EXPECT_THAT(Overlaps({next}), ElementsAre("0 m1"));
  ASSERT_THAT(Remove("m1"), IsOk());
  EXPECT_THAT(Overlaps({next}), IsEmpty());
}

TEST_P(MemberStoreTest, C4_OnePartyMayBeAMemberOfManyClusters) {
  for (const std::string id : {"c1", "c1-b", "c2"}) {
    ASSERT_THAT(AddCluster(id), IsOk());
    ASSERT_THAT(WriteIn(id,
                        [&](Writer& writer) {
                          v1::Member member = MakeMember(
                              "m1", std::string(kNip) + R"(member_until: "2015-12-31")", id);
                          return InsertMember(writer, member);
                        }),
                IsOk());
  }
  EXPECT_THAT(MembershipsOf("PL 526-000-12-46"),
              ElementsAre("c1/members/m1", "c1-b/members/m1", "c2/members/m1"));
  EXPECT_THAT(MembershipsOf("5260001246", "2015-12-31"), SizeIs(3));
  EXPECT_THAT(MembershipsOf("5260001246", "2016-01-01"), IsEmpty());
  EXPECT_THAT(MembershipsOf("7250018312"), IsEmpty());
  EXPECT_THAT(MembershipsOf("5260001246", "", {"", "", 1000}, v1::VISIBILITY_PARTNERS), IsEmpty())
      << "these clusters are not published";
  EXPECT_THAT(MembershipsOf("5260001246", "", {"clusters/c1", "clusters/c1/members/m1", 1}),
              ElementsAre("c1-b/members/m1"));
  ASSERT_THAT(WriteIn("c2",
                      [](Writer& writer) -> absl::Status {
                        WICI_ASSIGN_OR_RETURN(v1::Cluster cluster,
                                              ReadCluster(writer, "clusters/c2"));
                        cluster.mutable_delete_time()->set_seconds(5);
                        return SaveCluster(writer, cluster, "cluster.deleted");
                      }),
              IsOk());
  EXPECT_THAT(MembershipsOf("5260001246"), ElementsAre("c1/members/m1", "c1-b/members/m1"));
}

TEST_P(MemberStoreTest, C5_CountedMembersOfADayAreTheMembershipsOpenOnIt) {
  ASSERT_THAT(AddCluster("c1", R"(member_counts { value: 260 as_of: "2015" })"), IsOk());
  EXPECT_THAT(Count("2015-12-18"), IsEmpty()) << "declared counts are never mixed in";
  ASSERT_THAT(
      Insert({MakeMember("m1", R"(kind: KIND_MICRO_ENTERPRISE member_from: "2014-05-14")"),
              MakeMember("m2", R"(kind: KIND_MICRO_ENTERPRISE member_until: "2015-12-17")"),
              MakeMember("m3", R"(kind: KIND_MICRO_ENTERPRISE role: ROLE_OBSERVER)"),
              MakeMember("m4", R"(kind: KIND_UNIVERSITY role: ROLE_PARTNER committed: true)"),
              MakeMember("m5", R"(kind: KIND_UNIVERSITY role: ROLE_FOUNDER committed: false
                                  member_from: "2015-12-18" member_until: "2015-12-18")"),
              MakeMember("m6", R"(kind: KIND_NGO member_from: "2015-12-19")")}),
      IsOk());
  EXPECT_THAT(Count("2015-12-18"), ElementsAre("1: 2/1", "6: 2/1"));
  EXPECT_THAT(Count("2015-12-17"), ElementsAre("1: 3/2", "6: 1/1"));
  EXPECT_THAT(Count("1900-01-01"), ElementsAre("1: 2/1", "6: 1/1"));
  EXPECT_THAT(Count("9999-12-31"), ElementsAre("1: 2/1", "6: 1/1", "10: 1/1"));
}

TEST_P(MemberStoreTest, ListsGoByNameAndFilterByDayRoleAndKind) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  ASSERT_THAT(AddCluster("c1-b"), IsOk());
  ASSERT_THAT(Insert({MakeMember("m1", R"(kind: KIND_NGO member_until: "2014-12-31")"),
                      MakeMember("m2", R"(kind: KIND_NGO role: ROLE_FOUNDER)"),
                      MakeMember("m3", R"(kind: KIND_FINANCE role: ROLE_FULL)"),
                      MakeMember("m4", R"(kind: KIND_NGO member_from: "2015-01-01")")}),
              IsOk());
  EXPECT_THAT(List({}), ElementsAre("m1", "m2", "m3", "m4"));
  EXPECT_THAT(List({.on_date = "2014-12-31"}), ElementsAre("m1", "m2", "m3"));
  EXPECT_THAT(List({.on_date = "", .role = {}, .kind = v1::Member::KIND_NGO}),
              ElementsAre("m1", "m2", "m4"));
  EXPECT_THAT(List({.on_date = "", .role = v1::Member::ROLE_FULL}), ElementsAre("m1", "m3", "m4"))
      << "a member without a role is a full one";
  EXPECT_THAT(
      List({.on_date = "2015-01-01", .role = v1::Member::ROLE_FULL, .kind = v1::Member::KIND_NGO}),
      ElementsAre("m4"));
  EXPECT_THAT(List({.on_date = "", .role = {}, .kind = v1::Member::KIND_NGO}, kNow,
                   {.after = "clusters/c1/members/m1", .limit = 1}),
              ElementsAre("m2"));
}

TEST_P(MemberStoreTest, ACorrectionDoesNotChangeWhatWasKnownBefore) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  const absl::Time start = clock_.Now();
  ASSERT_THAT(Insert({MakeMember("m1", R"(display_name: "Old" kind: KIND_NGO)")}), IsOk());
  clock_.Advance(absl::Hours(24));
  const absl::Time correction = clock_.Now();
  ASSERT_THAT(Save(MakeMember("m1", R"(display_name: "New" kind: KIND_FINANCE
                                       member_until: "2015-01-01")")),
              IsOk());
  clock_.Advance(absl::Hours(24));
  const absl::Time removal = clock_.Now();
  ASSERT_THAT(Remove("m1"), IsOk());

  EXPECT_THAT(Get("m1", start - absl::Microseconds(1)), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Get("m1", start)->display_name(), "Old");
  const auto before = Get("m1", correction - absl::Microseconds(1));
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->display_name(), "Old");
  EXPECT_EQ(before->etag(), "\"1\"");
  EXPECT_EQ(before->recorded_from_time().seconds(), absl::ToUnixSeconds(start));
  EXPECT_EQ(before->recorded_until_time().seconds(), absl::ToUnixSeconds(correction));
  EXPECT_EQ(Get("m1", correction)->display_name(), "New");
  EXPECT_THAT(Get("m1", removal), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get("m1"), StatusIs(absl::StatusCode::kNotFound));

  EXPECT_THAT(List({.on_date = "2016-01-01"}, start), ElementsAre("m1"));
  EXPECT_THAT(List({.on_date = "2016-01-01"}, correction), IsEmpty());
  EXPECT_THAT(Count("2016-01-01", start), ElementsAre("10: 1/1"));
  EXPECT_THAT(Count("2014-01-01", correction), ElementsAre("11: 1/1"));
  EXPECT_THAT(Count("2014-01-01", removal), IsEmpty());
}

TEST_P(MemberStoreTest, ARemovedIndividualIsForgottenBecauseItIsAPerson) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  const absl::Time start = clock_.Now();
  ASSERT_THAT(Insert({MakeMember("m1", R"(display_name: "A Person" kind: KIND_INDIVIDUAL)")}),
              IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Save(MakeMember("m1", R"(display_name: "A Firm" kind: KIND_MICRO_ENTERPRISE)")),
              IsOk());
  const absl::Time change = clock_.Now();
  EXPECT_THAT(Get("m1", start), IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Remove("m1"), IsOk());
  EXPECT_THAT(Get("m1", start), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Get("m1", change)->display_name(), "A Firm");
}

TEST_P(MemberStoreTest, ChangesInOneInstantAndAClockSetBackKeepOneVersionAtATime) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  const absl::Time start = clock_.Now();
  ASSERT_THAT(Insert({MakeMember("m1", R"(display_name: "1")")}), IsOk());
  ASSERT_THAT(Save(MakeMember("m1", R"(display_name: "2")")), IsOk());
  ASSERT_THAT(Remove("m1"), IsOk());
  ASSERT_THAT(Insert({MakeMember("m1", R"(display_name: "3")")}), IsOk());
  ASSERT_THAT(Save(MakeMember("m1", R"(display_name: "4")")), IsOk());
  EXPECT_EQ(Get("m1", start)->display_name(), "4");
  clock_.Advance(-absl::Hours(1));
  ASSERT_THAT(Save(MakeMember("m1", R"(display_name: "5")")), IsOk());
  EXPECT_EQ(Get("m1", start)->display_name(), "5");
  EXPECT_THAT(Get("m1", clock_.Now()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(List({}, start), ElementsAre("m1"));
}

// The same choices in every run.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  int Below(int bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<int>((state_ >> 33U) % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_;
};

// Every version of every member in a list: what the store is compared with.
struct Version {
  std::string id;
  v1::Member member;
  absl::Time from;
  absl::Time until = absl::InfiniteFuture();
};

class NaiveRegister {
 public:
  void Record(const std::string& id, const std::optional<v1::Member>& member, absl::Time now) {
    for (Version& version : versions_) {
      if (version.id == id && version.until == absl::InfiniteFuture()) version.until = now;
    }
    if (member) versions_.push_back({.id = id, .member = *member, .from = now});
  }
  bool Has(const std::string& id) const {
    for (const Version& version : versions_) {
      if (version.id == id && version.until == absl::InfiniteFuture()) return true;
    }
    return false;
  }
  // The members open on `on_date` as known at `known_at`, by id.
  std::map<std::string, v1::Member> Ask(const std::string& on_date, absl::Time known_at) const {
    std::map<std::string, v1::Member> members;
    for (const Version& version : versions_) {
      const v1::Member& m = version.member;
      if (version.from <= known_at && known_at < version.until &&
          (m.member_from().empty() || m.member_from() <= on_date) &&
          (m.member_until().empty() || on_date <= m.member_until())) {
        members[version.id] = m;
      }
    }
    return members;
  }

 private:
  std::vector<Version> versions_;
};

TEST_P(MemberStoreTest, C5_AnyHistoryAnswersLikeAListOfAllVersions) {
  ASSERT_THAT(AddCluster("c1"), IsOk());
  const std::vector<std::string> dates = {"",           "1899-12-31", "2014-01-01", "2014-06-30",
                                          "2015-12-18", "2016-02-29", "2017-01-01"};
  Chance chance(7);
  NaiveRegister naive;
  std::vector<absl::Time> instants = {clock_.Now()};
  for (int step = 0; step < 120; ++step) {
    clock_.Advance(absl::Microseconds(1 + chance.Below(1000)));
    instants.push_back(clock_.Now());
    const std::string id = absl::StrCat("m", chance.Below(8));
    if (naive.Has(id) && chance.Below(4) == 0) {
      ASSERT_THAT(Remove(id), IsOk());
      naive.Record(id, std::nullopt, clock_.Now());
      continue;
    }
    v1::Member member = MakeMember(id, "");
    // Individuals are forgotten when they go, which the list does not know.
    member.set_kind(static_cast<v1::Member::Kind>(1 + chance.Below(11)));
    member.set_role(static_cast<v1::Member::Role>(chance.Below(6)));
    member.set_member_from(dates[static_cast<std::size_t>(chance.Below(4))]);
    member.set_member_until(
        chance.Below(2) == 0 ? "" : dates[static_cast<std::size_t>(4 + chance.Below(3))]);
    if (naive.Has(id)) {
      ASSERT_THAT(Save(member), IsOk());
    } else {
      ASSERT_THAT(Insert({member}), IsOk());
    }
    naive.Record(id, member, clock_.Now());
  }
  for (const std::string& on_date : {dates[2], dates[3], dates[4], dates[5], dates[6]}) {
    for (std::size_t i = 0; i < instants.size(); i += 3) {
      const absl::Time known_at =
          i + 3 >= instants.size() ? kNow : instants[i] + absl::Microseconds(chance.Below(2));
      const std::map<std::string, v1::Member> expected =
          naive.Ask(on_date, known_at == kNow ? instants.back() : known_at);
      std::vector<std::string> ids;
      std::map<int, std::pair<int, int>> counts;
      for (const auto& [id, member] : expected) {
        ids.push_back(id);
        ++counts[member.kind()].first;
        if (IsCommitted(member)) ++counts[member.kind()].second;
      }
      std::vector<std::string> texts;
      for (const auto& [kind, count] : counts) {
        texts.push_back(absl::StrCat(kind, ": ", count.first, "/", count.second));
      }
      ASSERT_EQ(List({.on_date = on_date}, known_at), ids) << on_date << " step " << i;
      ASSERT_EQ(Count(on_date, known_at), texts) << on_date << " step " << i;
    }
  }
}

}  // namespace
}  // namespace wici::cluster_registry
