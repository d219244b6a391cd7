// The services every owner of persons has: contact points, export, erasure.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class PeopleServiceTest : public RegistrationTest {
 protected:
  absl::StatusOr<people::v1::BatchGetContactPointsResponse> ContactPoints(
      const people::v1::BatchGetContactPointsRequest& request) {
    return service_->grpc.Call<people::v1::BatchGetContactPointsResponse>(
        "wici.people.v1.ContactPointService/BatchGetContactPoints", request,
        service_->grpc.Token("service"));
  }
  absl::StatusOr<people::v1::ExportPersonResponse> Export(const std::string& person) {
    people::v1::ExportPersonRequest request;
    request.set_person(person);
    return service_->grpc.Call<people::v1::ExportPersonResponse>(
        "wici.people.v1.PersonalDataService/ExportPerson", request,
        service_->grpc.Token("platform-operator"));
  }
  absl::StatusOr<people::v1::ErasePersonResponse> Erase(const std::string& person,
                                                        const std::string& request_id = "") {
    people::v1::ErasePersonRequest request;
    request.set_person(person);
    request.set_request_id(request_id);
    return service_->grpc.Call<people::v1::ErasePersonResponse>(
        "wici.people.v1.PersonalDataService/ErasePerson", request,
        service_->grpc.Token("platform-operator"));
  }
};
WICI_ON_EVERY_ENGINE(PeopleServiceTest);

TEST_P(PeopleServiceTest, PersonalDataAreResolvedExportedAndErased) {
  const auto registration = SignUp(OpenEvent(1), "lucja@example.org");
  people::v1::BatchGetContactPointsRequest get;
  get.add_persons(registration->person());
  get.add_persons("persons/none");
  const auto points = ContactPoints(get);
  ASSERT_THAT(points, IsOk());
  ASSERT_EQ(points->contact_points_size(), 1);
  EXPECT_EQ(points->contact_points(0).display_name(), "Łucja Żak");
  EXPECT_EQ(points->contact_points(0).email(), "lucja@example.org");

  const auto exported = Export(registration->person());
  ASSERT_THAT(exported, IsOk());
  EXPECT_THAT(exported->json(), ::testing::HasSubstr("lucja@example.org"));

  const auto erased = Erase(registration->person());
  ASSERT_THAT(erased, IsOk());
  EXPECT_TRUE(erased->erased());
  EXPECT_EQ(ContactPoints(get)->contact_points_size(), 0);
  EXPECT_THAT(GetRegistration(registration->name()), IsOk());
  // Nothing recognises the person any more.
  EXPECT_THAT(SignUp(registration->name().substr(0, registration->name().find("/registrations")),
                     "lucja@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
}

// Whether any table holds one of `words`.
std::vector<std::string> Found(const std::vector<std::string>& texts,
                               const std::vector<std::string>& words) {
  std::vector<std::string> found;
  for (const std::string& word : words) {
    for (const std::string& text : texts) {
      if (text.find(word) != std::string::npos) found.push_back(word);
    }
  }
  return found;
}

TEST_P(PeopleServiceTest, AfterErasureNoTableHoldsWhatThePersonSaid) {
  const std::vector<std::string> words = {"lucja@example.org", "Łucja", "Żak", "gluten", "wózek",
                                          "po telefonie"};
  const std::string event = OpenEvent(1, 1);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  v1::CreateRegistrationRequest request = RequestFor(event, "lucja@example.org");
  request.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c01");
  request.mutable_person()->set_special_needs("wózek");
  v1::FormAnswer& answer = *request.mutable_registration()->add_answers();
  answer.set_field_id("diet");
  answer.add_values("bez gluten");
  const auto registration = Send(request);
  ASSERT_THAT(registration, IsOk());
  ASSERT_EQ(registration->answers_size(), 1);
  v1::CancelRegistrationRequest cancel;
  cancel.set_name(registration->name());
  cancel.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c02");
  cancel.set_reason("po telefonie od Żak");
  ASSERT_THAT(CancelRegistration(cancel), IsOk());
  EXPECT_THAT(Found(AllTexts(), words), ::testing::IsSupersetOf(words));

  ASSERT_THAT(Erase(registration->person()), IsOk());
  EXPECT_THAT(Found(AllTexts(), words), ::testing::IsEmpty());
  EXPECT_THAT(ChangeKinds(), ::testing::Contains("registration.person_erased"));
  for (const feed::v1::Change& change : Changes()) {
    EXPECT_THAT(Found({change.SerializeAsString()}, words), ::testing::IsEmpty());
  }
}

TEST_P(PeopleServiceTest, ARepeatedRequestIsAnsweredWithTheAnswersUntilTheyAreErased) {
  const std::string event = OpenEvent(1, 1);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  v1::CreateRegistrationRequest request = RequestFor(event, "lucja@example.org");
  request.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c03");
  v1::FormAnswer& answer = *request.mutable_registration()->add_answers();
  answer.set_field_id("diet");
  answer.add_values("bez gluten");
  const auto first = Send(request);
  ASSERT_THAT(first, IsOk());
  const auto again = Send(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  v1::CancelRegistrationRequest cancel;
  cancel.set_name(first->name());
  cancel.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c04");
  cancel.set_reason("po telefonie");
  EXPECT_EQ(CancelRegistration(cancel)->state_reason(), "po telefonie");
  EXPECT_EQ(CancelRegistration(cancel)->state_reason(), "po telefonie");
  // The reason is that of the later step.
  EXPECT_EQ(Send(request)->SerializeAsString(), first->SerializeAsString());

  ASSERT_THAT(Erase(first->person()), IsOk());
  EXPECT_EQ(Send(request)->name(), first->name());
  EXPECT_EQ(Send(request)->answers_size(), 0);
  EXPECT_EQ(CancelRegistration(cancel)->state_reason(), "");
}

TEST_P(PeopleServiceTest, AnErasedPersonKeepsTheSeatAndOthersTheirPlaces) {
  const std::string event = OpenEvent(1, 2);
  const auto seated = SignUp(event, "a@example.org");
  const auto waiting = SignUp(event, "lucja@example.org");
  const auto last = SignUp(event, "c@example.org");
  ASSERT_THAT(Erase(waiting->person()), IsOk());
  EXPECT_EQ(GetRegistration(waiting->name())->waiting_list_position(), 1);
  EXPECT_EQ(GetRegistration(last->name())->waiting_list_position(), 2);
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(GetRegistration(waiting->name())->state(), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(PeopleServiceTest, ErasingTwiceIsFineAndABadRequestIsRefusedWhole) {
  const auto registration = SignUp(OpenEvent(1), "lucja@example.org");
  const std::string id = "6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c05";
  EXPECT_TRUE(Erase(registration->person(), id)->erased());
  EXPECT_TRUE(Erase(registration->person(), id)->erased());
  EXPECT_FALSE(Erase(registration->person())->erased());
  EXPECT_THAT(Erase("somebody", "no uuid"),
              ::testing::AllOf(
                  StatusIs(absl::StatusCode::kInvalidArgument, testing::HasViolation("person")),
                  testing::HasViolation("request_id")));
}

TEST_P(PeopleServiceTest, AColleagueWithAnInvitationIsExportedAndErasedWithIt) {
  const std::vector<std::string> words = {"lucja@example.org", "Łucja", "Żak"};
  const std::string event = OpenEvent(3);
  const auto pass_on = [this, &event](const std::string& contact) {
    v1::DelegateInvitationRequest request;
    request.set_token(LinksOf(Invite(event, {contact})->invitations(0).name()).answer_token());
    *request.mutable_delegate() = RequestFor(event, "lucja@example.org").person();
    const auto given = DelegateInvitation(request, "");
    EXPECT_THAT(given, IsOk());
    return given->delegated_to();
  };
  v1::GetInvitationRequest get;
  get.set_name(pass_on("clusters/c/contacts/a"));
  const std::string colleague = GetInvitation(get)->person();
  people::v1::BatchGetContactPointsRequest who;
  who.add_persons(colleague);
  EXPECT_EQ(ContactPoints(who)->contact_points(0).email(), "lucja@example.org");
  EXPECT_THAT(Export(colleague)->json(), ::testing::HasSubstr("\"invitation\""));
  const std::string token = LinksOf(get.name()).answer_token();

  EXPECT_TRUE(Erase(colleague)->erased());
  EXPECT_THAT(Found(AllTexts(), words), ::testing::IsEmpty());
  EXPECT_EQ(Changes().back().kind(), "invitation.person_erased");
  EXPECT_EQ(GetInvitation(get)->state(), v1::INVITATION_STATE_REVOKED);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  // Nothing recognises the person any more, and another invitation leads to a registration.
  get.set_name(pass_on("clusters/c/contacts/b"));
  v1::CreateRegistrationRequest request;
  request.set_parent(event);
  request.set_invitation_token(LinksOf(get.name()).answer_token());
  v1::FormAnswer& answer = *request.mutable_registration()->add_answers();
  answer.set_field_id("diet");
  answer.add_values("Żak: bez gluten");
  const auto registration = Send(request);
  ASSERT_THAT(registration, IsOk());
  EXPECT_THAT(Export(registration->person())->json(), ::testing::HasSubstr("bez gluten"));
  EXPECT_TRUE(Erase(registration->person())->erased());
  EXPECT_THAT(Found(AllTexts(), words), ::testing::IsEmpty());
}

TEST_P(PeopleServiceTest, AnInvitedContactIsExportedAndErasedInEveryEvent) {
  const std::vector<std::string> words = {"bez gluten", "bez laktozy", "po telefonie"};
  const std::string contact = "clusters/c/contacts/ewa";
  const std::string other = "clusters/c/contacts/jan";
  registry().addresses = {{contact, "ewa@example.org"}};
  const auto register_with = [this](const std::string& event, const std::string& invitation,
                                    const std::string& diet) {
    v1::CreateRegistrationRequest request;
    request.set_parent(event);
    request.set_invitation_token(LinksOf(invitation).answer_token());
    AddAnswer(*request.mutable_registration(), "diet", {diet});
    return Send(request);
  };
  std::vector<std::string> events = {OpenEvent(3), OpenEvent(3)};
  std::vector<std::string> invitations;
  std::vector<std::string> seated;
  for (const std::string& event : events) {
    ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
    const auto invited = Invite(event, {contact, other});
    ASSERT_THAT(invited, IsOk());
    invitations.push_back(invited->invitations(0).name());
    // Registers, does not come, and registers again.
    const auto first = register_with(event, invitations.back(), words[0]);
    ASSERT_THAT(first, IsOk());
    v1::CancelRegistrationRequest cancel;
    cancel.set_name(first->name());
    cancel.set_reason(words[2]);
    ASSERT_THAT(CancelRegistration(cancel), IsOk());
    const auto again = register_with(event, invitations.back(), words[1]);
    ASSERT_THAT(again, IsOk());
    seated.push_back(again->name());
    ASSERT_THAT(register_with(event, invited->invitations(1).name(), "bez cukru"), IsOk());
  }
  const auto exported = Export(contact);
  ASSERT_THAT(exported, IsOk());
  for (const std::string& name : seated) {
    EXPECT_THAT(exported->json(), ::testing::HasSubstr(name));
  }
  EXPECT_THAT(Found({exported->json()}, words), ::testing::UnorderedElementsAreArray(words));
  EXPECT_THAT(exported->json(), ::testing::Not(::testing::HasSubstr("bez cukru")));
  EXPECT_EQ(Export("clusters/c/contacts/nobody")->json(), "{}");

  const std::string id = "6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c06";
  EXPECT_TRUE(Erase(contact, id)->erased());
  EXPECT_TRUE(Erase(contact, id)->erased()) << "the same request";
  EXPECT_FALSE(Erase(contact)->erased());
  EXPECT_THAT(Found(AllTexts(), words), ::testing::IsEmpty());
  EXPECT_THAT(Found(AllTexts(), {"bez cukru"}), ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(ChangeKinds(), ::testing::IsSupersetOf({std::string("invitation.person_erased"),
                                                      std::string("registration.person_erased")}));
  for (std::size_t i = 0; i < events.size(); ++i) {
    v1::GetInvitationRequest get;
    get.set_name(invitations[i]);
    EXPECT_EQ(GetInvitation(get)->state(), v1::INVITATION_STATE_REVOKED);
    EXPECT_EQ(StateOf(seated[i]), v1::REGISTRATION_STATE_CONFIRMED) << "counted, of nobody";
  }
  // The address is not recognised any more; the id is, so one may be invited again by it.
  registry().addresses = {{"clusters/d/contacts/ewa", "ewa@example.org"}};
  EXPECT_EQ(Invite(events[0], {"clusters/d/contacts/ewa"})->invitations_size(), 1);
  registry().addresses.clear();
  const auto anew = Invite(events[0], {contact});
  ASSERT_THAT(anew, IsOk());
  ASSERT_EQ(anew->invitations_size(), 1);
  EXPECT_EQ(anew->invitations(0).name(), invitations[0]);
}

TEST_P(PeopleServiceTest, APersonWithSeveralContactsIsErasedWithAnyOfThem) {
  const std::string first = "clusters/c/contacts/anna";
  const std::string second = "clusters/d/contacts/anna";
  registry().addresses = {{first, "anna@example.org"}, {second, "anna@example.org"}};
  const std::string event = OpenEvent(3);
  const auto invited = Invite(event, {first, second});
  ASSERT_THAT(invited, IsOk());
  ASSERT_EQ(invited->invitations_size(), 1);
  ASSERT_EQ(invited->invitations(0).person(), first);
  EXPECT_THAT(Export(second)->json(), ::testing::HasSubstr(invited->invitations(0).name()));

  EXPECT_TRUE(Erase(second)->erased());
  EXPECT_FALSE(Erase(second)->erased());
  EXPECT_FALSE(Erase(first)->erased());
  v1::GetInvitationRequest get;
  get.set_name(invited->invitations(0).name());
  EXPECT_EQ(GetInvitation(get)->state(), v1::INVITATION_STATE_REVOKED);
  ASSERT_EQ(Changes().back().kind(), "invitation.person_erased");
  EXPECT_EQ(Changes().back().attributes().at("cause"), "requested");
}

TEST_P(PeopleServiceTest, WhoWasInvitedByAddressIsErasedWithTheirContactToo) {
  const std::string contact = "clusters/c/contacts/anna";
  const std::string event = OpenEvent(3);
  v1::CreateInvitationsRequest request;
  request.set_parent(event);
  *request.add_invitees()->mutable_details() = RequestFor(event, "anna@example.org").person();
  ASSERT_THAT(CreateInvitations(request), IsOk());
  registry().addresses = {{contact, "anna@example.org"}};
  ASSERT_EQ(Invite(event, {contact})->already_invited(), 1);
  ASSERT_THAT(Found(AllTexts(), {"anna@example.org"}), ::testing::Not(::testing::IsEmpty()));
  EXPECT_TRUE(Erase(contact)->erased());
  EXPECT_THAT(Found(AllTexts(), {"anna@example.org"}), ::testing::IsEmpty());
}

TEST_P(PeopleServiceTest, WhoTakesPartInAnEventIsAnsweredByPerson) {
  const std::string event = OpenEvent(3, 3);
  const auto seated = SignUp(event, "seat@example.org");
  const auto gone = SignUp(event, "gone@example.org");
  const auto elsewhere = SignUp(OpenEvent(1), "elsewhere@example.org");
  const std::string came = "clusters/c/contacts/came";
  const std::string silent = "clusters/c/contacts/silent";
  v1::CreateRegistrationRequest with_invitation;
  with_invitation.set_parent(event);
  with_invitation.set_invitation_token(
      LinksOf(Invite(event, {came, silent})->invitations(0).name()).answer_token());
  const auto invited = Send(with_invitation);
  v1::DelegateInvitationRequest pass_on;
  pass_on.set_token(
      LinksOf(Invite(event, {"clusters/c/contacts/busy"})->invitations(0).name()).answer_token());
  *pass_on.mutable_delegate() = RequestFor(event, "colleague@example.org").person();
  with_invitation.set_invitation_token(
      LinksOf(DelegateInvitation(pass_on, "")->delegated_to()).answer_token());
  const auto colleague = Send(with_invitation);
  const auto waiting = SignUp(event, "queue@example.org");
  ASSERT_THAT(CancelRegistration(gone->name()), IsOk());

  v1::BatchGetParticipationsRequest request;
  request.set_event(event);
  for (const std::string& person :
       {seated->person(), gone->person(), elsewhere->person(), came, silent, colleague->person(),
        waiting->person(), std::string("persons/nobody")}) {
    request.add_persons(person);
  }
  const auto answered = BatchGetParticipations(request, service_->grpc.Token("service"));
  ASSERT_THAT(answered, IsOk());
  std::vector<std::string> found;
  for (const v1::Participation& item : answered->participations()) {
    found.push_back(item.person() + " " + item.registration());
    EXPECT_EQ(item.state(), StateOf(item.registration()));
  }
  EXPECT_THAT(found, ::testing::UnorderedElementsAre(seated->person() + " " + seated->name(),
                                                     came + " " + invited->name(),
                                                     colleague->person() + " " + colleague->name(),
                                                     waiting->person() + " " + waiting->name()));

  request.set_event("events/none");
  EXPECT_EQ(BatchGetParticipations(request, service_->grpc.Token("service"))->participations_size(),
            0);
  request.set_event("none");
  request.add_persons("anybody");
  EXPECT_THAT(
      BatchGetParticipations(request, service_->grpc.Token("service")),
      ::testing::AllOf(StatusIs(absl::StatusCode::kInvalidArgument, testing::HasViolation("event")),
                       testing::HasViolation("persons[8]")));
  EXPECT_THAT(BatchGetParticipations(request, ""), StatusIs(absl::StatusCode::kUnauthenticated));
}

}  // namespace
}  // namespace wici::registration
