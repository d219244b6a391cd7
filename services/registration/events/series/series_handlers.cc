#include "services/registration/events/series/series_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/events/validate_event.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

// "breakfast-20160118-0900" in the zone of the event: the same time is the same occurrence.
std::string OccurrenceId(std::string_view series, absl::Time start, const std::string& zone_name) {
  absl::TimeZone zone;
  absl::LoadTimeZone(zone_name, &zone);
  return absl::StrCat(IdOf(series), absl::FormatTime("-%Y%m%d-%H%M", start, zone));
}

// What came of one of several, where each stands for itself.
void SetResult(const absl::StatusOr<v1::Event>& made,
               v1::CreateOccurrencesResponse::Result& result) {
  if (made.ok()) {
    *result.mutable_event() = *made;
    return;
  }
  result.mutable_error()->set_code(static_cast<int>(made.status().code()));
  result.mutable_error()->set_reason(ErrorReason(made.status()));
  result.mutable_error()->set_message(std::string(made.status().message()));
}

}  // namespace

void SeriesHandlers::Register(rpc::Service& service) {
  service.Pooled("CloneEvent", this, &SeriesHandlers::CloneEvent);
  service.Pooled("GetEventSeries", this, &SeriesHandlers::GetEventSeries);
  service.Pooled("ListEventSeries", this, &SeriesHandlers::ListEventSeries);
  service.Pooled("CreateEventSeries", this, &SeriesHandlers::CreateEventSeries);
  service.Pooled("CreateOccurrences", this, &SeriesHandlers::CreateOccurrences);
}

absl::Status SeriesHandlers::CloneEvent(const rpc::Context& context,
                                        const v1::CloneEventRequest& request, v1::Event& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const std::string id = request.event_id().empty() ? ids_.NewId() : request.event_id();
  const std::string name = absl::StrCat("events/", id);
  return Answer(store_.CloneEvent(CallOf(context, request),
                                  {request.name(), name, TimeOf(request.start_time()), "",
                                   MakeCalendarUid(name, ids_.NewId())}),
                response);
}

absl::Status SeriesHandlers::GetEventSeries(const rpc::Context& context,
                                            const v1::GetEventSeriesRequest& request,
                                            v1::EventSeries& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kSeriesPattern));
  return Answer(store_.Get(context.deadline, request.name()), response);
}

absl::Status SeriesHandlers::ListEventSeries(const rpc::Context& context,
                                             const v1::ListEventSeriesRequest& request,
                                             v1::ListEventSeriesResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(std::vector<v1::EventSeries> found,
                        store_.List(context.deadline, After(page), page.size + 1));
  FillPage(
      request, page, std::move(found),
      [](const v1::EventSeries& last) -> std::vector<std::string> { return {last.name()}; },
      *response.mutable_event_series(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status SeriesHandlers::CreateEventSeries(const rpc::Context& context,
                                               const v1::CreateEventSeriesRequest& request,
                                               v1::EventSeries& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  v1::EventSeries series = request.event_series();
  series.set_name(absl::StrCat("eventSeries/", request.event_series_id()));
  return Answer(store_.Create(CallOf(context, request), std::move(series)), response);
}

absl::Status SeriesHandlers::CreateOccurrences(const rpc::Context& context,
                                               const v1::CreateOccurrencesRequest& request,
                                               v1::CreateOccurrencesResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_RETURN_IF_ERROR(store_.Get(context.deadline, request.parent()).status());
  WICI_ASSIGN_OR_RETURN(const v1::Event source, events_.Get(context.deadline, request.source()));
  for (int i = 0; i < request.start_times_size(); ++i) {
    const absl::Time start = TimeOf(request.start_times(i));
    // Each is a transaction of its own, repeated by a request_id of its own.
    v1::CloneEventRequest item;
    item.set_name(request.source());
    item.set_event_id(OccurrenceId(request.parent(), start, source.time_zone()));
    *item.mutable_start_time() = request.start_times(i);
    if (!request.request_id().empty()) {
      item.set_request_id(absl::StrCat(request.request_id(), "/", i));
    }
    const std::string name = absl::StrCat("events/", item.event_id());
    SetResult(store_.CloneEvent(CallOf(context, item), {item.name(), name, start, request.parent(),
                                                        MakeCalendarUid(name, ids_.NewId())}),
              *response.add_results());
  }
  return absl::OkStatus();
}

}  // namespace wici::registration
