// Campaigns in the database.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_STORE_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_STORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "services/notification/campaigns/rules/campaign_steps.h"
#include "services/notification/peers/peers.h"
#include "wici/notification/v1/campaign_service.pb.h"

namespace wici::notification {

// Thread-safe; methods block. Answers to changes come without `persons`; Get has them.
class CampaignStore {
 public:
  // Both outlive the store.
  CampaignStore(sql::Database& database, feed::Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // CAMPAIGN_NOT_FOUND.
  absl::StatusOr<v1::Campaign> Get(absl::Time deadline, const std::string& name);
  // At most `limit` with ids below `before` ("" for all), the newest first, without persons and
  // counts. Empty filters match all.
  absl::StatusOr<std::vector<v1::Campaign>> List(absl::Time deadline, std::string_view event,
                                                 v1::Campaign::State state, std::string_view before,
                                                 std::int64_t limit);
  absl::StatusOr<v1::Campaign> Create(const feed::Call& call, std::string_view author,
                                      const v1::Campaign& wanted);
  // `edit` gets the draft as it is and makes it what it is to become, or says what is wrong. Who
  // changes it last is its author.
  // CAMPAIGN_NOT_FOUND, ETAG_MISMATCH, CAMPAIGN_STEP_NOT_ALLOWED when it is no draft any more.
  using Edit = std::function<absl::Status(v1::Campaign& campaign)>;
  absl::StatusOr<v1::Campaign> Update(const feed::Call& call, std::string_view author,
                                      const std::string& name, const std::string& etag,
                                      const Edit& edit);
  // CAMPAIGN_NOT_FOUND, ETAG_MISMATCH, CAMPAIGN_STEP_NOT_ALLOWED; for an approval
  // CAMPAIGN_SELF_APPROVED, TEMPLATE_NOT_FOUND, and INVALID_ARGUMENT without an etag for more than
  // kSelfApprovalMax people.
  absl::StatusOr<v1::Campaign> Step(const feed::Call& call, const std::string& name,
                                    const std::string& etag, CampaignStep step,
                                    std::string_view who);

  // ----- for the worker -----

  // At most `limit` ids, the longest due first.
  absl::StatusOr<std::vector<std::string>> ListDue(absl::Time deadline, std::int64_t limit);
  // Where the reading of the audience of a campaign goes on; nullopt when there is nothing to read.
  // CAMPAIGN_NOT_FOUND.
  struct AudienceCursor {
    std::string campaign_id;
    std::string audience;
    std::string token;
  };
  absl::StatusOr<std::optional<AudienceCursor>> FindAudienceToRead(absl::Time deadline,
                                                                   const std::string& id);
  // Writes down the people of a page, or why there is none: a registry that is away is asked again
  // in a while, and without the audience the campaign is a draft again. Nothing when another
  // process was faster. Returns how many people there are more.
  absl::StatusOr<std::int64_t> AddAudience(absl::Time deadline, const AudienceCursor& cursor,
                                           const absl::StatusOr<AudiencePage>& page);
  // Puts the next chunk of a campaign into the ledger, or ends it; nothing when it was paused or
  // another process was faster. Returns how many people were added.
  absl::StatusOr<std::int64_t> Advance(absl::Time deadline, const std::string& id);

 private:
  sql::Database& database_;
  feed::Mutation& mutation_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_STORE_H_
