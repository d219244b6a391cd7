// What closed digests list. A digest is one mail, or several pages of at most 100 items, each a
// notification of its own that is about "digests/{digest}/{page}".
#ifndef WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_ITEMS_H_
#define WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_ITEMS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "wici/notification/v1/delivery.pb.h"

namespace wici::notification {

inline constexpr std::size_t kDigestPageItems = 100;

// "digests/{digest}/{page}".
std::string DigestPageName(std::string_view digest_id, std::int64_t page);

// The deliveries of pages, by the names of these and in the order in which they were accepted; only
// what a message is made of is set. Names of other forms are ignored.
absl::StatusOr<std::map<std::string, std::vector<ClaimedDelivery>>> FindDigestItems(
    sql::Transaction& tx, const std::set<std::string>& pages);

// Says of those that are collected when their digests are to be closed.
absl::Status ShowCloseTimes(sql::Transaction& tx, std::vector<v1::Delivery>& deliveries);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_ITEMS_H_
