// What a person may ask for, over all clusters: export, erasure, and a log of who read what.
#include <string>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/log.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "services/cluster_registry/testing/registry_fixture.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

// clusters/abc, published, and clusters/def, both managed by people/x.
class PersonRightsTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    AddRegions();
    AddCluster(R"(home_region: "regions/mazovia" website: "abc.example.org"
                  contact_email: "office@example.org")");
    AddCluster("", "def");
    for (const std::string cluster : {"abc", "def"}) {
      ASSERT_THAT(CreateContact("parent: \"clusters/" + cluster + R"(" contact_id: "boss"
                    contact { role: ROLE_MANAGER display_name: "Łucja" person: "people/x"
                              email: "lucja@example.org" })"),
                  IsOk());
    }
    ASSERT_THAT(PublishCluster(R"(name: "clusters/abc")"), IsOk());
  }
  absl::StatusOr<people::v1::ErasePersonResponse> Erase(const std::string& person,
                                                        const std::string& request_id = "") {
    people::v1::ErasePersonRequest request;
    request.set_person(person);
    request.set_request_id(request_id);
    return Call<people::v1::ErasePersonResponse>("wici.people.v1.PersonalDataService/ErasePerson",
                                                 request);
  }
  absl::StatusOr<people::v1::ExportPersonResponse> Export(const std::string& person) {
    people::v1::ExportPersonRequest request;
    request.set_person(person);
    return Call<people::v1::ExportPersonResponse>("wici.people.v1.PersonalDataService/ExportPerson",
                                                  request);
  }
  std::vector<std::string> Changes() {
    feed::Sequencer sequencer(database_.get(), nullptr, services_.clock(),
                              {.source = "test", .owner = "o"}, [](const feed::v1::Cursor&) {});
    EXPECT_THAT(sequencer.RunOnce(), IsOk());
    std::vector<std::string> kinds;
    EXPECT_THAT(database_.get().Read(absl::Now() + absl::Seconds(20),
                                     [&](sql::Transaction& tx) {
                                       kinds.clear();
                                       const auto changes = feed::ReadChanges(tx, {}, 1000);
                                       for (const auto& one : *changes) {
                                         kinds.push_back(one.kind() + " " + one.resource());
                                       }
                                       return changes.status();
                                     }),
                IsOk());
    return kinds;
  }
};
WICI_ON_EVERY_ENGINE(PersonRightsTest);

TEST_P(PersonRightsTest, C8_TheLastManagerIsErasedAllTheSameAndAnOperatorIsTold) {
  EXPECT_THAT(DeleteContact(R"(name: "clusters/abc/contacts/boss")"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("LAST_MANAGER")));
  const auto erased = Erase("clusters/abc/contacts/boss");
  ASSERT_THAT(erased, IsOk());
  EXPECT_TRUE(erased->erased());
  EXPECT_THAT(erased->notices(), ElementsAre(HasSubstr("clusters/abc")));
  EXPECT_THAT(Changes(), AllOf(Contains("contact.deleted clusters/abc/contacts/boss"),
                               Contains("cluster.without_manager clusters/abc")));
  EXPECT_THAT(GetContact(R"(name: "clusters/def/contacts/boss")"), IsOk());
}

TEST_P(PersonRightsTest, C8_APersonWithRolesInTwoClustersIsErasedFromBoth) {
  const std::string id = "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d";
  const auto erased = Erase("people/x", id);
  ASSERT_THAT(erased, IsOk());
  EXPECT_TRUE(erased->erased());
  EXPECT_THAT(erased->notices(), ElementsAre(HasSubstr("clusters/abc")))
      << "clusters/def is not published";
  for (const std::string cluster : {"abc", "def"}) {
    EXPECT_THAT(GetContact("name: \"clusters/" + cluster + "/contacts/boss\""),
                StatusIs(absl::StatusCode::kNotFound));
  }
  EXPECT_EQ(Erase("people/x", id)->SerializeAsString(), erased->SerializeAsString());
  const auto again = Erase("people/x");
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->erased());
  EXPECT_THAT(again->notices(), IsEmpty());
}

TEST_P(PersonRightsTest, APersonWithRolesInTwoClustersIsExportedWithBoth) {
  const auto exported = Export("people/x");
  ASSERT_THAT(exported, IsOk());
  EXPECT_THAT(exported->json(),
              AllOf(HasSubstr(R"({"contacts":[)"), HasSubstr("clusters/abc/contacts/boss"),
                    HasSubstr("clusters/def/contacts/boss"), HasSubstr("Łucja")));
  EXPECT_THAT(Export("people/nobody"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(Export("x"), HasViolation("person"));
}

TEST_P(PersonRightsTest, WhatWasRecordedOfARoleBeforeIsExportedToo) {
  ASSERT_THAT(CreateContact(R"(parent: "clusters/def" contact_id: "zofia"
                contact { role: ROLE_DEPUTY role_from: "2014-01-01" display_name: "Zofia"
                          email: "zofia@example.org" })"),
              IsOk());
  const std::string name = "clusters/def/contacts/zofia";
  EXPECT_THAT(Export(name)->json(), Not(HasSubstr("earlier_role_records")));
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(UpdateContact(R"(contact { name: "clusters/def/contacts/zofia" role: ROLE_MANAGER
                                         role_from: "2015-01-01" role_until: "2015-12-31"
                                         primary: true }
                               update_mask { paths: "role" paths: "role_from" paths: "role_until"
                                             paths: "primary" })"),
              IsOk());
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(UpdateContact(R"(contact { name: "clusters/def/contacts/zofia" }
                               update_mask { paths: "primary" })"),
              IsOk());
  const std::string json = Export(name)->json();
  EXPECT_THAT(json, HasSubstr(R"(,"earlier_role_records":[)"
                              R"({"role":"ROLE_DEPUTY","role_from":"2014-01-01",)"
                              R"("recorded_from_time":"2015-12-18T08:00:00Z",)"
                              R"("recorded_until_time":"2015-12-18T09:00:00Z"},)"
                              R"({"role":"ROLE_MANAGER","role_from":"2015-01-01",)"
                              R"("role_until":"2015-12-31","primary":true,)"
                              R"("recorded_from_time":"2015-12-18T09:00:00Z",)"
                              R"("recorded_until_time":"2015-12-18T10:00:00Z"}]})"));
  google::protobuf::Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &parsed).ok());
  ASSERT_TRUE(Erase(name)->erased());
  for (const std::string& text : database_.AllTexts()) {
    EXPECT_THAT(text, Not(HasSubstr("zofia@example.org")));
  }
}

TEST_P(PersonRightsTest, AddressesAreReadWithAPurposeThatIsLoggedWithoutThePerson) {
  people::v1::BatchGetContactPointsRequest request;
  request.add_persons("clusters/abc/contacts/boss");
  request.add_persons("clusters/def/contacts/boss");
  request.add_persons("clusters/def/contacts/gone");
  request.set_purpose("invitation");
  const auto get = [&] {
    return services_.Call<people::v1::BatchGetContactPointsResponse>(
        "wici.people.v1.ContactPointService/BatchGetContactPoints", request,
        services_.Token("service"));
  };
  SetLogLevel(LogLevel::kInfo);
  ::testing::internal::CaptureStderr();
  const auto points = get();
  const auto exported = Export("people/x");
  const std::string log = ::testing::internal::GetCapturedStderr();
  SetLogLevel(LogLevel::kError);
  ASSERT_THAT(points, IsOk());
  EXPECT_EQ(points->contact_points_size(), 2);
  ASSERT_THAT(exported, IsOk());
  EXPECT_THAT(log, AllOf(HasSubstr("contact_details_read"), HasSubstr("users/test"),
                         HasSubstr(R"("purpose":"invitation")"), HasSubstr(R"("count":"2")"),
                         HasSubstr("export_person")));
  EXPECT_THAT(log, AllOf(Not(HasSubstr("example.org")), Not(HasSubstr("boss")),
                         Not(HasSubstr("people/x")), Not(HasSubstr("Łucja"))));
  request.set_purpose("Invitation of Łucja");
  EXPECT_THAT(get(), StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("purpose")));
}

}  // namespace
}  // namespace wici::cluster_registry
