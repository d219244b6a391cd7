// A receiver that does not answer holds up nobody else.
#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/mutex.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/migrations.h"
#include "services/notification/sending/worker/worker.h"

namespace wici::notification {
namespace {

using testing::IsOk;
using testing::IsOkAndHolds;

// Sends to the lane that is the person's name; those that are `dead` do not answer until Release.
class LaneChannel final : public Channel {
 public:
  LaneChannel(v1::Channel kind, std::set<std::string> dead) : kind_(kind), dead_(std::move(dead)) {}
  v1::Channel kind() const override { return kind_; }
  absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                            absl::Time) override {
    std::vector<Made> all;
    for (const ClaimedDelivery& delivery : deliveries) {
      all.push_back(Outgoing{delivery.person, delivery.person, "text"});
    }
    return all;
  }
  AttemptResult Send(int, const ClaimedDelivery&, const Outgoing& outgoing,
                     const BeforeEnd& before_end) override {
    MutexLock lock(mutex_);
    int& now = sending_[outgoing.lane];
    most_[outgoing.lane] = std::max(most_[outgoing.lane], ++now);
    while (dead_.count(outgoing.lane) > 0) released_.Wait(mutex_);
    --now;
    EXPECT_TRUE(before_end());
    ++sent_[outgoing.lane];
    AttemptResult result;
    result.outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY;
    return result;
  }
  void Release(const std::string& lane) {
    MutexLock lock(mutex_);
    dead_.erase(lane);
    released_.NotifyAll();
  }
  int Sent(const std::string& lane) {
    MutexLock lock(mutex_);
    return sent_[lane];
  }
  int Sending(const std::string& lane) {
    MutexLock lock(mutex_);
    return sending_[lane];
  }
  int MostAtOnce(const std::string& lane) {
    MutexLock lock(mutex_);
    return most_[lane];
  }

 private:
  const v1::Channel kind_;
  Mutex mutex_;
  CondVar released_;
  std::set<std::string> dead_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> sending_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> most_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> sent_ ABSL_GUARDED_BY(mutex_);
};

class SlowLaneTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }

  void Accept(v1::Channel channel, const std::string& person, int count) {
    std::vector<NewNotification> plans;
    for (int i = 0; i < count; ++i) {
      NewNotification& plan = plans.emplace_back();
      plan.id = ids_.NewId();
      plan.template_name = "templates/invitation";
      plan.event = absl::StrCat("events/e", i);
      plan.channel = channel;
      plan.not_before = clock_.Now();
      plan.expires = clock_.Now() + kDefaultLifetime;
      plan.recipients.push_back({ids_.NewId(), person, plan.event});
    }
    const std::string id = ids_.NewId();
    ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) {
                                   return RecordNotifications(tx, plans, id, clock_.Now());
                                 }),
                IsOk());
  }

  // Lets time pass, slowly enough for leases, until `done`.
  template <class Done>
  void WaitFor(Done done) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!done() && absl::Now() < deadline) {
      clock_.Advance(absl::Milliseconds(10));
      const absl::Time next = absl::Now() + absl::Milliseconds(2);
      while (absl::Now() < next) std::this_thread::yield();
    }
    EXPECT_TRUE(done());
  }

  // Of all deliveries.
  std::int64_t Count(const sql::Query& query, std::int64_t value) {
    std::int64_t count = 0;
    EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                                                        tx.Execute(query, {value}));
                                  count = rows[0].Int(0);
                                  return absl::OkStatus();
                                }),
                IsOk());
    return count;
  }
  std::int64_t CountState(v1::DeliveryState state) {
    return Count({"count_state", "SELECT COUNT(*) FROM deliveries WHERE state = $1"}, state);
  }
  // Whose lease ends after `time`.
  std::int64_t CountHeld(absl::Time time) {
    return Count({"count_held", "SELECT COUNT(*) FROM deliveries WHERE state = 2 AND next_at > $1"},
                 ToMicros(time));
  }

  testing::FakeClock clock_{absl::Now()};
  testing::FakeIds ids_;
};
WICI_ON_EVERY_ENGINE(SlowLaneTest);

TEST_P(SlowLaneTest, F25_ADeadEndpointWithALongQueueHoldsUpNoOther) {
  SqlStore store(database(), ids_);
  LaneChannel webhooks(v1::CHANNEL_WEBHOOK, {"dead"});
  DeliveryWorker worker(store, webhooks, clock_,
                        {.owner = "w",
                         .sender_threads = 3,
                         .in_flight_max = 16,
                         .lane_threads_max = 2,
                         .lane_in_flight_max = 4,
                         .poll = absl::Milliseconds(1)});
  Accept(v1::CHANNEL_WEBHOOK, "dead", 200);
  Accept(v1::CHANNEL_WEBHOOK, "alive", 20);
  Accept(v1::CHANNEL_WEBHOOK, "well", 20);
  worker.Start();
  WaitFor([&] { return webhooks.Sent("alive") == 20 && webhooks.Sent("well") == 20; });
  EXPECT_EQ(webhooks.Sent("dead"), 0);
  EXPECT_LE(webhooks.MostAtOnce("dead"), 2);
  webhooks.Release("dead");
  WaitFor([&] { return webhooks.Sent("dead") == 200; });
}

TEST_P(SlowLaneTest, F25_AChannelThatHangsHoldsUpNoOtherChannel) {
  SqlStore store(database(), ids_);
  LaneChannel mails(v1::CHANNEL_EMAIL, {"dead"});
  LaneChannel webhooks(v1::CHANNEL_WEBHOOK, {});
  const WorkerOptions options{.owner = "w", .sender_threads = 2, .poll = absl::Milliseconds(1)};
  DeliveryWorker mail_worker(store, mails, clock_, options);
  DeliveryWorker webhook_worker(store, webhooks, clock_, options);
  Accept(v1::CHANNEL_EMAIL, "dead", 50);
  // The same person and events: one channel does not wait for the other.
  Accept(v1::CHANNEL_WEBHOOK, "dead", 50);
  mail_worker.Start();
  webhook_worker.Start();
  WaitFor([&] { return webhooks.Sent("dead") == 50; });
  EXPECT_EQ(mails.Sent("dead"), 0);
  mails.Release("dead");
  WaitFor([&] { return mails.Sent("dead") == 50; });
}

TEST_P(SlowLaneTest, WhileAStopWaitsForTheSlowestLeasesHoldAndOutcomesAreRecorded) {
  SqlStore store(database(), ids_);
  LaneChannel mails(v1::CHANNEL_EMAIL, {"dead", "slow"});
  DeliveryWorker worker(store, mails, clock_,
                        {.owner = "w", .sender_threads = 2, .poll = absl::Milliseconds(1)});
  DeliveryWorker other(store, mails, clock_, {.owner = "other"});
  Accept(v1::CHANNEL_EMAIL, "dead", 1);
  Accept(v1::CHANNEL_EMAIL, "slow", 1);
  Accept(v1::CHANNEL_EMAIL, "alive", 1);  // for whom no thread is free
  worker.Start();
  WaitFor([&] { return mails.Sending("dead") == 1 && mails.Sending("slow") == 1; });
  std::thread stop([&] { worker.Stop(); });
  WaitFor([&] { return CountState(v1::DELIVERY_STATE_DEFERRED) == 1; });  // given back
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(absl::Seconds(6));
    WaitFor([&] { return CountHeld(clock_.Now() + absl::Seconds(13)) == 2; });
  }
  EXPECT_THAT(other.RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(mails.Sent("alive"), 1);
  mails.Release("slow");
  WaitFor([&] { return CountState(v1::DELIVERY_STATE_DELIVERED) == 2; });
  mails.Release("dead");
  stop.join();
  EXPECT_EQ(CountState(v1::DELIVERY_STATE_DELIVERED), 3);
  EXPECT_EQ(mails.Sent("dead"), 1);
  EXPECT_EQ(mails.Sent("slow"), 1);
}

// The leases of what was claimed before are renewed while a claim is under way: that says nothing
// of the lease which that claim brings, counted from when it began.
TEST_P(SlowLaneTest, F15_AClaimWhoseAnswerTakesLongHoldsNoLongerThanItsOwnLease) {
  enum Stage { kFirstClaim, kSecondClaim, kRenewal, kBegin, kNoClaim, kEnd };
  std::atomic<int> stage = kFirstClaim;
  std::atomic<std::thread::id> claimer;
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  const auto wait_for = [deadline](const auto& ready) {
    while (absl::Now() < deadline && !ready()) std::this_thread::yield();
    EXPECT_TRUE(ready());
  };
  testing::FaultyDatabase slow(database(), [&] {
    const std::thread::id self = std::this_thread::get_id();
    if (claimer.load() == std::thread::id()) claimer = self;  // who has nothing writes nothing
    const bool claims = claimer.load() == self;
    if (stage == kSecondClaim && claims) {
      stage = kRenewal;
      clock_.Advance(absl::Seconds(12));
      wait_for([&] { return stage == kBegin; });
    } else if (stage == kRenewal && !claims) {
      stage = kBegin;
    } else if (stage == kBegin && claims) {
      stage = kNoClaim;
      clock_.Advance(absl::Seconds(10));
    } else if (stage == kNoClaim && claims) {
      wait_for([&] { return stage == kEnd; });
    }
    return testing::WriteFault::kNone;
  });
  SqlStore store(slow, ids_);
  LaneChannel mails(v1::CHANNEL_EMAIL, {"dead"});
  DeliveryWorker worker(store, mails, clock_,
                        {.owner = "w",
                         .sender_threads = 2,
                         .lease = absl::Seconds(20),
                         .poll = absl::Milliseconds(1)});
  Accept(v1::CHANNEL_EMAIL, "dead", 1);
  worker.Start();
  wait_for([&] { return mails.Sending("dead") == 1; });
  stage = kSecondClaim;
  Accept(v1::CHANNEL_EMAIL, "late", 1);
  worker.Wake();
  wait_for([&] { return CountState(v1::DELIVERY_STATE_DEFERRED) == 1 || mails.Sent("late") == 1; });
  EXPECT_EQ(mails.Sent("late"), 0);
  stage = kEnd;
  mails.Release("dead");
  worker.Stop();
  EXPECT_EQ(mails.Sent("dead"), 1);
}

TEST_P(SlowLaneTest, AChannelThatHasNothingDueOnlyLooksHoweverOftenItIsWoken) {
  std::atomic<int> writes = 0;
  testing::FaultyDatabase counted(database(), [&writes] {
    ++writes;
    return testing::WriteFault::kNone;
  });
  SqlStore store(counted, ids_);
  LaneChannel webhooks(v1::CHANNEL_WEBHOOK, {});
  DeliveryWorker worker(store, webhooks, clock_,
                        {.owner = "w", .sender_threads = 64, .poll = absl::Milliseconds(1)});
  worker.Start();
  for (int i = 0; i < 20; ++i) {
    Accept(v1::CHANNEL_EMAIL, "somebody", 1);
    worker.Wake();
  }
  EXPECT_EQ(writes, 0);
  Accept(v1::CHANNEL_WEBHOOK, "well", 200);
  worker.Wake();
  WaitFor([&] { return webhooks.Sent("well") == 200; });
  worker.Stop();
  EXPECT_GT(writes, 0);
  EXPECT_EQ(CountState(v1::DELIVERY_STATE_DELIVERED), 200);
}

}  // namespace
}  // namespace wici::notification
