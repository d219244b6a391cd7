#include "services/notification/digests/digest_store.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/digests/digest_items.h"
#include "services/notification/digests/queries.h"
#include "services/notification/digests/rules/digest_window.h"
#include "services/notification/preferences/preference_rows.h"
#include "services/notification/preferences/queries.h"
#include "services/notification/templates/rules/built_in.h"

namespace wici::notification {
namespace {

// What is added to one digest.
struct Addition {
  const v1::Notification::Digest* wanted = nullptr;  // by the first
  std::vector<std::string> deliveries;
};
using Additions = std::map<std::pair<std::string, std::string>, Addition>;  // by person and key

Additions AdditionsOf(absl::Span<const NewNotification> notifications) {
  Additions additions;
  for (const NewNotification& notification : notifications) {
    if (!notification.digest) continue;
    for (const NewNotification::Recipient& recipient : notification.recipients) {
      Addition& addition = additions[{recipient.person, notification.digest->key()}];
      if (addition.wanted == nullptr) addition.wanted = &*notification.digest;
      addition.deliveries.push_back(recipient.delivery_id);
    }
  }
  return additions;
}

absl::StatusOr<std::map<std::string, v1::Preferences>> PreferencesOf(sql::Transaction& tx,
                                                                     const Additions& additions) {
  std::vector<std::vector<sql::Value>> persons;
  for (const auto& [key, addition] : additions) {
    if (persons.empty() || persons.back()[0] != sql::Value(key.first)) {
      persons.push_back({key.first});
    }
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.SelectMany(queries::kGetManyPreferences, "", persons));
  std::map<std::string, v1::Preferences> found;
  for (const sql::Row& row : rows) found[row.Text(0)] = ReadPreferences(row);
  return found;
}

// One mail that lists a page.
NewNotification PlanPage(const std::string& digest, std::int64_t page, const std::string& person,
                         IdSource& ids, absl::Time now) {
  NewNotification plan;
  plan.id = ids.NewId();
  plan.template_name = std::string(kDigestTemplate);
  plan.unknown_policy = FindBuiltIn(kDigestTemplate)->unknown_policy();
  plan.cause = absl::StrCat("digests/", digest);
  plan.not_before = now;
  plan.expires = now + kDefaultLifetime;
  plan.can_wait = true;
  plan.recipients.push_back({ids.NewId(), person, DigestPageName(digest, page)});
  return plan;
}

}  // namespace

absl::Status AddToDigests(sql::Transaction& tx, absl::Span<const NewNotification> notifications,
                          IdSource& ids, absl::Time now) {
  const Additions additions = AdditionsOf(notifications);
  if (additions.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const auto preferences, PreferencesOf(tx, additions));
  std::vector<std::vector<sql::Value>> digests;
  for (const auto& [key, addition] : additions) {
    const auto of_person = preferences.find(key.first);
    const absl::Time close =
        CloseTime(*addition.wanted,
                  of_person == preferences.end() ? v1::Preferences() : of_person->second, now);
    digests.push_back({ids.NewId(), key.first, key.second, 1,
                       static_cast<std::int64_t>(addition.deliveries.size()), ToMicros(close),
                       ToMicros(now)});
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.InsertMany(queries::kOpenDigests, queries::kOpenDigestsSuffix, digests));
  std::vector<std::vector<sql::Value>> items;
  for (const sql::Row& row : rows) {
    for (const std::string& delivery : additions.at({row.Text(1), row.Text(2)}).deliveries) {
      items.push_back({delivery, row.Text(0), 0});
    }
  }
  return tx.InsertMany(queries::kInsertDigestItems, "", items).status();
}

absl::StatusOr<std::vector<std::string>> ListDueDigests(sql::Transaction& tx, absl::Time now,
                                                        std::int64_t limit) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kListDueDigests, {ToMicros(now), limit}));
  std::vector<std::string> due;
  for (const sql::Row& row : rows) due.push_back(row.Text(0));
  return due;
}

absl::StatusOr<std::int64_t> CloseDigest(sql::Transaction& tx, const std::string& id, IdSource& ids,
                                         absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows closed,
                        tx.Execute(queries::kCloseDigest, {id, ToMicros(now)}));
  if (closed.empty()) return 0;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kListCollected, {id}));
  std::vector<Collected> collected;
  std::vector<Collected> expired;
  for (const sql::Row& row : rows) {
    (FromMicros(row.Int(4)) <= now ? expired : collected)
        .push_back({row.Text(0), row.Text(1), row.Text(2), row.Text(3)});
  }
  std::vector<std::vector<sql::Value>> items;
  std::vector<NewNotification> pages;
  for (std::size_t i = 0; i < collected.size(); ++i) {
    const auto page = static_cast<std::int64_t>(i / kDigestPageItems + 1);
    if (i % kDigestPageItems == 0) {
      pages.push_back(PlanPage(id, page, closed[0].Text(0), ids, now));
    }
    items.push_back({collected[i].delivery_id, id, page});
  }
  std::vector<feed::Change> changes;
  const Settlement too_late{v1::DELIVERY_STATE_EXPIRED, v1::DELIVERY_REASON_UNSPECIFIED,
                            std::nullopt};
  const Settlement listed{v1::DELIVERY_STATE_SUPPRESSED, v1::DELIVERY_REASON_DIGESTED,
                          std::nullopt};
  WICI_RETURN_IF_ERROR(EndCollected(tx, expired, too_late, changes, now));
  WICI_RETURN_IF_ERROR(EndCollected(tx, collected, listed, changes, now));
  if (!items.empty()) {
    WICI_RETURN_IF_ERROR(
        tx.InsertMany(queries::kInsertDigestItems, queries::kSetPagesSuffix, items).status());
  }
  WICI_RETURN_IF_ERROR(AddNotifications(tx, pages, changes, now));
  if (!changes.empty()) {
    WICI_RETURN_IF_ERROR(feed::AppendChanges(tx, ids.NewId(), changes, now));
  }
  return static_cast<std::int64_t>(collected.size());
}

}  // namespace wici::notification
