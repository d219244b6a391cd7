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
  // An event for which `contact` was invited and has registered, with something to say.
  std::string Answered(const std::string& event, const std::string& contact) {
    const auto invited = Invite(event, {contact});
    EXPECT_THAT(invited, IsOk());
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

  RegistryFeed feed_;
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

}  // namespace
}  // namespace wici::registration
