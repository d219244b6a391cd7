#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class StatisticsServiceTest : public RegistrationTest {
 protected:
  absl::StatusOr<v1::EventStatistics> Groups(const std::string& event, const std::string& token) {
    v1::GetEventStatisticsRequest request;
    request.set_name(event);
    request.set_with_groups(true);
    return GetEventStatistics(request, token);
  }
  void LetIn(const v1::Registration& registration) {
    v1::CheckInRequest request;
    request.set_parent(registration.name().substr(0, registration.name().find("/registrations/")));
    request.set_registration(registration.name());
    EXPECT_THAT(CheckIn(request, Door()), IsOk());
  }
  // The group with `key`, or one without key.
  static v1::StatisticsGroup Find(const v1::EventStatistics& statistics, const std::string& key) {
    for (const v1::StatisticsGroup& group : statistics.groups()) {
      if (group.key() == key) return group;
    }
    return {};
  }
};
WICI_ON_EVERY_ENGINE(StatisticsServiceTest);

TEST_P(StatisticsServiceTest, WhoWasInvitedAnsweredRegisteredAndCameIsCountedByGroup) {
  const std::string event = OpenEvent(50);
  const std::string press = AddCategory(event, "press", 20);
  const auto invited =
      Invite(event, {"clusters/a/contacts/m", "clusters/a/contacts/n", "clusters/b/contacts/m"});
  ASSERT_THAT(invited, IsOk());
  for (const v1::Invitation& invitation : invited->invitations()) {
    if (invitation.person() != "clusters/a/contacts/m") continue;
    v1::AnswerInvitationRequest answer;
    answer.set_token(LinksOf(invitation.name()).answer_token());
    answer.set_answer(v1::ANSWER_YES);
    ASSERT_THAT(AnswerInvitation(answer, ""), IsOk());
    v1::CreateRegistrationRequest request;
    request.set_parent(event);
    request.set_invitation_token(answer.token());
    const auto registration = Send(request);
    ASSERT_THAT(registration, IsOk());
    LetIn(*registration);
  }
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(SignUp(event, absl::StrCat("p", i, "@example.org"), press), IsOk());
  }
  const auto statistics = Groups(event, Organiser());
  ASSERT_THAT(statistics, IsOk());
  EXPECT_EQ(statistics->invited(), 3);
  EXPECT_EQ(statistics->answered(), 1);
  EXPECT_EQ(statistics->registered(), 7);
  EXPECT_EQ(statistics->came(), 1);
  const v1::StatisticsGroup cluster = Find(*statistics, "clusters/a");
  EXPECT_EQ(cluster.kind(), v1::StatisticsGroup::KIND_CLUSTER);
  EXPECT_EQ(cluster.invited(), 2);
  EXPECT_EQ(cluster.answered(), 1);
  EXPECT_EQ(cluster.registered(), 1);
  EXPECT_EQ(cluster.came(), 1);
  EXPECT_EQ(Find(*statistics, press).registered(), 6);
  EXPECT_EQ(Find(*statistics, press).kind(), v1::StatisticsGroup::KIND_CATEGORY);
}

TEST_P(StatisticsServiceTest, ADelegateCountsForTheClusterOfWhoPassedTheInvitationOn) {
  const std::string event = OpenEvent(50);
  const auto invited = Invite(event, {"clusters/a/contacts/m", "clusters/b/contacts/m"});
  ASSERT_THAT(invited, IsOk());
  for (const v1::Invitation& invitation : invited->invitations()) {
    const bool of_a = invitation.person() == "clusters/a/contacts/m";
    v1::DelegateInvitationRequest pass_on;
    pass_on.set_token(LinksOf(invitation.name()).answer_token());
    *pass_on.mutable_delegate() = RequestFor("", of_a ? "a@x.org" : "b@x.org").person();
    const auto given = DelegateInvitation(pass_on, "");
    ASSERT_THAT(given, IsOk());
    v1::CreateRegistrationRequest request;
    request.set_parent(event);
    request.set_invitation_token(LinksOf(given->delegated_to()).answer_token());
    // One says themselves for whom they come.
    if (!of_a) request.mutable_registration()->set_party("clusters/c/members/firm");
    const auto registration = Send(request);
    ASSERT_THAT(registration, IsOk());
    LetIn(*registration);
  }
  const auto statistics = Groups(event, Organiser());
  ASSERT_THAT(statistics, IsOk());
  EXPECT_EQ(Find(*statistics, "clusters/a").registered(), 1);
  EXPECT_EQ(Find(*statistics, "clusters/a").came(), 1);
  EXPECT_EQ(Find(*statistics, "clusters/b").registered(), 0);
  EXPECT_EQ(Find(*statistics, "clusters/c").registered(), 1);
}

TEST_P(StatisticsServiceTest, WhoGetsThePlaceOfAContactCountsForItsCluster) {
  v1::Event wanted = Meeting(50, 0, v1::ADMISSION_OPEN);
  wanted.set_party_limit(1);
  const auto made = Create(wanted);
  ASSERT_THAT(made, IsOk());
  const std::string event = made->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto invited = Invite(event, {"clusters/a/contacts/m"});
  ASSERT_THAT(invited, IsOk());
  v1::CreateRegistrationRequest request;
  request.set_parent(event);
  request.set_invitation_token(LinksOf(invited->invitations(0).name()).answer_token());
  auto registration = Send(request);
  ASSERT_THAT(registration, IsOk());
  EXPECT_EQ(registration->cluster(), "") << "their own";
  for (const char* heir : {"a@x.org", "b@x.org"}) {
    v1::TransferOwnRegistrationRequest give;
    give.set_token(LinksOf(registration->name()).manage_token());
    *give.mutable_person() = RequestFor("", heir).person();
    registration = TransferOwnRegistration(give, "");
    ASSERT_THAT(registration, IsOk());
    EXPECT_EQ(registration->cluster(), "clusters/a");
    EXPECT_EQ(registration->party(), "") << "nobody has said so";
  }
  EXPECT_EQ(GetRegistration(registration->name())->cluster(), "clusters/a");
  LetIn(*registration);
  const auto statistics = Groups(event, Organiser());
  ASSERT_THAT(statistics, IsOk());
  EXPECT_EQ(Find(*statistics, "clusters/a").registered(), 1);
  EXPECT_EQ(Find(*statistics, "clusters/a").came(), 1);
  // And nothing of what the cluster may have is taken, nor given back.
  v1::CreateRegistrationRequest for_cluster = RequestFor(event, "c@x.org");
  for_cluster.mutable_registration()->set_party("clusters/a");
  EXPECT_THAT(Send(for_cluster), IsOk());
}

TEST_P(StatisticsServiceTest, SmallGroupsAreForTheOrganiserOnly) {
  const std::string event = OpenEvent(50);
  ASSERT_THAT(Invite(event, {"clusters/a/contacts/m"}), IsOk());
  EXPECT_EQ(Find(*Groups(event, Organiser()), "clusters/a").invited(), 1);
  for (const char* role : {"auditor", "partner-region", "door-staff"}) {
    const auto statistics = Groups(event, service_->grpc.Token(role));
    ASSERT_THAT(statistics, IsOk()) << role;
    EXPECT_TRUE(Find(*statistics, "clusters/a").hidden()) << role;
    EXPECT_EQ(Find(*statistics, "clusters/a").invited(), 0) << role;
  }
  // The organiser of another event is anybody here.
  const std::string other = Create(Meeting(5, 0, v1::ADMISSION_OPEN))->name();
  EXPECT_THAT(Groups(event, service_->grpc.Token("event-organiser", other)),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(StatisticsServiceTest, GroupsAreCountedWhenAskedFor) {
  const std::string event = OpenEvent(50);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  v1::GetEventStatisticsRequest request;
  request.set_name(event);
  EXPECT_EQ(GetEventStatistics(request)->groups_size(), 0);
  EXPECT_EQ(Groups(event, Organiser())->groups_size(), 1);
  EXPECT_THAT(Groups("events/none", Organiser()),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::registration
