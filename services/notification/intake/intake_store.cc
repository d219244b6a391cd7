#include "services/notification/intake/intake_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/calendar/calendar.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/intake/queries.h"
#include "services/notification/preferences/suppression_store.h"

namespace wici::notification {
namespace {

// The cause for which a report suppresses its address now, if it does.
absl::StatusOr<std::optional<v1::Suppression::Cause>> CauseOf(sql::Transaction& tx,
                                                              const BounceReport& report,
                                                              const std::string& address_hash,
                                                              absl::Time now) {
  switch (report.kind) {
    case BounceKind::kHard:
      return v1::Suppression::CAUSE_HARD_BOUNCE;
    case BounceKind::kComplaint:
      return v1::Suppression::CAUSE_COMPLAINT;
    case BounceKind::kSoft:
      break;
    default:
      return std::nullopt;
  }
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx.Execute(queries::kCountBounces, {address_hash, static_cast<std::int64_t>(report.kind),
                                          ToMicros(now - kSoftBounceWindow)}));
  if (rows[0].Int(0) < kSoftBouncesMax) return std::nullopt;
  return v1::Suppression::CAUSE_SOFT_BOUNCE;
}

// The calendar mail that a reply is about.
struct RepliedEntry {
  std::string event;
  std::string person;
  std::string resource;
};

// What a UID has before its "@": the id of the event or meeting, "<session>.<event>" of a session
// (peers/part_event.h).
std::string UidStem(std::string_view about) {
  constexpr std::string_view kSessions = "/sessions/";
  const std::size_t session = about.find(kSessions);
  if (session == std::string_view::npos) return IdOf(about);
  return calendar::UidOfPart(about.substr(session + kSessions.size()),
                             IdOf(about.substr(0, session)));
}

absl::StatusOr<std::optional<RepliedEntry>> FindEntry(sql::Transaction& tx, std::string_view uid,
                                                      const std::string& address_hash) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kListEntriesOfAddress, {address_hash}));
  const std::string_view id = uid.substr(0, uid.find('@'));
  for (const sql::Row& row : rows) {
    if (UidStem(row.Text(0)) != id) continue;
    return RepliedEntry{row.Text(0), row.Text(1), row.Text(2)};
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<v1::ReportSmsOptOutResponse> IntakeStore::TakeSmsOptOut(
    const feed::Call& call, const std::string& number_hash) {
  const std::string id = mutation_.ids().NewId();
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::ReportSmsOptOutResponse>(
      call,
      [&](sql::Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::ReportSmsOptOutResponse> {
        v1::Suppression suppression;
        suppression.set_channel(v1::CHANNEL_SMS);
        suppression.set_cause(v1::Suppression::CAUSE_OPTED_OUT);
        WICI_ASSIGN_OR_RETURN(
            suppression, AddSuppression(tx, changes, std::move(suppression), number_hash, id, now));
        v1::ReportSmsOptOutResponse response;
        response.set_suppression(suppression.name());
        return response;
      });
}

absl::StatusOr<std::string> IntakeStore::Apply(sql::Transaction& tx, feed::Changes& changes,
                                               const BounceReport& report, std::string_view id,
                                               absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const MailedAddress mailed, FindMailedAddress(tx, report.delivery_id));
  if (report.kind == BounceKind::kNone) return "";
  // Who complains wants no audience mail, whichever address it was. A bounce is about one of two.
  const bool in_doubt = mailed.readdressed && report.kind != BounceKind::kComplaint;
  const std::string address_hash = in_doubt ? "" : mailed.address_hash;
  WICI_ASSIGN_OR_RETURN(const sql::Rows inserted,
                        tx.Execute(queries::kInsertBounce,
                                   {report.delivery_id, static_cast<std::int64_t>(report.kind),
                                    address_hash, report.status, ToMicros(now)}));
  // What was known has had its effect. A suppression that was lifted since stays so.
  if (inserted.empty()) return "";
  changes.push_back(
      {.aggregate = absl::StrCat("bounces/", std::string(id)),
       .version = 1,
       .kind = report.kind == BounceKind::kComplaint ? "delivery.complained" : "delivery.bounced",
       .resource = mailed.delivery,
       .person = mailed.person,
       .attributes = {{"status", report.status}}});
  if (in_doubt) return "";
  WICI_ASSIGN_OR_RETURN(const std::optional<v1::Suppression::Cause> cause,
                        CauseOf(tx, report, address_hash, now));
  if (!cause) return "";
  v1::Suppression suppression;
  suppression.set_person(mailed.person);
  suppression.set_channel(v1::CHANNEL_EMAIL);
  suppression.set_cause(*cause);
  suppression.set_delivery(mailed.delivery);
  suppression.set_evidence(report.status);
  WICI_ASSIGN_OR_RETURN(const v1::Suppression holds,
                        AddSuppression(tx, changes, std::move(suppression), address_hash, id, now));
  return holds.name();
}

absl::StatusOr<v1::ReportCalendarReplyResponse> IntakeStore::TakeReply(
    const feed::Call& call, const v1::ReportCalendarReplyRequest& reply,
    const std::string& address_hash) {
  return mutation_.Run<v1::ReportCalendarReplyResponse>(
      call,
      [&](sql::Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::ReportCalendarReplyResponse> {
        v1::ReportCalendarReplyResponse response;
        WICI_ASSIGN_OR_RETURN(const std::optional<RepliedEntry> entry,
                              FindEntry(tx, reply.uid(), address_hash));
        if (!entry) return response;
        // Nobody has answered in the future; by a wrong clock nothing later would count.
        const std::int64_t replied =
            std::min(MicrosOf(reply.reply_time()), ToMicros(mutation_.clock().Now()));
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows news,
            tx.Execute(queries::kSetCalendarReply,
                       {entry->event, entry->person, static_cast<std::int64_t>(reply.sequence()),
                        replied, reply.participation()}));
        if (news.empty()) return response;
        response.set_taken(true);
        changes.push_back(
            {.aggregate = absl::StrCat("calendarReplies/", entry->event, "/", entry->person),
             .version = news[0].Int(0),
             .kind = "calendar.replied",
             .resource = entry->resource,
             .person = entry->person,
             .attributes = {{"event", entry->event},
                            {"participation", reply.participation()},
                            {"sequence", absl::StrCat(reply.sequence())}}});
        return response;
      });
}

absl::Status CalendarReplyData::Export(sql::Transaction& tx, std::string_view person,
                                       google::protobuf::Struct& held) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kListCalendarReplies, {person, kPageSizeMax}));
  for (const sql::Row& row : rows) {
    (*(*held.mutable_fields())["calendarReplies"]
          .mutable_struct_value()
          ->mutable_fields())[row.Text(0)]
        .set_string_value(row.Text(1));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CalendarReplyData::Erase(sql::Transaction& tx, std::string_view person,
                                              absl::Time /*now*/, feed::Changes& /*changes*/) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kEraseCalendarReplies, {person}));
  return !rows.empty();
}

}  // namespace wici::notification
