#include "services/notification/gauges/ledger_gauges.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/lanes/lane_check.h"
#include "services/notification/testing/notification_server.h"

namespace wici::notification {
namespace {

using testing::IsOk;
using testing::IsOkAndHolds;

class LedgerGaugesTest : public NotificationFixture {
 protected:
  // Deadlines are by the clock of the machine, so what is due is too.
  double LookedUp(const std::string& metric_name, v1::Channel channel) {
    LedgerGauges(database(), machine_).LookUp();
    for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
      if (family.name != metric_name) continue;
      for (const prometheus::ClientMetric& metric : family.metric) {
        if (metric.label.at(0).value == v1::Channel_Name(channel)) return metric.gauge.value;
      }
    }
    return -1;
  }
  // Tries an endpoint once more.
  void EndAtEndpoint(bool failed) {
    LaneCheck check({{v1::CHANNEL_WEBHOOK, {.failures_max = 1, .open_first = absl::Hours(1)}}});
    AttemptRecord record;
    record.delivery.channel = v1::CHANNEL_WEBHOOK;
    record.result.lane_failed = failed;
    record.begun = true;
    record.lane = "https://partner.example.org";
    ASSERT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) {
                                   std::vector<feed::Change> changes;
                                   return check.Ended(tx, {record}, machine_.Now(), changes);
                                 }),
                IsOk());
  }
};
WICI_ON_EVERY_ENGINE(LedgerGaugesTest);

TEST_P(LedgerGaugesTest, AnOpenBreakerIsCountedUntilItsEndpointIsWell) {
  constexpr const char* kName = "wici_notification_lanes_open";
  EXPECT_EQ(LookedUp(kName, v1::CHANNEL_WEBHOOK), 0);
  EndAtEndpoint(/*failed=*/true);
  EXPECT_EQ(LookedUp(kName, v1::CHANNEL_WEBHOOK), 1);
  EXPECT_EQ(LookedUp(kName, v1::CHANNEL_EMAIL), 0);
  EndAtEndpoint(/*failed=*/false);
  EXPECT_EQ(LookedUp(kName, v1::CHANNEL_WEBHOOK), 0);
}

TEST_P(LedgerGaugesTest, WhatARestoreHoldsIsCountedUntilItIsReplayed) {
  constexpr const char* kName = "wici_notification_deliveries_held";
  ASSERT_THAT(Send(Request()), IsOk());
  EXPECT_EQ(LookedUp(kName, v1::CHANNEL_EMAIL), 0);
  ReplayStore replays(database(), ids_);
  ASSERT_THAT(replays.HoldRestored(Deadline(), v1::CHANNEL_EMAIL, 10, machine_.Now()),
              IsOkAndHolds(1));
  EXPECT_EQ(LookedUp(kName, v1::CHANNEL_EMAIL), 1);
  v1::ReplayDeliveriesRequest request;
  request.set_event("events/e1");
  request.add_states(v1::DELIVERY_STATE_UNKNOWN);
  ASSERT_THAT(Call<v1::ReplayDeliveriesResponse>("NotificationService/ReplayDeliveries", request),
              IsOk());
  EXPECT_EQ(LookedUp(kName, v1::CHANNEL_EMAIL), 0);
}

}  // namespace
}  // namespace wici::notification
