// Admission categories as resources.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class CategoryServiceTest : public RegistrationTest {
 protected:
  absl::StatusOr<v1::AdmissionCategory> GetCategory(const std::string& name) {
    v1::GetAdmissionCategoryRequest request;
    request.set_name(name);
    return GetAdmissionCategory(request);
  }
  absl::StatusOr<v1::AdmissionCategory> SetQuota(const std::string& name, int quota, int reserved,
                                                 const std::string& etag = "") {
    v1::UpdateAdmissionCategoryRequest request;
    request.mutable_admission_category()->set_name(name);
    request.mutable_admission_category()->set_etag(etag);
    request.mutable_admission_category()->set_quota(quota);
    request.mutable_admission_category()->set_reserved(reserved);
    request.mutable_update_mask()->add_paths("quota");
    request.mutable_update_mask()->add_paths("reserved");
    return UpdateAdmissionCategory(request);
  }
  absl::StatusOr<v1::DeleteAdmissionCategoryResponse> Delete(const std::string& name) {
    v1::DeleteAdmissionCategoryRequest request;
    request.set_name(name);
    return DeleteAdmissionCategory(request);
  }
};
WICI_ON_EVERY_ENGINE(CategoryServiceTest);

TEST_P(CategoryServiceTest, ACategoryIsCreatedReadChangedAndDeleted) {
  const std::string event = OpenEvent(10);
  const std::string name = AddCategory(event, "press", 5, 2);
  EXPECT_EQ(name, event + "/admissionCategories/press");
  const auto read = GetCategory(name);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->title().at("pl"), "Dziennikarze z Łodzi");
  EXPECT_EQ(read->quota(), 5);
  EXPECT_EQ(read->reserved(), 2);
  EXPECT_EQ(read->taken(), 0);
  const auto changed = SetQuota(name, 7, 0, read->etag());
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->quota(), 7);
  EXPECT_NE(changed->etag(), read->etag());
  EXPECT_EQ(GetCategory(name)->SerializeAsString(), changed->SerializeAsString());
  EXPECT_THAT(SetQuota(name, 8, 0, read->etag()),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  ASSERT_THAT(Delete(name), IsOk());
  EXPECT_THAT(GetCategory(name),
              StatusIs(absl::StatusCode::kNotFound, Reason("ADMISSION_CATEGORY_NOT_FOUND")));
  EXPECT_THAT(Delete(name),
              StatusIs(absl::StatusCode::kNotFound, Reason("ADMISSION_CATEGORY_NOT_FOUND")));
}

TEST_P(CategoryServiceTest, AWrongCategoryIsRefusedWithEveryViolation) {
  const std::string event = OpenEvent(10);
  v1::CreateAdmissionCategoryRequest request;
  request.set_parent(event);
  request.set_admission_category_id("X");
  request.set_request_id("no uuid");
  request.mutable_admission_category()->set_reserved(1);
  request.mutable_admission_category()->set_waiting_priority(8);
  EXPECT_THAT(CreateAdmissionCategory(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("admission_category_id"), HasViolation("request_id"),
                             HasViolation("admission_category.title"),
                             HasViolation("admission_category.quota"),
                             HasViolation("admission_category.reserved"),
                             HasViolation("admission_category.waiting_priority"))));
}

TEST_P(CategoryServiceTest, AnIdIsTakenOnceAndARepeatedRequestCreatesOne) {
  const std::string event = OpenEvent(10);
  v1::CreateAdmissionCategoryRequest request;
  request.set_parent(event);
  request.set_admission_category_id("press");
  (*request.mutable_admission_category()->mutable_title())["en"] = "Press";
  request.mutable_admission_category()->set_quota(3);
  request.set_request_id("0b9f8b0a-2b7c-4f0e-9a52-51e0a7a7f6a1");
  const auto first = CreateAdmissionCategory(request);
  const auto again = CreateAdmissionCategory(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  request.clear_request_id();
  EXPECT_THAT(CreateAdmissionCategory(request),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ADMISSION_CATEGORY_EXISTS")));
  request.set_parent("events/none");
  EXPECT_THAT(CreateAdmissionCategory(request),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  ASSERT_THAT(Cancel(event), IsOk());
  request.set_parent(event);
  EXPECT_THAT(CreateAdmissionCategory(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(CategoryServiceTest, CategoriesAreListedPageByPageByName) {
  const std::string event = OpenEvent(10);
  for (const char* id : {"speakers", "guests", "press"}) AddCategory(event, id, 3);
  v1::ListAdmissionCategoriesRequest request;
  request.set_parent(event);
  request.set_page_size(2);
  const auto first = ListAdmissionCategories(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->admission_categories_size(), 2);
  EXPECT_EQ(first->admission_categories(0).name(), event + "/admissionCategories/guests");
  request.set_page_token(first->next_page_token());
  const auto second = ListAdmissionCategories(request);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->admission_categories_size(), 1);
  EXPECT_EQ(second->admission_categories(0).name(), event + "/admissionCategories/speakers");
  EXPECT_EQ(second->next_page_token(), "");
  request.set_parent(OpenEvent(1));
  EXPECT_THAT(ListAdmissionCategories(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
}

TEST_P(CategoryServiceTest, AnEventHasAtMostFiftyCategories) {
  const std::string event = OpenEvent(10);
  for (int i = 0; i < 50; ++i) AddCategory(event, absl::StrCat("category-", i), 1);
  v1::CreateAdmissionCategoryRequest request;
  request.set_parent(event);
  (*request.mutable_admission_category()->mutable_title())["en"] = "One more";
  request.mutable_admission_category()->set_quota(1);
  EXPECT_THAT(CreateAdmissionCategory(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("parent")));
}

TEST_P(CategoryServiceTest, AQuotaDoesNotGoBelowWhatIsTakenAndAUsedCategoryStays) {
  const std::string event = OpenEvent(10);
  const std::string press = AddCategory(event, "press", 5);
  const auto first = SignUp(event, "a@example.org", press);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(SignUp(event, "b@example.org", press), IsOk());
  EXPECT_EQ(GetCategory(press)->taken(), 2);
  EXPECT_THAT(SetQuota(press, 1, 0),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("QUOTA_BELOW_TAKEN")));
  EXPECT_THAT(Delete(press),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ADMISSION_CATEGORY_IN_USE")));
  EXPECT_THAT(SetQuota(press, 2, 0), IsOk());
}

TEST_P(CategoryServiceTest, ReservedSeatsMustBeFree) {
  const std::string event = OpenEvent(3);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  const std::string press = AddCategory(event, "press", 3, 2);
  EXPECT_THAT(SetQuota(press, 3, 3),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("RESERVED_EXCEEDS_FREE")));
  v1::UpdateEventRequest request;
  request.mutable_event()->set_name(event);
  request.mutable_event()->set_capacity(2);
  request.mutable_update_mask()->add_paths("capacity");
  EXPECT_THAT(UpdateEvent(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CAPACITY_BELOW_CONFIRMED")));
}

}  // namespace
}  // namespace wici::registration
