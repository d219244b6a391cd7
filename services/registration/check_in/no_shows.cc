#include "services/registration/check_in/no_shows.h"

#include <cstdint>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/registration/check_in/door/door.h"
#include "services/registration/check_in/door/queries.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"

namespace wici::registration {
namespace {

absl::Status CheckOver(sql::Transaction& tx, EventAggregate& event, absl::Time now) {
  const SeatsRow& seats = event.seats();
  WICI_RETURN_IF_ERROR(CheckNotCancelled(seats.event, seats.state));
  Door door(tx, seats.event);
  WICI_RETURN_IF_ERROR(door.Load({}, {}));
  const absl::Time over = door.end() + kNoShowGrace;
  if (now < over) return EventNotOverError(seats.event, over);
  return seats.counts.checked_in > 0 ? absl::OkStatus() : NobodyCheckedInError(seats.event);
}

// Marks what a page has of them; `last` is the id it begins behind, and becomes the last of it.
// Whether there may be more pages.
absl::StatusOr<bool> MarkPage(sql::Transaction& tx, EventAggregate& event, const Cause& cause,
                              std::string& last, int& marked, Changes& changes) {
  const int limit = kNoShowsMax - marked;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListConfirmed, {event.seats().event, last,
                                                                          std::int64_t{limit}}));
  std::vector<std::string> names;
  for (const sql::Row& row : rows) {
    last = row.Text(0);
    names.push_back(RegistrationName(event.seats().event, last));
  }
  WICI_RETURN_IF_ERROR(event.LoadRegistrations(names));
  WICI_RETURN_IF_ERROR(event.LoadPlaces(0, {}));
  Door door(tx, event.seats().event);
  WICI_RETURN_IF_ERROR(door.Load({names.begin(), names.end()}, {}));
  for (const std::string& name : names) {
    if (door.Came(name)) continue;
    const absl::Status done =
        event.Apply(*event.Find(IdOf(name)), Step::kMarkNoShow, "no_show", cause, changes);
    if (done.ok()) ++marked;
    if (!done.ok() && !absl::IsResourceExhausted(done)) return done;
  }
  return rows.size() == static_cast<std::size_t>(limit);
}

}  // namespace

absl::StatusOr<v1::MarkNoShowsResponse> NoShows::Mark(const Call& call, const std::string& event,
                                                      std::string_view actor) {
  const absl::Time now = mutation_.clock().Now();
  const Cause cause{std::string(actor), ""};
  return mutation_.Run<v1::MarkNoShowsResponse>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::MarkNoShowsResponse> {
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
        WICI_RETURN_IF_ERROR(CheckOver(tx, aggregate, now));
        int marked = 0;
        bool more = true;
        for (std::string last; more && marked < kNoShowsMax;) {
          WICI_ASSIGN_OR_RETURN(more, MarkPage(tx, aggregate, cause, last, marked, changes));
        }
        if (marked > 0) WICI_RETURN_IF_ERROR(aggregate.Save());
        v1::MarkNoShowsResponse response;
        response.set_marked(marked);
        response.set_more(more);
        return response;
      });
}

}  // namespace wici::registration
