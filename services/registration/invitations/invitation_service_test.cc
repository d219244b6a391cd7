#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using cluster_registry::v1::AudienceRow;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr char kManager[] = "clusters/btm/contacts/manager";
constexpr char kOther[] = "clusters/mkch/contacts/manager";

class InvitationServiceTest : public RegistrationTest {
 protected:
  std::string InvitationOnlyEvent(int capacity = 5) {
    const auto event = Create(Meeting(capacity, 0, v1::ADMISSION_INVITATION_ONLY));
    EXPECT_THAT(event, IsOk());
    EXPECT_THAT(Publish(event->name()), IsOk());
    return event->name();
  }
  v1::CreateInvitationsRequest ByRule(const std::string& event) {
    v1::CreateInvitationsRequest request;
    request.set_parent(event);
    request.mutable_audience()->mutable_rule()->mutable_region()->set_region("regions/mazovia");
    return request;
  }
  void AddRow(const std::string& contact, const std::string& cluster, AudienceRow::Outcome outcome,
              const std::string& predicate) {
    AudienceRow& row = *registry().response.add_rows();
    row.set_contact(contact);
    row.set_cluster(cluster);
    row.set_outcome(outcome);
    auto& result = outcome == AudienceRow::OUTCOME_MATCHED ? *row.add_matched_predicates()
                                                           : *row.add_unknown_predicates();
    result.set_predicate(predicate);
  }
  absl::StatusOr<v1::Invitation> Answer(const std::string& token, v1::Answer answer) {
    v1::AnswerInvitationRequest request;
    request.set_token(token);
    request.set_answer(answer);
    return AnswerInvitation(request, "");
  }
  absl::StatusOr<v1::Registration> RegisterWith(const std::string& event,
                                                const std::string& token) {
    v1::CreateRegistrationRequest request;
    request.set_parent(event);
    request.set_invitation_token(token);
    return Send(request);
  }
};
WICI_ON_EVERY_ENGINE(InvitationServiceTest);

TEST_P(InvitationServiceTest, WhomTheRuleMatchesIsInvitedAndTheUnknownGoToReview) {
  const std::string event = InvitationOnlyEvent();
  AddRow(kManager, "clusters/btm", AudienceRow::OUTCOME_MATCHED, "label BRONZE VALID");
  AddRow(kOther, "clusters/mkch", AudienceRow::OUTCOME_REVIEW, "label BRONZE");
  const auto response = CreateInvitations(ByRule(event));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(registry().asked.on_date(), "2015-12-18");
  ASSERT_EQ(response->invitations_size(), 1);
  EXPECT_EQ(response->invitations(0).person(), kManager);
  EXPECT_EQ(response->invitations(0).reasons(0).predicates(0), "label BRONZE VALID");
  ASSERT_EQ(response->review_size(), 1);
  EXPECT_EQ(response->review(0).person(), kOther);
  EXPECT_EQ(Changes().back().kind(), "invitation.created");
  EXPECT_EQ(Changes().back().person(), kManager);
}

TEST_P(InvitationServiceTest, APersonOfTwoClustersGetsOneInvitationWithBothReasons) {
  const std::string event = InvitationOnlyEvent();
  AddRow(kManager, "clusters/btm", AudienceRow::OUTCOME_MATCHED, "role MANAGER");
  AddRow(kManager, "clusters/mkch", AudienceRow::OUTCOME_MATCHED, "role MANAGER");
  const auto response = CreateInvitations(ByRule(event));
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->invitations_size(), 1);
  EXPECT_THAT(response->invitations(0).clusters(), ElementsAre("clusters/btm", "clusters/mkch"));
  EXPECT_EQ(response->invitations(0).reasons_size(), 2);

  // Invited again by name: the same invitation, with a reason more.
  const auto again = Invite(event, {kManager});
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->invitations_size(), 0);
  EXPECT_EQ(again->already_invited(), 1);
  v1::GetInvitationRequest get;
  get.set_name(response->invitations(0).name());
  EXPECT_EQ(GetInvitation(get)->reasons_size(), 3);
}

TEST_P(InvitationServiceTest, EachClusterOfAPersonHasItsOwnReasons) {
  AddRow(kManager, "clusters/btm", AudienceRow::OUTCOME_MATCHED, "label BRONZE");
  AudienceRow& row = *registry().response.mutable_rows(0);
  row.add_merged_contacts(kOther);
  auto& result = *row.add_matched_predicates();
  result.set_predicate("role MANAGER");
  result.set_contact(kOther);
  const auto response = CreateInvitations(ByRule(InvitationOnlyEvent()));
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->invitations_size(), 1);
  ASSERT_EQ(response->invitations(0).reasons_size(), 2);
  EXPECT_THAT(response->invitations(0).reasons(0).predicates(), ElementsAre("label BRONZE"));
  EXPECT_THAT(response->invitations(0).reasons(1).predicates(), ElementsAre("role MANAGER"));
}

// The registry refuses a token with another question than it was given for.
TEST_P(InvitationServiceTest, TheNextPageOfAnAudienceIsTheSameQuestion) {
  AddRow(kManager, "clusters/btm", AudienceRow::OUTCOME_MATCHED, "label BRONZE");
  registry().response.set_next_page_token("next");
  registry().response.mutable_known_at()->set_seconds(1450396800);
  AudienceRow& row = *registry().last_page.add_rows();
  row.set_contact(kOther);
  row.set_outcome(AudienceRow::OUTCOME_MATCHED);
  const auto response = CreateInvitations(ByRule(InvitationOnlyEvent()));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->invitations_size(), 2);
  EXPECT_EQ(registry().asked.page_token(), "next");
  EXPECT_FALSE(registry().asked.has_known_at());
}

TEST_P(InvitationServiceTest, AnEmptyAudienceMustBeWanted) {
  const std::string event = InvitationOnlyEvent();
  v1::CreateInvitationsRequest request = ByRule(event);
  EXPECT_THAT(CreateInvitations(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("AUDIENCE_EMPTY")));
  request.set_allow_empty(true);
  EXPECT_THAT(CreateInvitations(request), IsOk());
  request.clear_audience();
  EXPECT_THAT(CreateInvitations(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("audience")));
}

TEST_P(InvitationServiceTest, ATooLargeAudienceIsRefused) {
  const std::string event = InvitationOnlyEvent();
  for (int i = 0; i <= 5000; ++i) {
    AddRow(absl::StrCat("clusters/c/contacts/", i), "clusters/c", AudienceRow::OUTCOME_MATCHED, "");
  }
  EXPECT_THAT(CreateInvitations(ByRule(event)),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("AUDIENCE_TOO_LARGE")));
}

TEST_P(InvitationServiceTest, WithoutTheRegistryTheCallerIsToldToTryAgain) {
  const std::string event = InvitationOnlyEvent();
  // Nor is it their fault that the registry does not know this service.
  for (const absl::Status& error :
       {absl::UnavailableError("restarting"), absl::UnauthenticatedError("another key"),
        absl::PermissionDeniedError("no role")}) {
    registry().error = error;
    EXPECT_THAT(CreateInvitations(ByRule(event)),
                StatusIs(absl::StatusCode::kUnavailable, Reason("REGISTRY_UNAVAILABLE")));
  }
}

TEST_P(InvitationServiceTest, AnAnswerIsTakenByTheLinkAndMayChange) {
  const std::string event = InvitationOnlyEvent();
  const std::string name = Invite(event, {kManager})->invitations(0).name();
  const std::string token = LinksOf(name).answer_token();
  EXPECT_THAT(Answer(token, v1::ANSWER_UNSPECIFIED),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("answer")));
  EXPECT_EQ(Answer(token, v1::ANSWER_MAYBE)->answer(), v1::ANSWER_MAYBE);
  const auto no = Answer(token, v1::ANSWER_NO);
  ASSERT_THAT(no, IsOk());
  EXPECT_EQ(TimeOf(no->answer_time()), clock().Now());
  v1::GetEventStatisticsRequest request;
  request.set_name(event);
  const auto statistics = GetEventStatistics(request);
  ASSERT_THAT(statistics, IsOk());
  EXPECT_EQ(statistics->invited(), 1);
  EXPECT_EQ(statistics->answered_no(), 1);

  clock().Set(Instant("2015-12-18T12:00:00Z"));
  EXPECT_THAT(Answer(token, v1::ANSWER_YES),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGISTRATION_CLOSED")));
}

TEST_P(InvitationServiceTest, AnInvitedPersonRegistersWithTheLinkAndIsTheContact) {
  const std::string event = InvitationOnlyEvent();
  EXPECT_THAT(SignUp(event, "stranger@example.org"),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("INVITATION_REQUIRED")));
  const std::string name = Invite(event, {kManager})->invitations(0).name();
  const std::string token = LinksOf(name).answer_token();
  const auto registration = RegisterWith(event, token);
  ASSERT_THAT(registration, IsOk());
  EXPECT_EQ(registration->person(), kManager);
  EXPECT_EQ(registration->invitation(), name);
  EXPECT_EQ(registration->source(), v1::REGISTRATION_SOURCE_INVITATION);
  EXPECT_THAT(RegisterWith(event, token),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  v1::GetInvitationRequest get;
  get.set_name(name);
  const auto invitation = GetInvitation(get);
  EXPECT_EQ(invitation->answer(), v1::ANSWER_YES);
  EXPECT_EQ(invitation->registration(), registration->name());
  // The link opens no other event.
  EXPECT_THAT(RegisterWith(InvitationOnlyEvent(), token),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
}

TEST_P(InvitationServiceTest, ARevokedInvitationOpensNothing) {
  const std::string event = InvitationOnlyEvent();
  const std::string name = Invite(event, {kManager})->invitations(0).name();
  const std::string token = LinksOf(name).answer_token();
  v1::RevokeInvitationRequest revoke;
  revoke.set_name(name);
  EXPECT_THAT(RevokeInvitation(revoke), IsOk());
  EXPECT_THAT(RevokeInvitation(revoke),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("INVITATION_REVOKED")));
  EXPECT_THAT(Answer(token, v1::ANSWER_YES),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("INVITATION_REVOKED")));
  EXPECT_THAT(RegisterWith(event, token),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("INVITATION_REVOKED")));
  EXPECT_EQ(LinksOf(name).answer_token(), "");
}

TEST_P(InvitationServiceTest, RemindersGoToThoseWhoHaveNotAnswered) {
  const std::string event = InvitationOnlyEvent();
  const auto invited = Invite(event, {kManager, kOther});
  Answer(LinksOf(invited->invitations(0).name()).answer_token(), v1::ANSWER_NO).IgnoreError();
  v1::RemindInvitationsRequest remind;
  remind.set_parent(event);
  const auto response = RemindInvitations(remind);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->reminded(), 1);
  EXPECT_FALSE(response->more());
  EXPECT_EQ(Changes().back().kind(), "invitation.reminded");
  EXPECT_EQ(Changes().back().person(), kOther);
  EXPECT_EQ(RemindInvitations(remind)->reminded(), 0) << "within a day";

  v1::ListInvitationsRequest list;
  list.set_parent(event);
  list.add_answers(v1::ANSWER_UNSPECIFIED);
  const auto open = ListInvitations(list);
  ASSERT_EQ(open->invitations_size(), 1);
  EXPECT_EQ(open->invitations(0).reminder_count(), 1);
}

TEST_P(InvitationServiceTest, NobodyIsInvitedToADraftOrACancelledEvent) {
  const std::string event = Create(Meeting(5, 0, v1::ADMISSION_INVITATION_ONLY))->name();
  EXPECT_THAT(Invite(event, {kManager}),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_NOT_PUBLISHED")));
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(Invite(event, {kManager}),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(InvitationServiceTest, AContactOfTheSamePersonIsNotInvitedAgain) {
  const std::string event = InvitationOnlyEvent();
  AddRow(kManager, "clusters/btm", AudienceRow::OUTCOME_MATCHED, "role MANAGER");
  registry().response.mutable_rows(0)->add_merged_contacts(kOther);
  ASSERT_EQ(CreateInvitations(ByRule(event))->invitations_size(), 1);
  EXPECT_EQ(Invite(event, {kOther})->already_invited(), 1);
}

TEST_P(InvitationServiceTest, TwoContactsWithOneAddressAreOnePerson) {
  const std::string event = InvitationOnlyEvent();
  registry().addresses = {{kManager, "lucja@example.org"}, {kOther, "Lucja@Example.org"}};
  EXPECT_EQ(Invite(event, {kManager})->invitations_size(), 1);
  const auto again = Invite(event, {kOther});
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->invitations_size(), 0);
  EXPECT_EQ(again->already_invited(), 1);
  const auto both = Invite(InvitationOnlyEvent(), {kOther, kManager});
  ASSERT_EQ(both->invitations_size(), 1);
  EXPECT_THAT(both->invitations(0).clusters(), ElementsAre("clusters/mkch", "clusters/btm"));
  // Nor is the address kept.
  for (const std::string& text : AllTexts()) {
    EXPECT_EQ(text.find("example.org"), std::string::npos) << text;
  }
}

TEST_P(InvitationServiceTest, WhoIsInvitedCannotTakeASecondSeatWithTheSameAddress) {
  const std::string event = OpenEvent(5);
  registry().addresses = {{kManager, "lucja@example.org"}};
  const std::string name = Invite(event, {kManager})->invitations(0).name();
  ASSERT_THAT(SignUp(event, "LUCJA@example.org"), IsOk());
  EXPECT_THAT(RegisterWith(event, LinksOf(name).answer_token()),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
}

TEST_P(InvitationServiceTest, WhatDecidedInTheRegistryIsKeptWithTheReason) {
  AddRow(kManager, "clusters/btm", AudienceRow::OUTCOME_MATCHED, "label BRONZE VALID");
  registry().response.mutable_rows(0)->mutable_matched_predicates(0)->set_resource(
      "clusters/btm/labels/bronze");
  const auto response = CreateInvitations(ByRule(InvitationOnlyEvent()));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->invitations(0).reasons(0).cluster(), "clusters/btm");
  EXPECT_THAT(response->invitations(0).reasons(0).records(),
              ElementsAre("clusters/btm/labels/bronze"));
}

TEST_P(InvitationServiceTest, ARevokedInvitationIsOpenedAgainByInvitingAgain) {
  const std::string event = InvitationOnlyEvent();
  const std::string name = Invite(event, {kManager})->invitations(0).name();
  v1::RevokeInvitationRequest revoke;
  revoke.set_name(name);
  ASSERT_THAT(RevokeInvitation(revoke), IsOk());
  const auto again = Invite(event, {kManager});
  ASSERT_THAT(again, IsOk());
  ASSERT_EQ(again->invitations_size(), 1);
  EXPECT_EQ(again->invitations(0).name(), name);
  EXPECT_EQ(Changes().back().kind(), "invitation.created");
  EXPECT_THAT(RegisterWith(event, LinksOf(name).answer_token()), IsOk());
}

TEST_P(InvitationServiceTest, ADryRunInvitesNobody) {
  const std::string event = InvitationOnlyEvent();
  v1::CreateInvitationsRequest request;
  request.set_parent(event);
  request.add_invitees()->set_person(kManager);
  request.set_validate_only(true);
  const auto tried = CreateInvitations(request);
  ASSERT_THAT(tried, IsOk());
  ASSERT_EQ(tried->invitations_size(), 1);
  EXPECT_EQ(tried->invitations(0).name(), "");
  EXPECT_EQ(Invite(event, {kManager})->already_invited(), 0);
}

TEST_P(InvitationServiceTest, TheSameRequestTwiceInvitesOnce) {
  v1::CreateInvitationsRequest request;
  request.set_parent(InvitationOnlyEvent());
  request.add_invitees()->set_person(kManager);
  request.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1d01");
  const auto first = CreateInvitations(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(CreateInvitations(request)->SerializeAsString(), first->SerializeAsString());
  request.set_plus_ones_max(1);
  EXPECT_THAT(CreateInvitations(request),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

TEST_P(InvitationServiceTest, EveryViolationOfTheTermsIsNamed) {
  v1::CreateInvitationsRequest request;
  request.set_parent(InvitationOnlyEvent());
  request.add_invitees()->set_person(kManager);
  request.set_plus_ones_max(11);
  request.set_audience_id("Łódź");
  request.mutable_reply_by_time()->set_nanos(-1);
  EXPECT_THAT(
      CreateInvitations(request),
      ::testing::AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("plus_ones_max")),
                       HasViolation("audience_id"), HasViolation("reply_by_time")));
  request.set_plus_ones_max(1);
  request.set_audience_id("unknown");
  request.clear_reply_by_time();
  EXPECT_THAT(CreateInvitations(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("audience_id")));
  request.clear_audience_id();
  *request.mutable_reply_by_time() = At("2015-12-19T12:00:00Z");
  EXPECT_THAT(CreateInvitations(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("reply_by_time")));
  v1::RemindInvitationsRequest remind;
  remind.set_parent(request.parent());
  remind.add_names("events/other/invitations/i");
  remind.mutable_min_interval()->set_seconds(60);
  EXPECT_THAT(
      RemindInvitations(remind),
      ::testing::AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("names[0]")),
                       HasViolation("min_interval")));
}

TEST_P(InvitationServiceTest, AnUnknownInvitationIsNotFound) {
  v1::GetInvitationRequest get;
  get.set_name("events/none/invitations/none");
  EXPECT_THAT(GetInvitation(get),
              StatusIs(absl::StatusCode::kNotFound, Reason("INVITATION_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::registration
