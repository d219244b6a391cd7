// The channel INBOX, from a notification to the item.
#include "services/notification/sending/inbox_channel.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/inbox/inbox_store.h"
#include "services/notification/people/erasures.h"
#include "services/notification/people/second_erasures.h"
#include "services/notification/sending/testing/worker_fixture.h"

namespace wici::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;

class InboxChannelTest : public WorkerFixture {
 protected:
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    inbox_channel_ = std::make_unique<InboxChannel>(database(), *store_, peers_, sender_, clock_,
                                                    [this] { ++written_; });
    inbox_worker_ = std::make_unique<DeliveryWorker>(*store_, *inbox_channel_, clock_,
                                                     WorkerOptions{.owner = "inbox"});
  }

  void Record(const std::string& template_name, v1::Channel channel) {
    NewNotification n;
    n.id = ids_.NewId();
    n.template_name = template_name;
    n.event = kEvent;
    n.channel = channel;
    n.not_before = clock_.Now();
    n.expires = clock_.Now() + kDefaultLifetime;
    n.recipients.push_back({ids_.NewId(), kJan, kInvitation});
    ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) {
                                   return RecordNotifications(tx, {n}, n.id, clock_.Now());
                                 }),
                IsOk());
  }
  std::vector<v1::InboxItem> Items() {
    std::vector<v1::InboxItem> items;
    EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  auto changes = ListInboxChanges(tx, InboxIdOf(kJan), 0, 100);
                                  if (changes.ok()) items = std::move(changes->items);
                                  return changes.status();
                                }),
                IsOk());
    return items;
  }
  void WorkInbox() {
    while (true) {
      const auto done = inbox_worker_->RunOnce();
      ASSERT_THAT(done, IsOk());
      if (*done == 0) return;
    }
  }

  int written_ = 0;
  std::unique_ptr<InboxChannel> inbox_channel_;
  std::unique_ptr<DeliveryWorker> inbox_worker_;
};
WICI_ON_EVERY_ENGINE(InboxChannelTest);

TEST_P(InboxChannelTest, AMessageComesIntoTheInboxUnderTheSameLedger) {
  Record("templates/invitation", v1::CHANNEL_INBOX);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty()) << "no mail of it";
  WorkInbox();
  const auto items = Items();
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_THAT(items[0].title(), HasSubstr("Zaproszenie: Srebro spotyka złoto"));
  EXPECT_THAT(items[0].text(), HasSubstr("Dzień dobry, Łukasz Żak"));
  EXPECT_EQ(items[0].url(), "https://wici.example.org/answer?answer_token=answer.t");
  EXPECT_EQ(written_, 1);
  const auto ledger = Ledger();
  ASSERT_THAT(ledger, SizeIs(1));
  EXPECT_EQ(ledger[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(ledger[0].channel(), v1::CHANNEL_INBOX);
}

TEST_P(InboxChannelTest, AnAttemptThatIsRepeatedAddsNothing) {
  Record("templates/invitation", v1::CHANNEL_INBOX);
  const auto claimed = *store_->ClaimDeliveries(absl::Now() + absl::Seconds(20), v1::CHANNEL_INBOX,
                                                "dies", absl::Minutes(1), 10, clock_.Now());
  ASSERT_THAT(claimed, SizeIs(1));
  const auto made = inbox_channel_->Prepare(claimed, clock_.Now());
  ASSERT_THAT(made, IsOk());
  const auto& outgoing = std::get<Outgoing>((*made)[0]);
  EXPECT_EQ(inbox_channel_->Send(0, claimed[0], outgoing, [] { return true; }).outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  clock_.Advance(absl::Minutes(2));  // its worker died before it could say so
  WorkInbox();
  EXPECT_THAT(Items(), SizeIs(1));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

TEST_P(InboxChannelTest, WhatIsNotTrueAnyMoreIsNotWritten) {
  peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
  Record("templates/invitation", v1::CHANNEL_INBOX);
  WorkInbox();
  EXPECT_THAT(Items(), IsEmpty());
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_OVERTAKEN);
}

TEST_P(InboxChannelTest, ACancelledDeliveryIsBrokenOff) {
  Record("templates/invitation", v1::CHANNEL_INBOX);
  const auto claimed = *store_->ClaimDeliveries(absl::Now() + absl::Seconds(20), v1::CHANNEL_INBOX,
                                                "w", absl::Minutes(1), 10, clock_.Now());
  const auto made = inbox_channel_->Prepare(claimed, clock_.Now());
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(
      inbox_channel_->Send(0, claimed[0], std::get<Outgoing>((*made)[0]), [] { return false; })
          .outcome,
      v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_THAT(Items(), IsEmpty());
}

TEST_P(InboxChannelTest, WhatIsOnItsWayWhileItsPersonIsErasedIsErasedLater) {
  InboxData inbox;
  Erasures erasures;
  AllPersonData data({&inbox, &erasures}, nullptr);
  feed::Changes changes;
  FakePeers owners;  // do not know Jan any more
  SecondErasures second(database(), owners, data, ids_, clock_);
  Record("templates/invitation", v1::CHANNEL_INBOX);
  const auto claimed = store_->ClaimDeliveries(absl::Now() + absl::Seconds(20), v1::CHANNEL_INBOX,
                                               "inbox", absl::Minutes(2), 1, clock_.Now());
  ASSERT_THAT(claimed, IsOk());
  const auto made = inbox_channel_->Prepare(*claimed, clock_.Now());
  ASSERT_THAT(made, IsOk());
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  ASSERT_THAT(database().Write(deadline,
                               [&](sql::Transaction& tx) {
                                 return data.Erase(tx, kJan, clock_.Now(), changes).status();
                               }),
              IsOk());
  inbox_channel_->Send(0, (*claimed)[0], std::get<Outgoing>((*made)[0]), [] { return true; });
  ASSERT_THAT(Items(), SizeIs(1));
  EXPECT_NE(Items()[0].text(), "");
  EXPECT_THAT(second.RunOnce(), IsOkAndHolds(0)) << "it may still be on its way";
  clock_.Advance(kEraseAgainAfter);
  EXPECT_THAT(second.RunOnce(), IsOkAndHolds(1));
  for (const v1::InboxItem& item : Items()) EXPECT_EQ(item.text() + item.title(), "");
  EXPECT_THAT(second.RunOnce(), IsOkAndHolds(0));
}

}  // namespace
}  // namespace wici::notification
