// That whom the registry has deleted is erased here too.
#include "services/registration/people/registry_erasures.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/feed/consumer.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using testing::IsOk;

constexpr char kGone[] = "clusters/btm/contacts/gone";
constexpr char kStays[] = "clusters/btm/contacts/stays";

// The feed of the registry, in memory.
class RegistryFeed final : public feed::FeedSource {
 public:
  void Add(const std::string& kind, const std::string& contact) {
    feed::v1::Change& change = changes_.emplace_back();
    change.mutable_cursor()->set_epoch("epoch");
    change.mutable_cursor()->set_seq(static_cast<std::int64_t>(changes_.size()));
    change.set_aggregate("clusters/btm");
    change.set_kind(kind);
    change.set_resource(contact);
    change.set_person(contact);
  }
  absl::StatusOr<feed::v1::Cursor> Head() override {
    feed::v1::Cursor head;
    head.set_epoch("epoch");
    head.set_seq(static_cast<std::int64_t>(changes_.size()));
    return head;
  }
  absl::StatusOr<std::vector<feed::v1::Change>> Read(const feed::v1::Cursor& after,
                                                     int /*limit*/) override {
    if (lost) return absl::OutOfRangeError("older than what is kept");
    return std::vector<feed::v1::Change>(changes_.begin() + after.seq(), changes_.end());
  }

  bool lost = false;

 private:
  std::vector<feed::v1::Change> changes_;
};

class RegistryErasuresTest : public RegistrationTest {
 protected:
  // One round of a process that has just started.
  absl::Status Follow() {
    RegistryErasures& erasures = service_->services.registry_erasures();
    feed::Consumer consumer(
        database(), nullptr, feed_, clock(),
        {.source = kRegistryFeed, .group = "registration", .consumer = "c"},
        [&](absl::Span<const feed::v1::Change> changes) { return erasures.Prepare(changes); },
        [&](const feed::v1::Cursor& head) { return erasures.CatchUp(head); });
    return consumer.RunOnce().status();
  }
  // What is done where the place in the feed is lost.
  absl::Status CatchUp() { return service_->services.registry_erasures().CatchUp({}).status(); }
  // An event for which `contact` was invited and has registered, with something to say.
  std::string Answered(const std::string& event, const std::string& contact) {
    return AnsweredAs(event, {contact});
  }
  // The same of one person with several contacts.
  std::string AnsweredAs(const std::string& event, const std::vector<std::string>& contacts) {
    const auto invited = Invite(event, contacts);
    EXPECT_THAT(invited, IsOk());
    EXPECT_EQ(invited->invitations_size(), 1);
    invitation_ = invited->invitations(0).name();
    v1::CreateRegistrationRequest request;
    request.set_parent(event);
    request.set_invitation_token(LinksOf(invited->invitations(0).name()).answer_token());
    AddAnswer(*request.mutable_registration(), "diet", {"ryba"});
    const auto made = Send(request);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  }
  std::string EventWithForm() {
    const std::string event = OpenEvent(50);
    EXPECT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
    return event;
  }
  int AnswersOf(const std::string& registration) {
    const auto found = GetRegistration(registration);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? found->answers_size() : -1;
  }

  v1::Invitation Invited() {
    v1::GetInvitationRequest request;
    request.set_name(invitation_);
    const auto found = GetInvitation(request);
    EXPECT_THAT(found, IsOk());
    return found.value_or(v1::Invitation());
  }

  RegistryFeed feed_;
  std::string invitation_;  // of who has answered last
};
WICI_ON_EVERY_ENGINE(RegistryErasuresTest);

TEST_P(RegistryErasuresTest, AContactThatTheRegistryHasDeletedIsErased) {
  const std::string event = EventWithForm();
  const std::string gone = Answered(event, kGone);
  const std::string stays = Answered(event, kStays);
  feed_.Add("contact.created", kGone);
  feed_.Add("contact.updated", kStays);
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(AnswersOf(gone), 1);
  feed_.Add("contact.deleted", kGone);
  feed_.Add("contact.deleted", "clusters/btm/contacts/never-invited");
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(AnswersOf(gone), 0);
  EXPECT_EQ(AnswersOf(stays), 1);
  EXPECT_EQ(Changes().back().kind(), "registration.person_erased");
  EXPECT_EQ(Changes().back().person(), kGone);
}

TEST_P(RegistryErasuresTest, OneThatWasMadeAnewUnderItsIdKeepsWhatIsItsOwn) {
  const std::string gone = Answered(EventWithForm(), kGone);
  feed_.Add("contact.deleted", kGone);
  feed_.Add("contact.created", kGone);
  registry().addresses = {{kGone, "anew@example.org"}};
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(AnswersOf(gone), 1);
}

TEST_P(RegistryErasuresTest, WhileTheRegistryCannotBeAskedNobodyIsPassedOver) {
  const std::string gone = Answered(EventWithForm(), kGone);
  feed_.Add("contact.deleted", kGone);
  registry().error = absl::UnavailableError("restarting");
  EXPECT_FALSE(Follow().ok());
  EXPECT_EQ(AnswersOf(gone), 1);
  registry().error = absl::OkStatus();
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(AnswersOf(gone), 0);
}

TEST_P(RegistryErasuresTest, WhereThePlaceIsLostWhoIsGoneIsErased) {
  const std::string event = EventWithForm();
  const std::string gone = Answered(event, kGone);
  const std::string stays = Answered(event, kStays);
  registry().addresses = {{kStays, "stays@example.org"}};
  feed_.lost = true;
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(AnswersOf(gone), 0);
  EXPECT_EQ(AnswersOf(stays), 1);
}

TEST_P(RegistryErasuresTest, ARegistryThatKnowsNobodyOfManyErasesNobody) {
  const std::string event = EventWithForm();
  std::vector<std::string> registrations;
  for (int i = 0; i < 20; ++i) {
    registrations.push_back(Answered(event, absl::StrCat("clusters/btm/contacts/p", i)));
  }
  feed_.lost = true;
  EXPECT_THAT(Follow(), IsOk());
  for (const std::string& name : registrations) EXPECT_EQ(AnswersOf(name), 1);
}

TEST_P(RegistryErasuresTest, WhoHasAnotherContactThatLivesGoesOnUnderThatOne) {
  registry().addresses = {{kGone, "anna@example.org"}, {kStays, "anna@example.org"}};
  const std::string event = EventWithForm();
  const std::string registration = AnsweredAs(event, {kGone, kStays});
  ASSERT_EQ(Invited().person(), kGone);
  registry().addresses.erase(kGone);
  feed_.Add("contact.deleted", kGone);
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(AnswersOf(registration), 1);
  EXPECT_EQ(GetRegistration(registration)->person(), kStays);
  EXPECT_EQ(Invited().person(), kStays);
  EXPECT_EQ(Invited().state(), v1::INVITATION_STATE_OPEN);
  EXPECT_EQ(Changes().back().kind(), "registration.contact_deleted");
  EXPECT_EQ(Changes().back().person(), kStays);
  // They are one person still, who is registered.
  EXPECT_EQ(Invite(event, {kStays})->already_invited(), 1);

  registry().addresses.clear();
  feed_.Add("contact.deleted", kStays);
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(AnswersOf(registration), 0);
  EXPECT_EQ(Invited().state(), v1::INVITATION_STATE_REVOKED);
}

TEST_P(RegistryErasuresTest, OfSomebodyWhoStaysTheContactThatIsGoneIsForgotten) {
  const std::string other = "clusters/chem/contacts/anna";
  registry().addresses = {{kStays, "anna@example.org"}, {other, "anna@example.org"}};
  const std::string event = EventWithForm();
  const std::string registration = AnsweredAs(event, {kStays, other});
  ASSERT_EQ(Invited().person(), kStays);
  ASSERT_EQ(Invited().clusters_size(), 2);
  registry().addresses.erase(other);
  feed_.Add("contact.deleted", other);
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(AnswersOf(registration), 1);
  EXPECT_EQ(GetRegistration(registration)->person(), kStays);
  ASSERT_EQ(Invited().clusters_size(), 1);
  EXPECT_EQ(Invited().clusters(0), "clusters/btm");
  ASSERT_EQ(Invited().reasons_size(), 1);
  EXPECT_EQ(Invited().reasons(0).cluster(), "clusters/btm");
  EXPECT_EQ(Changes().back().kind(), "invitation.contact_deleted");
  // The id says nothing of the person any more: under it somebody else is invited.
  registry().addresses[other] = "jan@example.org";
  EXPECT_EQ(Invite(event, {other})->invitations_size(), 1);
}

TEST_P(RegistryErasuresTest, WhoWasInvitedByAddressStaysWhenTheirContactGoes) {
  const std::string event = EventWithForm();
  v1::CreateInvitationsRequest request;
  request.set_parent(event);
  *request.add_invitees()->mutable_details() = RequestFor(event, "anna@example.org").person();
  const auto invited = CreateInvitations(request);
  ASSERT_THAT(invited, IsOk());
  invitation_ = invited->invitations(0).name();
  registry().addresses = {{kGone, "anna@example.org"}};
  ASSERT_EQ(Invite(event, {kGone})->already_invited(), 1);
  registry().addresses.clear();
  feed_.Add("contact.deleted", kGone);
  EXPECT_THAT(Follow(), IsOk());
  EXPECT_EQ(Changes().back().kind(), "invitation.contact_deleted");
  EXPECT_EQ(Invited().state(), v1::INVITATION_STATE_OPEN);
  // By their own address they are known still.
  EXPECT_EQ(CreateInvitations(request)->already_invited(), 1);
  EXPECT_THAT(CatchUp(), IsOk());
  EXPECT_EQ(Invited().state(), v1::INVITATION_STATE_OPEN);
}

TEST_P(RegistryErasuresTest, WhereThePlaceIsLostAllContactsOfAPersonAreAskedAfter) {
  registry().addresses = {{kGone, "anna@example.org"}, {kStays, "anna@example.org"}};
  const std::string event = EventWithForm();
  const std::string registration = AnsweredAs(event, {kStays, kGone});
  registry().addresses.erase(kGone);
  EXPECT_THAT(CatchUp(), IsOk());
  EXPECT_EQ(AnswersOf(registration), 1);
  EXPECT_EQ(Changes().back().kind(), "invitation.contact_deleted");
  registry().addresses.clear();
  EXPECT_THAT(CatchUp(), IsOk());
  EXPECT_EQ(AnswersOf(registration), 0);
}

TEST_P(RegistryErasuresTest, WhoWasErasedLongAgoDoesNotCountAmongThoseWhomNobodyKnows) {
  const std::string event = EventWithForm();
  for (int i = 0; i < 20; ++i) {
    const std::string contact = absl::StrCat("clusters/btm/contacts/p", i);
    Answered(event, contact);
    feed_.Add("contact.deleted", contact);
  }
  EXPECT_THAT(Follow(), IsOk());
  const std::string gone = Answered(event, kGone);
  EXPECT_THAT(CatchUp(), IsOk());
  EXPECT_EQ(AnswersOf(gone), 0);
}

TEST_P(RegistryErasuresTest, WhoIsInvitedAgainAfterErasureIsAskedAfterAgain) {
  const std::string event = EventWithForm();
  Answered(event, kGone);
  feed_.Add("contact.deleted", kGone);
  EXPECT_THAT(Follow(), IsOk());
  registry().addresses = {{kGone, "anew@example.org"}};
  const std::string anew = Answered(event, kGone);
  registry().addresses.clear();
  EXPECT_THAT(CatchUp(), IsOk());
  EXPECT_EQ(AnswersOf(anew), 0);
}

TEST_P(RegistryErasuresTest, TheChangeSaysThatTheRegistryIsTheCause) {
  Answered(EventWithForm(), kGone);
  feed_.Add("contact.deleted", kGone);
  EXPECT_THAT(Follow(), IsOk());
  int erased = 0;
  for (const feed::v1::Change& change : Changes()) {
    if (change.kind() != "registration.person_erased" &&
        change.kind() != "invitation.person_erased") {
      continue;
    }
    ++erased;
    EXPECT_EQ(change.attributes().at("cause"), "registry");
  }
  EXPECT_EQ(erased, 2);
}

TEST_P(RegistryErasuresTest, WhoIsInvitedWhileTheRegistryDeletesThemIsErasedAfterAll) {
  RegistryErasures& erasures = service_->services.registry_erasures();
  feed_.Add("contact.deleted", kGone);
  feed_.Add("contact.deleted", kStays);
  EXPECT_THAT(Follow(), IsOk());
  // The registry was asked before it deleted her; the answer is written down now.
  const std::string event = EventWithForm();
  const std::string gone = Answered(event, kGone);
  const std::string stays = Answered(event, kStays);
  EXPECT_EQ(*erasures.EraseAgain(), 0);
  EXPECT_EQ(AnswersOf(gone), 1);
  clock().Advance(absl::Minutes(10));
  registry().addresses = {{kStays, "anew@example.org"}};
  EXPECT_EQ(*erasures.EraseAgain(), 2);
  EXPECT_EQ(AnswersOf(gone), 0);
  EXPECT_EQ(AnswersOf(stays), 1);
  EXPECT_EQ(*erasures.EraseAgain(), 0);
}

}  // namespace
}  // namespace wici::registration
