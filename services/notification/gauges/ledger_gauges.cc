#include "services/notification/gauges/ledger_gauges.h"

#include <cstdint>

#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/status_macros.h"
#include "services/notification/gauges/queries.h"

namespace wici::notification {
namespace {

constexpr std::int64_t kCountedMax = 1000;
// What nobody has replayed by then nobody means to.
constexpr absl::Duration kHeldTold = absl::Hours(24 * 7);
constexpr absl::Duration kLookUpTimeout = absl::Seconds(1);

using CountOfChannel = std::map<v1::Channel, std::int64_t>;

absl::StatusOr<CountOfChannel> CountByChannel(sql::Transaction& tx, const sql::Query& query,
                                              absl::Time after) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query, {ToMicros(after), kCountedMax}));
  CountOfChannel counts;
  for (const sql::Row& row : rows) counts[static_cast<v1::Channel>(row.Int(0))] = row.Int(1);
  return counts;
}

}  // namespace

LedgerGauges::LedgerGauges(sql::Database& database, const Clock& clock)
    : database_(database),
      clock_(clock),
      lanes_open_(Add(prometheus::BuildGauge()
                          .Name("wici_notification_lanes_open")
                          .Help("Lanes whose circuit breaker is open, in the database")
                          .Register(*Metrics()))),
      held_(Add(prometheus::BuildGauge()
                    .Name("wici_notification_deliveries_held")
                    .Help("Deliveries that wait for a human after a restore, in the database")
                    .Register(*Metrics()))) {}

LedgerGauges::OfChannel LedgerGauges::Add(prometheus::Family<prometheus::Gauge>& family) {
  OfChannel gauges;
  for (const v1::Channel channel : {v1::CHANNEL_EMAIL, v1::CHANNEL_WEBHOOK, v1::CHANNEL_INBOX,
                                    v1::CHANNEL_SMS, v1::CHANNEL_WEB_PUSH}) {
    gauges[channel] = &family.Add({{"channel", v1::Channel_Name(channel)}});
  }
  return gauges;
}

void LedgerGauges::LookUp() {
  const absl::Time now = clock_.Now();
  CountOfChannel lanes_open;
  CountOfChannel held;
  const absl::Status read =
      database_.Read(DeadlineIn(kLookUpTimeout), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(lanes_open, CountByChannel(tx, queries::kCountOpenLanes, now));
        WICI_ASSIGN_OR_RETURN(held,
                              CountByChannel(tx, queries::kCountHeldDeliveries, now - kHeldTold));
        return absl::OkStatus();
      });
  if (!read.ok()) {
    return Log(LogLevel::kWarning, "gauges_not_read", {{"error", std::string(read.message())}});
  }
  for (const auto& [channel, gauge] : lanes_open_) {
    gauge->Set(static_cast<double>(lanes_open[channel]));
  }
  for (const auto& [channel, gauge] : held_) gauge->Set(static_cast<double>(held[channel]));
}

}  // namespace wici::notification
