#include "services/notification/digests/digest_items.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/notification/digests/queries.h"

namespace wici::notification {

std::string DigestPageName(std::string_view digest_id, std::int64_t page) {
  return absl::StrCat("digests/", std::string(digest_id), "/", page);
}

absl::StatusOr<std::map<std::string, std::vector<ClaimedDelivery>>> FindDigestItems(
    sql::Transaction& tx, const std::set<std::string>& pages) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : pages) {
    const std::vector<std::string> parts = absl::StrSplit(name, '/');
    std::int64_t page = 0;
    if (parts.size() == 3 && absl::SimpleAtoi(parts[2], &page)) keys.push_back({parts[1], page});
  }
  std::map<std::string, std::vector<ClaimedDelivery>> found;
  if (keys.empty()) return found;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetDigestItems, "", keys));
  for (const sql::Row& row : rows) {
    ClaimedDelivery& item = found[DigestPageName(row.Text(0), row.Int(1))].emplace_back();
    item.id = row.Text(2);
    item.notification_id = row.Text(3);
    item.template_name = row.Text(4);
    item.event = row.Text(5);
    item.resource = row.Text(6);
    item.person = row.Text(7);
  }
  for (auto& [name, items] : found) {
    std::sort(items.begin(), items.end(),
              [](const ClaimedDelivery& a, const ClaimedDelivery& b) { return a.id < b.id; });
  }
  return found;
}

absl::Status ShowCloseTimes(sql::Transaction& tx, std::vector<v1::Delivery>& deliveries) {
  std::map<std::string, v1::Delivery*> collected;
  std::vector<std::vector<sql::Value>> keys;
  for (v1::Delivery& delivery : deliveries) {
    if (delivery.reason() != v1::DELIVERY_REASON_COLLECTED) continue;
    const std::string id = delivery.name().substr(delivery.name().rfind('/') + 1);
    collected[id] = &delivery;
    keys.push_back({id});
  }
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetCloseTimes, "", keys));
  for (const sql::Row& row : rows) {
    SetTimestamp(FromMicros(row.Int(1)), *collected.at(row.Text(0))->mutable_digest_close_time());
  }
  return absl::OkStatus();
}

}  // namespace wici::notification
