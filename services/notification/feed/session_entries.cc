#include "services/notification/feed/session_entries.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/notification/feed/queries.h"
#include "services/notification/feed/to_participants.h"

namespace wici::notification {
namespace {

constexpr std::int64_t kSessionMailsPage = 1000;

// The last mail with an entry: of one session for one registration.
struct LastSessionMail {
  std::string id;
  std::string person;
  bool is_there = false;  // a REQUEST
};
using LastSessionMails = std::map<std::pair<std::string, std::string>, LastSessionMail>;

// Takes one row of the queries in.
void KeepLast(const sql::Row& row, LastSessionMails& last) {
  LastSessionMail& kept = last[{row.Text(0), row.Text(1)}];
  if (row.Text(2) <= kept.id) return;
  kept = {row.Text(2), row.Text(3), row.Int(4) == v1::CALENDAR_METHOD_REQUEST};
}

absl::StatusOr<LastSessionMails> ReadAllOf(sql::Transaction& tx, const std::string& event) {
  LastSessionMails last;
  std::string session = absl::StrCat(event, "/sessions/");
  const std::string end = absl::StrCat(event, "/sessions0");  // '0' follows '/'
  std::string resource;
  std::string id;
  while (true) {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(queries::kListSessionMails, {session, resource, id, end, kSessionMailsPage}));
    for (const sql::Row& row : rows) KeepLast(row, last);
    if (static_cast<std::int64_t>(rows.size()) < kSessionMailsPage) return last;
    session = rows.back().Text(0);
    resource = rows.back().Text(1);
    id = rows.back().Text(2);
  }
}

absl::StatusOr<LastSessionMails> ReadOver(sql::Transaction& tx, const SessionsToTell& wanted) {
  std::vector<std::vector<sql::Value>> keys;
  for (const auto& [session, sequence] : wanted.over) {
    for (const std::string& resource : wanted.resources) keys.push_back({session, resource});
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetSessionMails,
                                                            queries::kGetSessionMailsSuffix, keys));
  LastSessionMails last;
  for (const sql::Row& row : rows) KeepLast(row, last);
  return last;
}

}  // namespace

absl::StatusOr<std::vector<NewNotification>> TellSessions(sql::Transaction& tx,
                                                          const SessionsToTell& wanted,
                                                          IdSource& ids) {
  WICI_ASSIGN_OR_RETURN(const LastSessionMails last, wanted.over.empty()
                                                         ? ReadAllOf(tx, wanted.base.event)
                                                         : ReadOver(tx, wanted));
  std::map<std::string, std::vector<Participant>> by_session;
  for (const auto& [key, mail] : last) {
    const auto& [session, resource] = key;
    if (!mail.is_there || wanted.resources.count(resource) == 0) continue;
    by_session[session].push_back({mail.person, resource});
  }
  std::vector<NewNotification> messages;
  for (const auto& [session, people] : by_session) {
    NewNotification message = wanted.base;
    message.event = session;
    const auto over = wanted.over.find(session);
    if (over != wanted.over.end()) message.calendar_sequence = over->second;
    ToParticipants(message, people, ids, messages);
  }
  return messages;
}

std::map<std::string, std::int64_t> ParseSessionsOver(const std::string& event,
                                                      const std::string& attribute) {
  std::map<std::string, std::int64_t> over;
  const std::vector<std::string> parts = absl::StrSplit(attribute, ' ', absl::SkipEmpty());
  for (const std::string& part : parts) {
    const std::pair<std::string, std::string> item = absl::StrSplit(part, absl::MaxSplits(':', 1));
    std::int64_t sequence = 0;
    if (!absl::SimpleAtoi(item.second, &sequence)) continue;
    over[absl::StrCat(event, "/sessions/", item.first)] = sequence;
  }
  return over;
}

}  // namespace wici::notification
