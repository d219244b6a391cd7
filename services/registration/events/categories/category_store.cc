#include "services/registration/events/categories/category_store.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rows.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/events/queries.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"

namespace wici::registration {
namespace {

absl::StatusOr<CategoryRow> LoadCategory(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(kGetCategory, {EventOf(name), IdOf(name)}));
  if (rows.empty()) return AdmissionCategoryNotFoundError(name);
  return ReadCategory(rows[0]);
}

// The event with its quotas, to change a category of it.
absl::StatusOr<EventAggregate> LoadAggregate(sql::Transaction& tx, std::string_view name,
                                             absl::Time now) {
  WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, EventOf(name), now));
  WICI_RETURN_IF_ERROR(CheckNotCancelled(aggregate.seats().event, aggregate.seats().state));
  WICI_RETURN_IF_ERROR(aggregate.LoadQuotas({}));
  return aggregate;
}

absl::Status Lost() { return absl::AbortedError("another change of the category was first"); }

}  // namespace

absl::StatusOr<v1::AdmissionCategory> CategoryStore::Get(absl::Time deadline,
                                                         std::string_view name) {
  v1::AdmissionCategory category;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(CategoryRow row, LoadCategory(tx, name));
    category = std::move(row.category);
    return absl::OkStatus();
  }));
  return category;
}

absl::StatusOr<std::vector<v1::AdmissionCategory>> CategoryStore::List(absl::Time deadline,
                                                                       std::string_view event,
                                                                       std::string_view after_id,
                                                                       std::int64_t limit) {
  std::vector<v1::AdmissionCategory> categories;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows events, tx.Execute(kGetSeats, {event}));
    if (events.empty()) return EventNotFoundError(event);
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListCategories, {event, after_id, limit}));
    categories.clear();
    for (const sql::Row& row : rows) categories.push_back(ReadCategory(row).category);
    return absl::OkStatus();
  }));
  return categories;
}

absl::StatusOr<v1::AdmissionCategory> CategoryStore::Create(const Call& call,
                                                            v1::AdmissionCategory category) {
  const absl::Time now = mutation_.clock().Now();
  const std::string name = category.name();
  category.clear_taken();
  category.clear_waitlisted();
  category.clear_promised();
  category.set_etag(rpc::MakeEtag(1));
  SetTimestamp(now, *category.mutable_create_time());
  *category.mutable_update_time() = category.create_time();
  return mutation_.Run<v1::AdmissionCategory>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::AdmissionCategory> {
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, LoadAggregate(tx, name, now));
        if (aggregate.seats().categories >= kCategoriesMax) {
          return InvalidArgumentError(
              kDomain,
              {{"parent", absl::StrCat("must have at most ", kCategoriesMax, " categories")}});
        }
        WICI_ASSIGN_OR_RETURN(const sql::Rows inserted,
                              tx.Execute(kInsertCategory, {EventOf(name), IdOf(name),
                                                           CategoryBody(category), ToMicros(now)}));
        if (inserted.empty()) return AdmissionCategoryExistsError(name);
        WICI_RETURN_IF_ERROR(aggregate.PutQuota(QuotaOf(category)));
        changes.push_back(aggregate.MakeChange("event.updated", name, ""));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        return category;
      });
}

absl::StatusOr<v1::AdmissionCategory> CategoryStore::Change(const Call& call, std::string_view name,
                                                            std::string_view etag,
                                                            const Edit& edit) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::AdmissionCategory>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::AdmissionCategory> {
        WICI_ASSIGN_OR_RETURN(CategoryRow row, LoadCategory(tx, name));
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, LoadAggregate(tx, name, now));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        v1::AdmissionCategory& category = row.category;
        WICI_RETURN_IF_ERROR(edit(category));
        WICI_RETURN_IF_ERROR(aggregate.PutQuota(QuotaOf(category)));
        changes.push_back(aggregate.MakeChange("event.updated", name, ""));
        WICI_RETURN_IF_ERROR(aggregate.LoadPlaces(0, {}));
        WICI_RETURN_IF_ERROR(aggregate.Promote(changes));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        WICI_ASSIGN_OR_RETURN(const sql::Rows updated,
                              tx.Execute(kUpdateCategory, {EventOf(name), IdOf(name), row.revision,
                                                           CategoryBody(category), ToMicros(now)}));
        if (updated.empty()) return Lost();
        category.set_etag(rpc::MakeEtag(row.revision + 1));
        SetTimestamp(now, *category.mutable_update_time());
        const Quota& counts = aggregate.FindQuota(category.name())->counts;
        category.set_taken(static_cast<std::int32_t>(counts.taken));
        category.set_waitlisted(static_cast<std::int32_t>(counts.waiting + counts.also_waiting));
        category.set_promised(static_cast<std::int32_t>(counts.promised));
        return category;
      });
}

absl::StatusOr<v1::DeleteAdmissionCategoryResponse> CategoryStore::Delete(const Call& call,
                                                                          std::string_view name,
                                                                          std::string_view etag) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::DeleteAdmissionCategoryResponse>(
      call,
      [&](sql::Transaction& tx,
          Changes& changes) -> absl::StatusOr<v1::DeleteAdmissionCategoryResponse> {
        WICI_ASSIGN_OR_RETURN(const CategoryRow row, LoadCategory(tx, name));
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, LoadAggregate(tx, name, now));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        const Quota& counts = aggregate.FindQuota(row.category.name())->counts;
        if (counts.taken + counts.waiting + counts.also_waiting + counts.pending + counts.promised >
            0) {
          return AdmissionCategoryInUseError(name);
        }
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows deleted,
            tx.Execute(kDeleteCategory, {EventOf(name), IdOf(name), row.revision}));
        if (deleted.empty()) return Lost();
        WICI_RETURN_IF_ERROR(aggregate.RemoveQuota(row.category.name()));
        changes.push_back(aggregate.MakeChange("event.updated", name, ""));
        // Seats that were reserved for it are everybody's now.
        WICI_RETURN_IF_ERROR(aggregate.LoadPlaces(0, {}));
        WICI_RETURN_IF_ERROR(aggregate.Promote(changes));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        return v1::DeleteAdmissionCategoryResponse();
      });
}

}  // namespace wici::registration
