// Events where the party that people name has to confirm them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr char kProvenParty[] = "clusters/biotechmed/members/polpharma";
constexpr char kStrangeParty[] = "clusters/biotechmed/members/celon";
constexpr char kPending[] = "PENDING_APPROVAL";

class PartyProofTest : public RegistrationTest {
 protected:
  static v1::Event AskingEvent(int capacity, int waiting = 0) {
    v1::Event event = Meeting(capacity, waiting, v1::ADMISSION_OPEN);
    event.set_party_proof(v1::PARTY_PROOF_COORDINATOR);
    return event;
  }
  std::string Open(const v1::Event& wanted) {
    const auto event = Create(wanted);
    EXPECT_THAT(event, IsOk());
    EXPECT_THAT(Publish(event->name()), IsOk());
    return event->name();
  }
  std::string CoordinatorOf(const std::string& party) {
    return service_->grpc.Token("party-coordinator", party);
  }
  // Registers oneself for a party.
  v1::CreateRegistrationRequest Claim(const std::string& event, std::string_view email,
                                      const std::string& party = kProvenParty) {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.mutable_registration()->set_party(party);
    return request;
  }
  static v1::ConfirmPartyRegistrationRequest ConfirmationOf(const std::string& name,
                                                            const std::string& party) {
    v1::ConfirmPartyRegistrationRequest request;
    request.set_name(name);
    request.set_party(party);
    return request;
  }
  absl::StatusOr<v1::Registration> ConfirmFor(const std::string& name,
                                              const std::string& party = kProvenParty) {
    return ConfirmPartyRegistration(ConfirmationOf(name, party), CoordinatorOf(party));
  }
  absl::StatusOr<v1::Registration> ConfirmByOrganiser(const std::string& name) {
    v1::ConfirmRegistrationRequest request;
    request.set_name(name);
    return ConfirmRegistration(request);
  }
  // "CONFIRMED", with "?" while the party has to confirm it.
  static std::string Where(const absl::StatusOr<v1::Registration>& registration) {
    if (!registration.ok()) return registration.status().ToString();
    return v1::RegistrationState_Name(registration->state()).substr(19) +
           (registration->party_unconfirmed() ? "?" : "");
  }
  absl::StatusOr<v1::ListPartyRegistrationsResponse> SeenBy(const std::string& event,
                                                            const std::string& party) {
    v1::ListPartyRegistrationsRequest request;
    request.set_parent(event);
    request.set_party(party);
    return ListPartyRegistrations(request, CoordinatorOf(party));
  }
};
WICI_ON_EVERY_ENGINE(PartyProofTest);

TEST_P(PartyProofTest, WhoNamesAPartyWaitsUntilItsCoordinatorConfirmsThem) {
  const std::string event = Open(AskingEvent(5));
  const auto claim = Send(Claim(event, "a@example.org"));
  EXPECT_EQ(Where(claim), "PENDING_APPROVAL?");
  EXPECT_EQ(Where(SignUp(event, "alone@example.org")), "CONFIRMED") << "names no party";
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
  EXPECT_THAT(ConfirmFor(claim->name(), kStrangeParty),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
  EXPECT_THAT(ConfirmPartyRegistration(ConfirmationOf(claim->name(), kProvenParty),
                                       CoordinatorOf(kStrangeParty)),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
  EXPECT_EQ(Where(ConfirmFor(claim->name())), "CONFIRMED");
  EXPECT_EQ(Where(GetRegistration(claim->name())), "CONFIRMED");
  EXPECT_EQ(ChangeKinds().back(), "registration.confirmed");
  EXPECT_THAT(ConfirmFor(claim->name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(PartyProofTest, AnEventThatDoesNotAskBelievesWhatPeopleSay) {
  EXPECT_EQ(Where(Send(Claim(OpenEvent(5), "a@example.org"))), "CONFIRMED");
  v1::Event wanted = AskingEvent(5);
  wanted.set_party_proof(v1::PARTY_PROOF_DECLARED);
  EXPECT_EQ(Where(Send(Claim(Open(wanted), "a@example.org"))), "CONFIRMED");
  wanted.set_party_proof(static_cast<v1::PartyProof>(77));
  EXPECT_THAT(Create(wanted),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event.party_proof")));
}

TEST_P(PartyProofTest, AStrangerTakesNothingOfWhatThePartyMayHave) {
  v1::Event wanted = AskingEvent(10);
  wanted.set_party_limit(1);
  const std::string event = Open(wanted);
  const auto stranger = Send(Claim(event, "stranger@example.org"));
  const auto known = Send(Claim(event, "known@example.org"));
  const auto seen = SeenBy(event, kProvenParty);
  ASSERT_THAT(seen, IsOk());
  ASSERT_EQ(seen->party_registrations_size(), 2);
  EXPECT_EQ(seen->party_registrations(0).person().email(), "stranger@example.org")
      << "it is asked about them";
  EXPECT_EQ(Where(ConfirmFor(known->name())), "CONFIRMED");
  EXPECT_THAT(ConfirmFor(stranger->name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NO_SEAT_TO_CONFIRM")));
  EXPECT_EQ(Where(GetRegistration(stranger->name())), "PENDING_APPROVAL?");
  v1::CancelPartyRegistrationRequest refuse;
  refuse.set_name(stranger->name());
  refuse.set_party(kProvenParty);
  ASSERT_THAT(CancelPartyRegistration(refuse, CoordinatorOf(kProvenParty)), IsOk());
  const auto answered = SeenBy(event, kProvenParty);
  ASSERT_THAT(answered, IsOk());
  for (const auto& one : answered->party_registrations()) {
    EXPECT_FALSE(one.has_person()) << "what was asked is answered";
  }
}

TEST_P(PartyProofTest, WhoIsKnownToThePartyNeedsNoConfirmation) {
  const std::string event = Open(AskingEvent(10));
  v1::CreatePartyRegistrationsRequest by_party;
  by_party.set_parent(event);
  by_party.set_party(kProvenParty);
  *by_party.add_requests() = RequestFor("", "party@example.org");
  const auto made = CreatePartyRegistrations(by_party, CoordinatorOf(kProvenParty));
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(Where(made->results(0).registration()), "CONFIRMED");
  v1::BatchCreateRegistrationsRequest by_organiser;
  by_organiser.set_parent(event);
  *by_organiser.add_requests() = Claim("", "organiser@example.org");
  EXPECT_EQ(Where(BatchCreateRegistrations(by_organiser)->results(0).registration()), "CONFIRMED");
  v1::BatchCreateVouchersRequest vouchers;
  vouchers.set_parent(event);
  vouchers.add_codes("POLPHARMA-2015");
  vouchers.mutable_voucher()->set_uses_max(1);
  vouchers.mutable_voucher()->set_party(kProvenParty);
  ASSERT_THAT(BatchCreateVouchers(vouchers), IsOk());
  v1::CreateRegistrationRequest with_code = Claim(event, "code@example.org");
  with_code.set_code("POLPHARMA-2015");
  EXPECT_EQ(Where(Send(with_code)), "CONFIRMED");
  const auto invited = Invite(event, {"clusters/btm/contacts/manager"});
  ASSERT_THAT(invited, IsOk());
  v1::CreateRegistrationRequest with_invitation;
  with_invitation.set_parent(event);
  with_invitation.set_invitation_token(LinksOf(invited->invitations(0).name()).answer_token());
  with_invitation.mutable_registration()->set_party("clusters/btm");
  EXPECT_EQ(Where(Send(with_invitation)), "CONFIRMED");
}

TEST_P(PartyProofTest, AnInvitationProvesNoOtherParty) {
  const std::string event = Open(AskingEvent(10));
  const auto invited = Invite(event, {"clusters/btm/contacts/manager"});
  ASSERT_THAT(invited, IsOk());
  v1::CreateRegistrationRequest request;
  request.set_parent(event);
  request.set_invitation_token(LinksOf(invited->invitations(0).name()).answer_token());
  request.mutable_registration()->set_party(kProvenParty);
  const auto claim = Send(request);
  EXPECT_EQ(Where(claim), "PENDING_APPROVAL?");
  // Whom the party does not know it refuses; with the invitation they come without it.
  v1::CancelPartyRegistrationRequest refuse;
  refuse.set_name(claim->name());
  refuse.set_party(kProvenParty);
  EXPECT_THAT(CancelPartyRegistration(refuse, CoordinatorOf(kProvenParty)), IsOk());
  request.clear_registration();
  EXPECT_EQ(Where(Send(request)), "CONFIRMED");
}

TEST_P(PartyProofTest, WhereApprovalIsAskedTooTheOrganiserDecidesAfterwards) {
  v1::Event wanted = AskingEvent(5);
  wanted.set_approval(v1::APPROVAL_MANUAL);
  wanted.set_approvals_required(1);
  const std::string event = Open(wanted);
  const auto claim = Send(Claim(event, "a@example.org"));
  EXPECT_EQ(Where(ConfirmFor(claim->name())), kPending);
  EXPECT_EQ(ChangeKinds().back(), "registration.party_confirmed");
  EXPECT_EQ(Where(ConfirmByOrganiser(claim->name())), "CONFIRMED");
  const auto other = Send(Claim(event, "b@example.org"));
  EXPECT_EQ(Where(ConfirmByOrganiser(other->name())), "CONFIRMED")
      << "the organiser's word is enough";
}

TEST_P(PartyProofTest, WithoutAFreePlaceTheConfirmedWait) {
  const std::string event = Open(AskingEvent(1, 5));
  ASSERT_THAT(SignUp(event, "seated@example.org"), IsOk());
  const auto claim = Send(Claim(event, "a@example.org"));
  EXPECT_EQ(Where(ConfirmFor(claim->name())), "WAITLISTED");
}

TEST_P(PartyProofTest, WhatIsHeldIsConfirmedOnceItIsCompleted) {
  const std::string event = Open(AskingEvent(1, 5));
  v1::CreateRegistrationRequest hold = Claim(event, "a@example.org");
  hold.mutable_hold_duration()->set_seconds(600);
  const auto held = Send(hold);
  EXPECT_EQ(Where(held), "HELD?");
  EXPECT_THAT(ConfirmFor(held->name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  v1::CompleteOwnRegistrationRequest complete;
  complete.set_token(held->hold_token());
  EXPECT_EQ(Where(CompleteOwnRegistration(complete, "")), "PENDING_APPROVAL?");
  EXPECT_EQ(Where(ConfirmFor(held->name())), "CONFIRMED");
}

TEST_P(PartyProofTest, AHeirIsConfirmedToo) {
  const std::string event = Open(AskingEvent(5));
  const auto claim = Send(Claim(event, "a@example.org"));
  v1::TransferRegistrationRequest transfer;
  transfer.set_name(claim->name());
  *transfer.mutable_person() = RequestFor("", "heir@example.org").person();
  const auto heir = TransferRegistration(transfer);
  EXPECT_EQ(Where(heir), "PENDING_APPROVAL?");
  EXPECT_EQ(Where(ConfirmFor(heir->name())), "CONFIRMED");
}

TEST_P(PartyProofTest, ARepeatedConfirmationHasTheSameAnswerAndAWrongOneEveryViolation) {
  const std::string event = Open(AskingEvent(5));
  const auto claim = Send(Claim(event, "a@example.org"));
  v1::ConfirmPartyRegistrationRequest request = ConfirmationOf(claim->name(), kProvenParty);
  request.set_etag("\"77\"");
  EXPECT_THAT(ConfirmPartyRegistration(request, CoordinatorOf(kProvenParty)),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  request.set_etag(claim->etag());
  request.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a01");
  const auto once = ConfirmPartyRegistration(request, CoordinatorOf(kProvenParty));
  const auto again = ConfirmPartyRegistration(request, CoordinatorOf(kProvenParty));
  ASSERT_THAT(once, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(once->SerializeAsString(), again->SerializeAsString());
  request.set_name("r");
  request.set_request_id("7");
  EXPECT_THAT(ConfirmPartyRegistration(request, CoordinatorOf(kProvenParty)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("name"), HasViolation("request_id"))));
}

}  // namespace
}  // namespace wici::registration
