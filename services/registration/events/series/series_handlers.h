// Handlers of series and clones in wici.registration.v1.EventService.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_SERIES_SERIES_HANDLERS_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_SERIES_SERIES_HANDLERS_H_

#include "absl/status/status.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/events/event_store.h"
#include "services/registration/events/series/series_store.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

// Thread-safe.
class SeriesHandlers {
 public:
  // All outlive the handlers.
  SeriesHandlers(SeriesStore& store, EventStore& events, IdSource& ids)
      : store_(store), events_(events), ids_(ids) {}
  // Adds the methods to `service`, EventService.
  void Register(rpc::Service& service);

 private:
  absl::Status CloneEvent(const rpc::Context& context, const v1::CloneEventRequest& request,
                          v1::Event& response);
  absl::Status GetEventSeries(const rpc::Context& context, const v1::GetEventSeriesRequest& request,
                              v1::EventSeries& response);
  absl::Status ListEventSeries(const rpc::Context& context,
                               const v1::ListEventSeriesRequest& request,
                               v1::ListEventSeriesResponse& response);
  absl::Status CreateEventSeries(const rpc::Context& context,
                                 const v1::CreateEventSeriesRequest& request,
                                 v1::EventSeries& response);
  absl::Status CreateOccurrences(const rpc::Context& context,
                                 const v1::CreateOccurrencesRequest& request,
                                 v1::CreateOccurrencesResponse& response);

  SeriesStore& store_;
  EventStore& events_;
  IdSource& ids_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_SERIES_SERIES_HANDLERS_H_
