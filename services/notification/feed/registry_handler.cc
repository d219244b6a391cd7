#include "services/notification/feed/registry_handler.h"

#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"

namespace wici::notification {

absl::StatusOr<sql::Database::Body> RegistryHandler::Prepare(
    absl::Span<const feed::v1::Change> changes) {
  Names deleted;
  for (const feed::v1::Change& change : changes) {
    if (change.kind() == "contact.deleted") deleted.insert(change.person());
  }
  if (!deleted.empty()) {
    WICI_ASSIGN_OR_RETURN(const auto known, peers_.GetContactPoints(deleted));
    for (const auto& [person, point] : known) deleted.erase(person);
  }
  return [this, deleted = std::move(deleted), transaction_id = ids_.NewId(),
          now = clock_.Now()](sql::Transaction& tx) -> absl::Status {
    feed::Changes told;
    for (const std::string& person : deleted) {
      WICI_RETURN_IF_ERROR(people_.Erase(tx, person, now, told).status());
    }
    return people_.Append(tx, transaction_id, told, now);
  };
}

}  // namespace wici::notification
