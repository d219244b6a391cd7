// What vouchers mean for who gets a place.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/rpc/context.h"
#include "services/registration/registrations/expiry/expiry_sweep.h"
#include "services/registration/testing/registration_fixture.h"
#include "services/registration/vouchers/guess_limiter.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

class VoucherUsesTest : public RegistrationTest {
 protected:
  static constexpr auto kConfirmed = v1::REGISTRATION_STATE_CONFIRMED;
  static constexpr auto kWaitlisted = v1::REGISTRATION_STATE_WAITLISTED;
  static constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

  // A voucher of `event` with its code.
  v1::Voucher Make(const std::string& event, int uses, bool reserves = false,
                   const std::string& category = "") {
    v1::Voucher voucher;
    voucher.set_uses_max(uses);
    voucher.set_reserves_places(reserves);
    if (!category.empty()) voucher.add_admission_categories(category);
    return Make(event, voucher);
  }
  v1::Voucher Make(const std::string& event, const v1::Voucher& like) {
    v1::BatchCreateVouchersRequest request;
    request.set_parent(event);
    request.set_count(1);
    *request.mutable_voucher() = like;
    const auto made = BatchCreateVouchers(request);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->vouchers(0) : v1::Voucher();
  }
  absl::StatusOr<v1::Registration> Use(const std::string& event, std::string_view email,
                                       const std::string& code, const std::string& category = "",
                                       const std::string& session = "") {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.set_code(code);
    request.mutable_registration()->set_admission_category(category);
    if (!session.empty()) request.mutable_registration()->add_sessions(session);
    return Send(request);
  }
  int Used(const v1::Voucher& voucher) {
    v1::GetVoucherRequest request;
    request.set_name(voucher.name());
    const auto found = GetVoucher(request);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? found->used() : -1;
  }
  void Disable(const v1::Voucher& voucher) {
    v1::DisableVoucherRequest request;
    request.set_name(voucher.name());
    EXPECT_THAT(DisableVoucher(request), IsOk());
  }
};
WICI_ON_EVERY_ENGINE(VoucherUsesTest);

TEST_P(VoucherUsesTest, ACodeOpensACategoryThatIsClosedToOthers) {
  const std::string event = OpenEvent(10);
  v1::CreateAdmissionCategoryRequest request;
  request.set_parent(event);
  (*request.mutable_admission_category()->mutable_title())["en"] = "Members";
  request.mutable_admission_category()->set_quota(5);
  request.mutable_admission_category()->set_code_required(true);
  const auto members = CreateAdmissionCategory(request);
  ASSERT_THAT(members, IsOk());
  const v1::Voucher voucher = Make(event, 3, false, members->name());
  const auto refused = SignUp(event, "a@example.org", members->name());
  EXPECT_THAT(refused, StatusIs(kRefused, Reason("CODE_REQUIRED")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "admission_category"), members->name());
  const auto opened = Use(event, "a@example.org", voucher.code(), members->name());
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->voucher(), voucher.name());
  EXPECT_EQ(opened->state(), kConfirmed);
  EXPECT_THAT(SignUp(event, "b@example.org"), IsOk()) << "without category no code is needed";
  v1::BatchCreateRegistrationsRequest batch;
  batch.set_parent(event);
  *batch.add_requests() = RequestFor("", "c@example.org");
  batch.mutable_requests(0)->mutable_registration()->set_admission_category(members->name());
  const auto organised = BatchCreateRegistrations(batch);
  ASSERT_THAT(organised, IsOk());
  EXPECT_TRUE(organised->results(0).has_registration()) << "the organiser needs no code";
}

TEST_P(VoucherUsesTest, ACodeIsUsedAsOftenAsAllowedAndGivenBack) {
  const std::string event = OpenEvent(10);
  const v1::Voucher voucher = Make(event, 2);
  const auto first = Use(event, "a@example.org", voucher.code());
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Use(event, "b@example.org", voucher.code()), IsOk());
  EXPECT_EQ(Used(voucher), 2);
  const auto refused = Use(event, "c@example.org", voucher.code());
  EXPECT_THAT(refused, StatusIs(kRefused, Reason("VOUCHER_USED_UP")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "uses_max"), "2");
  ASSERT_THAT(CancelRegistration(first->name()), IsOk());
  EXPECT_EQ(Used(voucher), 1);
  EXPECT_THAT(Use(event, "c@example.org", voucher.code()), IsOk());
}

TEST_P(VoucherUsesTest, WhoWaitsHasAUseToo) {
  const std::string event = OpenEvent(1, 10);
  ASSERT_THAT(SignUp(event, "seated@example.org"), IsOk());
  const v1::Voucher voucher = Make(event, 1);
  const auto waits = Use(event, "a@example.org", voucher.code());
  ASSERT_THAT(waits, IsOk());
  EXPECT_EQ(waits->state(), kWaitlisted);
  EXPECT_EQ(Used(voucher), 1);
  EXPECT_THAT(Use(event, "b@example.org", voucher.code()),
              StatusIs(kRefused, Reason("VOUCHER_USED_UP")));
  v1::CancelOwnRegistrationRequest leave;
  leave.set_token(LinksOf(waits->name()).manage_token());
  ASSERT_THAT(CancelOwnRegistration(leave, ""), IsOk());
  EXPECT_EQ(Used(voucher), 0);
}

TEST_P(VoucherUsesTest, PlacesKeptForAVoucherAreNotSoldToOthers) {
  const std::string event = OpenEvent(3, 10);
  const v1::Voucher voucher = Make(event, 2, true);
  ASSERT_EQ(SignUp(event, "a@example.org")->state(), kConfirmed);
  const auto waits = SignUp(event, "b@example.org");
  EXPECT_EQ(waits->state(), kWaitlisted) << "the other two seats are kept";
  const auto guest = Use(event, "c@example.org", voucher.code());
  ASSERT_THAT(guest, IsOk());
  EXPECT_EQ(guest->state(), kConfirmed) << "past the waiting list";
  ASSERT_THAT(CancelRegistration(guest->name()), IsOk());
  EXPECT_EQ(StateOf(waits->name()), kWaitlisted) << "the seat is kept for the voucher again";
  Disable(voucher);
  EXPECT_EQ(StateOf(waits->name()), kConfirmed);
  EXPECT_THAT(ChangeKinds(), Contains("voucher.disabled"));
  EXPECT_THAT(Use(event, "d@example.org", voucher.code()),
              StatusIs(kRefused, Reason("VOUCHER_NOT_VALID")));
}

TEST_P(VoucherUsesTest, PlacesOfACategoryAreKeptWithinItsQuota) {
  const std::string event = OpenEvent(10, 10);
  const std::string press = AddCategory(event, "press", 3);
  const v1::Voucher voucher = Make(event, 2, true, press);
  v1::GetAdmissionCategoryRequest get;
  get.set_name(press);
  EXPECT_EQ(GetAdmissionCategory(get)->promised(), 2);
  ASSERT_EQ(SignUp(event, "a@example.org", press)->state(), kConfirmed);
  const auto waits = SignUp(event, "b@example.org", press);
  EXPECT_EQ(waits->state(), kWaitlisted);
  EXPECT_EQ(Use(event, "c@example.org", voucher.code(), press)->state(), kConfirmed);
  EXPECT_EQ(GetAdmissionCategory(get)->promised(), 1);
  EXPECT_EQ(GetAdmissionCategory(get)->taken(), 2);
  v1::UpdateAdmissionCategoryRequest update;
  update.mutable_admission_category()->set_name(press);
  update.mutable_admission_category()->set_quota(2);
  update.mutable_update_mask()->add_paths("quota");
  EXPECT_THAT(UpdateAdmissionCategory(update), StatusIs(kRefused, Reason("QUOTA_BELOW_TAKEN")));
  EXPECT_EQ(Use(event, "d@example.org", voucher.code(), press)->state(), kConfirmed);
  EXPECT_EQ(GetAdmissionCategory(get)->promised(), 0);
  EXPECT_EQ(StateOf(waits->name()), kWaitlisted);
  v1::DeleteAdmissionCategoryRequest remove;
  remove.set_name(press);
  EXPECT_THAT(DeleteAdmissionCategory(remove),
              StatusIs(kRefused, Reason("ADMISSION_CATEGORY_IN_USE")));
}

TEST_P(VoucherUsesTest, AHolderWhoWaitsForASessionPassesALongQueueWhenItsPlaceIsThere) {
  const std::string event = OpenEvent(2, 100);
  const v1::Voucher voucher = Make(event, 1, true);
  ASSERT_EQ(SignUp(event, "seated@example.org")->state(), kConfirmed);
  for (int i = 0; i < 25; ++i) {
    ASSERT_EQ(SignUp(event, absl::StrCat(i, "@example.org"))->state(), kWaitlisted);
  }
  EXPECT_EQ(Use(event, "holder@example.org", voucher.code())->state(), kConfirmed);
}

TEST_P(VoucherUsesTest, AVoucherHasItsTimeAndThenKeepsNothing) {
  const std::string event = OpenEvent(1, 10);
  v1::Voucher like;
  like.set_uses_max(1);
  like.set_reserves_places(true);
  const absl::Time now = clock().Now();
  SetTimestamp(now + absl::Hours(1), *like.mutable_valid_from_time());
  SetTimestamp(now + absl::Hours(2), *like.mutable_valid_until_time());
  const v1::Voucher voucher = Make(event, like);
  const auto waits = SignUp(event, "a@example.org");
  EXPECT_EQ(waits->state(), kWaitlisted);
  EXPECT_THAT(Use(event, "b@example.org", voucher.code()),
              StatusIs(kRefused, Reason("VOUCHER_NOT_VALID")));
  ExpirySweep& sweep = service_->services.expiry_sweep();
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(sweep.RunOnce(), IsOkAndHolds(0));
  const auto guest = Use(event, "b@example.org", voucher.code());
  ASSERT_THAT(guest, IsOk());
  ASSERT_THAT(CancelRegistration(guest->name()), IsOk());
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(Use(event, "b@example.org", voucher.code()),
              StatusIs(kRefused, Reason("VOUCHER_NOT_VALID")));
  EXPECT_THAT(sweep.RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(sweep.RunOnce(), IsOkAndHolds(0));
  EXPECT_EQ(StateOf(waits->name()), kConfirmed);
  EXPECT_THAT(ChangeKinds(), Contains("voucher.expired"));
}

TEST_P(VoucherUsesTest, AVoucherIsForItsCategoriesAndItsPartyOnly) {
  const std::string event = OpenEvent(10);
  const std::string press = AddCategory(event, "press", 5);
  const std::string guests = AddCategory(event, "guests", 5);
  const v1::Voucher of_press = Make(event, 5, false, press);
  EXPECT_THAT(Use(event, "a@example.org", of_press.code(), guests),
              StatusIs(kRefused, Reason("VOUCHER_NOT_FOR_CATEGORY")));
  EXPECT_THAT(Use(event, "a@example.org", of_press.code()),
              StatusIs(kRefused, Reason("VOUCHER_NOT_FOR_CATEGORY")));
  v1::Voucher like;
  like.set_uses_max(5);
  like.set_party("clusters/biotechmed/members/polpharma");
  const v1::Voucher of_firm = Make(event, like);
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  request.set_code(of_firm.code());
  EXPECT_THAT(Send(request), StatusIs(kRefused, Reason("VOUCHER_NOT_FOR_PARTY")));
  request.mutable_registration()->set_party(like.party());
  EXPECT_THAT(Send(request), IsOk());
}

TEST_P(VoucherUsesTest, WhoGuessesCodesHasToWait) {
  const std::string event = OpenEvent(100);
  const v1::Voucher voucher = Make(event, 100);
  const auto use = [&](std::string_view email, const std::string& code) {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.set_code(code);
    return CreateRegistration(request, Organiser());
  };
  for (int i = 0; i < GuessLimiter::kTriesMax; ++i) {
    ASSERT_THAT(use(absl::StrCat("ok-", i, "@example.org"), voucher.code()), IsOk());
    ASSERT_THAT(use("guesser@example.org", absl::StrCat("GUESS-", i)),
                StatusIs(absl::StatusCode::kPermissionDenied, Reason("CODE_INVALID")));
  }
  EXPECT_THAT(use("guesser@example.org", "GUESS-X"),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("TOO_MANY_TRIES")));
  EXPECT_THAT(use("guesser@example.org", voucher.code()),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("TOO_MANY_TRIES")))
      << "not even the right one, or it would be found all the same";
  EXPECT_THAT(Use(event, "other@example.org", voucher.code()), IsOk()) << "somebody else";
  EXPECT_THAT(SignUp(event, "guesser@example.org"), IsOk()) << "without a code at any time";
  clock().Advance(GuessLimiter::kWindow);
  EXPECT_THAT(use("later@example.org", voucher.code()), IsOk());
}

TEST_P(VoucherUsesTest, ManyWithoutANameMayComeFromOneAddress) {
  const std::string event = OpenEvent(100);
  const v1::Voucher voucher = Make(event, 100);
  constexpr int kTries = GuessLimiter::kTriesMax * rpc::kCallersBehindAddress;
  for (int i = 0; i < kTries; ++i) {
    ASSERT_THAT(Use(event, "guesser@example.org", absl::StrCat("GUESS-", i)),
                StatusIs(absl::StatusCode::kPermissionDenied, Reason("CODE_INVALID")));
    if (i != GuessLimiter::kTriesMax) continue;
    EXPECT_THAT(Use(event, "a@example.org", voucher.code()), IsOk()) << "who did not guess";
  }
  EXPECT_THAT(Use(event, "b@example.org", voucher.code()),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("TOO_MANY_TRIES")));
}

TEST_P(VoucherUsesTest, ACodeOfAnotherEventIsNone) {
  const v1::Voucher voucher = Make(OpenEvent(1), 1);
  EXPECT_THAT(Use(OpenEvent(1), "a@example.org", voucher.code()),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("CODE_INVALID")));
}

}  // namespace
}  // namespace wici::registration
