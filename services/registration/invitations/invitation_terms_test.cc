// Invitations with terms: until when, for whose places, and with whom.
#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "services/registration/invitations/invitation_fixture.h"
#include "wici/people/v1/contact_point_service.pb.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

class InvitationTermsTest : public InvitationFixture {};
WICI_ON_EVERY_ENGINE(InvitationTermsTest);

TEST_P(InvitationTermsTest, APriorityOfAnAudienceComesFirstWhateverTheTime) {
  v1::Event wanted = Meeting(1, 10, v1::ADMISSION_INVITATION_ONLY);
  wanted.add_audiences()->set_audience_id("managers");
  wanted.mutable_audiences(0)->set_waiting_priority(8);
  EXPECT_THAT(Create(wanted), HasViolation("event.audiences[0].waiting_priority"));
  wanted.mutable_audiences(0)->set_waiting_priority(2);
  wanted.add_audiences()->set_audience_id("others");
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const std::string members = AddCategory(event, "members", 1, 0, 1);
  const std::string students = AddCategory(event, "students", 1, 0, 6);
  const auto invited = [&](const std::string& audience, int cluster, const std::string& category) {
    v1::CreateInvitationsRequest request =
        For(event, {absl::StrCat("clusters/c", cluster, "/contacts/m")});
    request.set_audience_id(audience);
    v1::CreateRegistrationRequest registration = With(event, TokenOf(request));
    registration.mutable_registration()->set_admission_category(category);
    const auto made = Send(registration);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  };
  const std::string seated = invited("", 1, "");
  const std::string student = invited("others", 2, students);
  const std::string first = invited("", 3, "");
  const std::string manager = invited("managers", 4, students);
  const std::string member = invited("managers", 5, members);
  const auto place = [this](const std::string& name) {
    return GetRegistration(name)->waiting_list_position();
  };
  EXPECT_EQ(place(member), 1) << "the category is before the audience";
  EXPECT_EQ(place(manager), 2) << "the audience is before the category";
  EXPECT_EQ(place(first), 3);
  EXPECT_EQ(place(student), 4) << "an audience without priority changes nothing";
  ASSERT_THAT(CancelRegistration(seated), IsOk());
  ASSERT_THAT(CancelRegistration(member), IsOk());
  EXPECT_EQ(StateOf(manager), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(InvitationTermsTest, PeopleTheRegistryDoesNotKnowAreInvitedByTheirAddress) {
  const std::string event = EventFor(5);
  registry().addresses = {{kInvited, "m@example.org"}};
  v1::CreateInvitationsRequest request = For(event, {kInvited});
  Name("Zofia", "zofia@example.org", request);
  Name("Zofia again", "ZOFIA@example.org", request);
  Name("The manager", "m@example.org", request);
  request.set_validate_only(true);
  const auto tried = CreateInvitations(request);
  ASSERT_THAT(tried, IsOk());
  ASSERT_EQ(tried->invitations_size(), 2);
  EXPECT_EQ(tried->invitations(1).person(), "") << "there is no such person yet";
  request.set_validate_only(false);
  request.set_request_id("6f1c1f0e-32f1-4dd4-9b57-0a1c2b3d4e60");
  const auto made = CreateInvitations(request);
  ASSERT_THAT(made, IsOk());
  ASSERT_EQ(made->invitations_size(), 2);
  EXPECT_EQ(made->invitations(0).person(), kInvited) << "who is a contact, too, is that contact";
  const v1::Invitation& zofia = made->invitations(1);
  EXPECT_EQ(zofia.person().rfind("persons/", 0), 0U);
  EXPECT_EQ(zofia.clusters_size(), 0);
  EXPECT_EQ(CreateInvitations(request)->invitations(1).name(), zofia.name()) << "the same request";

  // Once more, alone: invited already; and a contact with the address is the same person.
  v1::CreateInvitationsRequest again = For(event, {});
  Name("Zosia", "zofia@example.org", again);
  EXPECT_EQ(CreateInvitations(again)->already_invited(), 1);
  registry().addresses[kColleague] = "zofia@example.org";
  EXPECT_EQ(CreateInvitations(For(event, {kColleague}))->already_invited(), 1);

  const std::string token = LinksOf(zofia.name()).answer_token();
  const auto registered = Send(With(event, token));
  ASSERT_THAT(registered, IsOk());
  EXPECT_EQ(registered->person(), zofia.person());
  people::v1::BatchGetContactPointsRequest points;
  points.add_persons(zofia.person());
  points.set_purpose("invitation");
  const auto found = service_->grpc.Call<people::v1::BatchGetContactPointsResponse>(
      "wici.people.v1.ContactPointService/BatchGetContactPoints", points,
      service_->grpc.Token("service"));
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->contact_points_size(), 1);
  EXPECT_EQ(found->contact_points(0).email(), "zofia@example.org");
}

TEST_P(InvitationTermsTest, AnInviteeIsAContactOrHasDetails) {
  const std::string event = EventFor(5);
  v1::CreateInvitationsRequest request = For(event, {""});
  EXPECT_THAT(CreateInvitations(request), HasViolation("invitees[0].person"));
  request = For(event, {kInvited});
  request.mutable_invitees(0)->mutable_details()->set_given_name("Zofia");
  request.mutable_invitees(0)->mutable_details()->set_special_needs("tea");
  const auto wrong = CreateInvitations(request);
  EXPECT_THAT(wrong, HasViolation("invitees[0].person"));
  EXPECT_THAT(wrong, HasViolation("invitees[0].details.family_name"));
  EXPECT_THAT(wrong, HasViolation("invitees[0].details.email"));
  EXPECT_THAT(wrong, HasViolation("invitees[0].details.special_needs"));
}

TEST_P(InvitationTermsTest, AnInvitationNotAnsweredInTimeExpires) {
  const std::string event = EventFor(5);
  v1::CreateInvitationsRequest request = For(event, {kInvited});
  *request.mutable_reply_by_time() = At("2015-12-18T10:00:00Z");
  const std::string token = TokenOf(request);
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  clock().Set(Instant("2015-12-18T10:00:00Z"));
  // Also before the sweep.
  EXPECT_THAT(Answer(token, v1::ANSWER_YES), StatusIs(kUnmet, Reason("INVITATION_EXPIRED")));
  EXPECT_THAT(Send(With(event, token)), StatusIs(kUnmet, Reason("INVITATION_EXPIRED")));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  EXPECT_EQ(Own(token)->state(), v1::INVITATION_STATE_EXPIRED);
  EXPECT_EQ(Changes().back().kind(), "invitation.expired");
  EXPECT_THAT(Answer(token, v1::ANSWER_YES), StatusIs(kUnmet, Reason("INVITATION_EXPIRED")));
  EXPECT_EQ(LinksOf(Own(token)->name()).answer_token(), "");
  // Invited again, it is open again on the new terms.
  request.clear_reply_by_time();
  ASSERT_EQ(CreateInvitations(request)->invitations_size(), 1);
  EXPECT_THAT(Answer(token, v1::ANSWER_YES), IsOk());
}

TEST_P(InvitationTermsTest, WhoSaidYesInTimeRegistersLater) {
  const std::string event = EventFor(5);
  v1::CreateInvitationsRequest request = For(event, {kInvited});
  *request.mutable_reply_by_time() = At("2015-12-18T10:00:00Z");
  const std::string token = TokenOf(request);
  ASSERT_THAT(Answer(token, v1::ANSWER_YES), IsOk());
  clock().Set(Instant("2015-12-18T11:00:00Z"));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  EXPECT_THAT(Send(With(event, token)), IsOk());
}

TEST_P(InvitationTermsTest, WhoIsRegisteredWithdrawsBeforeTheySayNo) {
  const std::string event = EventFor(5);
  const std::string token = TokenOf(For(event, {kInvited}));
  const auto made = Send(With(event, token));
  ASSERT_THAT(made, IsOk());
  for (const v1::Answer answer : {v1::ANSWER_NO, v1::ANSWER_MAYBE}) {
    EXPECT_THAT(Answer(token, answer),
                StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  }
  EXPECT_THAT(Answer(token, v1::ANSWER_YES), IsOk());
  EXPECT_EQ(Statistics(event).answered_yes(), 1);
  v1::CancelOwnRegistrationRequest withdraw;
  withdraw.set_token(LinksOf(made->name()).manage_token());
  ASSERT_THAT(CancelOwnRegistration(withdraw, ""), IsOk());
  EXPECT_EQ(Answer(token, v1::ANSWER_NO)->answer(), v1::ANSWER_NO);
  EXPECT_EQ(Statistics(event).answered_no(), 1);
  EXPECT_EQ(Get(event)->seats().confirmed(), 0);
}

TEST_P(InvitationTermsTest, WhoSaysMaybeIsRemindedOnTheDayTheyNamed) {
  const std::string event = EventFor(5);
  const std::string token = TokenOf(For(event, {kInvited}));
  EXPECT_THAT(Answer(token, v1::ANSWER_YES, "2015-12-18T09:00:00Z"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("decide_by_time")));
  EXPECT_THAT(Answer(token, v1::ANSWER_MAYBE, "2015-12-18T12:00:01Z"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("decide_by_time")));
  const auto maybe = Answer(token, v1::ANSWER_MAYBE, "2015-12-18T09:00:00Z");
  ASSERT_THAT(maybe, IsOk());
  EXPECT_EQ(TimeOf(maybe->decide_by_time()), Instant("2015-12-18T09:00:00Z"));
  v1::RemindInvitationsRequest remind;
  remind.set_parent(event);
  EXPECT_EQ(RemindInvitations(remind)->reminded(), 0);
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  clock().Set(Instant("2015-12-18T09:00:00Z"));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(Changes().back().kind(), "invitation.reminded");
  EXPECT_EQ(Changes().back().person(), kInvited);
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(0));
  EXPECT_EQ(Own(token)->reminder_count(), 1);
  // The organiser may remind again, after a while.
  EXPECT_EQ(RemindInvitations(remind)->reminded(), 0);
  clock().Advance(absl::Hours(1));
  remind.mutable_min_interval()->set_seconds(3600);
  EXPECT_EQ(RemindInvitations(remind)->reminded(), 1);
}

TEST_P(InvitationTermsTest, RemindersGoOutInBatchesAndOnceInAnInterval) {
  const std::string event = EventFor(5);
  std::vector<std::string> people;
  for (int i = 0; i < 600; ++i) people.push_back(absl::StrCat("clusters/c/contacts/p", i));
  ASSERT_THAT(Invite(event, people), IsOk());
  for (std::string& person : people) person += "b";
  const auto second = Invite(event, people);
  ASSERT_THAT(second, IsOk());
  v1::RemindInvitationsRequest remind;
  remind.set_parent(event);
  const auto batch = RemindInvitations(remind);
  ASSERT_THAT(batch, IsOk());
  EXPECT_EQ(batch->reminded(), 1000);
  EXPECT_TRUE(batch->more());
  EXPECT_EQ(RemindInvitations(remind)->reminded(), 200);
  EXPECT_EQ(RemindInvitations(remind)->reminded(), 0);
  remind.add_names(second->invitations(0).name());
  EXPECT_EQ(RemindInvitations(remind)->reminded(), 0);
  remind.add_names(event + "/invitations/none");
  EXPECT_THAT(RemindInvitations(remind),
              StatusIs(absl::StatusCode::kNotFound, Reason("INVITATION_NOT_FOUND")));
}

TEST_P(InvitationTermsTest, AnInvitedPersonBringsOthersWithAndWithoutNames) {
  const std::string event = EventFor(5);
  v1::CreateInvitationsRequest request = For(event, {kInvited});
  request.set_plus_ones_max(2);
  const std::string token = TokenOf(request);
  EXPECT_THAT(Bring(event, token), StatusIs(kUnmet, Reason("PLUS_ONE_WITHOUT_HOST")));
  const auto host = Send(With(event, token));
  ASSERT_THAT(host, IsOk());
  const auto nameless = Bring(event, token);
  ASSERT_THAT(nameless, IsOk());
  EXPECT_EQ(nameless->person(), kInvited) << "who gets the ticket";
  EXPECT_TRUE(nameless->plus_one());
  const auto named = Bring(event, token, "gosia@example.org");
  ASSERT_THAT(named, IsOk());
  EXPECT_EQ(named->person().rfind("persons/", 0), 0U);
  EXPECT_THAT(Bring(event, token), StatusIs(kUnmet, Reason("PLUS_ONE_LIMIT_REACHED")));
  EXPECT_THAT(Own(token)->plus_ones(), ElementsAre(nameless->name(), named->name()));
  EXPECT_EQ(Own(token)->registration(), host->name());
  EXPECT_EQ(Get(event)->seats().confirmed(), 3);
  // One who does not come makes room for another, who is known by their address.
  ASSERT_THAT(CancelRegistration(nameless->name()), IsOk());
  EXPECT_THAT(Bring(event, token, "GOSIA@example.org"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  EXPECT_THAT(Bring(event, token), IsOk());
}

TEST_P(InvitationTermsTest, WhoIsBroughtGoesWithTheInvitedPerson) {
  const std::string event = EventFor(3, 5);
  v1::CreateInvitationsRequest request = For(event, {kInvited});
  request.set_plus_ones_max(2);
  const std::string token = TokenOf(request);
  const auto host = Send(With(event, token));
  const auto first = Bring(event, token);
  const auto second = Bring(event, token, "gosia@example.org");
  ASSERT_THAT(second, IsOk());
  const auto waiting = Send(With(event, TokenOf(For(event, {kColleague}))));
  ASSERT_THAT(waiting, IsOk());
  EXPECT_EQ(waiting->state(), v1::REGISTRATION_STATE_WAITLISTED);
  ASSERT_THAT(CancelRegistration(host->name()), IsOk());
  EXPECT_EQ(StateOf(first->name()), v1::REGISTRATION_STATE_CANCELLED);
  EXPECT_EQ(StateOf(second->name()), v1::REGISTRATION_STATE_CANCELLED);
  EXPECT_EQ(StateOf(waiting->name()), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
  EXPECT_EQ(Own(token)->plus_ones_size(), 0);
  EXPECT_THAT(Bring(event, token), StatusIs(kUnmet, Reason("PLUS_ONE_WITHOUT_HOST")));
  ASSERT_THAT(Send(With(event, token)), IsOk());
  EXPECT_THAT(Bring(event, token), IsOk());
}

TEST_P(InvitationTermsTest, PlusOneNeedsAnInvitationAndNoHold) {
  v1::CreateRegistrationRequest request = RequestFor(EventFor(5), "a@example.org");
  request.set_plus_one(true);
  request.mutable_hold_duration()->set_seconds(600);
  EXPECT_THAT(Send(request), ::testing::AllOf(StatusIs(absl::StatusCode::kInvalidArgument,
                                                       HasViolation("invitation_token")),
                                              HasViolation("hold_duration")));
}

TEST_P(InvitationTermsTest, AnAudienceTakesNoMorePlacesThanItsOwn) {
  const std::string event = EventFor(10, 0, 2);
  v1::CreateInvitationsRequest request =
      For(event, {kInvited, "clusters/c/contacts/a", "clusters/c/contacts/b"});
  request.set_audience_id("managers");
  request.set_plus_ones_max(1);
  const auto made = CreateInvitations(request);
  ASSERT_EQ(made->invitations_size(), 3);
  std::vector<std::string> tokens;
  for (const auto& one : made->invitations()) tokens.push_back(LinksOf(one.name()).answer_token());
  const auto first = Send(With(event, tokens[0]));
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->audience(), event + "/audiences/managers");
  ASSERT_THAT(Bring(event, tokens[0]), IsOk());
  EXPECT_THAT(Send(With(event, tokens[1])), StatusIs(kUnmet, Reason("QUOTA_FULL")));
  // Others are not concerned.
  EXPECT_THAT(Send(With(event, TokenOf(For(event, {kColleague})))), IsOk());
  ASSERT_THAT(CancelRegistration(first->name()), IsOk());
  EXPECT_THAT(Send(With(event, tokens[1])), IsOk());
  EXPECT_THAT(Send(With(event, tokens[2])), IsOk());
}

TEST_P(InvitationTermsTest, WhoLacksAPlaceOfTheirAudienceWaitsForOne) {
  const std::string event = EventFor(10, 5, 1);
  v1::CreateInvitationsRequest request = For(event, {kInvited, kColleague});
  request.set_audience_id("managers");
  const auto made = CreateInvitations(request);
  const auto first = Send(With(event, LinksOf(made->invitations(0).name()).answer_token()));
  const auto second = Send(With(event, LinksOf(made->invitations(1).name()).answer_token()));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->state(), v1::REGISTRATION_STATE_WAITLISTED);
  // More places for the audience, and it moves up.
  v1::UpdateEventRequest update;
  update.mutable_event()->set_name(event);
  update.mutable_event()->add_audiences()->set_audience_id("managers");
  update.mutable_event()->mutable_audiences(0)->set_places_max(2);
  update.mutable_update_mask()->add_paths("audiences");
  ASSERT_THAT(UpdateEvent(update), IsOk());
  EXPECT_EQ(StateOf(second->name()), v1::REGISTRATION_STATE_CONFIRMED);
  update.mutable_event()->mutable_audiences(0)->set_places_max(1);
  EXPECT_THAT(UpdateEvent(update), StatusIs(kUnmet, Reason("QUOTA_BELOW_TAKEN")));
  update.mutable_event()->clear_audiences();
  EXPECT_THAT(UpdateEvent(update),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event.audiences")));
}

TEST_P(InvitationTermsTest, ManyAtOnceTakeNoMoreThanTheAudienceHas) {
  const std::string event = EventFor(100, 0, 5);
  std::vector<std::string> people;
  for (int i = 0; i < 16; ++i) people.push_back(absl::StrCat("clusters/c/contacts/p", i));
  v1::CreateInvitationsRequest request = For(event, people);
  request.set_audience_id("managers");
  const auto made = CreateInvitations(request);
  ASSERT_EQ(made->invitations_size(), 16);
  std::vector<v1::CreateRegistrationRequest> requests;
  for (const auto& one : made->invitations()) {
    requests.push_back(With(event, LinksOf(one.name()).answer_token()));
  }
  std::vector<absl::Status> answers(requests.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    threads.emplace_back([&, i] { answers[i] = Send(requests[i]).status(); });
  }
  for (std::thread& thread : threads) thread.join();
  const auto count = [&answers](std::string_view reason) {
    return std::count_if(answers.begin(), answers.end(), [reason](const absl::Status& status) {
      return ErrorReason(status) == reason;
    });
  };
  EXPECT_EQ(count(""), 5);
  EXPECT_EQ(count("QUOTA_FULL"), 11);
  EXPECT_EQ(Statistics(event).audiences(0).places_taken(), 5);
}

TEST_P(InvitationTermsTest, StatisticsCountEachInvitationOnceByAudience) {
  const std::string event = EventFor(10, 0, 5);
  v1::CreateInvitationsRequest request = For(event, {});
  for (int i = 0; i < 6; ++i) {
    request.add_invitees()->set_person(absl::StrCat("clusters/c/contacts/p", i));
  }
  request.set_audience_id("managers");
  *request.mutable_reply_by_time() = At("2015-12-18T10:00:00Z");
  const auto made = CreateInvitations(request);
  ASSERT_EQ(made->invitations_size(), 6);
  std::vector<std::string> tokens;
  for (const auto& one : made->invitations()) tokens.push_back(LinksOf(one.name()).answer_token());
  ASSERT_THAT(Send(With(event, tokens[0])), IsOk());
  ASSERT_THAT(Answer(tokens[1], v1::ANSWER_NO), IsOk());
  ASSERT_THAT(Answer(tokens[2], v1::ANSWER_MAYBE), IsOk());
  const auto given = Delegate(tokens[3], "zofia@example.org");
  ASSERT_THAT(given, IsOk());
  ASSERT_THAT(Answer(LinksOf(given->delegated_to()).answer_token(), v1::ANSWER_YES), IsOk());
  v1::RevokeInvitationRequest revoke;
  revoke.set_name(made->invitations(4).name());
  ASSERT_THAT(RevokeInvitation(revoke), IsOk());
  ASSERT_THAT(Invite(event, {kColleague}), IsOk());
  clock().Set(Instant("2015-12-18T10:00:00Z"));
  EXPECT_THAT(sweep().RunOnce(), IsOkAndHolds(2));

  const v1::EventStatistics all = Statistics(event);
  EXPECT_EQ(all.invited(), 7);
  EXPECT_EQ(all.answered_yes(), 2);
  EXPECT_EQ(all.answered_no(), 1);
  EXPECT_EQ(all.answered_maybe(), 0);
  EXPECT_EQ(all.not_answered(), 1);
  EXPECT_EQ(all.delegated(), 1);
  EXPECT_EQ(all.expired(), 2);
  ASSERT_EQ(all.audiences_size(), 2);
  EXPECT_EQ(all.audiences(0).audience(), "");
  EXPECT_EQ(all.audiences(0).not_answered(), 1);
  EXPECT_EQ(all.audiences(1).audience(), event + "/audiences/managers");
  EXPECT_EQ(all.audiences(1).invited(), 6);
  EXPECT_EQ(all.audiences(1).places_taken(), 1);
}

}  // namespace
}  // namespace wici::registration
