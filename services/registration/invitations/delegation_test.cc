// Invitations that are given away: to a colleague, or with the place of who was invited.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/invitations/invitation_fixture.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class DelegationTest : public InvitationFixture {};
WICI_ON_EVERY_ENGINE(DelegationTest);

TEST_P(DelegationTest, AColleagueGetsTheInvitationThatIsPassedOn) {
  const std::string event = EventFor(5);
  v1::CreateInvitationsRequest request = For(event, {kInvited});
  request.set_audience_id("managers");
  request.set_plus_ones_max(2);
  const std::string token = TokenOf(request);
  const auto given = Delegate(token, "zofia@example.org");
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->state(), v1::INVITATION_STATE_DELEGATED);
  EXPECT_EQ(Changes().back().kind(), "invitation.delegated");
  const std::string colleague = Changes().back().person();
  EXPECT_EQ(colleague.rfind("persons/", 0), 0U);

  v1::GetInvitationRequest get;
  get.set_name(given->delegated_to());
  const auto made = GetInvitation(get);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->person(), colleague);
  EXPECT_EQ(made->delegated_from(), given->name());
  EXPECT_EQ(made->delegation_count(), 1);
  EXPECT_EQ(made->plus_ones_max(), 2);
  EXPECT_EQ(made->audience(), event + "/audiences/managers");
  EXPECT_THAT(made->clusters(), ElementsAre("clusters/btm"));

  // The old link shows where it stands, and nothing else.
  EXPECT_EQ(Own(token)->state(), v1::INVITATION_STATE_DELEGATED);
  for (const absl::Status& refused :
       {Answer(token, v1::ANSWER_YES).status(), Send(With(event, token)).status(),
        Delegate(token, "jan@example.org").status()}) {
    EXPECT_THAT(refused, StatusIs(kUnmet, Reason("INVITATION_DELEGATED")));
  }
  const auto registration = Send(With(event, LinksOf(made->name()).answer_token()));
  ASSERT_THAT(registration, IsOk());
  EXPECT_EQ(registration->person(), colleague);
  EXPECT_EQ(registration->party(), "clusters/btm");
  EXPECT_EQ(Invite(event, {kInvited})->already_invited(), 1);
}

TEST_P(DelegationTest, WhoGivesTheirPlaceAwayGetsNoOtherWithTheInvitation) {
  const std::string event = EventFor(5);
  v1::CreateInvitationsRequest request = For(event, {kInvited});
  request.set_plus_ones_max(1);
  const std::string token = TokenOf(request);
  const auto made = Send(With(event, token));
  ASSERT_THAT(made, IsOk());
  const auto brought = Bring(event, token, "gosia@example.org");
  ASSERT_THAT(brought, IsOk());
  v1::TransferOwnRegistrationRequest give;
  give.set_token(LinksOf(brought->name()).manage_token());
  *give.mutable_person() = RequestFor("", "jan@example.org").person();
  ASSERT_THAT(TransferOwnRegistration(give, ""), IsOk());
  EXPECT_EQ(Own(token)->state(), v1::INVITATION_STATE_OPEN) << "the invited person still comes";
  EXPECT_THAT(ChangeKinds(), ::testing::Not(::testing::Contains("invitation.given_away")));
  give.set_token(LinksOf(made->name()).manage_token());
  *give.mutable_person() = RequestFor("", "zofia@example.org").person();
  ASSERT_THAT(TransferOwnRegistration(give, ""), IsOk());
  EXPECT_EQ(Own(token)->state(), v1::INVITATION_STATE_DELEGATED);
  ASSERT_EQ(Changes().back().kind(), "invitation.given_away");
  EXPECT_EQ(Changes().back().person(), kInvited);
  for (const absl::Status& refused :
       {Send(With(event, token)).status(), Answer(token, v1::ANSWER_YES).status(),
        Delegate(token, "ewa@example.org").status()}) {
    EXPECT_THAT(refused, StatusIs(kUnmet, Reason("INVITATION_DELEGATED")));
  }
  EXPECT_EQ(Invite(event, {kInvited})->already_invited(), 1);
  EXPECT_EQ(Get(event)->seats().confirmed(), 1) << "that of the heir";
}

TEST_P(DelegationTest, AnInvitationIsPassedOnOnceAndNotForEver) {
  const std::string event = EventFor(5);
  std::string token = TokenOf(For(event, {kInvited}));
  for (const char* email : {"a@example.org", "b@example.org", "c@example.org"}) {
    const auto given = Delegate(token, email);
    ASSERT_THAT(given, IsOk());
    token = LinksOf(given->delegated_to()).answer_token();
  }
  EXPECT_THAT(Delegate(token, "d@example.org"),
              StatusIs(kUnmet, Reason("DELEGATION_LIMIT_REACHED")));
}

TEST_P(DelegationTest, WhoPassedTheInvitationOnIsInvitedAgainOnceTheColleagueIsNot) {
  const std::string event = EventFor(5);
  const std::string token = TokenOf(For(event, {kInvited}));
  const auto first = Delegate(token, "a@example.org");
  ASSERT_THAT(first, IsOk());
  const auto second = Delegate(LinksOf(first->delegated_to()).answer_token(), "b@example.org");
  ASSERT_THAT(second, IsOk());
  const std::string last = second->delegated_to();
  const auto made = Send(With(event, LinksOf(last).answer_token()));
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(Invite(event, {kInvited})->already_invited(), 1);
  v1::RevokeInvitationRequest revoke;
  revoke.set_name(last);
  ASSERT_THAT(RevokeInvitation(revoke), IsOk());
  EXPECT_EQ(Invite(event, {kInvited})->already_invited(), 1) << "the colleague holds a place yet";
  ASSERT_THAT(CancelRegistration(made->name()), IsOk());
  const auto again = Invite(event, {kInvited});
  ASSERT_THAT(again, IsOk());
  ASSERT_EQ(again->invitations_size(), 1);
  EXPECT_EQ(again->invitations(0).name(), first->name());
  EXPECT_EQ(again->invitations(0).state(), v1::INVITATION_STATE_OPEN);
  EXPECT_EQ(again->invitations(0).delegated_to(), "");
  EXPECT_EQ(Changes().back().kind(), "invitation.created");
  EXPECT_THAT(Send(With(event, token)), IsOk());
}

TEST_P(DelegationTest, NobodyIsInvitedTwiceByPassingOn) {
  v1::Event open = Meeting(5, 0, v1::ADMISSION_OPEN);
  const std::string event = Create(open)->name();
  ASSERT_THAT(Publish(event), IsOk());
  registry().addresses = {{kInvited, "m@example.org"}, {kColleague, "o@example.org"}};
  const auto made = CreateInvitations(For(event, {kInvited, kColleague}));
  ASSERT_EQ(made->invitations_size(), 2);
  const std::string token = LinksOf(made->invitations(0).name()).answer_token();
  EXPECT_THAT(Delegate(token, "O@example.org"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_INVITED")));
  ASSERT_THAT(SignUp(event, "zofia@example.org"), IsOk());
  EXPECT_THAT(Delegate(token, "zofia@example.org"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  ASSERT_THAT(Send(With(event, token)), IsOk());
  EXPECT_THAT(Delegate(token, "jan@example.org"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
}

TEST_P(DelegationTest, PassingOnIsIdempotentAndSaysEverythingThatIsWrong) {
  const std::string token = TokenOf(For(EventFor(5), {kInvited}));
  v1::DelegateInvitationRequest request = To(token, "no address");
  request.mutable_delegate()->set_special_needs("wózek");
  request.mutable_delegate()->clear_given_name();
  EXPECT_THAT(DelegateInvitation(request, ""),
              ::testing::AllOf(
                  StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("delegate.email")),
                  HasViolation("delegate.special_needs"), HasViolation("delegate.given_name")));
  request = To(token, "zofia@example.org");
  request.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1d02");
  const auto first = DelegateInvitation(request, "");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(DelegateInvitation(request, "")->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(Own("forged"), StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
}

}  // namespace
}  // namespace wici::registration
