#include "services/registration/events/session_moves.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
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

bool SessionsOverlap(const v1::Session& one, const v1::Session& other) {
  return MicrosOf(one.start_time()) < MicrosOf(other.end_time()) &&
         MicrosOf(other.start_time()) < MicrosOf(one.end_time());
}

}  // namespace

absl::Status CheckMove(sql::Transaction& tx, const v1::Session& before, const v1::Session& after) {
  const std::string event = EventOf(after.name());
  WICI_ASSIGN_OR_RETURN(const std::vector<SessionRow> rows,
                        LoadSessions(tx, event, INT64_MIN, "", kSessionsMax));
  std::set<std::string> others;
  for (const SessionRow& row : rows) {
    if (row.session.name() == after.name()) continue;
    if (SessionsOverlap(row.session, after) && !SessionsOverlap(row.session, before)) {
      others.insert(row.session.name());
    }
  }
  if (others.empty()) return absl::OkStatus();
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
      if (clash == chosen.end()) continue;
      ++registrations;
      if (other.empty()) other = *clash;
    }
    more = static_cast<std::int64_t>(page.size()) == kChoicesPage;
  }
  if (registrations == 0) return absl::OkStatus();
  return SessionMoveOverlapsError(after.name(), other, registrations);
}

}  // namespace wici::registration
