// Handlers of wici.registration.v1.EventService.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_EVENT_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_EVENT_SERVICE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/id.h"
#include "libs/feed/cache/read_cache.h"
#include "libs/rpc/context.h"
#include "libs/rpc/serialized.h"
#include "libs/rpc/server.h"
#include "services/registration/events/categories/category_handlers.h"
#include "services/registration/events/event_store.h"
#include "services/registration/events/event_watch.h"
#include "services/registration/events/series/series_handlers.h"
#include "services/registration/events/statistics/group_reader.h"
#include "services/registration/forms/form_handlers.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

// Thread-safe.
class EventService {
 public:
  // All outlive the service.
  EventService(EventStore& store, CategoryStore& categories, FormStore& forms, SeriesStore& series,
               const GroupReader& groups, EventWatch& watch, IdSource& ids,
               feed::ReadCacheOptions cache)
      : store_(store),
        cache_("events", cache, {&KeptEvent::Encode, &KeptEvent::Decode}),
        groups_(groups),
        watch_(watch),
        ids_(ids),
        categories_(categories, ids),
        forms_(forms),
        series_(series, store, ids) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  // GetEvent from the cache, and else.
  rpc::Serialized<v1::Event> FindEvent(const rpc::Context& context,
                                       const v1::GetEventRequest& request);
  absl::StatusOr<rpc::Serialized<v1::Event>> GetEvent(const rpc::Context& context,
                                                      const v1::GetEventRequest& request);
  absl::Status ListEvents(const rpc::Context& context, const v1::ListEventsRequest& request,
                          v1::ListEventsResponse& response);
  absl::Status CreateEvent(const rpc::Context& context, const v1::CreateEventRequest& request,
                           v1::Event& response);
  absl::Status UpdateEvent(const rpc::Context& context, const v1::UpdateEventRequest& request,
                           v1::Event& response);
  absl::Status PublishEvent(const rpc::Context& context, const v1::PublishEventRequest& request,
                            v1::Event& response);
  absl::Status CancelEvent(const rpc::Context& context, const v1::CancelEventRequest& request,
                           v1::Event& response);
  absl::Status RescheduleEvent(const rpc::Context& context,
                               const v1::RescheduleEventRequest& request, v1::Event& response);
  absl::Status GetEventStatistics(const rpc::Context& context,
                                  const v1::GetEventStatisticsRequest& request,
                                  v1::EventStatistics& response);
  absl::Status WatchEvent(const rpc::Context& context, const v1::WatchEventRequest& request,
                          std::shared_ptr<rpc::StreamWriter> writer, const v1::WatchEventResponse*);
  absl::Status GetSession(const rpc::Context& context, const v1::GetSessionRequest& request,
                          v1::Session& response);
  absl::Status ListSessions(const rpc::Context& context, const v1::ListSessionsRequest& request,
                            v1::ListSessionsResponse& response);
  absl::Status CreateSession(const rpc::Context& context, const v1::CreateSessionRequest& request,
                             v1::Session& response);
  absl::Status UpdateSession(const rpc::Context& context, const v1::UpdateSessionRequest& request,
                             v1::Session& response);
  absl::Status DeleteSession(const rpc::Context& context, const v1::DeleteSessionRequest& request,
                             v1::DeleteSessionResponse& response);

  // What GetEvent answers about one event.
  struct KeptEvent {
    explicit KeptEvent(v1::Event event);
    // For Redis, where only what is published goes: no drafts, nothing of where to follow an event
    // online, and no honours and reasons, which may be about people.
    static std::vector<std::string> Encode(const KeptEvent& kept);
    static std::shared_ptr<const KeptEvent> Decode(const std::vector<std::string>& parts);
    std::size_t bytes() const;

    bool is_public = true;              // as said above
    rpc::Serialized<v1::Event> online;  // to who sees where to follow it online
    rpc::Serialized<v1::Event> others;  // to others; the same bytes where that is the same

   private:
    KeptEvent() = default;
  };
  static rpc::Serialized<v1::Event> AnswerFrom(const KeptEvent& kept, const rpc::Context& context,
                                               const std::string& name);

  EventStore& store_;
  feed::ReadCache<KeptEvent> cache_;  // by name
  GroupReader groups_;
  EventWatch& watch_;
  IdSource& ids_;
  CategoryHandlers categories_;
  FormHandlers forms_;
  SeriesHandlers series_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_EVENT_SERVICE_H_
