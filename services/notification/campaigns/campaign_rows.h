// Campaigns as they stand in rows. Functions of a caller's transaction.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_ROWS_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/feed/changes.h"
#include "libs/sql/database.h"
#include "wici/notification/v1/campaign.pb.h"

namespace wici::notification {

struct CampaignRow {
  std::string id;
  std::int64_t revision = 0;
  std::string template_version;
  v1::CalendarMethod calendar_method = v1::CALENDAR_METHOD_UNSPECIFIED;
  std::string author;
  std::int64_t persons = 0;
  std::int64_t expanded = 0;
  std::int64_t chunks = 0;
  v1::Campaign resource;  // without persons and counts
};

std::string CampaignName(std::string_view id);

// The columns of kGetCampaigns.
CampaignRow ReadCampaign(const sql::Row& row);

// CAMPAIGN_NOT_FOUND.
absl::StatusOr<CampaignRow> GetCampaignRow(sql::Transaction& tx, const std::string& name);

// How its deliveries stand; `persons` not in the ledger yet are pending.
absl::StatusOr<v1::Notification::Counts> CountCampaign(sql::Transaction& tx,
                                                       const CampaignRow& row);

absl::Status InsertPersons(sql::Transaction& tx, const std::string& id,
                           const v1::Campaign& campaign);

// At most `limit` of the people after position `after`.
absl::StatusOr<std::vector<std::string>> ListPersons(sql::Transaction& tx, const std::string& id,
                                                     std::int64_t after, std::int64_t limit);

feed::Change ChangeOfCampaign(const CampaignRow& row, std::int64_t revision, std::string kind);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_ROWS_H_
