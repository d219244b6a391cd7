// Inboxes in the database.
#ifndef WICI_SERVICES_NOTIFICATION_INBOX_INBOX_STORE_H_
#define WICI_SERVICES_NOTIFICATION_INBOX_INBOX_STORE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "services/notification/people/person_data.h"
#include "wici/notification/v1/inbox_service.pb.h"

namespace wici::notification {

// The id of a person's inbox: the SHA-256 of their opaque id, in hexadecimal digits.
std::string InboxIdOf(std::string_view person);

// One message for one person.
struct NewInboxItem {
  std::string delivery_id;
  std::string person;
  std::string notification_id;
  std::string title;
  std::string text;
  std::string url;
};

// Appends an item, once for each delivery. In the caller's transaction.
absl::Status AppendInboxItem(sql::Transaction& tx, const NewInboxItem& item, absl::Time now);

// Empties what was said to a person who was erased; whether there was anything.
absl::StatusOr<bool> ForgetInboxOf(sql::Transaction& tx, std::string_view person);

// What inboxes hold of people.
class InboxData final : public PersonData {
 public:
  // "inbox": title and text of the last items.
  absl::Status Export(sql::Transaction& tx, std::string_view person,
                      google::protobuf::Struct& held) override;
  // ForgetInboxOf.
  absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                             feed::Changes& changes) override;
};

// What happened in an inbox after some point.
struct InboxChanges {
  std::vector<v1::InboxItem> items;  // in the order of what happened last to each
  std::int64_t last = 0;             // the point after these
};

// The point to which each inbox has come; absent when nobody has written to it.
absl::StatusOr<std::map<std::string, std::int64_t>> GetInboxHeads(
    sql::Transaction& tx, const std::set<std::string>& inbox_ids);

// At most `limit` items that are new or changed since `after`.
absl::StatusOr<InboxChanges> ListInboxChanges(sql::Transaction& tx, const std::string& inbox_id,
                                              std::int64_t after, std::int64_t limit);

// Thread-safe; methods block.
class InboxStore {
 public:
  // Both outlive the store.
  InboxStore(sql::Database& database, feed::Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // At most `limit` items numbered below `before`, the newest first, and how many are unread,
  // counted up to 1000. An inbox nobody has written to is empty.
  absl::Status List(absl::Time deadline, const std::string& inbox_id, bool unread_only,
                    std::int64_t before, std::int64_t limit, std::vector<v1::InboxItem>& items,
                    std::int32_t& unread_count);

  // INBOX_ITEM_NOT_FOUND when one of `seqs` is not there: then none is marked. Marking again
  // changes nothing.
  absl::StatusOr<v1::MarkInboxItemsResponse> Mark(const feed::Call& call,
                                                  const std::string& inbox_id,
                                                  const std::vector<std::int64_t>& seqs,
                                                  bool unread);

 private:
  sql::Database& database_;
  feed::Mutation& mutation_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INBOX_INBOX_STORE_H_
