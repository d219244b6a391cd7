#include "services/registration/events/session_moves.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/time_span.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rows.h"
#include "services/registration/events/queries.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {
namespace {

constexpr std::int64_t kChoicesPage = 1000;

TimeSpan TimeOfSession(const v1::Session& session) {
  return {TimeOf(session.start_time()), TimeOf(session.end_time())};
}

// The sessions in which people have a meeting that overlaps `after` and not `before`, by the id of
// their registration.
absl::StatusOr<std::map<std::string, std::string>> ReadMeetingsMet(sql::Transaction& tx,
                                                                   const v1::Session& before,
                                                                   const v1::Session& after) {
  const std::string event = EventOf(after.name());
  std::map<std::string, std::string> met;
  // Who chose a session of meetings may have those of another one at the same time.
  if (after.kind() == v1::SESSION_KIND_MEETINGS) return met;
  std::string last;
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows page,
        tx.Execute(kListMeetingsMet, {event, IdOf(after.name()), last, MicrosOf(after.start_time()),
                                      MicrosOf(after.end_time()), MicrosOf(before.start_time()),
                                      MicrosOf(before.end_time()), kChoicesPage}));
    for (const sql::Row& row : page) {
      last = row.Text(0);
      const std::string session = SessionName(event, row.Text(1));
      for (const int person : {2, 3}) met.try_emplace(row.Text(person), session);
    }
    more = static_cast<std::int64_t>(page.size()) == kChoicesPage;
  }
  return met;
}

}  // namespace

absl::Status CheckMove(sql::Transaction& tx, const v1::Session& before, const v1::Session& after) {
  // What is no move is asked often, a new room or title.
  if (TimeOfSession(before) == TimeOfSession(after)) return absl::OkStatus();
  const std::string event = EventOf(after.name());
  WICI_ASSIGN_OR_RETURN(const std::vector<SessionRow> rows,
                        LoadSessions(tx, event, INT64_MIN, "", kSessionsMax));
  std::set<std::string> others;
  for (const SessionRow& row : rows) {
    if (row.session.name() == after.name()) continue;
    const TimeSpan time = TimeOfSession(row.session);
    if (Overlap(time, TimeOfSession(after)) && !Overlap(time, TimeOfSession(before))) {
      others.insert(row.session.name());
    }
  }
  WICI_ASSIGN_OR_RETURN(const auto met, ReadMeetingsMet(tx, before, after));
  if (others.empty() && met.empty()) return absl::OkStatus();
  std::int64_t registrations = 0;
  std::string other;
  std::string last;
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows page,
                          tx.Execute(kListChoices, {event, last, kChoicesPage}));
    for (const sql::Row& row : page) {
      last = row.Text(0);
      v1::Registration choice;
      ParseBody(row.Blob(1), choice);
      const auto& chosen = choice.sessions();
      if (std::find(chosen.begin(), chosen.end(), after.name()) == chosen.end()) continue;
      const auto clash = std::find_if(chosen.begin(), chosen.end(), [&](const std::string& name) {
        return others.count(name) > 0;
      });
      const auto meets = met.find(last);
      if (clash == chosen.end() && meets == met.end()) continue;
      ++registrations;
      if (other.empty()) other = clash == chosen.end() ? meets->second : *clash;
    }
    more = static_cast<std::int64_t>(page.size()) == kChoicesPage;
  }
  if (registrations == 0) return absl::OkStatus();
  return SessionMoveOverlapsError(after.name(), other, registrations);
}

}  // namespace wici::registration
