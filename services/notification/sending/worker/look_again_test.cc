// What the ledger holds back once its attempt was begun.
#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/campaigns/campaign_check.h"
#include "services/notification/sending/testing/interrupted_channel.h"
#include "services/notification/sending/testing/worker_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::SizeIs;

class LookAgainTest : public WorkerFixture {
 protected:
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    worker_.reset();
    store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check_});
    channel_ = *MailChannel::Make(peers_, *store_, sender_,
                                  {.url = sink_.url(), .tls = TlsPolicy::kNone}, 1);
  }

  // All that is in the ledger becomes part of a campaign that is paused.
  void PauseAll() {
    constexpr sql::Query kPaused{
        "insert_paused_campaign",
        "INSERT INTO campaigns (id, revision, title, event, template, template_version, "
        "calendar_method, unknown_policy, channel, rate_per_minute, state, author, approver, "
        "persons, audience, audience_state, audience_token, expanded, chunks, created_at, "
        "updated_at) VALUES ('c', 1, '', '', '', '', 0, 0, 1, 0, 4, '', '', 0, '', 0, '', 0, 0, "
        "0, 0)"};
    constexpr sql::Query kOfIt{"insert_paused_notifications",
                               "INSERT INTO campaign_notifications (notification, campaign) "
                               "SELECT id, 'c' FROM notifications"};
    EXPECT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) -> absl::Status {
                                   WICI_RETURN_IF_ERROR(tx.Execute(kPaused).status());
                                   return tx.Execute(kOfIt).status();
                                 }),
                IsOk());
  }

  CampaignCheck check_;
};
WICI_ON_EVERY_ENGINE(LookAgainTest);

// No time passes after the pause, so a worker that took it for an outage would not claim again.
TEST_P(LookAgainTest, ACampaignThatIsPausedWhileItsMailsWaitStopsNoOtherOfTheChannel) {
  Consume("registration.waitlisted", kJan, kRegistration);
  Consume("registration.waitlisted", kEwa, kRegistration);
  InterruptedChannel channel(*channel_, {.before_send = [this] {
    PauseAll();
    clock_.Advance(absl::Seconds(5));
  }});
  DeliveryWorker worker(*store_, channel, clock_,
                        {.owner = "w", .sender_threads = 1, .poll = absl::Milliseconds(1)});
  worker.Start();
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  const auto wait_for = [&](const auto& ready) {
    while (absl::Now() < deadline && !ready()) std::this_thread::yield();
  };
  wait_for([&] {
    const std::vector<v1::Delivery> ledger = Ledger();
    return std::all_of(ledger.begin(), ledger.end(), [](const v1::Delivery& delivery) {
      return delivery.state() == v1::DELIVERY_STATE_DEFERRED;
    });
  });
  Consume("registration.waitlisted", kMax, kRegistration);
  wait_for([&] { return !sink_.Mails().empty(); });
  worker.Stop();
  EXPECT_THAT(sink_.Facts(), ElementsAre(HasSubstr("max@example.org")));
  const std::vector<v1::Delivery> ledger = Ledger();
  ASSERT_THAT(ledger, SizeIs(3));
  for (const std::size_t held : {0, 1}) {
    EXPECT_EQ(ledger[held].state(), v1::DELIVERY_STATE_DEFERRED);
    EXPECT_EQ(ledger[held].attempt_count(), 1);
  }
  EXPECT_EQ(ledger[1].reason(), v1::DELIVERY_REASON_CAMPAIGN_PAUSED);
  EXPECT_EQ(ledger[2].state(), v1::DELIVERY_STATE_DELIVERED);
}

}  // namespace
}  // namespace wici::notification
