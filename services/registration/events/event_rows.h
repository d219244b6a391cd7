// Rows of events, sessions and admission categories as the proto resources they are, and back.
// Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_EVENT_ROWS_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_EVENT_ROWS_H_

#include <cstdint>

#include "libs/sql/database.h"
#include "wici/registration/v1/admission_category.pb.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// An event with the version that its etag stands for.
struct EventRow {
  v1::Event event;
  std::int64_t revision = 0;
};
EventRow ReadEvent(const sql::Row& row);
// What goes into `body`: the facts without columns of their own.
sql::Bytes EventBody(v1::Event event);

struct SessionRow {
  v1::Session session;
  std::int64_t revision = 0;
};
SessionRow ReadSession(const sql::Row& row);
sql::Bytes SessionBody(v1::Session session);

struct CategoryRow {
  v1::AdmissionCategory category;
  std::int64_t revision = 0;
};
CategoryRow ReadCategory(const sql::Row& row);
sql::Bytes CategoryBody(v1::AdmissionCategory category);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_EVENT_ROWS_H_
