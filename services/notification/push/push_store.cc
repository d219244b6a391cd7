#include "services/notification/push/push_store.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/rules/validate_preferences.h"
#include "services/notification/push/queries.h"

namespace wici::notification {
namespace {

constexpr std::string_view kBrowsersPart = "/pushSubscriptions/";

Browser ReadBrowser(const sql::Row& row) {
  return {.id = row.Text(0),
          .person = row.Text(1),
          .endpoint = row.Text(2),
          .keys = {row.Blob(3), row.Blob(4)},
          .server_key = row.Text(6),
          .created = FromMicros(row.Int(5))};
}

feed::Change BrowserChange(std::string_view person, std::string_view id, bool created) {
  const std::string name = BrowserName(person, id);
  return {.aggregate = name,
          .version = created ? 1 : 2,
          .kind = created ? "push_subscription.created" : "push_subscription.deleted",
          .resource = name,
          .person = std::string(person),
          .attributes = {}};
}

// A slot that is free, or kBrowsersMax. Which one follows from the id: of those who come at once
// few want the same, which one of them gets and the others try again.
absl::StatusOr<std::int64_t> FreeSlot(sql::Transaction& tx, const std::string& person,
                                      const std::string& id) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kGetSlots, {person}));
  std::set<std::int64_t> taken;
  for (const sql::Row& row : rows) taken.insert(row.Int(0));
  std::vector<std::int64_t> free;
  for (std::int64_t slot = 0; slot < kBrowsersMax; ++slot) {
    if (taken.count(slot) == 0) free.push_back(slot);
  }
  return free.empty() ? kBrowsersMax : free[std::hash<std::string>{}(id) % free.size()];
}

}  // namespace

std::string BrowserName(std::string_view person, std::string_view id) {
  return absl::StrCat(PreferencesName(person), std::string(kBrowsersPart), std::string(id));
}

std::string PersonOfBrowser(std::string_view name) {
  return PersonOfPreferences(name.substr(0, std::min(name.find(kBrowsersPart), name.size())));
}

absl::StatusOr<std::map<std::string, std::vector<Browser>>> FindBrowsers(
    sql::Transaction& tx, const std::set<std::string>& persons) {
  std::map<std::string, std::vector<Browser>> found;
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& person : persons) keys.push_back({person});
  if (keys.empty()) return found;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetBrowsers, "", keys));
  for (const sql::Row& row : rows) found[row.Text(1)].push_back(ReadBrowser(row));
  for (auto& [person, browsers] : found) {
    std::sort(browsers.begin(), browsers.end(),
              [](const Browser& a, const Browser& b) { return a.id < b.id; });
  }
  return found;
}

absl::Status ForgetBrowsers(sql::Transaction& tx, const std::vector<Browser>& gone,
                            feed::Changes& changes) {
  for (const Browser& browser : gone) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(queries::kDeleteBrowser, {browser.id, browser.person}));
    if (!rows.empty()) changes.push_back(BrowserChange(browser.person, browser.id, false));
  }
  return absl::OkStatus();
}

absl::Status PushData::Export(sql::Transaction& tx, std::string_view person,
                              google::protobuf::Struct& held) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kListBrowsers, {person, "", kBrowsersMax}));
  for (const sql::Row& row : rows) {
    (*held.mutable_fields())["push"].mutable_list_value()->add_values()->set_string_value(
        row.Text(2));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> PushData::Erase(sql::Transaction& tx, std::string_view person,
                                     absl::Time /*now*/, feed::Changes& changes) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kDeleteBrowsersOf, {person}));
  for (const sql::Row& row : rows) changes.push_back(BrowserChange(person, row.Text(0), false));
  return !rows.empty();
}

absl::StatusOr<v1::PushSubscription> PushStore::Create(const feed::Call& call,
                                                       const Browser& browser) {
  const absl::Time now = mutation_.clock().Now();
  const std::string id = mutation_.ids().NewId();
  return mutation_.Run<v1::PushSubscription>(
      call,
      [&](sql::Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::PushSubscription> {
        WICI_ASSIGN_OR_RETURN(const sql::Rows before,
                              tx.Execute(queries::kTakeOverEndpoint, {browser.endpoint}));
        for (const sql::Row& row : before) {
          changes.push_back(BrowserChange(row.Text(1), row.Text(0), false));
        }
        WICI_ASSIGN_OR_RETURN(const std::int64_t slot, FreeSlot(tx, browser.person, id));
        if (slot >= kBrowsersMax) return PushSubscriptionLimitReachedError(kBrowsersMax);
        WICI_RETURN_IF_ERROR(
            tx.Execute(queries::kInsertBrowser,
                       {id, browser.person, slot, browser.endpoint, sql::Bytes{browser.keys.point},
                        sql::Bytes{browser.keys.auth}, ToMicros(now), browser.server_key})
                .status());
        changes.push_back(BrowserChange(browser.person, id, true));
        v1::PushSubscription created;
        created.set_name(BrowserName(browser.person, id));
        SetTimestamp(now, *created.mutable_create_time());
        return created;
      });
}

absl::StatusOr<std::vector<v1::PushSubscription>> PushStore::List(absl::Time deadline,
                                                                  std::string_view person,
                                                                  std::string_view after,
                                                                  std::int32_t limit) {
  std::vector<v1::PushSubscription> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    found.clear();
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(queries::kListBrowsers, {person, after, limit}));
    for (const sql::Row& row : rows) {
      const Browser browser = ReadBrowser(row);
      v1::PushSubscription& item = found.emplace_back();
      item.set_name(BrowserName(browser.person, browser.id));
      item.set_endpoint(browser.endpoint);
      SetTimestamp(browser.created, *item.mutable_create_time());
    }
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<v1::DeletePushSubscriptionResponse> PushStore::Delete(const feed::Call& call,
                                                                     std::string_view name) {
  return mutation_.Run<v1::DeletePushSubscriptionResponse>(
      call,
      [&](sql::Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::DeletePushSubscriptionResponse> {
        Browser browser;
        browser.id = IdOf(name);
        browser.person = PersonOfBrowser(name);
        WICI_RETURN_IF_ERROR(ForgetBrowsers(tx, {browser}, changes));
        if (changes.empty()) return PushSubscriptionNotFoundError(name);
        return v1::DeletePushSubscriptionResponse();
      });
}

}  // namespace wici::notification
