// People who are likely registered twice.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

class DuplicatesTest : public RegistrationTest {
 protected:
  std::string SignUpAs(const std::string& event, const std::string& email,
                       const std::string& given_name, const std::string& family_name,
                       const std::string& organisation) {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.mutable_person()->set_given_name(given_name);
    request.mutable_person()->set_family_name(family_name);
    request.mutable_person()->set_organisation(organisation);
    const auto made = Send(request);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  }
  static v1::ListLikelyDuplicatesRequest Of(const std::string& event) {
    v1::ListLikelyDuplicatesRequest request;
    request.set_parent(event);
    return request;
  }
};
WICI_ON_EVERY_ENGINE(DuplicatesTest);

TEST_P(DuplicatesTest, TheSameNameAndOrganisationWithAnotherAddressIsFlagged) {
  const std::string event = OpenEvent(10);
  const std::string one = SignUpAs(event, "a@x.org", "Łucja", "Żak", "BioTechMed Cluster");
  const std::string same = SignUpAs(event, "b@x.org", "ZAK", "lucja", " biotechmed  cluster ");
  SignUpAs(event, "c@x.org", "Łucja", "Żak", "Chemie-Cluster Bayern");
  SignUpAs(event, "d@x.org", "Łucja", "Żaczek", "BioTechMed Cluster");
  SignUpAs(event, "e@x.org", "Jan", "Kot", "");
  SignUpAs(event, "f@x.org", "Jan", "Kot", "");
  SignUpAs(OpenEvent(10), "a@x.org", "Łucja", "Żak", "BioTechMed Cluster");
  const auto found = ListLikelyDuplicates(Of(event));
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->duplicates_size(), 2);
  EXPECT_THAT((std::vector<std::string>{found->duplicates(0).registration(),
                                        found->duplicates(1).registration()}),
              UnorderedElementsAre(one, same));
  EXPECT_EQ(found->duplicates(0).group(), found->duplicates(1).group());
  EXPECT_EQ(found->duplicates(0).state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(found->SerializeAsString().find("lucja"), std::string::npos);
}

TEST_P(DuplicatesTest, TheyAreListedPageByPage) {
  const std::string event = OpenEvent(10);
  std::vector<std::string> names;
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org"}) {
    names.push_back(SignUpAs(event, email, "Jan", "Kot", "MKCh"));
    names.push_back(SignUpAs(event, std::string("z") + email, "Ewa", "Lis", "MKCh"));
  }
  v1::ListLikelyDuplicatesRequest request = Of(event);
  request.set_page_size(4);
  const auto page = ListLikelyDuplicates(request);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->duplicates_size(), 4);
  request.set_page_token(page->next_page_token());
  const auto rest = ListLikelyDuplicates(request);
  ASSERT_THAT(rest, IsOk());
  EXPECT_EQ(rest->duplicates_size(), 2);
  EXPECT_EQ(rest->next_page_token(), "");
  std::vector<std::string> listed;
  for (const auto& answer : {page, rest}) {
    for (const auto& duplicate : answer->duplicates()) listed.push_back(duplicate.registration());
  }
  EXPECT_THAT(listed, ::testing::UnorderedElementsAreArray(names));
  request.set_parent(OpenEvent(1));
  EXPECT_THAT(ListLikelyDuplicates(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
}

TEST_P(DuplicatesTest, AnUnknownEventIsNotFound) {
  EXPECT_THAT(ListLikelyDuplicates(Of("events/none")),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  EXPECT_THAT(ListLikelyDuplicates(Of("none")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("parent")));
}

}  // namespace
}  // namespace wici::registration
