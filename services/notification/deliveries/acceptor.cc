#include "services/notification/deliveries/acceptor.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/digests/digest_store.h"
#include "services/notification/errors.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/template_store.h"

namespace wici::notification {
namespace {

// "notification." or "requests[3].notification.".
std::string PathOf(const std::vector<NewNotification>& notifications, std::size_t i) {
  return absl::StrCat(notifications.size() == 1 ? "" : absl::StrCat("requests[", i, "]."),
                      "notification.");
}

// A digest has no calendar parts, and nothing in it by which to leave it.
bool MayBeCollected(const v1::Template& item) {
  return item.purpose() == v1::PURPOSE_SERVICE &&
         item.calendar_method() == v1::CALENDAR_METHOD_UNSPECIFIED;
}

// Writes down the versions of the templates that are in use now, what their calendar parts ask, and
// what holds for a lost answer where the notification does not say it.
// INVALID_ARGUMENT for what is `wrong` already, and for templates that do not exist; a notification
// without one is wrong for it already.
absl::Status ChooseVersions(const std::map<std::string, v1::Template>& stored, Violations wrong,
                            std::vector<NewNotification>& notifications) {
  Violations v = std::move(wrong);
  for (std::size_t i = 0; i < notifications.size(); ++i) {
    NewNotification& notification = notifications[i];
    if (notification.template_name.empty()) continue;
    const v1::Template* found = FindBuiltIn(notification.template_name);
    if (found == nullptr) {
      const auto item = stored.find(notification.template_name);
      if (item == stored.end()) {
        v.Add(PathOf(notifications, i) + "template", "does not exist");
        continue;
      }
      found = &item->second;
      notification.template_version = found->current_version();
    }
    if (notification.digest && !MayBeCollected(*found)) {
      v.Add(PathOf(notifications, i) + "digest",
            "is for templates of purpose SERVICE without a calendar part");
    }
    notification.calendar_method = found->calendar_method();
    if (notification.unknown_policy == v1::UNKNOWN_POLICY_UNSPECIFIED) {
      notification.unknown_policy = found->unknown_policy();
    }
  }
  return v.ToStatus(kDomain);
}

// The templates of organisations that the operations name.
std::set<std::string> NamesOfTemplates(const std::vector<NewNotification>& notifications) {
  std::set<std::string> names;
  for (const NewNotification& notification : notifications) {
    const std::string& name = notification.template_name;
    if (!name.empty() && FindBuiltIn(name) == nullptr) {
      names.insert(notification.template_name);
    }
  }
  return names;
}

}  // namespace

Acceptor::Acceptor(sql::Database& database, IdSource& ids, const Clock& clock,
                   std::function<void()> on_commit, sql::CommitterOptions options)
    : ids_(ids),
      clock_(clock),
      on_commit_(std::move(on_commit)),
      committer_(
          "accept_notification", database, clock, options,
          [this](sql::Transaction& tx, absl::Span<Op* const> ops) { return Apply(tx, ops); }) {}

void Acceptor::Submit(absl::Time deadline, std::vector<NewNotification> notifications,
                      sql::IdempotencyKey key, Done done) {
  Submit(deadline,
         Op{std::move(notifications), std::move(key), {}, absl::UnknownError("not applied")},
         std::move(done));
}

void Acceptor::Refuse(absl::Time deadline, std::vector<NewNotification> notifications,
                      Violations wrong, Done done) {
  Submit(deadline,
         Op{std::move(notifications), {}, std::move(wrong), absl::UnknownError("not applied")},
         std::move(done));
}

void Acceptor::Submit(absl::Time deadline, Op op, Done done) {
  // One key for all: a batch holds notifications of many events, which share no row.
  committer_.Submit("notifications", deadline, std::move(op),
                    [this, done = std::move(done)](Op& finished, const absl::Status& status) {
                      if (!status.ok()) {
                        done(status);
                        return;
                      }
                      on_commit_();
                      done(finished.answer);
                    });
}

absl::Status Acceptor::Apply(sql::Transaction& tx, absl::Span<Op* const> ops) {
  const absl::Time now = clock_.Now();
  std::vector<const sql::IdempotencyKey*> keys;
  for (const Op* op : ops) keys.push_back(&op->key);
  WICI_ASSIGN_OR_RETURN(const auto stored, sql::FindAnswers(tx, kDomain, keys));
  std::set<std::string> names;
  for (const Op* op : ops) names.merge(NamesOfTemplates(op->notifications));
  WICI_ASSIGN_OR_RETURN(const auto templates, FindTemplates(tx, names));
  std::vector<NewNotification> accepted;
  std::vector<sql::IdempotencyRecord> records;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    Op& op = *ops[i];
    if (!stored[i].ok()) {
      op.answer = stored[i].status();
    } else if (stored[i]->has_value()) {
      v1::BatchSendNotificationsResponse answer;
      answer.ParseFromString(**stored[i]);
      op.answer = std::move(answer);
    } else if (const absl::Status chosen = ChooseVersions(templates, op.wrong, op.notifications);
               !chosen.ok()) {
      op.answer = chosen;
    } else {
      v1::BatchSendNotificationsResponse answer;
      for (const NewNotification& notification : op.notifications) {
        *answer.add_notifications() = AcceptedNotification(notification, now);
        accepted.push_back(notification);
      }
      records.push_back({op.key, answer.SerializeAsString()});
      op.answer = std::move(answer);
    }
  }
  WICI_RETURN_IF_ERROR(RecordNotifications(tx, accepted, ids_.NewId(), now));
  WICI_RETURN_IF_ERROR(AddToDigests(tx, accepted, ids_, now));
  return sql::StoreAnswers(tx, records, now);
}

}  // namespace wici::notification
