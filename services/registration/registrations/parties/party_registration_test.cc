// What the coordinator of a member firm does for its people, and what is hidden from them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr char kFirm[] = "clusters/biotechmed/members/polpharma";
constexpr char kOtherFirm[] = "clusters/biotechmed/members/celon";

class PartyRegistrationTest : public RegistrationTest {
 protected:
  std::string Coordinator(const std::string& party) {
    return service_->grpc.Token("party-coordinator", party);
  }
  absl::StatusOr<v1::BatchCreateRegistrationsResponse> RegisterPeople(
      const std::string& event, const std::string& party, const std::vector<std::string>& emails,
      bool all_or_none = false, const std::string& code = "") {
    v1::CreatePartyRegistrationsRequest request;
    request.set_parent(event);
    request.set_party(party);
    request.set_all_or_none(all_or_none);
    for (const std::string& email : emails) {
      *request.add_requests() = RequestFor("", email);
      request.mutable_requests()->rbegin()->set_code(code);
    }
    return CreatePartyRegistrations(request, Coordinator(party));
  }
  absl::StatusOr<v1::ListPartyRegistrationsResponse> ListOf(const std::string& event,
                                                            const std::string& party,
                                                            int page_size = 0,
                                                            const std::string& token = "") {
    v1::ListPartyRegistrationsRequest request;
    request.set_parent(event);
    request.set_party(party);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return ListPartyRegistrations(request, Coordinator(party));
  }
  std::vector<std::string> EmailsOf(const std::string& event, const std::string& party) {
    std::vector<std::string> emails;
    const auto listed = ListOf(event, party);
    EXPECT_THAT(listed, IsOk());
    if (!listed.ok()) return emails;
    for (const auto& one : listed->party_registrations()) emails.push_back(one.person().email());
    return emails;
  }
  static v1::TransferPartyRegistrationRequest RequestToSubstitute(const std::string& name,
                                                                  const std::string& party,
                                                                  std::string_view email) {
    v1::TransferPartyRegistrationRequest request;
    request.set_name(name);
    request.set_party(party);
    *request.mutable_person() = RequestFor("", email).person();
    return request;
  }
  absl::StatusOr<v1::Registration> Substitute(const std::string& name, const std::string& party,
                                              std::string_view email,
                                              const std::string& reason = "") {
    v1::TransferPartyRegistrationRequest request = RequestToSubstitute(name, party, email);
    request.set_reason(reason);
    return TransferPartyRegistration(request, Coordinator(party));
  }
  // Somebody registers themselves for the firm, and answers everything they are asked.
  absl::StatusOr<v1::Registration> SignUpWithWords(const std::string& event) {
    EXPECT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
    EXPECT_THAT(
        AddForm(event, {Field("hotel", v1::FORM_FIELD_TYPE_TEXT)}, "", v1::FORM_STAGE_FOLLOW_UP),
        IsOk());
    v1::CreateRegistrationRequest request = RequestFor(event, "own@x.org");
    request.mutable_registration()->set_party(kFirm);
    AddAnswer(*request.mutable_registration(), "diet", {"ryba"});
    const auto made = Send(request);
    EXPECT_THAT(made, IsOk());
    if (!made.ok()) return made;
    v1::UpdateRegistrationRequest follow_up;
    follow_up.mutable_registration()->set_name(made->name());
    v1::FormAnswer& answer = *follow_up.mutable_registration()->add_follow_up_answers();
    answer.set_field_id("hotel");
    answer.add_values("bez windy");
    follow_up.mutable_update_mask()->add_paths("follow_up_answers");
    return UpdateRegistration(follow_up);
  }
  std::string LimitedEvent(int party_limit) {
    v1::Event wanted = Meeting(10, 0, v1::ADMISSION_OPEN);
    wanted.set_party_limit(party_limit);
    const auto event = Create(wanted);
    EXPECT_THAT(event, IsOk());
    EXPECT_THAT(Publish(event->name()), IsOk());
    return event->name();
  }
};
WICI_ON_EVERY_ENGINE(PartyRegistrationTest);

TEST_P(PartyRegistrationTest, WhoIsGivenToAnotherFirmIsNotOneWhomThatHasRegistered) {
  const std::string event = LimitedEvent(2);
  const auto made = RegisterPeople(event, kFirm, {"a@x.org"});
  ASSERT_THAT(made, IsOk());
  v1::UpdateRegistrationRequest moved;
  moved.mutable_registration()->set_name(made->results(0).registration().name());
  moved.mutable_registration()->set_party(kOtherFirm);
  moved.mutable_update_mask()->add_paths("party");
  const auto registration = UpdateRegistration(moved);
  ASSERT_THAT(registration, IsOk());
  EXPECT_EQ(registration->source(), v1::REGISTRATION_SOURCE_ORGANISER);
  EXPECT_THAT(EmailsOf(event, kFirm), IsEmpty());
  EXPECT_THAT(EmailsOf(event, kOtherFirm), ElementsAre(""));
}

TEST_P(PartyRegistrationTest, AFirmRegistersItsPeopleWithinItsLimit) {
  const std::string event = LimitedEvent(2);
  const auto made = RegisterPeople(event, kFirm, {"a@x.org", "b@x.org", "c@x.org"});
  ASSERT_THAT(made, IsOk());
  ASSERT_EQ(made->results_size(), 3);
  const v1::Registration& first = made->results(0).registration();
  EXPECT_EQ(first.party(), kFirm);
  EXPECT_EQ(first.source(), v1::REGISTRATION_SOURCE_PARTY);
  EXPECT_EQ(made->results(2).error().reason(), "QUOTA_FULL");
  EXPECT_THAT(RegisterPeople(event, kOtherFirm, {"d@x.org", "e@x.org"}), IsOk());
  EXPECT_EQ(Get(event)->seats().confirmed(), 4);
}

TEST_P(PartyRegistrationTest, AllOfAFirmOrNone) {
  const std::string event = LimitedEvent(2);
  ASSERT_THAT(RegisterPeople(event, kFirm, {"a@x.org"}), IsOk());
  EXPECT_THAT(RegisterPeople(event, kFirm, {"b@x.org", "c@x.org"}, true),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("QUOTA_FULL")));
  EXPECT_THAT(EmailsOf(event, kFirm), ElementsAre("a@x.org"));
}

TEST_P(PartyRegistrationTest, AContingentIsAVoucherOfTheFirmThatKeepsPlaces) {
  const std::string event = OpenEvent(3);
  v1::BatchCreateVouchersRequest make;
  make.set_parent(event);
  make.add_codes("POLPHARMA-2015");
  make.mutable_voucher()->set_uses_max(2);
  make.mutable_voucher()->set_reserves_places(true);
  make.mutable_voucher()->set_party(kFirm);
  ASSERT_THAT(BatchCreateVouchers(make), IsOk());
  ASSERT_THAT(SignUp(event, "visitor@x.org"), IsOk());
  EXPECT_THAT(SignUp(event, "late@x.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
  const auto made = RegisterPeople(event, kFirm, {"a@x.org", "b@x.org"}, true, "polpharma 2015");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->results(1).registration().state(), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(PartyRegistrationTest, AVoucherOfTheFirmOpensAnEventForInvitedPeople) {
  const std::string event = Create(Meeting(10, 0, v1::ADMISSION_INVITATION_ONLY))->name();
  ASSERT_THAT(Publish(event), IsOk());
  v1::BatchCreateVouchersRequest make;
  make.set_parent(event);
  make.add_codes("POLPHARMA-2015");
  make.mutable_voucher()->set_uses_max(3);
  make.mutable_voucher()->set_party(kFirm);
  ASSERT_THAT(BatchCreateVouchers(make), IsOk());
  make.set_codes(0, "ANYBODY-2015");
  make.mutable_voucher()->clear_party();
  ASSERT_THAT(BatchCreateVouchers(make), IsOk());
  const auto reason = [&](const std::string& party, const std::string& code) {
    const auto made = RegisterPeople(event, party, {"a@x.org"}, false, code);
    return made.ok() ? made->results(0).error().reason() : made.status().ToString();
  };
  EXPECT_EQ(reason(kFirm, ""), "INVITATION_REQUIRED");
  EXPECT_EQ(reason(kFirm, "ANYBODY-2015"), "INVITATION_REQUIRED") << "it is nobody's";
  EXPECT_EQ(reason(kFirm, "WRONG-2015"), "CODE_INVALID") << "and counts as a guess";
  EXPECT_EQ(reason(kOtherFirm, "POLPHARMA-2015"), "VOUCHER_NOT_FOR_PARTY");
  EXPECT_EQ(reason(kFirm, "POLPHARMA-2015"), "");
  v1::CreateRegistrationRequest own = RequestFor(event, "own@x.org");
  own.set_code("POLPHARMA-2015");
  EXPECT_THAT(Send(own),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("VOUCHER_NOT_FOR_PARTY")));
  own.mutable_registration()->set_party(kFirm);
  EXPECT_THAT(Send(own), IsOk());
  EXPECT_EQ(Get(event)->seats().confirmed(), 2);
}

TEST_P(PartyRegistrationTest, AFirmSeesItsOwnRegistrationsOnly) {
  const std::string event = OpenEvent(10);
  ASSERT_THAT(RegisterPeople(event, kFirm, {"a@x.org", "b@x.org", "c@x.org"}), IsOk());
  ASSERT_THAT(RegisterPeople(event, kOtherFirm, {"d@x.org"}), IsOk());
  EXPECT_THAT(EmailsOf(event, kFirm), ElementsAre("a@x.org", "b@x.org", "c@x.org"));
  EXPECT_THAT(EmailsOf(event, kOtherFirm), ElementsAre("d@x.org"));
  v1::ListPartyRegistrationsRequest foreign;
  foreign.set_parent(event);
  foreign.set_party(kOtherFirm);
  EXPECT_THAT(ListPartyRegistrations(foreign, Coordinator(kFirm)),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
  EXPECT_THAT(ListPartyRegistrations(
                  foreign, service_->grpc.Token("cluster-manager", "clusters/biotechmed")),
              IsOk())
      << "the manager of the cluster is above its members";
}

TEST_P(PartyRegistrationTest, WhoRegisteredThemselvesIsListedWithoutTheirData) {
  const std::string event = OpenEvent(10);
  const auto own = SignUpWithWords(event);
  ASSERT_THAT(own, IsOk());
  const auto listed = ListOf(event, kFirm);
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->party_registrations_size(), 1);
  EXPECT_FALSE(listed->party_registrations(0).has_person());
  const v1::Registration& shown = listed->party_registrations(0).registration();
  EXPECT_EQ(shown.name(), own->name());
  EXPECT_EQ(shown.answers_size(), 0);
  EXPECT_EQ(shown.follow_up_answers_size(), 0);
  v1::CancelRegistrationRequest cancel;
  cancel.set_name(own->name());
  cancel.set_reason("is ill");
  ASSERT_EQ(CancelRegistration(cancel)->state_reason(), "is ill");
  EXPECT_EQ(ListOf(event, kFirm)->party_registrations(0).registration().state_reason(), "");
  EXPECT_EQ(GetRegistration(own->name())->answers_size(), 1) << "the organiser reads them";
}

TEST_P(PartyRegistrationTest, NoVerbOfAFirmTellsWhatPeopleHaveAnsweredThemselves) {
  const std::string event = OpenEvent(10);
  const auto own = SignUpWithWords(event);
  ASSERT_THAT(own, IsOk());
  v1::CancelPartyRegistrationRequest request;
  request.set_name(own->name());
  request.set_party(kFirm);
  request.set_reason("is none of ours");
  request.set_request_id("2e8a0f0e-3e0c-4f5c-8d43-6b9d3c1f0a12");
  for (int i = 0; i < 2; ++i) {
    const auto cancelled = CancelPartyRegistration(request, Coordinator(kFirm));
    ASSERT_THAT(cancelled, IsOk());
    EXPECT_EQ(cancelled->state(), v1::REGISTRATION_STATE_CANCELLED);
    EXPECT_EQ(cancelled->answers_size(), 0);
    EXPECT_EQ(cancelled->follow_up_answers_size(), 0);
  }
  EXPECT_EQ(GetRegistration(own->name())->state_reason(), "is none of ours");
}

TEST_P(PartyRegistrationTest, AFirmSeesWhatIsAnsweredForThoseWhomItHasRegistered) {
  const std::string event = OpenEvent(10);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  v1::CreatePartyRegistrationsRequest request;
  request.set_parent(event);
  request.set_party(kFirm);
  *request.add_requests() = RequestFor("", "a@x.org");
  AddAnswer(*request.mutable_requests(0)->mutable_registration(), "diet", {"ryba"});
  ASSERT_THAT(CreatePartyRegistrations(request, Coordinator(kFirm)), IsOk());
  const auto listed = ListOf(event, kFirm);
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->party_registrations(0).registration().answers(0).values(0), "ryba");
}

TEST_P(PartyRegistrationTest, AFirmTakesBackItsOwnPlacesAndNotThoseOfWhoWasInvited) {
  const std::string event = OpenEvent(10);
  const auto invited = Invite(event, {"clusters/biotechmed/contacts/manager"});
  ASSERT_THAT(invited, IsOk());
  v1::CreateRegistrationRequest request;
  request.set_parent(event);
  request.set_invitation_token(LinksOf(invited->invitations(0).name()).answer_token());
  request.mutable_registration()->set_party(kFirm);
  const auto came = Send(request);
  ASSERT_THAT(came, IsOk());
  v1::CancelPartyRegistrationRequest cancel;
  cancel.set_name(came->name());
  cancel.set_party(kFirm);
  EXPECT_THAT(CancelPartyRegistration(cancel, Coordinator(kFirm)),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  EXPECT_THAT(Substitute(came->name(), kFirm, "b@x.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  EXPECT_EQ(StateOf(came->name()), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(PartyRegistrationTest, RegistrationsOfAPartyAreListedPageByPage) {
  const std::string event = OpenEvent(10);
  ASSERT_THAT(RegisterPeople(event, kFirm, {"a@x.org", "b@x.org", "c@x.org"}), IsOk());
  const auto first = ListOf(event, kFirm, 2);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->party_registrations_size(), 2);
  const auto second = ListOf(event, kFirm, 2, first->next_page_token());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->party_registrations_size(), 1);
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(ListOf(event, kOtherFirm, 2, first->next_page_token()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
  EXPECT_THAT(ListOf("events/none", kFirm),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  EXPECT_THAT(ListOf(OpenEvent(1), kFirm)->party_registrations(), IsEmpty());
}

TEST_P(PartyRegistrationTest, AFirmCancelsItsOwnRegistrationsOnly) {
  const std::string event = OpenEvent(10);
  const auto made = RegisterPeople(event, kFirm, {"a@x.org"});
  ASSERT_THAT(made, IsOk());
  v1::CancelPartyRegistrationRequest request;
  request.set_name(made->results(0).registration().name());
  request.set_party(kOtherFirm);
  EXPECT_THAT(CancelPartyRegistration(request, Coordinator(kOtherFirm)),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
  request.set_party(kFirm);
  request.set_reason("zachorowała");
  const auto cancelled = CancelPartyRegistration(request, Coordinator(kFirm));
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::REGISTRATION_STATE_CANCELLED);
  EXPECT_EQ(cancelled->state_reason(), "zachorowała");
  EXPECT_THAT(CancelPartyRegistration(request, Coordinator(kFirm)),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(PartyRegistrationTest, AFirmNamesASubstituteWhoGetsThePlacesOfTheOther) {
  const std::string event = LimitedEvent(2);
  const std::string session = AddSession(event, "talk", 1, 12, 13);
  v1::CreatePartyRegistrationsRequest both;
  both.set_parent(event);
  both.set_party(kFirm);
  *both.add_requests() = RequestFor("", "a@x.org");
  both.mutable_requests(0)->mutable_registration()->add_sessions(session);
  *both.add_requests() = RequestFor("", "b@x.org");
  const auto made = CreatePartyRegistrations(both, Coordinator(kFirm));
  ASSERT_THAT(made, IsOk());
  const v1::Registration& given = made->results(0).registration();
  const auto heir = Substitute(given.name(), kFirm, "z@x.org", "zachorowała");
  ASSERT_THAT(heir, IsOk()) << "although the firm has as many as it may have";
  EXPECT_EQ(heir->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(heir->party(), kFirm);
  EXPECT_THAT(heir->sessions(), ElementsAre(session));
  EXPECT_NE(heir->person(), given.person());
  EXPECT_EQ(Get(event)->seats().confirmed(), 2);
  EXPECT_EQ(StateOf(given.name()), v1::REGISTRATION_STATE_TRANSFERRED);
  EXPECT_EQ(GetRegistration(given.name())->successor(), heir->name());
  EXPECT_EQ(RegisterPeople(event, kFirm, {"c@x.org"})->results(0).error().reason(), "QUOTA_FULL");
  const std::vector<feed::v1::Change> changes = Changes();
  ASSERT_GE(changes.size(), 2U);
  EXPECT_EQ(changes[changes.size() - 2].kind(), "registration.transferred");
  EXPECT_EQ(changes[changes.size() - 2].person(), given.person());
  EXPECT_EQ(changes.back().kind(), "registration.confirmed");
  EXPECT_EQ(changes.back().person(), heir->person());
  EXPECT_EQ(LinksOf(given.name()).manage_token(), "") << "the old link is dead";
}

TEST_P(PartyRegistrationTest, TheLogSaysWhoNamedTheSubstituteAndTheReasonStaysWithWhoLeft) {
  const std::string event = OpenEvent(10);
  const auto made = RegisterPeople(event, kFirm, {"a@x.org"});
  ASSERT_THAT(made, IsOk());
  const std::string given = made->results(0).registration().name();
  const auto heir = Substitute(given, kFirm, "b@x.org", "zachorowała");
  ASSERT_THAT(heir, IsOk());
  v1::GetRegistrationLogRequest request;
  request.set_name(given);
  const auto left = GetRegistrationLog(request);
  ASSERT_THAT(left, IsOk());
  ASSERT_EQ(left->entries_size(), 2);
  EXPECT_EQ(left->entries(1).kind(), "transferred");
  EXPECT_EQ(left->entries(1).reason(), "zachorowała");
  EXPECT_EQ(left->entries(1).actor(), left->entries(0).actor()) << "the coordinator, both times";
  EXPECT_NE(left->entries(1).actor(), made->results(0).registration().person());
  request.set_name(heir->name());
  const auto came = GetRegistrationLog(request);
  ASSERT_THAT(came, IsOk());
  ASSERT_EQ(came->entries_size(), 1);
  EXPECT_EQ(came->entries(0).actor(), left->entries(1).actor());
  EXPECT_EQ(came->entries(0).reason(), "");
}

TEST_P(PartyRegistrationTest, ASubstituteKeepsThePlaceInTheQueueAndIsSeenByTheFirm) {
  const std::string event = OpenEvent(1, 5);
  ASSERT_THAT(SignUp(event, "seated@x.org"), IsOk());
  v1::CreateRegistrationRequest own = RequestFor(event, "own@x.org");
  own.mutable_registration()->set_party(kFirm);
  const auto waits = Send(own);
  ASSERT_THAT(waits, IsOk());
  ASSERT_THAT(SignUp(event, "behind@x.org"), IsOk());
  EXPECT_THAT(EmailsOf(event, kFirm), ElementsAre("")) << "who registered themselves is not shown";
  const auto heir = Substitute(waits->name(), kFirm, "b@x.org");
  ASSERT_THAT(heir, IsOk());
  EXPECT_EQ(heir->source(), v1::REGISTRATION_SOURCE_PARTY);
  EXPECT_EQ(GetRegistration(heir->name())->waiting_list_position(), 1);
  EXPECT_THAT(EmailsOf(event, kFirm), ElementsAre("", "b@x.org"));
}

TEST_P(PartyRegistrationTest, WhomItsPeopleNameThemselvesAFirmDoesNotSee) {
  const std::string event = OpenEvent(10);
  const auto made = RegisterPeople(event, kFirm, {"a@x.org", "b@x.org"});
  ASSERT_THAT(made, IsOk());
  v1::TransferOwnRegistrationRequest own;
  own.set_token(LinksOf(made->results(0).registration().name()).manage_token());
  *own.mutable_person() = RequestFor("", "c@x.org").person();
  const auto by_person = TransferOwnRegistration(own, "");
  ASSERT_THAT(by_person, IsOk());
  v1::TransferRegistrationRequest organiser;
  organiser.set_name(made->results(1).registration().name());
  *organiser.mutable_person() = RequestFor("", "d@x.org").person();
  ASSERT_THAT(TransferRegistration(organiser), IsOk());
  EXPECT_THAT(EmailsOf(event, kFirm), ElementsAre("a@x.org", "b@x.org", "", ""));
  // The place is the firm's yet.
  EXPECT_THAT(Substitute(by_person->name(), kFirm, "e@x.org"), IsOk());
  EXPECT_THAT(EmailsOf(event, kFirm), ElementsAre("a@x.org", "b@x.org", "", "", "e@x.org"));
}

TEST_P(PartyRegistrationTest, ASubstituteIsRefusedWhereAPersonCouldNotHandOver) {
  v1::Event wanted = Meeting(10, 0, v1::ADMISSION_OPEN);
  for (const v1::TransferRule rule : {v1::TRANSFER_RULE_ORGANISER, v1::TRANSFER_RULE_NOBODY}) {
    wanted.set_transfers(rule);
    const std::string event = Create(wanted)->name();
    ASSERT_THAT(Publish(event), IsOk());
    const auto made = RegisterPeople(event, kFirm, {"a@x.org"});
    ASSERT_THAT(made, IsOk());
    EXPECT_THAT(Substitute(made->results(0).registration().name(), kFirm, "b@x.org"),
                StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSFER_NOT_ALLOWED")));
  }
  const std::string event = OpenEvent(10);
  const auto made = RegisterPeople(event, kFirm, {"a@x.org", "b@x.org"});
  ASSERT_THAT(made, IsOk());
  const v1::Registration& first = made->results(0).registration();
  EXPECT_THAT(Substitute(first.name(), kFirm, "B@X.org"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  EXPECT_THAT(Substitute(first.name(), kOtherFirm, "c@x.org"),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
  EXPECT_THAT(Substitute(event + "/registrations/none", kFirm, "c@x.org"),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
  v1::TransferPartyRegistrationRequest stale = RequestToSubstitute(first.name(), kFirm, "c@x.org");
  stale.set_etag("\"77\"");
  EXPECT_THAT(TransferPartyRegistration(stale, Coordinator(kFirm)),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  v1::CheckInRequest check_in;
  check_in.set_parent(event);
  check_in.set_registration(first.name());
  ASSERT_THAT(CheckIn(check_in, Door()), IsOk());
  EXPECT_THAT(Substitute(first.name(), kFirm, "c@x.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(Substitute(made->results(1).registration().name(), kFirm, "c@x.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(PartyRegistrationTest, ASubstituteWaitsForApprovalWithTheSeatWhereItIsAskedAgain) {
  v1::Event wanted = Meeting(1, 5, v1::ADMISSION_OPEN);
  wanted.set_approval(v1::APPROVAL_MANUAL);
  wanted.set_reapproval(true);
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto made = RegisterPeople(event, kFirm, {"a@x.org"});
  ASSERT_THAT(made, IsOk());
  v1::ConfirmRegistrationRequest confirm;
  confirm.set_name(made->results(0).registration().name());
  ASSERT_THAT(ConfirmRegistration(confirm), IsOk());
  const auto heir = Substitute(confirm.name(), kFirm, "b@x.org");
  ASSERT_THAT(heir, IsOk());
  EXPECT_EQ(heir->state(), v1::REGISTRATION_STATE_UNDER_REVIEW);
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
}

TEST_P(PartyRegistrationTest, AWrongSubstituteIsRefusedWithEveryViolation) {
  v1::TransferPartyRegistrationRequest request;
  request.set_name("events/e");
  request.set_party("firms/x");
  request.mutable_person()->set_email("nobody");
  request.set_reason(std::string(2001, 'x'));
  request.set_request_id("7");
  EXPECT_THAT(TransferPartyRegistration(request, service_->grpc.Token("party-coordinator")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("name"), HasViolation("party"),
                             HasViolation("person.email"), HasViolation("person.family_name"),
                             HasViolation("reason"), HasViolation("request_id"))));
  EXPECT_THAT(TransferPartyRegistration(
                  RequestToSubstitute("events/e/registrations/r", kOtherFirm, "b@x.org"),
                  Coordinator(kFirm)),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
}

TEST_P(PartyRegistrationTest, TheSameSubstituteTwiceIsNamedOnce) {
  const std::string event = OpenEvent(10);
  const auto made = RegisterPeople(event, kFirm, {"a@x.org"});
  ASSERT_THAT(made, IsOk());
  v1::TransferPartyRegistrationRequest request =
      RequestToSubstitute(made->results(0).registration().name(), kFirm, "b@x.org");
  request.set_etag(made->results(0).registration().etag());
  request.set_request_id("2e8a0f0e-3e0c-4f5c-8d43-6b9d3c1f0a11");
  const auto first = TransferPartyRegistration(request, Coordinator(kFirm));
  const auto again = TransferPartyRegistration(request, Coordinator(kFirm));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_THAT(EmailsOf(event, kFirm), ElementsAre("a@x.org", "b@x.org"));
}

TEST_P(PartyRegistrationTest, AWrongBatchOfAPartyIsRefused) {
  const std::string event = OpenEvent(10);
  v1::CreatePartyRegistrationsRequest request;
  request.set_parent(event);
  request.set_party("firms/x");
  *request.add_requests() = RequestFor("", "a@x.org");
  request.mutable_requests(0)->mutable_registration()->set_party(kOtherFirm);
  EXPECT_THAT(
      CreatePartyRegistrations(request, service_->grpc.Token("party-coordinator")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasViolation("party"), HasViolation("requests[0].registration.party"))));
  request.set_party(kFirm);
  request.clear_requests();
  EXPECT_THAT(CreatePartyRegistrations(request, Coordinator(kFirm)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("requests")));
}

TEST_P(PartyRegistrationTest, ACoordinatorCannotGuessCodesByTheBatch) {
  const std::string event = OpenEvent(100);
  v1::CreatePartyRegistrationsRequest request;
  request.set_parent(event);
  request.set_party(kFirm);
  for (int i = 0; i < 11; ++i) {
    *request.add_requests() = RequestFor("", absl::StrCat(i, "@x.org"));
    request.mutable_requests(i)->set_code(absl::StrCat("GUESS-", i / 2));
  }
  const auto guessed = CreatePartyRegistrations(request, Coordinator(kFirm));
  ASSERT_THAT(guessed, IsOk());
  EXPECT_EQ(guessed->results(10).error().reason(), "CODE_INVALID");
  EXPECT_THAT(CreatePartyRegistrations(request, Coordinator(kFirm)),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("TOO_MANY_TRIES")))
      << "six codes and six are too many";
}

TEST_P(PartyRegistrationTest, TheSameRequestTwiceRegistersOnce) {
  const std::string event = OpenEvent(10);
  v1::CreatePartyRegistrationsRequest request;
  request.set_parent(event);
  request.set_party(kFirm);
  *request.add_requests() = RequestFor("", "a@x.org");
  request.set_request_id("0b9f8b0a-2b7c-4f0e-9a52-51e0a7a7f6a1");
  const auto first = CreatePartyRegistrations(request, Coordinator(kFirm));
  const auto again = CreatePartyRegistrations(request, Coordinator(kFirm));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
}

}  // namespace
}  // namespace wici::registration
