// Campaigns as they stand in rows. Functions of a caller's transaction.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_ROWS_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/changes.h"
#include "libs/sql/database.h"
#include "wici/notification/v1/campaign.pb.h"

namespace wici::notification {

struct CampaignRow {
  std::string id;
  std::int64_t revision = 0;
  std::string template_version;
  v1::CalendarMethod calendar_method = v1::CALENDAR_METHOD_UNSPECIFIED;
  v1::UnknownPolicy unknown_policy = v1::UNKNOWN_POLICY_AT_LEAST_ONCE;  // once it is approved
  std::string author;
  std::int64_t persons = 0;
  std::int64_t expanded = 0;
  std::int64_t chunks = 0;
  std::string audience_token;  // where the next page of the audience begins
  v1::Campaign resource;       // without persons and counts
};

std::string CampaignName(std::string_view id);

// Whether not all people of its audience are written down.
bool HasAudienceToRead(const CampaignRow& row);

// When a worker is to look at a campaign in `state` by itself.
sql::Value NextLook(const CampaignRow& row, v1::Campaign::State state, absl::Time now);

// The columns of kGetCampaigns.
CampaignRow ReadCampaign(const sql::Row& row);

// CAMPAIGN_NOT_FOUND.
absl::StatusOr<CampaignRow> GetCampaignRow(sql::Transaction& tx, const std::string& name);

// How its deliveries stand; `persons` not in the ledger yet are pending.
absl::StatusOr<v1::Notification::Counts> CountCampaign(sql::Transaction& tx,
                                                       const CampaignRow& row);

// At the positions after `after`.
absl::Status InsertPersons(sql::Transaction& tx, const std::string& id, std::int64_t after,
                           const std::vector<std::string>& persons);

// At most `limit` of the people after position `after`.
absl::StatusOr<std::vector<std::string>> ListPersons(sql::Transaction& tx, const std::string& id,
                                                     std::int64_t after, std::int64_t limit);

feed::Change ChangeOfCampaign(const CampaignRow& row, std::int64_t revision, std::string kind);

// After a restore: pauses the campaigns that would go on by themselves, and may have gone on since
// the backup; whom they have reached since then nobody knows. Appends to `changes`.
absl::Status PauseRestored(sql::Transaction& tx, absl::Time now,
                           std::vector<feed::Change>& changes);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_ROWS_H_
