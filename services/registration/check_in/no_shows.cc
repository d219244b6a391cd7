#include "services/registration/check_in/no_shows.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
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

constexpr std::int64_t kPage = 500;
constexpr int kPagesMax = 4;  // of one call

absl::Status CheckOver(sql::Transaction& tx, EventAggregate& event, absl::Time now) {
  const SeatsRow& seats = event.seats();
  WICI_RETURN_IF_ERROR(CheckNotCancelled(seats.event, seats.state));
  Door door(tx, seats.event);
  WICI_RETURN_IF_ERROR(door.Load({}, {}));
  const absl::Time over = door.end() + kNoShowGrace;
  if (now < over) return EventNotOverError(seats.event, over);
  return seats.counts.checked_in > 0 ? absl::OkStatus() : NobodyCheckedInError(seats.event);
}

// Looks at the next registrations behind the id `last`, which becomes that of the last it has
// looked at, and marks who did not come. Whether there may be more.
absl::StatusOr<bool> MarkPage(sql::Transaction& tx, EventAggregate& event, const Cause& cause,
                              std::string& last, int& marked, Changes& changes) {
  const std::string& parent = event.seats().event;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListStates, {parent, last, kPage}));
  std::set<std::string> confirmed;
  for (const sql::Row& row : rows) {
    if (row.Int(1) != v1::REGISTRATION_STATE_CONFIRMED) continue;
    confirmed.insert(RegistrationName(parent, row.Text(0)));
  }
  Door door(tx, parent);
  WICI_RETURN_IF_ERROR(door.Load(confirmed, {}));
  const auto wanted = static_cast<std::size_t>(kNoShowsMax - marked);
  std::vector<std::string> absent;
  std::size_t looked_at = 0;
  for (; looked_at < rows.size() && absent.size() < wanted; ++looked_at) {
    last = rows[looked_at].Text(0);
    std::string name = RegistrationName(parent, last);
    if (confirmed.count(name) > 0 && !door.Came(name)) absent.push_back(std::move(name));
  }
  WICI_RETURN_IF_ERROR(event.LoadRegistrations(absent));
  WICI_RETURN_IF_ERROR(event.LoadQuotas({}));
  for (const std::string& name : absent) {
    const absl::Status done =
        event.Apply(*event.Find(IdOf(name)), Step::kMarkNoShow, "no_show", cause, changes);
    if (done.ok()) ++marked;
    if (!done.ok() && !absl::IsResourceExhausted(done)) return done;
  }
  return looked_at < rows.size() || rows.size() == static_cast<std::size_t>(kPage);
}

}  // namespace

absl::StatusOr<v1::MarkNoShowsResponse> NoShows::Mark(const Call& call,
                                                      const v1::MarkNoShowsRequest& request,
                                                      std::string_view actor) {
  const std::string& event = request.parent();
  const absl::Time now = mutation_.clock().Now();
  const Cause cause{std::string(actor), ""};
  return mutation_.Run<v1::MarkNoShowsResponse>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::MarkNoShowsResponse> {
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
        WICI_RETURN_IF_ERROR(CheckOver(tx, aggregate, now));
        WICI_RETURN_IF_ERROR(aggregate.LoadPlaces(0, {}));
        int marked = 0;
        bool more = true;
        std::string last = IdOf(request.after());
        for (int page = 0; page < kPagesMax && more && marked < kNoShowsMax; ++page) {
          WICI_ASSIGN_OR_RETURN(more, MarkPage(tx, aggregate, cause, last, marked, changes));
        }
        if (marked > 0) WICI_RETURN_IF_ERROR(aggregate.Save());
        v1::MarkNoShowsResponse response;
        response.set_marked(marked);
        if (more) response.set_next(RegistrationName(event, last));
        return response;
      });
}

}  // namespace wici::registration
