// The services every owner of persons has: contact points, export, erasure.
#include <string>

#include "services/cluster_registry/testing/registry_fixture.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::cluster_registry {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::Reason;
using wici::testing::StatusIs;

class PeopleServiceTest : public testing::EngineRegistryTest {
 protected:
  void SetUp() override {
    EngineRegistryTest::SetUp();
    if (IsSkipped()) return;
    AddCluster();
    ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact_id: "manager"
                  contact { role: ROLE_MANAGER display_name: "Menedżer" language: "pl"
                            email: "manager@example.org" phone: "+48 22 234 56 78"
                            audience_consent: true })"),
                IsOk());
  }

  absl::StatusOr<people::v1::BatchGetContactPointsResponse> Points(
      const people::v1::BatchGetContactPointsRequest& request, const std::string& token) {
    return services_.Call<people::v1::BatchGetContactPointsResponse>(
        "wici.people.v1.ContactPointService/BatchGetContactPoints", request, token);
  }
  absl::StatusOr<people::v1::ExportPersonResponse> Export(
      const people::v1::ExportPersonRequest& request) {
    return Call<people::v1::ExportPersonResponse>("wici.people.v1.PersonalDataService/ExportPerson",
                                                  request);
  }
  absl::StatusOr<people::v1::ErasePersonResponse> Erase(
      const people::v1::ErasePersonRequest& request) {
    return Call<people::v1::ErasePersonResponse>("wici.people.v1.PersonalDataService/ErasePerson",
                                                 request);
  }
};
WICI_ON_EVERY_ENGINE(PeopleServiceTest);

TEST_P(PeopleServiceTest, AServiceResolvesContactsAndAbsenceIsNoError) {
  const auto request = testing::Parse<people::v1::BatchGetContactPointsRequest>(R"(
    persons: "clusters/abc/contacts/manager" persons: "clusters/abc/contacts/gone"
    persons: "persons/7" persons: "rubbish")");
  const auto points = Points(request, services_.Token("service"));
  ASSERT_THAT(points, IsOk());
  ASSERT_THAT(points->contact_points(), SizeIs(1));
  EXPECT_EQ(points->contact_points(0).email(), "manager@example.org");
  EXPECT_EQ(points->contact_points(0).display_name(), "Menedżer");
  EXPECT_EQ(points->contact_points(0).language(), "pl");
  EXPECT_TRUE(points->contact_points(0).audience_consent());
  EXPECT_EQ(points->contact_points(0).phone(), "+48 22 234 56 78");
  EXPECT_THAT(Points(request, services_.Token("event-organiser", "events/e1")),
              StatusIs(absl::StatusCode::kPermissionDenied));
  people::v1::BatchGetContactPointsRequest many;
  for (int i = 0; i < 1001; ++i) many.add_persons("clusters/abc/contacts/manager");
  EXPECT_THAT(Points(many, services_.Token("service")),
              StatusIs(kInvalid, HasViolation("persons")));
}

TEST_P(PeopleServiceTest, APersonIsExportedAndErasedForGood) {
  people::v1::ExportPersonRequest export_request;
  export_request.set_person("clusters/abc/contacts/manager");
  const auto exported = Export(export_request);
  ASSERT_THAT(exported, IsOk());
  EXPECT_THAT(exported->json(), HasSubstr("\"email\":\"manager@example.org\""));

  people::v1::ErasePersonRequest erase;
  erase.set_person("clusters/abc/contacts/manager");
  const auto erased = Erase(erase);
  ASSERT_THAT(erased, IsOk());
  EXPECT_TRUE(erased->erased());
  const auto again = Erase(erase);
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->erased());
  EXPECT_THAT(Export(export_request),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::cluster_registry
