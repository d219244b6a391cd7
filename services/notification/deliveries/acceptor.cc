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
#include "services/notification/errors.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/template_store.h"

namespace wici::notification {
namespace {

// Writes down the versions of the templates that are in use now, what their calendar parts ask, and
// what holds for a lost answer where the notification does not say it.
// INVALID_ARGUMENT for templates that do not exist.
absl::Status ChooseVersions(const std::map<std::string, v1::Template>& stored,
                            std::vector<NewNotification>& notifications) {
  Violations v;
  for (std::size_t i = 0; i < notifications.size(); ++i) {
    NewNotification& notification = notifications[i];
    const std::string prefix = notifications.size() == 1 ? "" : absl::StrCat("requests[", i, "].");
    const v1::Template* found = FindBuiltIn(notification.template_name);
    if (notification.template_name == kSubscriptionDisabled) {
      v.Add(prefix + "notification.template", "is sent by the service itself only");
      continue;
    }
    if (found == nullptr) {
      const auto item = stored.find(notification.template_name);
      if (item == stored.end()) {
        v.Add(prefix + "notification.template", "does not exist");
        continue;
      }
      found = &item->second;
      notification.template_version = found->current_version();
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
    if (FindBuiltIn(notification.template_name) == nullptr) {
      names.insert(notification.template_name);
    }
  }
  return names;
}

}  // namespace

Acceptor::Acceptor(sql::Database& database, IdSource& ids, const Clock& clock,
                   std::function<void()> on_commit)
    : ids_(ids),
      clock_(clock),
      on_commit_(std::move(on_commit)),
      committer_(
          "accept_notification", database, clock, {},
          [this](sql::Transaction& tx, absl::Span<Op* const> ops) { return Apply(tx, ops); }) {}

void Acceptor::Submit(absl::Time deadline, std::vector<NewNotification> notifications,
                      sql::IdempotencyKey key, Done done) {
  Op op{std::move(notifications), std::move(key), absl::UnknownError("not applied")};
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
  std::vector<sql::IdempotencyKey> keys;
  for (const Op* op : ops) keys.push_back(op->key);
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
    } else if (const absl::Status chosen = ChooseVersions(templates, op.notifications);
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
  return sql::StoreAnswers(tx, records, now);
}

}  // namespace wici::notification
