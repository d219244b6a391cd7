// Vouchers as resources.
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"
#include "services/registration/vouchers/voucher_codes.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HasViolation;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;

class VoucherServiceTest : public RegistrationTest {
 protected:
  static v1::BatchCreateVouchersRequest RequestOf(const std::string& event, int count,
                                                  int uses = 1) {
    v1::BatchCreateVouchersRequest request;
    request.set_parent(event);
    request.set_count(count);
    request.mutable_voucher()->set_uses_max(uses);
    return request;
  }
  absl::StatusOr<v1::Voucher> Find(const std::string& name) {
    v1::GetVoucherRequest request;
    request.set_name(name);
    return GetVoucher(request);
  }
  absl::StatusOr<v1::Voucher> Disable(const std::string& name, const std::string& etag = "") {
    v1::DisableVoucherRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return DisableVoucher(request);
  }
  absl::StatusOr<v1::DeleteVoucherResponse> Delete(const std::string& name) {
    v1::DeleteVoucherRequest request;
    request.set_name(name);
    return DeleteVoucher(request);
  }
};
WICI_ON_EVERY_ENGINE(VoucherServiceTest);

TEST_P(VoucherServiceTest, RandomCodesAreShownOnceAndNeverStored) {
  const std::string event = OpenEvent(10);
  v1::BatchCreateVouchersRequest request = RequestOf(event, 3, 2);
  request.mutable_voucher()->set_display_name("Goście z Łodzi");
  const auto made = BatchCreateVouchers(request);
  ASSERT_THAT(made, IsOk());
  ASSERT_EQ(made->vouchers_size(), 3);
  std::set<std::string> codes;
  for (const v1::Voucher& voucher : made->vouchers()) codes.insert(voucher.code());
  EXPECT_EQ(codes.size(), 3u);
  EXPECT_EQ(made->vouchers(0).code().size(), 19u) << "16 digits of 5 bits in four parts";
  const auto read = Find(made->vouchers(1).name());
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->code(), "");
  EXPECT_EQ(read->display_name(), "Goście z Łodzi");
  EXPECT_EQ(read->uses_max(), 2);
  EXPECT_EQ(read->used(), 0);
  EXPECT_EQ(read->state(), v1::VOUCHER_STATE_ACTIVE);
}

TEST_P(VoucherServiceTest, TheSameRequestGetsTheSameCodesAgain) {
  const std::string event = OpenEvent(10);
  v1::BatchCreateVouchersRequest request = RequestOf(event, 2);
  request.set_request_id("0b9f8b0a-2b7c-4f0e-9a52-51e0a7a7f6a1");
  const auto first = BatchCreateVouchers(request);
  const auto again = BatchCreateVouchers(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  request.set_count(3);
  EXPECT_THAT(BatchCreateVouchers(request),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

TEST_P(VoucherServiceTest, GivenCodesAreTakenOnceWhateverTheirCase) {
  const std::string event = OpenEvent(10);
  v1::BatchCreateVouchersRequest request = RequestOf(event, 0);
  request.add_codes("PRESS-2015");
  request.add_codes("speakers-x");
  const auto made = BatchCreateVouchers(request);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->vouchers(1).code(), "speakers-x");
  request.clear_codes();
  request.add_codes("another-one");
  request.add_codes("press2015");
  const auto refused = BatchCreateVouchers(request);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kAlreadyExists, Reason("CODE_TAKEN")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "field"), "codes[1]");
  v1::ListVouchersRequest list;
  list.set_parent(event);
  EXPECT_EQ(ListVouchers(list)->vouchers_size(), 2) << "all or none";
  request.set_parent(OpenEvent(1));
  EXPECT_THAT(BatchCreateVouchers(request), IsOk()) << "another event";
}

TEST_P(VoucherServiceTest, AWrongVoucherIsRefusedWithEveryViolation) {
  const std::string event = OpenEvent(10);
  v1::BatchCreateVouchersRequest request = RequestOf(event, 1001, 0);
  request.set_request_id("no uuid");
  v1::Voucher& voucher = *request.mutable_voucher();
  voucher.set_reserves_places(true);
  voucher.add_admission_categories(event + "/admissionCategories/a");
  voucher.add_admission_categories("events/other/admissionCategories/b");
  voucher.set_party("firms/x");
  *voucher.mutable_valid_from_time() = At("2015-12-18T12:00:00Z");
  *voucher.mutable_valid_until_time() = At("2015-12-18T12:00:00Z");
  EXPECT_THAT(BatchCreateVouchers(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("count"), HasViolation("request_id"),
                             HasViolation("voucher.party"), HasViolation("voucher.uses_max"),
                             HasViolation("voucher.admission_categories"),
                             HasViolation("voucher.valid_until_time"))));
  request = RequestOf(event, 0);
  request.add_codes("short");
  request.add_codes("ŻÓŁTY-KOD");
  request.add_codes("twice-1");
  request.add_codes("TWICE1");
  EXPECT_THAT(BatchCreateVouchers(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("codes[0]"), HasViolation("codes[1]"),
                             Not(HasViolation("codes[2]")), HasViolation("codes[3]"))));
  request.set_count(1);
  EXPECT_THAT(BatchCreateVouchers(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("count")));
  request = RequestOf(event, 1);
  request.mutable_voucher()->add_admission_categories(event + "/admissionCategories/none");
  EXPECT_THAT(BatchCreateVouchers(request),
              StatusIs(absl::StatusCode::kNotFound, Reason("ADMISSION_CATEGORY_NOT_FOUND")));
  EXPECT_THAT(BatchCreateVouchers(RequestOf("events/none", 1)),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

TEST_P(VoucherServiceTest, PlacesThatAreNotFreeCannotBeKept) {
  const std::string event = OpenEvent(3);
  const std::string press = AddCategory(event, "press", 2);
  ASSERT_THAT(SignUp(event, "a@example.org", press), IsOk());
  v1::BatchCreateVouchersRequest request = RequestOf(event, 2);
  request.mutable_voucher()->set_reserves_places(true);
  request.mutable_voucher()->add_admission_categories(press);
  EXPECT_THAT(BatchCreateVouchers(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("RESERVED_EXCEEDS_FREE")));
  request.mutable_voucher()->clear_admission_categories();
  ASSERT_THAT(BatchCreateVouchers(request), IsOk()) << "two seats of the event are free";
  EXPECT_THAT(BatchCreateVouchers(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("RESERVED_EXCEEDS_FREE")));
}

TEST_P(VoucherServiceTest, VouchersAreListedPageByPageInTheOrderTheyWereMadeIn) {
  const std::string event = OpenEvent(10);
  const auto made = BatchCreateVouchers(RequestOf(event, 3));
  ASSERT_THAT(made, IsOk());
  v1::ListVouchersRequest request;
  request.set_parent(event);
  request.set_page_size(2);
  const auto first = ListVouchers(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->vouchers_size(), 2);
  EXPECT_EQ(first->vouchers(0).name(), made->vouchers(0).name());
  EXPECT_EQ(first->vouchers(0).code(), "");
  request.set_page_token(first->next_page_token());
  const auto second = ListVouchers(request);
  ASSERT_EQ(second->vouchers_size(), 1);
  EXPECT_EQ(second->next_page_token(), "");
  request.set_parent(OpenEvent(1));
  EXPECT_THAT(ListVouchers(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
  request.set_parent("events/none");
  request.clear_page_token();
  EXPECT_THAT(ListVouchers(request),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

TEST_P(VoucherServiceTest, AVoucherIsDisabledAndDeleted) {
  const std::string event = OpenEvent(10);
  const auto made = BatchCreateVouchers(RequestOf(event, 1));
  const v1::Voucher voucher = made->vouchers(0);
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  request.set_code(voucher.code());
  const auto user = Send(request);
  ASSERT_THAT(user, IsOk());
  const auto disabled = Disable(voucher.name(), voucher.etag());
  ASSERT_THAT(disabled, IsOk());
  EXPECT_EQ(disabled->state(), v1::VOUCHER_STATE_DISABLED);
  EXPECT_EQ(disabled->used(), 1);
  EXPECT_EQ(Find(voucher.name())->SerializeAsString(), disabled->SerializeAsString());
  EXPECT_THAT(Disable(voucher.name()), IsOk()) << "nothing more to do";
  EXPECT_THAT(Disable(voucher.name(), voucher.etag()),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_THAT(Delete(voucher.name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("VOUCHER_IN_USE")));
  ASSERT_THAT(CancelRegistration(user->name()), IsOk());
  ASSERT_THAT(Delete(voucher.name()), IsOk());
  EXPECT_THAT(Find(voucher.name()),
              StatusIs(absl::StatusCode::kNotFound, Reason("VOUCHER_NOT_FOUND")));
  EXPECT_THAT(Disable(voucher.name()),
              StatusIs(absl::StatusCode::kNotFound, Reason("VOUCHER_NOT_FOUND")));
}

TEST_P(VoucherServiceTest, TheLogSaysWhoMadeUsedAndEndedIt) {
  const std::string event = OpenEvent(10);
  const auto made = BatchCreateVouchers(RequestOf(event, 1));
  const v1::Voucher voucher = made->vouchers(0);
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  request.set_code(voucher.code());
  const auto user = Send(request);
  ASSERT_THAT(CancelRegistration(user->name()), IsOk());
  ASSERT_THAT(Disable(voucher.name()), IsOk());
  v1::ListVoucherLogEntriesRequest list;
  list.set_parent(voucher.name());
  list.set_page_size(3);
  const auto log = ListVoucherLogEntries(list);
  ASSERT_THAT(log, IsOk());
  std::vector<std::string> kinds;
  for (const v1::VoucherLogEntry& entry : log->entries()) kinds.push_back(entry.kind());
  EXPECT_THAT(kinds, ElementsAre("created", "taken", "given_back"));
  EXPECT_NE(log->entries(0).actor(), "");
  EXPECT_EQ(log->entries(1).registration(), user->name());
  EXPECT_EQ(log->entries(1).actor(), user->person());
  EXPECT_GT(log->entries(2).event_version(), log->entries(1).event_version());
  list.set_page_token(log->next_page_token());
  const auto rest = ListVoucherLogEntries(list);
  ASSERT_EQ(rest->entries_size(), 1);
  EXPECT_EQ(rest->entries(0).kind(), "disabled");
  EXPECT_EQ(rest->next_page_token(), "");
  list.clear_page_token();
  list.set_parent(event + "/vouchers/none");
  EXPECT_THAT(ListVoucherLogEntries(list),
              StatusIs(absl::StatusCode::kNotFound, Reason("VOUCHER_NOT_FOUND")));
}

TEST_P(VoucherServiceTest, VisitorsAndDoorStaffSeeNoVouchers) {
  const std::string event = OpenEvent(10);
  v1::ListVouchersRequest list;
  list.set_parent(event);
  EXPECT_THAT(ListVouchers(list, ""), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(ListVouchers(list, Door()), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(BatchCreateVouchers(RequestOf(event, 1), Door()),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(VoucherServiceTest, CodesAreFoundByAKeyThatDiffersBetweenEvents) {
  const auto key = auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  ASSERT_THAT(key, IsOk());
  const VoucherCodes codes(*key);
  EXPECT_EQ(codes.KeyOf("events/a", "AB-12 cd"), codes.KeyOf("events/a", "ab12CD"));
  EXPECT_NE(codes.KeyOf("events/a", "AB12CD"), codes.KeyOf("events/b", "AB12CD"));
  EXPECT_THAT(codes.KeyOf("events/a", "AB12CD"), Not(HasSubstr("AB12CD")));
  EXPECT_EQ(codes.CodeOf("events/a/vouchers/1"), codes.CodeOf("events/a/vouchers/1"));
  EXPECT_NE(codes.CodeOf("events/a/vouchers/1"), codes.CodeOf("events/a/vouchers/2"));
}

}  // namespace
}  // namespace wici::registration
