// Places that are kept for a time: holds, and offers from the waiting list.
#include "services/registration/registrations/expiry/expiry_sweep.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

class ExpirySweepTest : public RegistrationTest {
 protected:
  ExpirySweep& sweep() { return service_->services.expiry_sweep(); }

  absl::StatusOr<v1::Registration> Hold(const std::string& event, std::string_view email,
                                        absl::Duration length, const std::string& category = "") {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.mutable_hold_duration()->set_seconds(absl::ToInt64Seconds(length));
    request.mutable_registration()->set_admission_category(category);
    return Send(request);
  }
  absl::StatusOr<v1::Registration> Complete(const std::string& token) {
    v1::CompleteOwnRegistrationRequest request;
    request.set_token(token);
    return CompleteOwnRegistration(request, "");
  }
  absl::StatusOr<v1::Registration> Accept(const std::string& registration) {
    v1::AcceptOwnOfferRequest request;
    request.set_token(LinksOf(registration).manage_token());
    return AcceptOwnOffer(request, "");
  }
  // A published event that offers freed seats for an hour.
  std::string OfferingEvent(int capacity, v1::OfferExpiry expiry) {
    v1::Event event = Meeting(capacity, 10, v1::ADMISSION_OPEN);
    event.mutable_offer_duration()->set_seconds(3600);
    event.set_offer_expiry(expiry);
    const auto made = Create(event);
    EXPECT_THAT(made, IsOk());
    EXPECT_THAT(Publish(made->name()), IsOk());
    return made->name();
  }
  // Whether the change says that an offer lapsed.
  static bool SaysSo(const feed::v1::Change& change) {
    const auto was = change.attributes().find("was");
    return was != change.attributes().end() && was->second == "OFFERED";
  }
  v1::Seats SeatsOf(const std::string& event) { return Get(event)->seats(); }
};
WICI_ON_EVERY_ENGINE(ExpirySweepTest);

TEST_P(ExpirySweepTest, TheChangeThatEndsARegistrationSaysWhatItWas) {
  const auto was = [this] {
    const std::vector<feed::v1::Change> changes = Changes();
    const auto& attributes = changes.back().attributes();
    const auto at = attributes.find("was");
    return at == attributes.end() ? std::string() : at->second;
  };
  const std::string event = OpenEvent(1, 5);
  const auto held = Hold(event, "a@example.org", absl::Minutes(15));
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(was(), "") << "nothing has ended";
  v1::CancelOwnRegistrationRequest give_up;
  give_up.set_token(held->hold_token());
  ASSERT_THAT(CancelOwnRegistration(give_up, ""), IsOk());
  EXPECT_EQ(was(), "HELD");
  const auto seated = SignUp(event, "b@example.org");
  const auto waits = SignUp(event, "c@example.org");
  ASSERT_THAT(CancelRegistration(waits->name()), IsOk());
  EXPECT_EQ(was(), "WAITLISTED");
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(was(), "CONFIRMED");
}

TEST_P(ExpirySweepTest, AHeldPlaceIsTakenUntilItIsCompleted) {
  const std::string event = OpenEvent(1);
  const auto held = Hold(event, "a@example.org", absl::Minutes(15));
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->state(), v1::REGISTRATION_STATE_HELD);
  EXPECT_EQ(held->expire_time().seconds(), held->create_time().seconds() + 15 * 60);
  EXPECT_EQ(SeatsOf(event).held(), 1);
  EXPECT_THAT(SignUp(event, "b@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
  EXPECT_THAT(Hold(event, "b@example.org", absl::Minutes(15)),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
  const auto completed = Complete(held->hold_token());
  ASSERT_THAT(completed, IsOk());
  EXPECT_EQ(completed->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_FALSE(completed->has_expire_time());
  EXPECT_EQ(SeatsOf(event).held(), 0);
  EXPECT_EQ(SeatsOf(event).confirmed(), 1);
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  EXPECT_THAT(ChangeKinds(), ElementsAre("event.created", "event.published", "registration.held",
                                         "registration.confirmed"));
}

TEST_P(ExpirySweepTest, AHoldThatIsOverIsFreedForTheOthers) {
  const std::string event = OpenEvent(1);
  const std::string press = AddCategory(event, "press", 1);
  const auto held = Hold(event, "a@example.org", absl::Minutes(15), press);
  ASSERT_THAT(held, IsOk());
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  clock().Advance(absl::Minutes(15));
  EXPECT_THAT(Complete(held->hold_token()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("PLACE_EXPIRED")));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  EXPECT_EQ(StateOf(held->name()), v1::REGISTRATION_STATE_EXPIRED);
  EXPECT_EQ(Changes().back().kind(), "registration.expired");
  EXPECT_FALSE(SaysSo(Changes().back())) << "it was a hold";
  EXPECT_EQ(SeatsOf(event).held(), 0);
  EXPECT_THAT(SignUp(event, "a@example.org", press), IsOk()) << "the same person may come again";
  EXPECT_THAT(Complete(held->hold_token()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(ExpirySweepTest, AHoldCanBeGivenBackAndItsLengthIsBounded) {
  const std::string event = OpenEvent(1);
  EXPECT_THAT(Hold(event, "a@example.org", absl::Seconds(3601)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("hold_duration")));
  EXPECT_THAT(Hold(event, "a@example.org", absl::Seconds(9)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("hold_duration")));
  const auto held = Hold(event, "a@example.org", absl::Seconds(10));
  v1::CancelOwnRegistrationRequest request;
  request.set_token(held->hold_token());
  const auto cancelled = CancelOwnRegistration(request, "");
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::REGISTRATION_STATE_WITHDRAWN);
  EXPECT_EQ(SeatsOf(event).held(), 0);
}

TEST_P(ExpirySweepTest, AHoldWhereApprovalIsAskedBecomesPending) {
  v1::Event wanted = Meeting(1, 0, v1::ADMISSION_OPEN);
  wanted.set_approval(v1::APPROVAL_MANUAL);
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  ASSERT_THAT(AddForm(event, {Field("topic", v1::FORM_FIELD_TYPE_TEXT, true)}), IsOk());
  const auto held = Hold(event, "a@example.org", absl::Minutes(5));
  ASSERT_THAT(held, IsOk());
  v1::CompleteOwnRegistrationRequest request;
  request.set_token(held->hold_token());
  v1::FormAnswer& answer = *request.add_answers();
  answer.set_field_id("topic");
  answer.add_values("bioróżnorodność");
  const auto completed = CompleteOwnRegistration(request, "");
  ASSERT_THAT(completed, IsOk());
  EXPECT_EQ(completed->state(), v1::REGISTRATION_STATE_PENDING_APPROVAL);
  EXPECT_EQ(GetRegistration(held->name())->answers(0).values(0), "bioróżnorodność");
  EXPECT_EQ(SeatsOf(event).held(), 0);
  EXPECT_EQ(SeatsOf(event).pending_approval(), 1);
}

TEST_P(ExpirySweepTest, TheSameHoldAskedTwiceIsOneWithOneToken) {
  const std::string event = OpenEvent(5);
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  request.mutable_hold_duration()->set_seconds(600);
  request.set_request_id("0b9f8b0a-2b7c-4f0e-9a52-51e0a7a7f6a1");
  const auto first = Send(request);
  const auto again = Send(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(SeatsOf(event).held(), 1);
}

TEST_P(ExpirySweepTest, AFreedSeatIsOfferedAndAccepted) {
  const std::string event = OfferingEvent(1, v1::OFFER_EXPIRY_END);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  const auto offered = GetRegistration(first->name());
  EXPECT_EQ(offered->state(), v1::REGISTRATION_STATE_OFFERED);
  EXPECT_TRUE(offered->has_expire_time());
  EXPECT_EQ(SignUp(event, "c@example.org")->state(), v1::REGISTRATION_STATE_WAITLISTED);
  const auto accepted = Accept(first->name());
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(SeatsOf(event).confirmed(), 1);
  EXPECT_EQ(SeatsOf(event).held(), 0);
  EXPECT_THAT(Accept(first->name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(ExpirySweepTest, AnOfferNobodyAcceptsGoesToTheNext) {
  const std::string event = OfferingEvent(1, v1::OFFER_EXPIRY_UNSPECIFIED);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  const auto second = SignUp(event, "c@example.org");
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(Accept(first->name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("PLACE_EXPIRED")));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(StateOf(first->name()), v1::REGISTRATION_STATE_EXPIRED);
  EXPECT_EQ(StateOf(second->name()), v1::REGISTRATION_STATE_OFFERED);
  const std::vector<feed::v1::Change> changes = Changes();
  EXPECT_EQ(changes.end()[-2].kind(), "registration.expired");
  EXPECT_TRUE(SaysSo(changes.end()[-2]));
  EXPECT_EQ(SeatsOf(event).held(), 1);
}

TEST_P(ExpirySweepTest, AnOfferNobodyAcceptsMayGoBackToTheEndOfTheQueue) {
  const std::string event = OfferingEvent(1, v1::OFFER_EXPIRY_REQUEUE);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  const auto second = SignUp(event, "c@example.org");
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(StateOf(first->name()), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(StateOf(second->name()), v1::REGISTRATION_STATE_OFFERED);
  EXPECT_EQ(GetRegistration(first->name())->waiting_list_position(), 1);
}

TEST_P(ExpirySweepTest, WhoIsTheOnlyOneToWaitIsNotOfferedTheSameSeatAgain) {
  const std::string event = OfferingEvent(1, v1::OFFER_EXPIRY_REQUEUE);
  const auto seated = SignUp(event, "a@example.org");
  const auto only = SignUp(event, "b@example.org");
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(StateOf(only->name()), v1::REGISTRATION_STATE_EXPIRED);
  EXPECT_TRUE(SaysSo(Changes().back()));
  EXPECT_EQ(SeatsOf(event).held(), 0);
  EXPECT_EQ(SeatsOf(event).waitlisted(), 0);
  EXPECT_EQ(SignUp(event, "c@example.org")->state(), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(ExpirySweepTest, TheThirdOfferNobodyAcceptsIsTheLast) {
  const std::string event = OfferingEvent(1, v1::OFFER_EXPIRY_REQUEUE);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  const auto second = SignUp(event, "c@example.org");
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  // The two are offered it by turns.
  for (int offer = 0; offer < 5; ++offer) {
    EXPECT_EQ(StateOf(first->name()),
              offer % 2 == 0 ? v1::REGISTRATION_STATE_OFFERED : v1::REGISTRATION_STATE_WAITLISTED);
    clock().Advance(absl::Hours(1));
    EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  }
  v1::GetRegistrationLogRequest request;
  request.set_name(first->name());
  const auto log = GetRegistrationLog(request);
  ASSERT_THAT(log, IsOk());
  std::vector<std::string> kinds;
  for (const auto& entry : log->entries()) kinds.push_back(entry.kind());
  EXPECT_THAT(kinds, ElementsAre("waitlisted", "offered", "requeued", "offered", "requeued",
                                 "offered", "expired"));
  EXPECT_EQ(StateOf(second->name()), v1::REGISTRATION_STATE_OFFERED);
}

TEST_P(ExpirySweepTest, HoldsOfACancelledEventExpireToo) {
  const std::string event = OpenEvent(2, 5);
  const auto held = Hold(event, "a@example.org", absl::Minutes(5));
  ASSERT_THAT(Cancel(event), IsOk());
  clock().Advance(absl::Minutes(5));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(StateOf(held->name()), v1::REGISTRATION_STATE_EXPIRED);
}

}  // namespace
}  // namespace wici::registration
