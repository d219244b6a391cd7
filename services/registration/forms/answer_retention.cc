#include "services/registration/forms/answer_retention.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "google/protobuf/wrappers.pb.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/registration/forms/form_rows.h"
#include "services/registration/forms/queries.h"
#include "services/registration/forms/rules/retention.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"
#include "services/registration/seats/event_aggregate.h"

namespace wici::registration {
namespace {

constexpr std::int64_t kDeadlinesAtOnce = 100;

using Forms = std::map<std::string, v1::FormDefinition>;  // by name

// The versions that these registrations have answered.
absl::StatusOr<Forms> ReadForms(sql::Transaction& tx,
                                const std::vector<v1::Registration>& answered) {
  std::set<std::string> names;
  for (const v1::Registration& registration : answered) {
    names.insert(registration.form_definition());
    names.insert(registration.follow_up_form_definition());
  }
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) {
    if (const auto version = FormVersionOf(name)) keys.push_back({EventOf(name), *version});
  }
  Forms forms;
  if (keys.empty()) return forms;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetForms, "", keys));
  for (const sql::Row& row : rows) {
    v1::FormDefinition form = ReadForm(row);
    forms.emplace(form.name(), std::move(form));
  }
  return forms;
}

// Whether `registration` had answers that must be gone; they are gone.
bool DropFrom(v1::Registration& registration, const Forms& forms, std::int64_t days_over) {
  bool dropped = false;
  if (const auto form = forms.find(registration.form_definition()); form != forms.end()) {
    dropped = DropExpiredAnswers(form->second, days_over, *registration.mutable_answers());
  }
  if (const auto form = forms.find(registration.follow_up_form_definition()); form != forms.end()) {
    dropped |=
        DropExpiredAnswers(form->second, days_over, *registration.mutable_follow_up_answers());
  }
  return dropped;
}

// The registrations of a page.
std::vector<v1::Registration> ReadAnswered(const std::string& event, const sql::Rows& rows) {
  std::vector<v1::Registration> answered;
  for (const sql::Row& row : rows) {
    v1::Registration& registration = answered.emplace_back();
    ParseBody(row.Blob(1), registration);
    registration.set_name(RegistrationName(event, row.Text(0)));
  }
  return answered;
}

// Deletes what the people of a page need, when it is time; the names of their registrations.
absl::StatusOr<std::set<std::string>> ForgetNeeds(sql::Transaction& tx, const std::string& event,
                                                  const sql::Rows& rows, std::int64_t days_over) {
  std::set<std::string> names;
  if (days_over < kNeedsDays) return names;
  std::vector<std::vector<sql::Value>> keys;
  std::map<std::string, std::string> registrations;  // by person
  for (const sql::Row& row : rows) {
    const bool is_new =
        registrations.emplace(row.Text(2), RegistrationName(event, row.Text(0))).second;
    if (is_new) keys.push_back({row.Text(2)});
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows found,
                        sql::SelectMany(tx, kForgetNeeds, kForgetNeedsSuffix, keys));
  for (const sql::Row& row : found) names.insert(registrations.at(row.Text(0)));
  return names;
}

}  // namespace

absl::Status AnswerRetention::SweepPage(const std::string& event, Page& page) {
  const Call call{.key = {}, .deadline = machine_.Now() + options_.timeout};
  const absl::Time now = mutation_.clock().Now();
  Page next;
  const auto body = [&](sql::Transaction& tx,
                        Changes& changes) -> absl::StatusOr<google::protobuf::Int32Value> {
    next = page;
    WICI_ASSIGN_OR_RETURN(const sql::Rows ends, tx.Execute(kGetEndOfEvent, {event}));
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListAnswered, {event, page.after, options_.page_size}));
    next.more = static_cast<std::int64_t>(rows.size()) == options_.page_size;
    if (ends.empty() || rows.empty()) return google::protobuf::Int32Value();
    next.after = rows.back().Text(0);
    const std::int64_t days_over = DaysOver(FromMicros(ends[0].Int(0)), now);
    std::vector<v1::Registration> answered = ReadAnswered(event, rows);
    WICI_ASSIGN_OR_RETURN(const Forms forms, ReadForms(tx, answered));
    WICI_ASSIGN_OR_RETURN(std::set<std::string> expired, ForgetNeeds(tx, event, rows, days_over));
    for (v1::Registration& registration : answered) {
      if (DropFrom(registration, forms, days_over)) expired.insert(registration.name());
    }
    if (expired.empty()) return google::protobuf::Int32Value();
    WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
    WICI_RETURN_IF_ERROR(aggregate.LoadRegistrations({expired.begin(), expired.end()}));
    for (const std::string& name : expired) {
      RegistrationRow* const row = aggregate.Find(IdOf(name));
      if (row == nullptr) continue;
      DropFrom(row->registration, forms, days_over);
      aggregate.Amend(*row, "answers_expired", changes);
      ++next.changed;
    }
    WICI_RETURN_IF_ERROR(aggregate.Save());
    return google::protobuf::Int32Value();
  };
  WICI_RETURN_IF_ERROR(mutation_.Run<google::protobuf::Int32Value>(call, body).status());
  page = next;
  return absl::OkStatus();
}

absl::StatusOr<int> AnswerRetention::Sweep(const std::string& event) {
  Page page;
  while (page.more) WICI_RETURN_IF_ERROR(SweepPage(event, page));
  return page.changed;
}

absl::StatusOr<int> AnswerRetention::RunOnce() {
  int total = 0;
  for (;;) {
    sql::Rows due;
    WICI_RETURN_IF_ERROR(database_.Read(
        machine_.Now() + options_.timeout, [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(
              due,
              tx.Execute(kListDueDeadlines, {ToMicros(mutation_.clock().Now()), kDeadlinesAtOnce}));
          return absl::OkStatus();
        }));
    if (due.empty()) return total;
    for (const sql::Row& row : due) {
      WICI_ASSIGN_OR_RETURN(const int changed, Sweep(row.Text(0)));
      total += changed;
      WICI_RETURN_IF_ERROR(
          database_.Write(machine_.Now() + options_.timeout, [&row](sql::Transaction& tx) {
            return tx.Execute(kFinishDeadline, {row.Text(0), row.Int(1), row.Int(2)}).status();
          }));
    }
  }
}

bool AnswerRetention::Round() {
  const absl::StatusOr<int> changed = RunOnce();
  if (!changed.ok()) {
    Log(LogLevel::kWarning, "answer_retention_failed",
        {{"error", std::string(changed.status().message())}});
  }
  return false;
}

}  // namespace wici::registration
