#include "services/registration/events/event_rows.h"

#include "services/registration/names.h"
#include "services/registration/rows.h"

namespace wici::registration {

EventRow ReadEvent(const sql::Row& row) {
  EventRow result;
  ParseBody(row.Blob(3), result.event);
  result.revision = row.Int(1);
  v1::Event& event = result.event;
  event.set_name(row.Text(0));
  event.set_state(static_cast<v1::EventState>(row.Int(2)));
  SetRecord(result.revision, row.Int(4), row.Int(5), event);
  v1::Seats& seats = *event.mutable_seats();
  seats.set_version(row.Int(6));
  seats.set_capacity(Narrow(row.Int(7)));
  seats.set_confirmed(Narrow(row.Int(8)));
  seats.set_waitlisted(Narrow(row.Int(9)));
  seats.set_pending_approval(Narrow(row.Int(10)));
  seats.set_checked_in(Narrow(row.Int(11)));
  seats.set_held(Narrow(row.Int(12)));
  event.set_capacity(seats.capacity());
  return result;
}

sql::Bytes EventBody(v1::Event event) {
  ClearRecord(event);
  event.clear_state();
  event.clear_seats();
  return sql::Bytes{event.SerializeAsString()};
}

SessionRow ReadSession(const sql::Row& row) {
  SessionRow result;
  ParseBody(row.Blob(3), result.session);
  result.revision = row.Int(2);
  result.session.set_name(SessionName(row.Text(0), row.Text(1)));
  SetRecord(result.revision, row.Int(4), row.Int(5), result.session);
  result.session.set_taken(Narrow(row.Int(6)));
  return result;
}

sql::Bytes SessionBody(v1::Session session) {
  ClearRecord(session);
  session.clear_taken();
  return sql::Bytes{session.SerializeAsString()};
}

CategoryRow ReadCategory(const sql::Row& row) {
  CategoryRow result;
  ParseBody(row.Blob(3), result.category);
  result.revision = row.Int(2);
  result.category.set_name(CategoryName(row.Text(0), row.Text(1)));
  SetRecord(result.revision, row.Int(4), row.Int(5), result.category);
  result.category.set_taken(Narrow(row.Int(6)));
  result.category.set_waitlisted(Narrow(row.Int(7)));
  result.category.set_promised(Narrow(row.Int(8)));
  return result;
}

sql::Bytes CategoryBody(v1::AdmissionCategory category) {
  ClearRecord(category);
  category.clear_taken();
  category.clear_waitlisted();
  category.clear_promised();
  return sql::Bytes{category.SerializeAsString()};
}

}  // namespace wici::registration
