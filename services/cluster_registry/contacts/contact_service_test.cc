// ClusterService over gRPC: contacts, their roles, the hand-over of the management.
#include <string>

#include "libs/base/log.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;

// The clock of the fixture stands still; today is its day.
class ContactServiceTest : public testing::EngineRegistryTest {
 protected:
  // clusters/abc, published, with the manager "first".
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    AddRegions();
    AddCluster(R"(home_region: "regions/mazovia" website: "abc.example.org"
                  contact_email: "office@example.org")");
    ASSERT_THAT(Create("first", R"(role: ROLE_MANAGER primary: true)"), IsOk());
    ASSERT_THAT(PublishCluster(R"(name: "clusters/abc")"), IsOk());
  }
  absl::StatusOr<v1::Contact> Create(const std::string& id, const std::string& fields) {
    return CreateContact("parent: \"clusters/abc\" contact_id: \"" + id +
                         "\" contact { display_name: \"Ł\" email: \"" + id + "@example.org\" " +
                         fields + " }");
  }
  absl::StatusOr<v1::Contact> Update(const std::string& id, const std::string& fields) {
    return UpdateContact("contact { name: \"" + Name(id) + "\" " + fields + " }");
  }
  absl::StatusOr<google::protobuf::Empty> Delete(const std::string& id) {
    return DeleteContact("name: \"" + Name(id) + "\"");
  }
  absl::StatusOr<v1::TransferManagerResponse> Transfer(const std::string& from,
                                                       const std::string& to,
                                                       const std::string& more = "") {
    return TransferManager("name: \"clusters/abc\" from_contact: \"" + Name(from) +
                           "\" to_contact: \"" + Name(to) + "\" " + more);
  }
  static std::string Name(const std::string& id) { return "clusters/abc/contacts/" + id; }
  std::string Date(int days_from_today) {
    return FormatDate(absl::ToCivilDay(services_.clock().Now(), absl::UTCTimeZone()) +
                      days_from_today);
  }
};
WICI_ON_EVERY_ENGINE(ContactServiceTest);

TEST_P(ContactServiceTest, C8_TheLastManagerOfAPublishedClusterCannotLeave) {
  const auto is_refused = StatusIs(kPrecondition, Reason("LAST_MANAGER"));
  EXPECT_THAT(Delete("first"), is_refused);
  EXPECT_THAT(Update("first", "role: ROLE_DEPUTY"), is_refused);
  EXPECT_THAT(Update("first", "role_until: \"" + Date(-1) + "\""), is_refused);
  EXPECT_THAT(Update("first", "role_from: \"" + Date(1) + "\""), is_refused);
  EXPECT_EQ(GetContact("name: \"" + Name("first") + "\"")->role(), v1::Contact::ROLE_MANAGER);
  // Until today, or later, there is a manager today.
  EXPECT_THAT(Update("first", "role_until: \"" + Date(0) + "\""), IsOk());
  ASSERT_THAT(Create("second", "role: ROLE_MANAGER"), IsOk());
  EXPECT_THAT(Delete("first"), IsOk());
  EXPECT_THAT(Delete("second"), is_refused);
}

TEST_P(ContactServiceTest, C8_ManagersOfAClusterThatIsNotPublishedMayLeave) {
  AddCluster("", "draft");
  ASSERT_THAT(CreateContact(R"(parent: "clusters/draft" contact_id: "only" contact {
                role: ROLE_MANAGER display_name: "O" email: "o@example.org" })"),
              IsOk());
  EXPECT_THAT(DeleteContact(R"(name: "clusters/draft/contacts/only")"), IsOk());
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/abc")"), IsOk());
  EXPECT_THAT(Delete("first"), IsOk()) << "a deleted cluster needs nobody";
}

TEST_P(ContactServiceTest, C8_ATransferMakesAnotherOneManagerInOneStep) {
  ASSERT_THAT(Create("second", "role: ROLE_DEPUTY role_from: \"2010-01-01\""), IsOk());
  const std::string request_id = R"(request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d")";
  const auto done = Transfer("first", "second", request_id);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->from_contact().role_until(), Date(-1));
  EXPECT_EQ(done->to_contact().role(), v1::Contact::ROLE_MANAGER);
  EXPECT_EQ(done->to_contact().role_from(), Date(0));
  EXPECT_TRUE(done->to_contact().primary());
  EXPECT_EQ(done->to_contact().email(), "second@example.org");
  ASSERT_EQ(done->to_contact().earlier_roles_size(), 1);
  EXPECT_EQ(done->to_contact().earlier_roles(0).role_until(), Date(-1));
  EXPECT_EQ(Transfer("first", "second", request_id)->SerializeAsString(),
            done->SerializeAsString());
  EXPECT_THAT(Transfer("first", "second"), StatusIs(kPrecondition, Reason("NOT_MANAGER")));
  EXPECT_THAT(Delete("first"), IsOk());
  EXPECT_THAT(Delete("second"), StatusIs(kPrecondition, Reason("LAST_MANAGER")));
}

TEST_P(ContactServiceTest, C8_ATransferMayTakeEffectLater) {
  ASSERT_THAT(Create("second", "role: ROLE_CONTACT"), IsOk());
  const auto done = Transfer("first", "second", "effective_on: \"" + Date(30) + "\"");
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->from_contact().role_until(), Date(29));
  EXPECT_EQ(done->to_contact().role_from(), Date(30));
  EXPECT_THAT(Delete("first"), StatusIs(kPrecondition, Reason("LAST_MANAGER")));
}

TEST_P(ContactServiceTest, C8_ATransferThatWouldLeaveNobodyTodayIsRefused) {
  // A manager beside the first, who stays as he is, and whose role has ended since.
  ASSERT_THAT(Create("third", "role: ROLE_MANAGER"), IsOk());
  ASSERT_THAT(Create("second", "role: ROLE_MANAGER role_until: \"" + Date(-5) + "\""), IsOk());
  ASSERT_THAT(Delete("first"), IsOk());
  EXPECT_THAT(Transfer("third", "second", "effective_on: \"" + Date(-10) + "\""),
              StatusIs(kPrecondition, Reason("LAST_MANAGER")));
  EXPECT_EQ(GetContact("name: \"" + Name("third") + "\"")->role_until(), "");
}

TEST_P(ContactServiceTest, C8_ATransferKeepsOnePrimaryManager) {
  ASSERT_THAT(Create("second", "role: ROLE_DEPUTY"), IsOk());
  ASSERT_THAT(Update("first", "role_until: \"" + Date(100) + "\""), IsOk());
  ASSERT_THAT(Create("third", "role: ROLE_MANAGER primary: true role_from: \"" + Date(101) + "\""),
              IsOk());
  EXPECT_THAT(Transfer("first", "second"),
              StatusIs(kPrecondition, Reason("PRIMARY_MANAGER_EXISTS")));
}

TEST_P(ContactServiceTest, ATransferWithFaultsIsRefusedWithAllOfThem) {
  EXPECT_THAT(
      TransferManager(R"(name: "abc" from_contact: "clusters/xyz/contacts/a"
                                 to_contact: "x" effective_on: "tomorrow" request_id: "x")"),
      AllOf(StatusIs(kInvalid, HasViolation("name")), HasViolation("from_contact"),
            HasViolation("to_contact"), HasViolation("effective_on"), HasViolation("request_id")));
  EXPECT_THAT(Transfer("first", "first"), StatusIs(kInvalid, HasViolation("to_contact")));
  EXPECT_THAT(Transfer("first", "nobody"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  v1::TransferManagerRequest request = testing::Parse<v1::TransferManagerRequest>(
      R"(name: "clusters/abc" from_contact: "clusters/abc/contacts/first"
         to_contact: "clusters/abc/contacts/second")");
  EXPECT_THAT(services_.Call<v1::TransferManagerResponse>(
                  "wici.cluster_registry.v1.ClusterService/TransferManager", request,
                  services_.Token("cluster-manager", "clusters/other")),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(ContactServiceTest, C8_SeveralManagersAreAllowedAndOneOfThemIsPrimary) {
  EXPECT_THAT(Create("second", "role: ROLE_MANAGER"), IsOk());
  EXPECT_THAT(Create("third", "role: ROLE_MANAGER primary: true"),
              StatusIs(kPrecondition, Reason("PRIMARY_MANAGER_EXISTS")));
  EXPECT_THAT(Create("fourth", R"(role: ROLE_DEPUTY
                earlier_roles { role: ROLE_MANAGER primary: true role_until: "2015-12-31" })"),
              StatusIs(kPrecondition, Reason("PRIMARY_MANAGER_EXISTS")));
}

TEST_P(ContactServiceTest, C8_ARoleIsConfirmedUpToToday) {
  EXPECT_EQ(Update("first", "confirmed_on: \"" + Date(0) + "\"")->confirmed_on(), Date(0));
  EXPECT_THAT(Update("first", "confirmed_on: \"" + Date(1) + "\""),
              StatusIs(kInvalid, HasViolation("contact.confirmed_on")));
}

TEST_P(ContactServiceTest, ARepeatedRequestAfterAnErasureIsAnsweredWithoutThePerson) {
  const std::string request = R"(
    parent: "clusters/abc" contact_id: "second"
    request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d"
    contact { role: ROLE_DEPUTY display_name: "Ł" email: "second@example.org" })";
  ASSERT_THAT(CreateContact(request), IsOk());
  ASSERT_THAT(Delete("second"), IsOk());
  const auto again = CreateContact(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->ShortDebugString(), "name: \"clusters/abc/contacts/second\"");
}

TEST_P(ContactServiceTest, EveryReadOfDetailsIsLoggedWithItsPurposeAndNothingOfThePerson) {
  SetLogLevel(LogLevel::kInfo);
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(ListContacts(R"(parent: "clusters/abc" purpose: "yearly_review")"), IsOk());
  EXPECT_THAT(GetContact("name: \"" + Name("first") + "\""), IsOk());
  const std::string log = ::testing::internal::GetCapturedStderr();
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(log, AllOf(HasSubstr("contact_details_read"), HasSubstr("users/test"),
                         HasSubstr("ClusterService/ListContacts"), HasSubstr("yearly_review"),
                         HasSubstr("ClusterService/GetContact"), HasSubstr("unspecified"),
                         HasSubstr(R"("count":"1")")));
  EXPECT_THAT(log, AllOf(Not(HasSubstr("example.org")), Not(HasSubstr("contacts/first")),
                         Not(HasSubstr("Ł"))));
  EXPECT_THAT(GetContact("name: \"" + Name("first") + "\" purpose: \"Jan Kowalski\""),
              StatusIs(kInvalid, HasViolation("purpose")));
  EXPECT_THAT(ListContacts("parent: \"clusters/abc\" purpose: \"" + std::string(64, 'a') + "\""),
              StatusIs(kInvalid, HasViolation("purpose")));
}

}  // namespace
}  // namespace wici::cluster_registry
