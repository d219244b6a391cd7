#include "services/notification/inbox/inbox_store.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/sql/idempotency.h"
#include "services/notification/errors.h"
#include "services/notification/inbox/queries.h"

namespace wici::notification {
namespace {

constexpr std::int64_t kUnreadMax = 1000;

std::string ItemName(std::string_view inbox_id, std::int64_t seq) {
  return absl::StrCat("inboxes/", std::string(inbox_id), "/items/", seq);
}

v1::InboxItem ReadItem(const sql::Row& row) {
  v1::InboxItem item;
  item.set_name(ItemName(row.Text(0), row.Int(1)));
  item.set_seq(row.Int(1));
  item.set_notification(absl::StrCat("notifications/", row.Text(3)));
  item.set_title(row.Text(4));
  item.set_text(row.Text(5));
  item.set_url(row.Text(6));
  SetTimestamp(FromMicros(row.Int(7)), *item.mutable_create_time());
  if (!row.IsNull(8)) SetTimestamp(FromMicros(row.Int(8)), *item.mutable_read_time());
  return item;
}

std::vector<std::vector<sql::Value>> KeysOf(const std::string& inbox_id,
                                            const std::vector<std::int64_t>& seqs) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::int64_t seq : seqs) keys.push_back({inbox_id, seq});
  return keys;
}

// The items, in the order of `seqs`. INBOX_ITEM_NOT_FOUND.
absl::StatusOr<std::vector<v1::InboxItem>> GetItems(sql::Transaction& tx,
                                                    const std::string& inbox_id,
                                                    const std::vector<std::int64_t>& seqs) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.SelectMany(queries::kGetInboxItems, "", KeysOf(inbox_id, seqs)));
  std::map<std::int64_t, v1::InboxItem> found;
  for (const sql::Row& row : rows) found[row.Int(1)] = ReadItem(row);
  std::vector<v1::InboxItem> items;
  for (const std::int64_t seq : seqs) {
    const auto item = found.find(seq);
    if (item == found.end()) return InboxItemNotFoundError(ItemName(inbox_id, seq));
    items.push_back(item->second);
  }
  return items;
}

absl::Status MarkItems(sql::Transaction& tx, const std::string& inbox_id,
                       const std::vector<std::int64_t>& seqs, bool unread,
                       const sql::Value& read_at, feed::Changes& changes) {
  WICI_ASSIGN_OR_RETURN(const auto items, GetItems(tx, inbox_id, seqs));
  std::vector<std::int64_t> to_mark;
  for (const v1::InboxItem& item : items) {
    if (item.has_read_time() == unread) to_mark.push_back(item.seq());
  }
  if (to_mark.empty()) return absl::OkStatus();
  const auto count = static_cast<std::int64_t>(to_mark.size());
  WICI_ASSIGN_OR_RETURN(const sql::Rows last,
                        tx.Execute(queries::kTakeInboxChanges, {inbox_id, count}));
  std::int64_t changed = last[0].Int(0) - count;
  std::vector<std::vector<sql::Value>> marks;
  for (const std::int64_t seq : to_mark) marks.push_back({inbox_id, seq, ++changed, read_at});
  WICI_RETURN_IF_ERROR(tx.ExecuteMany(queries::kMarkInboxItem, marks).status());
  const std::string inbox = absl::StrCat("inboxes/", inbox_id);
  changes.push_back({.aggregate = inbox,
                     .version = last[0].Int(1),
                     .kind = "inbox.marked",
                     .resource = inbox,
                     .person = "",
                     .attributes = {}});
  return absl::OkStatus();
}

}  // namespace

std::string InboxIdOf(std::string_view person) { return sql::RequestDigest(person); }

absl::Status AppendInboxItem(sql::Transaction& tx, const NewInboxItem& item, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows there,
                        tx.Execute(queries::kFindInboxItem, {item.delivery_id}));
  if (!there.empty()) return absl::OkStatus();
  const std::string inbox_id = InboxIdOf(item.person);
  WICI_ASSIGN_OR_RETURN(const sql::Rows numbers,
                        tx.Execute(queries::kTakeInboxNumbers, {inbox_id, item.person}));
  return tx
      .Execute(queries::kInsertInboxItem,
               {inbox_id, numbers[0].Int(0), numbers[0].Int(1), item.delivery_id,
                item.notification_id, item.title, item.text, item.url, ToMicros(now)})
      .status();
}

absl::StatusOr<bool> ForgetInboxOf(sql::Transaction& tx, std::string_view person) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kForgetInbox, {InboxIdOf(person)}));
  return !rows.empty();
}

absl::Status InboxData::Export(sql::Transaction& tx, std::string_view person,
                               google::protobuf::Struct& held) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  while (true) {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(queries::kListInboxItems, {InboxIdOf(person), before, kPageSizeMax}));
    for (const sql::Row& row : rows) {
      auto& item = *(*held.mutable_fields())["inbox"]
                        .mutable_list_value()
                        ->add_values()
                        ->mutable_struct_value()
                        ->mutable_fields();
      item["title"].set_string_value(row.Text(4));
      item["text"].set_string_value(row.Text(5));
    }
    if (rows.size() < static_cast<std::size_t>(kPageSizeMax)) return absl::OkStatus();
    before = rows.back().Int(1);
  }
}

absl::StatusOr<bool> InboxData::Erase(sql::Transaction& tx, std::string_view person,
                                      absl::Time /*now*/, feed::Changes& /*changes*/) {
  return ForgetInboxOf(tx, person);
}

absl::Status InboxStore::List(absl::Time deadline, const std::string& inbox_id, bool unread_only,
                              std::int64_t before, std::int64_t limit,
                              std::vector<v1::InboxItem>& items, std::int32_t& unread_count) {
  return database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    const sql::Query& query = unread_only ? queries::kListUnreadItems : queries::kListInboxItems;
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query, {inbox_id, before, limit}));
    items.clear();
    for (const sql::Row& row : rows) items.push_back(ReadItem(row));
    WICI_ASSIGN_OR_RETURN(const sql::Rows unread,
                          tx.Execute(queries::kCountUnread, {inbox_id, kUnreadMax}));
    unread_count = static_cast<std::int32_t>(unread[0].Int(0));
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::MarkInboxItemsResponse> InboxStore::Mark(const feed::Call& call,
                                                            const std::string& inbox_id,
                                                            const std::vector<std::int64_t>& seqs,
                                                            bool unread) {
  const absl::Time now = mutation_.clock().Now();
  const sql::Value read_at = unread ? sql::Value(nullptr) : sql::Value(ToMicros(now));
  // What is kept for a repeated request goes without what was said to the person.
  WICI_RETURN_IF_ERROR(
      mutation_
          .Run<v1::MarkInboxItemsResponse>(
              call,
              [&](sql::Transaction& tx,
                  feed::Changes& changes) -> absl::StatusOr<v1::MarkInboxItemsResponse> {
                WICI_RETURN_IF_ERROR(MarkItems(tx, inbox_id, seqs, unread, read_at, changes));
                return v1::MarkInboxItemsResponse();
              })
          .status());
  v1::MarkInboxItemsResponse response;
  WICI_RETURN_IF_ERROR(database_.Read(call.deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(auto items, GetItems(tx, inbox_id, seqs));
    response.Clear();
    for (v1::InboxItem& item : items) *response.add_inbox_items() = std::move(item);
    return absl::OkStatus();
  }));
  return response;
}

absl::StatusOr<std::map<std::string, std::int64_t>> GetInboxHeads(
    sql::Transaction& tx, const std::set<std::string>& inbox_ids) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& id : inbox_ids) keys.push_back({id});
  std::map<std::string, std::int64_t> heads;
  if (keys.empty()) return heads;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetInboxHeads, "", keys));
  for (const sql::Row& row : rows) heads[row.Text(0)] = row.Int(1);
  return heads;
}

absl::StatusOr<InboxChanges> ListInboxChanges(sql::Transaction& tx, const std::string& inbox_id,
                                              std::int64_t after, std::int64_t limit) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kListInboxChanges, {inbox_id, after, limit}));
  InboxChanges changes{.items = {}, .last = after};
  for (const sql::Row& row : rows) {
    changes.items.push_back(ReadItem(row));
    changes.last = row.Int(2);
  }
  return changes;
}

}  // namespace wici::notification
