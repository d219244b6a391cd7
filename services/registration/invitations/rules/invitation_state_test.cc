// What may be done with an invitation, and who is one person.
#include "services/registration/invitations/rules/invitation_state.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/invitations/rules/invitation_rules.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr absl::StatusCode kFailed = absl::StatusCode::kFailedPrecondition;

absl::Time Day(int day) { return absl::FromUnixSeconds(1450000000) + absl::Hours(24 * day); }

v1::Invitation Open(v1::Answer answer, int reply_by = 0) {
  v1::Invitation invitation;
  invitation.set_name("events/e/invitations/i");
  invitation.set_state(v1::INVITATION_STATE_OPEN);
  invitation.set_answer(answer);
  if (reply_by > 0) SetTimestamp(Day(reply_by), *invitation.mutable_reply_by_time());
  return invitation;
}

WantedPerson Wanted(const std::string& person, const std::vector<std::string>& known_as) {
  WantedPerson wanted;
  wanted.invitation.set_person(person);
  wanted.invitation.add_clusters(person);
  wanted.known_as = known_as;
  return wanted;
}

TEST(InvitationStateTest, IsAnsweredUntilItsTimeAndYesOpensRegistrationAfterwards) {
  const v1::Invitation invitation = Open(v1::ANSWER_UNSPECIFIED, 2);
  EXPECT_THAT(CheckAnswerable(invitation, Day(1)), IsOk());
  EXPECT_THAT(CheckAnswerable(invitation, Day(2)), StatusIs(kFailed, Reason("INVITATION_EXPIRED")));
  EXPECT_THAT(CheckOpensRegistration(invitation, Day(2)),
              StatusIs(kFailed, Reason("INVITATION_EXPIRED")));
  EXPECT_THAT(CheckOpensRegistration(Open(v1::ANSWER_YES, 2), Day(3)), IsOk());
  EXPECT_THAT(CheckAnswerable(Open(v1::ANSWER_YES, 2), Day(3)),
              StatusIs(kFailed, Reason("INVITATION_EXPIRED")));
}

TEST(InvitationStateTest, ExpiresUnlessItIsDecided) {
  EXPECT_EQ(TimesOf(Open(v1::ANSWER_UNSPECIFIED, 2)).expires, Day(2));
  EXPECT_EQ(TimesOf(Open(v1::ANSWER_MAYBE, 2)).expires, Day(2));
  EXPECT_EQ(TimesOf(Open(v1::ANSWER_YES, 2)).expires, std::nullopt);
  EXPECT_EQ(TimesOf(Open(v1::ANSWER_NO, 2)).expires, std::nullopt);
  EXPECT_EQ(TimesOf(Open(v1::ANSWER_UNSPECIFIED)).expires, std::nullopt);
}

TEST(InvitationStateTest, IsRemindedWithoutAnswerAndAfterTheDayOfAMaybe) {
  v1::Invitation none = Open(v1::ANSWER_UNSPECIFIED);
  EXPECT_TRUE(MayRemind(none, Day(1), Day(0)));
  SetReminded(Day(1), none);
  EXPECT_FALSE(MayRemind(none, Day(2), Day(0)));
  EXPECT_TRUE(MayRemind(none, Day(2), Day(1)));

  v1::Invitation maybe = Open(v1::ANSWER_UNSPECIFIED);
  SetAnswer(v1::ANSWER_MAYBE, Day(3), Day(1), maybe);
  EXPECT_EQ(TimesOf(maybe).undecided_until, Day(3));
  EXPECT_FALSE(MayRemind(maybe, Day(2), Day(1)));
  EXPECT_TRUE(MayRemind(maybe, Day(3), Day(2)));
  SetReminded(Day(3), maybe);
  EXPECT_EQ(TimesOf(maybe).undecided_until, std::nullopt);
  EXPECT_FALSE(MayRemind(Open(v1::ANSWER_MAYBE), Day(9), Day(8)));
  EXPECT_FALSE(MayRemind(Open(v1::ANSWER_NO), Day(9), Day(8)));
}

TEST(InvitationStateTest, ADayThatPassesRemindsOnlyWhileAnswersAreTaken) {
  v1::Invitation maybe = Open(v1::ANSWER_MAYBE);
  SetTimestamp(Day(3), *maybe.mutable_decide_by_time());
  v1::Invitation closed = maybe;
  EXPECT_EQ(Elapse(true, Day(2), maybe), "");
  EXPECT_EQ(Elapse(true, Day(3), maybe), "invitation.reminded");
  EXPECT_EQ(Elapse(true, Day(3), maybe), "");
  EXPECT_EQ(Elapse(false, Day(3), closed), "invitation.lapsed");
  EXPECT_EQ(Elapse(false, Day(3), closed), "");
  v1::Invitation late = Open(v1::ANSWER_MAYBE, 2);
  EXPECT_EQ(Elapse(true, Day(2), late), "invitation.expired");
  EXPECT_EQ(late.state(), v1::INVITATION_STATE_EXPIRED);
}

TEST(InvitationStateTest, IsPassedOnThreeTimesAtMost) {
  v1::Invitation invitation = Open(v1::ANSWER_UNSPECIFIED);
  invitation.set_person("clusters/btm/contacts/m");
  for (int i = 0; i < kDelegationsMax; ++i) {
    EXPECT_THAT(CheckCanDelegate(invitation, Day(1)), IsOk());
    invitation = Delegated(invitation, "persons/p");
    EXPECT_EQ(invitation.party(), "clusters/btm");
    invitation.set_state(v1::INVITATION_STATE_OPEN);
  }
  EXPECT_THAT(CheckCanDelegate(invitation, Day(1)),
              StatusIs(kFailed, Reason("DELEGATION_LIMIT_REACHED")));
}

TEST(InvitationStateTest, OneThatWasPassedOnIsOpenedAgainOnlyWhenThatWasInVain) {
  v1::Invitation given = Open(v1::ANSWER_UNSPECIFIED);
  given.set_state(v1::INVITATION_STATE_DELEGATED);
  given.set_delegated_to("events/e/invitations/j");
  EXPECT_FALSE(Reopen(Open(v1::ANSWER_UNSPECIFIED), false, given));
  EXPECT_EQ(given.state(), v1::INVITATION_STATE_DELEGATED);
  EXPECT_TRUE(Reopen(Open(v1::ANSWER_UNSPECIFIED), true, given));
  EXPECT_EQ(given.state(), v1::INVITATION_STATE_OPEN);
  EXPECT_EQ(given.delegated_to(), "");
  EXPECT_FALSE(Reopen(Open(v1::ANSWER_UNSPECIFIED), true, given)) << "it is open";
}

TEST(InvitationRulesTest, WhoSharesAContactOrAnAddressIsOnePerson) {
  const std::vector<WantedPerson> people =
      MergePeople({Wanted("a", {"a", "mail-1"}), Wanted("b", {"b"}), Wanted("c", {"c", "mail-1"}),
                   Wanted("d", {"d"})});
  ASSERT_EQ(people.size(), 3U);
  EXPECT_THAT(people[0].known_as, ElementsAre("a", "mail-1", "c"));
  EXPECT_THAT(people[0].invitation.clusters(), ElementsAre("a", "c"));
}

TEST(InvitationRulesTest, TwoAreOneThroughAThird) {
  const std::vector<WantedPerson> people =
      MergePeople({Wanted("a", {"a", "mail-1"}), Wanted("b", {"b", "mail-2"}), Wanted("d", {"d"}),
                   Wanted("c", {"c", "mail-2", "mail-1"}), Wanted("b", {"b"})});
  ASSERT_EQ(people.size(), 2U);
  EXPECT_EQ(people[0].invitation.person(), "a");
  EXPECT_THAT(people[0].known_as, ElementsAre("a", "mail-1", "c", "mail-2", "b"));
  EXPECT_EQ(people[1].invitation.person(), "d");
}

TEST(InvitationRulesTest, WhoIsGivenByDetailsAndIsAContactIsTheContactWhicheverComesFirst) {
  WantedPerson details = Wanted("persons/new", {"mail-1"});
  details.person_key = "mail-1";
  details.details.emplace().set_email("ewa@example.org");
  const WantedPerson contact = Wanted("clusters/c/contacts/ewa", {"contact", "mail-1"});
  for (const auto& wanted : {std::vector{details, contact}, std::vector{contact, details}}) {
    const std::vector<WantedPerson> people = MergePeople(wanted);
    ASSERT_EQ(people.size(), 1U);
    EXPECT_EQ(people[0].invitation.person(), "clusters/c/contacts/ewa");
    EXPECT_FALSE(people[0].details.has_value()) << "or they had a person of their own";
    EXPECT_EQ(people[0].person_key, "mail-1");
  }
  EXPECT_TRUE(MergePeople({details, details})[0].details.has_value());
}

TEST(InvitationRulesTest, DetailsAndAContactThatAnotherJoinsAreOneContact) {
  WantedPerson details = Wanted("persons/new", {"mail-1"});
  details.details.emplace();
  const std::vector<WantedPerson> people =
      MergePeople({details, Wanted("a", {"a"}), Wanted("b", {"b", "a", "mail-1"})});
  ASSERT_EQ(people.size(), 1U);
  EXPECT_FALSE(people[0].details.has_value());
  EXPECT_EQ(people[0].invitation.person(), "b") << "who was known to be the one of the details";
  EXPECT_THAT(people[0].known_as, ElementsAre("mail-1", "b", "a"));
}

}  // namespace
}  // namespace wici::registration
