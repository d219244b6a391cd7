// What an operator is warned of and no event in a process tells, since it stands in the database:
//
//   wici_notification_lanes_open{channel}       lanes whose circuit breaker is open (lanes/lane.h)
//   wici_notification_deliveries_held{channel}  held after a restore in the last week, and not yet
//                                               replayed (deliveries/replay/replay_store.h)
//
// Each up to a thousand. The same in every replica.
#ifndef WICI_SERVICES_NOTIFICATION_GAUGES_LEDGER_GAUGES_H_
#define WICI_SERVICES_NOTIFICATION_GAUGES_LEDGER_GAUGES_H_

#include <map>

#include "libs/base/clock.h"
#include "libs/sql/database.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "wici/notification/v1/notification.pb.h"

namespace wici::notification {

// Thread-safe.
class LedgerGauges {
 public:
  // Both outlive it.
  LedgerGauges(sql::Database& database, const Clock& clock);
  // Reads both and sets them: when metrics are read. Takes a second at most; what cannot be read
  // stays as it was.
  void LookUp();

 private:
  using OfChannel = std::map<v1::Channel, prometheus::Gauge*>;
  static OfChannel Add(prometheus::Family<prometheus::Gauge>& family);

  sql::Database& database_;
  const Clock& clock_;
  const OfChannel lanes_open_;
  const OfChannel held_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_GAUGES_LEDGER_GAUGES_H_
