#include "services/registration/events/series/series_store.h"

#include <utility>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rows.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/events/queries.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/quota_rows.h"

namespace wici::registration {
namespace {

v1::EventSeries ReadSeries(const sql::Row& row) {
  v1::EventSeries series;
  ParseBody(row.Blob(1), series);
  series.set_name(row.Text(0));
  SetTimestamp(FromMicros(row.Int(2)), *series.mutable_create_time());
  return series;
}

// An event with what is copied with it.
struct WholeEvent {
  v1::Event event;
  std::vector<v1::Session> sessions;
  std::vector<v1::AdmissionCategory> categories;
};

absl::StatusOr<WholeEvent> LoadWhole(sql::Transaction& tx, std::string_view name) {
  WholeEvent whole;
  WICI_ASSIGN_OR_RETURN(EventRow event, LoadEvent(tx, name));
  whole.event = std::move(event.event);
  WICI_ASSIGN_OR_RETURN(std::vector<SessionRow> sessions,
                        LoadSessions(tx, name, INT64_MIN, "", kSessionsMax));
  for (SessionRow& row : sessions) whole.sessions.push_back(std::move(row.session));
  WICI_ASSIGN_OR_RETURN(const sql::Rows categories,
                        tx.Execute(kListCategories, {name, "", kCategoriesMax}));
  for (const sql::Row& row : categories) whole.categories.push_back(ReadCategory(row).category);
  return whole;
}

void Rename(const std::string& name, WholeEvent& whole) {
  whole.event.set_name(name);
  for (v1::Session& session : whole.sessions) {
    session.set_name(SessionName(name, IdOf(session.name())));
  }
  for (v1::AdmissionCategory& category : whole.categories) {
    category.set_name(CategoryName(name, IdOf(category.name())));
  }
}

absl::Status InsertParts(sql::Transaction& tx, const WholeEvent& whole, std::int64_t now) {
  std::vector<std::vector<sql::Value>> sessions;
  for (const v1::Session& session : whole.sessions) {
    sessions.push_back({whole.event.name(), IdOf(session.name()), std::int64_t{1},
                        MicrosOf(session.start_time()), MicrosOf(session.end_time()),
                        SessionBody(session), now, now});
  }
  if (!sessions.empty()) {
    WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertSessions, "", sessions).status());
  }
  std::vector<std::vector<sql::Value>> categories;
  for (const v1::AdmissionCategory& category : whole.categories) {
    categories.push_back({whole.event.name(), IdOf(category.name()), std::int64_t{1},
                          CategoryBody(category), now, now});
  }
  if (categories.empty()) return absl::OkStatus();
  return tx.InsertMany(kInsertCategories, "", categories).status();
}

absl::Status PutQuotas(const WholeEvent& whole, EventAggregate& aggregate) {
  WICI_RETURN_IF_ERROR(aggregate.PutAudiences(whole.event));
  for (const v1::AdmissionCategory& category : whole.categories) {
    WICI_RETURN_IF_ERROR(aggregate.PutQuota(QuotaOf(category)));
  }
  for (const v1::Session& session : whole.sessions) {
    WICI_RETURN_IF_ERROR(aggregate.PutQuota(QuotaOf(session)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::EventSeries> SeriesStore::Get(absl::Time deadline, std::string_view name) {
  v1::EventSeries series;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSeries, {name}));
    if (rows.empty()) return EventSeriesNotFoundError(name);
    series = ReadSeries(rows[0]);
    return absl::OkStatus();
  }));
  return series;
}

absl::StatusOr<std::vector<v1::EventSeries>> SeriesStore::List(absl::Time deadline,
                                                               std::string_view after_name,
                                                               std::int64_t limit) {
  std::vector<v1::EventSeries> series;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListSeries, {after_name, limit}));
    series.clear();
    for (const sql::Row& row : rows) series.push_back(ReadSeries(row));
    return absl::OkStatus();
  }));
  return series;
}

absl::StatusOr<v1::EventSeries> SeriesStore::Create(const Call& call, v1::EventSeries series) {
  const absl::Time now = mutation_.clock().Now();
  SetTimestamp(now, *series.mutable_create_time());
  v1::EventSeries body;
  *body.mutable_title() = series.title();
  return mutation_.Run<v1::EventSeries>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::EventSeries> {
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows inserted,
            tx.Execute(kInsertSeries,
                       {series.name(), sql::Bytes{body.SerializeAsString()}, ToMicros(now)}));
        if (inserted.empty()) return EventSeriesExistsError(series.name());
        changes.push_back({series.name(), 1, "event_series.created", series.name(), "", {}});
        return series;
      });
}

absl::StatusOr<v1::Event> SeriesStore::CloneEvent(const Call& call, const Clone& clone) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::Event>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Event> {
        WICI_ASSIGN_OR_RETURN(WholeEvent whole, LoadWhole(tx, clone.source));
        Rename(clone.name, whole);
        MakeClone(clone.start, whole.event, whole.sessions);
        if (!clone.series.empty()) whole.event.set_series(clone.series);
        whole.event.set_calendar_uid(clone.calendar_uid);
        MakeDraft(now, whole.event);
        WICI_RETURN_IF_ERROR(CheckSeries(tx, whole.event.series()));
        WICI_RETURN_IF_ERROR(InsertDraft(tx, whole.event));
        WICI_RETURN_IF_ERROR(InsertParts(tx, whole, ToMicros(now)));
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, clone.name, now));
        WICI_RETURN_IF_ERROR(PutQuotas(whole, aggregate));
        changes.push_back(aggregate.MakeChange("event.created", clone.name, ""));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        whole.event.mutable_seats()->set_version(aggregate.next_version());
        return whole.event;
      });
}

}  // namespace wici::registration
