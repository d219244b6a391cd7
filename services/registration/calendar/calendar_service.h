// Handlers of wici.registration.v1.CalendarService.
#ifndef WICI_SERVICES_REGISTRATION_CALENDAR_CALENDAR_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_CALENDAR_CALENDAR_SERVICE_H_

#include <utility>

#include "absl/status/status.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/calendar/calendar_store.h"
#include "wici/registration/v1/calendar_service.pb.h"

namespace wici::registration {

// Thread-safe.
class CalendarService {
 public:
  // `key` verifies tokens. The references outlive the service.
  CalendarService(CalendarStore& store, auth::SigningKey key, const Clock& clock)
      : store_(store), key_(std::move(key)), clock_(clock) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  absl::Status GetOwnCalendar(const rpc::Context& context, const v1::GetOwnCalendarRequest& request,
                              v1::CalendarText& response);

  CalendarStore& store_;
  const auth::SigningKey key_;
  const Clock& clock_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CALENDAR_CALENDAR_SERVICE_H_
