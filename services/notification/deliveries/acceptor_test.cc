// Requests that wait share a transaction, and harm each other in nothing.
#include "services/notification/deliveries/acceptor.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "prometheus/client_metric.h"
#include "prometheus/metric_family.h"
#include "services/notification/migrations.h"

namespace wici::notification {
namespace {

using ::testing::Ge;
using testing::IsOk;
using ::testing::Le;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr sql::Query kCountBatches{"count_batches", "SELECT COUNT(*) FROM feed_transactions"};
constexpr sql::Query kCountNotifications{"count_notifications",
                                         "SELECT COUNT(*) FROM notifications"};

class AcceptorTest : public testing::DatabaseTest {
 protected:
  using Answer = absl::StatusOr<v1::BatchSendNotificationsResponse>;

  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  absl::Time Deadline() const { return clock_.Now() + absl::Seconds(20); }

  void Start(const sql::CommitterOptions& options = {}) {
    acceptor_ = std::make_unique<Acceptor>(
        database(), ids_, clock_, [] {}, options);
  }
  // Everything submitted so far is answered.
  void Finish() { acceptor_.reset(); }

  // To each of `persons`, under a key of its own.
  void Submit(int number, const std::vector<std::string>& persons) {
    NewNotification plan;
    plan.id = ids_.NewId();
    plan.template_name = "templates/invitation";
    plan.event = "events/e1";
    plan.not_before = clock_.Now();
    plan.expires = clock_.Now() + kDefaultLifetime;
    for (const std::string& person : persons) {
      plan.recipients.push_back({ids_.NewId(), person, "events/e1"});
    }
    acceptor_->Submit(Deadline(), {plan}, KeyOf(number), [this](const Answer& answer) {
      MutexLock lock(mutex_);
      answers_.push_back(answer);
    });
  }

  // Lets none of what `submit` submits be written before it returns, by writing under the first
  // key.
  void WhileNothingIsWritten(const std::function<void()>& submit) {
    const absl::Status held = database().Write(Deadline(), [&](sql::Transaction& tx) {
      const absl::Status stored = sql::StoreAnswers(tx, {{KeyOf(1), "held"}}, clock_.Now());
      submit();
      return stored.ok() ? absl::CancelledError("go on") : stored;
    });
    EXPECT_THAT(held, StatusIs(absl::StatusCode::kCancelled));
  }

  std::int64_t Count(const sql::Query& query) {
    std::int64_t count = 0;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query));
                                  count = rows[0].Int(0);
                                  return absl::OkStatus();
                                }),
                IsOk());
    return count;
  }

  // How many operations and batches the metrics have seen.
  static std::pair<double, double> Seen() {
    for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
      if (family.name != "wici_commit_batch_size") continue;
      for (const prometheus::ClientMetric& metric : family.metric) {
        if (metric.label[0].value == "accept_notification") {
          return {metric.histogram.sample_sum, static_cast<double>(metric.histogram.sample_count)};
        }
      }
    }
    return {0, 0};
  }

  static sql::IdempotencyKey KeyOf(int number) {
    return {"caller", absl::StrCat("request-", number), "SendNotification", "digest"};
  }

  const SystemClock clock_;
  testing::FakeIds ids_;
  Mutex mutex_;
  std::vector<Answer> answers_;
  std::unique_ptr<Acceptor> acceptor_;
};
WICI_ON_EVERY_ENGINE(AcceptorTest);

TEST_P(AcceptorTest, RequestsThatWaitShareATransactionAndTheMetricsShowIt) {
  const auto before = Seen();
  Start();
  WhileNothingIsWritten([&] {
    for (int i = 1; i <= 50; ++i) Submit(i, {"persons/jan"});
  });
  Finish();
  ASSERT_THAT(answers_, SizeIs(50));
  for (const Answer& answer : answers_) EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(Count(kCountNotifications), 50);
  EXPECT_THAT(Count(kCountBatches), Le(2))
      << "what had come when the first was taken, and the rest";
  const auto after = Seen();
  EXPECT_EQ(after.first - before.first, 50);
  EXPECT_THAT(after.second - before.second, Le(2));
}

TEST_P(AcceptorTest, OneThatTheDatabaseRefusesFailsAlone) {
  Start();
  WhileNothingIsWritten([&] {
    for (int i = 1; i <= 20; ++i) {
      Submit(i, i == 13 ? std::vector<std::string>{"persons/jan", "persons/jan"}
                        : std::vector<std::string>{"persons/jan"});
    }
  });
  Finish();
  ASSERT_THAT(answers_, SizeIs(20));
  int refused = 0;
  for (const Answer& answer : answers_) {
    if (answer.ok()) continue;
    ++refused;
    EXPECT_THAT(answer, StatusIs(absl::StatusCode::kAlreadyExists));
  }
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(Count(kCountNotifications), 19);
}

TEST_P(AcceptorTest, OneRequestTwiceInABatchIsAcceptedOnce) {
  Start();
  WhileNothingIsWritten([&] {
    for (const int number : {1, 2, 3, 2}) Submit(number, {"persons/jan"});
  });
  Finish();
  ASSERT_THAT(answers_, SizeIs(4));
  for (const Answer& answer : answers_) EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(Count(kCountNotifications), 3);
}

TEST_P(AcceptorTest, AFullQueueRefusesWithAReason) {
  Start({.queue_max = 3, .workers = 1});
  int refused = 0;
  WhileNothingIsWritten([&] {
    for (int i = 1; i <= 10; ++i) Submit(i, {"persons/jan"});
  });
  Finish();
  ASSERT_THAT(answers_, SizeIs(10));
  for (const Answer& answer : answers_) {
    if (answer.ok()) continue;
    ++refused;
    EXPECT_THAT(answer, StatusIs(absl::StatusCode::kResourceExhausted, Reason("OVERLOADED")));
  }
  EXPECT_THAT(refused, Ge(4)) << "three under way and three in the queue at most";
  EXPECT_EQ(Count(kCountNotifications), 10 - refused);
}

TEST_P(AcceptorTest, WithBatchesOfOneEachRequestHasItsOwnTransaction) {
  Start({.batch_max = 1});
  for (int i = 1; i <= 5; ++i) Submit(i, {"persons/jan"});
  Finish();
  ASSERT_THAT(answers_, SizeIs(5));
  EXPECT_EQ(Count(kCountBatches), 5);
}

}  // namespace
}  // namespace wici::notification
