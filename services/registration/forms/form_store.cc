#include "services/registration/forms/form_store.h"

#include <set>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/forms/form_rows.h"
#include "services/registration/forms/queries.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"

namespace wici::registration {
namespace {

constexpr std::int64_t kVersionsMax = 500;

}  // namespace

absl::StatusOr<v1::FormDefinition> FormStore::Get(absl::Time deadline, std::string_view name) {
  const auto version = FormVersionOf(name);
  if (!version) return FormDefinitionNotFoundError(name);
  const std::vector<std::vector<sql::Value>> keys = {{EventOf(name), *version}};
  v1::FormDefinition form;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetForms, "", keys));
    if (rows.empty()) return FormDefinitionNotFoundError(name);
    form = ReadForm(rows[0]);
    return absl::OkStatus();
  }));
  return form;
}

absl::StatusOr<std::vector<v1::FormDefinition>> FormStore::List(absl::Time deadline,
                                                                std::string_view event,
                                                                std::int64_t before,
                                                                std::int64_t limit) {
  std::vector<v1::FormDefinition> forms;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows events, tx.Execute(kGetSeats, {event}));
    if (events.empty()) return EventNotFoundError(event);
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListForms, {event, before, limit}));
    forms.clear();
    for (const sql::Row& row : rows) forms.push_back(ReadForm(row));
    return absl::OkStatus();
  }));
  return forms;
}

absl::StatusOr<v1::FormDefinition> FormStore::Create(const Call& call, std::string_view event,
                                                     v1::FormDefinition form) {
  const absl::Time now = mutation_.clock().Now();
  if (form.stage() == v1::FORM_STAGE_UNSPECIFIED) form.set_stage(v1::FORM_STAGE_REGISTRATION);
  const std::string category = IdOf(form.admission_category());
  const auto stage = static_cast<std::int64_t>(form.stage());
  std::set<std::int64_t> retentions;
  for (const v1::FormField& field : form.fields()) retentions.insert(field.retention_days());
  SetTimestamp(now, *form.mutable_create_time());
  *form.mutable_update_time() = form.create_time();
  form.set_current(true);
  return mutation_.Run<v1::FormDefinition>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::FormDefinition> {
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
        SeatsRow& seats = aggregate.seats();
        WICI_RETURN_IF_ERROR(CheckNotCancelled(event, seats.state));
        WICI_RETURN_IF_ERROR(aggregate.LoadQuotas({}));
        if (!category.empty() && aggregate.FindQuota(form.admission_category()) == nullptr) {
          return AdmissionCategoryNotFoundError(form.admission_category());
        }
        if (seats.form_versions >= kVersionsMax)
          return TooManyFormVersionsError(event, kVersionsMax);
        const std::int64_t version = ++seats.form_versions;
        form.set_name(FormVersionName(event, version));
        form.set_version(static_cast<std::int32_t>(version));
        form.set_etag(rpc::MakeEtag(version));
        changes.push_back(aggregate.MakeChange("event.updated", form.name(), ""));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        WICI_RETURN_IF_ERROR(tx.Execute(kReplaceForm, {event, category, stage}).status());
        WICI_RETURN_IF_ERROR(tx.Execute(kInsertForm, {event, version, category, stage,
                                                      FormBody(form), ToMicros(now)})
                                 .status());
        for (const std::int64_t days : retentions) {
          WICI_RETURN_IF_ERROR(tx.Execute(kSetDeadline, {event, days}).status());
        }
        return form;
      });
}

}  // namespace wici::registration
