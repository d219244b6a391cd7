// ClusterService over gRPC: members and memberships over time.
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::kNotFound;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;

class MemberServiceTest : public testing::EngineRegistryTest {
 protected:
  // `fields` of the member in text format.
  absl::StatusOr<v1::Member> Create(const std::string& id, const std::string& fields,
                                    const std::string& cluster = "abc") {
    return CreateMember("parent: \"clusters/" + cluster + "\" member_id: \"" + id +
                        "\" member { display_name: \"F\" " + fields + " }");
  }
  std::vector<std::string> List(const std::string& filter) {
    const auto list = ListMembers("parent: \"clusters/abc\" " + filter);
    EXPECT_THAT(list, IsOk());
    std::vector<std::string> ids;
    for (const v1::Member& member : list->members()) {
      ids.push_back(member.name().substr(member.name().rfind('/') + 1));
    }
    return ids;
  }
  v1::GetMemberRequest GetAt(absl::Time known_at) {
    v1::GetMemberRequest request;
    request.set_name("clusters/abc/members/firm");
    *request.mutable_known_at() =
        google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
    return request;
  }
};
WICI_ON_EVERY_ENGINE(MemberServiceTest);

TEST_P(MemberServiceTest, MembersComeChangeAndGo) {
  AddRegions();
  AddCluster();
  const auto created = CreateMember(R"(
    parent: "clusters/abc" member_id: "firm"
    member { display_name: "Firma sp. z o.o." kind: KIND_SMALL_ENTERPRISE
             member_from: "2014-05-14" region: "regions/mazovia"
             identifiers { scheme: "NIP" value: "5260001246" } })");
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->name(), "clusters/abc/members/firm");
  EXPECT_THAT(UpdateMember(R"(member { name: "clusters/abc/members/firm"
                                       member_until: "2015-12-31" })"),
              IsOk());
  const auto list = ListMembers(R"(parent: "clusters/abc")");
  ASSERT_THAT(list, IsOk());
  ASSERT_THAT(list->members(), SizeIs(1));
  EXPECT_EQ(list->members(0).member_until(), "2015-12-31");
  EXPECT_THAT(DeleteMember(R"(name: "clusters/abc/members/firm" etag: "\"1\"")"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_THAT(DeleteMember(R"(name: "clusters/abc/members/firm")"), IsOk());
  EXPECT_THAT(GetMember(R"(name: "clusters/abc/members/firm")"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(MemberServiceTest, AMemberWithFaultsIsRefusedWithAllOfThem) {
  AddCluster();
  EXPECT_THAT(CreateMember(R"(parent: "c1" member_id: "!" request_id: "x"
                              member { member_from: "2015-01-01" member_until: "2014-01-01"
                                       region: "x" identifiers {} })"),
              AllOf(HasViolation("parent"), HasViolation("member_id"), HasViolation("request_id"),
                    HasViolation("member.display_name"), HasViolation("member.kind"),
                    HasViolation("member.member_until"), HasViolation("member.region"),
                    HasViolation("member.identifiers[0].value")));
  EXPECT_THAT(
      CreateMember(R"(parent: "clusters/none" member { display_name: "F" kind: KIND_NGO })"),
      StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(MemberServiceTest, C6_AnIdentifierIsCheckedAndStoredInItsOneSpelling) {
  AddCluster();
  const auto created = Create("firm", R"(kind: KIND_NGO
      identifiers { scheme: "nip" value: "PL 526-000-12-46" }
      identifiers { scheme: "NIP" value: "5260001246" }
      identifiers { scheme: "HRB" value: "München 5" })");
  ASSERT_THAT(created, IsOk());
  ASSERT_THAT(created->identifiers(), SizeIs(2));
  EXPECT_EQ(created->identifiers(0).scheme(), "NIP");
  EXPECT_EQ(created->identifiers(0).value(), "5260001246");
  EXPECT_THAT(Create("other", R"(kind: KIND_NGO
                identifiers { scheme: "NIP" value: "5260001247" }
                identifiers { scheme: "LEI" value: "213800KUD8LAJWSQ9D16" }
                identifiers { scheme: "REGON" value: "1" } identifiers { scheme: "X" })"),
              AllOf(StatusIs(kInvalid, HasViolation("member.identifiers[0].value")),
                    HasViolation("member.identifiers[1].value"),
                    HasViolation("member.identifiers[2].value"),
                    HasViolation("member.identifiers[3].value")));
}

TEST_P(MemberServiceTest, C4_ASecondMembershipOfThePartyIsRefusedOnSharedDaysOnly) {
  AddCluster();
  AddCluster("", "other");
  const std::string nip = R"(kind: KIND_NGO identifiers { scheme: "NIP" value: "5260001246" } )";
  ASSERT_THAT(Create("first", nip + R"(member_until: "2014-12-31")"), IsOk());
  EXPECT_THAT(Create("second", nip + R"(member_from: "2014-12-31")"),
              StatusIs(kPrecondition, Reason("MEMBERSHIP_OVERLAPS")));
  ASSERT_THAT(Create("second", nip + R"(member_from: "2015-01-01")"), IsOk());
  EXPECT_THAT(
      UpdateMember(R"(member { name: "clusters/abc/members/second" member_from: "2014-01-01" })"),
      StatusIs(kPrecondition, Reason("MEMBERSHIP_OVERLAPS")));
  EXPECT_THAT(Create("second", nip, "other"), IsOk());
}

TEST_P(MemberServiceTest, MembersAreListedByDayRoleAndKindInPages) {
  AddCluster();
  ASSERT_THAT(Create("aaa", R"(kind: KIND_NGO member_until: "2014-12-31")"), IsOk());
  ASSERT_THAT(Create("bbb", R"(kind: KIND_NGO role: ROLE_FOUNDER)"), IsOk());
  ASSERT_THAT(Create("ccc", R"(kind: KIND_UNIVERSITY)"), IsOk());
  EXPECT_THAT(List(""), ElementsAre("aaa", "bbb", "ccc"));
  EXPECT_THAT(List(R"(on_date: "2015-12-18")"), ElementsAre("bbb", "ccc"));
  EXPECT_THAT(List("kind: KIND_NGO"), ElementsAre("aaa", "bbb"));
  EXPECT_THAT(List("role: ROLE_FULL"), ElementsAre("aaa", "ccc"));
  auto request = testing::Parse<v1::ListMembersRequest>(
      R"(parent: "clusters/abc" page_size: 1 kind: KIND_NGO)");
  const auto first = ListMembers(request);
  ASSERT_THAT(first, IsOk());
  request.set_page_token(first->next_page_token());
  const auto second = ListMembers(request);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->members(0).name(), "clusters/abc/members/bbb");
  EXPECT_EQ(second->next_page_token(), "");
  request.set_kind(v1::Member::KIND_UNIVERSITY);
  EXPECT_THAT(ListMembers(request), StatusIs(kInvalid, HasViolation("page_token")));
  EXPECT_THAT(ListMembers(R"(parent: "clusters/abc" on_date: "1899-12-31" role: 77 kind: 77
                             known_at { seconds: 99999999999 })"),
              AllOf(StatusIs(kInvalid, HasViolation("on_date")), HasViolation("role"),
                    HasViolation("kind"), HasViolation("known_at")));
  EXPECT_THAT(ListMembers(R"(parent: "clusters/none")"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(MemberServiceTest, ACorrectionOfTodayDoesNotChangeWhatWasKnownYesterday) {
  AddCluster();
  ASSERT_THAT(Create("firm", R"(kind: KIND_NGO member_from: "2014-05-14")"), IsOk());
  const absl::Time yesterday = services_.clock().Now();
  services_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(UpdateMember(R"(member { name: "clusters/abc/members/firm" member_from: "2015-01-01"
                               committed: false working_groups: "cosmetics" }
                      update_mask { paths: "member_from" paths: "committed" paths: "working_groups"
                                  })"),
              IsOk());
  EXPECT_EQ(GetMember(GetAt(yesterday))->member_from(), "2014-05-14");
  EXPECT_FALSE(GetMember(GetAt(yesterday))->has_committed());
  const auto present = GetMember(GetAt(services_.clock().Now()));
  ASSERT_THAT(present, IsOk());
  EXPECT_EQ(present->member_from(), "2015-01-01");
  EXPECT_TRUE(present->has_committed());
  EXPECT_FALSE(present->has_recorded_until_time());
  EXPECT_THAT(GetMember(GetAt(yesterday - absl::Hours(1))),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(GetMember(GetAt(services_.clock().Now() + absl::Hours(1))),
              StatusIs(kInvalid, HasViolation("known_at")));
  ASSERT_THAT(DeleteMember(R"(name: "clusters/abc/members/firm")"), IsOk());
  EXPECT_EQ(GetMember(GetAt(yesterday))->member_from(), "2014-05-14");
}

TEST_P(MemberServiceTest, ABatchAddsAllMembersInTheirOrderAndOnceForARequestId) {
  AddRegions();
  AddCluster();
  const std::string request = R"(
    parent: "clusters/abc" request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d"
    requests { member_id: "zzz" member { display_name: "Żuk" kind: KIND_NGO
                                         region: "regions/mazovia" } }
    requests { parent: "clusters/abc" member { display_name: "A" kind: KIND_UNIVERSITY } })";
  const auto batch = BatchCreateMembers(request);
  ASSERT_THAT(batch, IsOk());
  ASSERT_THAT(batch->members(), SizeIs(2));
  EXPECT_EQ(batch->members(0).name(), "clusters/abc/members/zzz");
  EXPECT_EQ(batch->members(0).display_name(), "Żuk");
  EXPECT_EQ(batch->members(1).etag(), "\"1\"");
  EXPECT_EQ(BatchCreateMembers(request)->SerializeAsString(), batch->SerializeAsString());
  EXPECT_THAT(List(""), SizeIs(2));
}

TEST_P(MemberServiceTest, C4_ABatchIsRefusedWithEveryViolationOfEveryMember) {
  AddCluster();
  const std::string nip = R"(identifiers { scheme: "NIP" value: "5260001246" } )";
  ASSERT_THAT(Create("holder", "kind: KIND_NGO " + nip), IsOk());
  ASSERT_THAT(Create("taken", "kind: KIND_NGO"), IsOk());
  const auto refused = BatchCreateMembers(
      R"(parent: "clusters/abc"
         requests { member_id: "fine" member { display_name: "A" kind: KIND_NGO } }
         requests { member_id: "taken" member { display_name: "B" kind: KIND_NGO } }
         requests { member { display_name: "C" kind: KIND_NGO )" +
      nip + R"( } }
         requests { member_id: "fine" member { display_name: "D" kind: KIND_NGO } }
         requests { parent: "clusters/other" member_id: "!" member { region: "regions/none" } }
         requests { member { display_name: "E" kind: KIND_NGO
                             identifiers { scheme: "KRS" value: "0000123456" } } }
         requests { member { display_name: "F" kind: KIND_NGO
                             identifiers { scheme: "krs" value: "0000 123 456" } } })");
  EXPECT_THAT(
      refused,
      AllOf(StatusIs(kInvalid, HasViolation("requests[1].member_id")),
            HasViolation("requests[2].member.identifiers"), HasViolation("requests[3].member_id"),
            HasViolation("requests[4].parent"), HasViolation("requests[4].member_id"),
            HasViolation("requests[4].member.display_name"),
            HasViolation("requests[4].member.kind"), HasViolation("requests[4].member.region"),
            HasViolation("requests[6].member.identifiers")));
  EXPECT_THAT(FieldViolations(refused.status()), SizeIs(9));
  EXPECT_THAT(List(""), ElementsAre("holder", "taken")) << "all or nothing";
}

TEST_P(MemberServiceTest, ABatchHasABound) {
  AddCluster();
  v1::BatchCreateMembersRequest request;
  request.set_parent("clusters/abc");
  EXPECT_THAT(BatchCreateMembers(request), StatusIs(kInvalid, HasViolation("requests")));
  for (int i = 0; i < 1001; ++i) {
    v1::Member& member = *request.add_requests()->mutable_member();
    member.set_display_name("F");
    member.set_kind(v1::Member::KIND_NGO);
  }
  EXPECT_THAT(BatchCreateMembers(request), StatusIs(kInvalid, HasViolation("requests")));
  request.mutable_requests()->RemoveLast();
  EXPECT_THAT(BatchCreateMembers(request), IsOk());
  request.set_parent("clusters/none");
  EXPECT_THAT(BatchCreateMembers(request), StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(MemberServiceTest, C4_TheClustersOfAPartyAreFoundByItsIdentifier) {
  for (const std::string id : {"abc", "def", "ghi"}) {
    AddCluster("", id);
    ASSERT_THAT(Create("firm", R"(kind: KIND_NGO member_until: "2015-12-31"
                                  identifiers { scheme: "NIP" value: "5260001246" })",
                       id),
                IsOk());
  }
  auto request = testing::Parse<v1::ListMembershipsOfPartyRequest>(
      R"(identifier { scheme: "nip" value: "526-000-12-46" } page_size: 2)");
  const auto first = ListMembershipsOfParty(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(first->members(), SizeIs(2));
  EXPECT_EQ(first->members(1).name(), "clusters/def/members/firm");
  request.set_page_token(first->next_page_token());
  const auto second = ListMembershipsOfParty(request);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(second->members(), SizeIs(1));
  EXPECT_EQ(second->members(0).name(), "clusters/ghi/members/firm");
  EXPECT_EQ(second->next_page_token(), "");
  request.clear_page_token();
  request.set_on_date("2016-01-01");
  EXPECT_THAT(ListMembershipsOfParty(request)->members(), IsEmpty());
  EXPECT_THAT(ListMembershipsOfParty(R"(identifier { scheme: "NIP" value: "1" } on_date: "x")"),
              AllOf(StatusIs(kInvalid, HasViolation("identifier.value")), HasViolation("on_date")));
  EXPECT_THAT(ListMembershipsOfParty(""),
              AllOf(HasViolation("identifier.scheme"), HasViolation("identifier.value")));
}

TEST_P(MemberServiceTest, ThePartyIsFoundAsItWasKnownThen) {
  for (const std::string id : {"abc", "def"}) AddCluster("", id);
  const std::string nip = R"(kind: KIND_NGO identifiers { scheme: "NIP" value: "5260001246" } )";
  ASSERT_THAT(Create("firm", nip + R"(member_from: "2014-05-14")"), IsOk());
  ASSERT_THAT(Create("firm", nip, "def"), IsOk());
  const absl::Time yesterday = services_.clock().Now();
  const auto clusters = [&](absl::Time known_at, const std::string& on_date = "") {
    auto request = testing::Parse<v1::ListMembershipsOfPartyRequest>(
        R"(identifier { scheme: "NIP" value: "5260001246" })");
    request.set_on_date(on_date);
    *request.mutable_known_at() =
        google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
    const auto list = ListMembershipsOfParty(request);
    EXPECT_THAT(list, IsOk());
    std::vector<std::string> ids;
    for (const v1::Member& member : list->members()) {
      ids.push_back(member.name().substr(9, 3) + " " + member.member_from());
    }
    return ids;
  };
  const auto before = clusters(yesterday);
  EXPECT_THAT(before, ElementsAre("abc 2014-05-14", "def "));
  services_.clock().Advance(absl::Hours(24));
  // The identifier was wrong, the membership of the other cluster was none, and it is deleted.
  ASSERT_THAT(UpdateMember(R"(member { name: "clusters/abc/members/firm" member_from: "2015-01-01"
                                identifiers { scheme: "NIP" value: "7250018312" } })"),
              IsOk());
  ASSERT_THAT(DeleteMember(R"(name: "clusters/def/members/firm")"), IsOk());
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/def")"), IsOk());
  EXPECT_THAT(clusters(services_.clock().Now()), IsEmpty());
  EXPECT_EQ(clusters(yesterday), before);
  EXPECT_THAT(clusters(yesterday, "2014-05-13"), ElementsAre("def "));
  EXPECT_THAT(clusters(yesterday - absl::Microseconds(1)), IsEmpty());
  // Undeleted since, and deleted in between: each answer stays.
  const absl::Time deleted = services_.clock().Now();
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(UndeleteCluster(R"(name: "clusters/def")"), IsOk());
  EXPECT_EQ(clusters(yesterday), before);
  EXPECT_THAT(clusters(deleted), IsEmpty());
  EXPECT_THAT(ListMembershipsOfParty(R"(identifier { scheme: "NIP" value: "5260001246" }
                                        known_at { seconds: 99999999999 })"),
              StatusIs(kInvalid, HasViolation("known_at")));
}

TEST_P(MemberServiceTest, OfAPersonNothingIsFoundInThePastOnceItIsRemoved) {
  AddCluster();
  ASSERT_THAT(Create("firm", R"(kind: KIND_INDIVIDUAL
                                identifiers { scheme: "NIP" value: "5260001246" })"),
              IsOk());
  const absl::Time yesterday = services_.clock().Now();
  services_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(DeleteMember(R"(name: "clusters/abc/members/firm")"), IsOk());
  auto request = testing::Parse<v1::ListMembershipsOfPartyRequest>(
      R"(identifier { scheme: "NIP" value: "5260001246" })");
  *request.mutable_known_at() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(yesterday));
  EXPECT_THAT(ListMembershipsOfParty(request)->members(), IsEmpty());
  std::int64_t kept = 0;
  ASSERT_THAT(
      store_.Read(absl::Now() + absl::Seconds(20),
                  [&](Reader& reader) -> absl::Status {
                    WICI_ASSIGN_OR_RETURN(
                        const sql::Rows rows,
                        reader.sql().Execute(
                            {"count_kept", "SELECT COUNT(*) FROM member_identifier_history"}));
                    kept = rows[0].Int(0);
                    return absl::OkStatus();
                  }),
      IsOk());
  EXPECT_EQ(kept, 0);
}

TEST_P(MemberServiceTest, AnswersAreStoredWithoutThePersonAndCompletedWhenAskedForAgain) {
  AddCluster();
  const auto id = [](int number) {
    return absl::StrCat(" request_id: \"3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0", number, "\" ");
  };
  const std::string one = id(1) + R"(parent: "clusters/abc" member_id: "one"
      member { display_name: "Żaneta Kowal" kind: KIND_INDIVIDUAL })";
  const auto created = CreateMember(one);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->display_name(), "Żaneta Kowal");
  EXPECT_EQ(CreateMember(one)->SerializeAsString(), created->SerializeAsString());
  const std::string batch = id(2) + R"(parent: "clusters/abc"
      requests { parent: "clusters/abc" member_id: "two"
                 member { display_name: "Żaneta Druga" kind: KIND_INDIVIDUAL } }
      requests { parent: "clusters/abc" member_id: "firm"
                 member { display_name: "Firma" kind: KIND_NGO } })";
  for (int call = 0; call < 2; ++call) {
    const auto answer = BatchCreateMembers(batch);
    ASSERT_THAT(answer, IsOk());
    ASSERT_THAT(answer->members(), SizeIs(2));
    EXPECT_EQ(answer->members(0).display_name(), "Żaneta Druga");
    EXPECT_EQ(answer->members(1).display_name(), "Firma");
  }
  const std::string update = id(3) + R"(member { name: "clusters/abc/members/one"
                                                 website: "z.example" })";
  EXPECT_EQ(UpdateMember(update)->display_name(), "Żaneta Kowal");
  EXPECT_EQ(UpdateMember(update)->website(), "z.example");

  ASSERT_THAT(DeleteMember(R"(name: "clusters/abc/members/one")"), IsOk());
  ASSERT_THAT(DeleteMember(R"(name: "clusters/abc/members/two")"), IsOk());
  for (const std::string& text : database_.AllTexts()) {
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("Żaneta")));
  }
  const auto after = CreateMember(one);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->name(), "clusters/abc/members/one");
  EXPECT_EQ(after->display_name(), "");
}

TEST_P(MemberServiceTest, EveryFaultOfAnUpdateIsNamedAtOnce) {
  AddCluster();
  ASSERT_THAT(Create("firm", "kind: KIND_NGO"), IsOk());
  EXPECT_THAT(UpdateMember(R"(member { name: "clusters/abc/members/firm" kind: 77
                                       region: "regions/none" }
                              update_mask { paths: "kind" paths: "region" paths: "colour" })"),
              AllOf(StatusIs(kInvalid, HasViolation("update_mask")), HasViolation("member.kind"),
                    HasViolation("member.region")));
}

}  // namespace
}  // namespace wici::cluster_registry
