#include "services/notification/deliveries/watch/delivery_watch.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page_token.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/watch/queries.h"
#include "services/notification/digests/digest_items.h"
#include "services/notification/errors.h"
#include "services/notification/sending/message.h"

namespace wici::notification {
namespace {

// In one message.
constexpr std::int32_t kDeliveriesMax = 500;
constexpr absl::Duration kReadTimeout = absl::Seconds(5);
constexpr std::size_t kVersionColumn = 16;

// A resume token is a page token: bound to its notification.
v1::ListDeliveriesRequest TokenOwner(const std::string& parent) {
  v1::ListDeliveriesRequest owner;
  owner.set_parent(parent);
  return owner;
}

}  // namespace

DeliveryWatch::DeliveryWatch(sql::Database& database, const Clock& machine, Mailbox from,
                             absl::Duration sign_of_life)
    : database_(database),
      machine_(machine),
      from_(std::move(from)),
      thread_(sign_of_life, sign_of_life,
              [this](std::vector<Stream>& streams, bool idle) { return Serve(streams, idle); }) {}

absl::Status DeliveryWatch::Add(const v1::WatchDeliveriesRequest& request,
                                std::shared_ptr<rpc::StreamWriter> writer) {
  Violations v;
  v.RequireResourceName("parent", request.parent(), "notifications/*");
  Stream stream{.parent = request.parent(), .writer = std::move(writer), .id = ""};
  if (!request.resume_token().empty()) {
    Violations of_token;
    v1::ListDeliveriesRequest owner = TokenOwner(request.parent());
    owner.set_page_token(request.resume_token());
    const rpc::Page seen = rpc::ParsePage(owner, of_token);
    if (!of_token.ok() || seen.after.size() != 2 ||
        !absl::SimpleAtoi(seen.after[0], &stream.version)) {
      v.Add("resume_token", "must be one of a message about this notification");
    } else {
      stream.id = seen.after[1];
    }
  }
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  thread_.Add(std::move(stream));
  return absl::OkStatus();
}

bool DeliveryWatch::Serve(std::vector<Stream>& streams, bool idle) {
  std::map<std::string, Standing> standings;
  if (!ReadStandings(streams, standings)) return false;
  for (Stream& stream : streams) {
    const auto standing = standings.find(IdOf(stream.parent));
    if (standing == standings.end()) {
      stream.writer->Finish(NotificationNotFoundError(stream.parent));
    } else {
      ServeOne(stream, standing->second, idle);
    }
  }
  return false;
}

void DeliveryWatch::ServeOne(Stream& stream, const Standing& standing, bool idle) {
  std::vector<v1::Delivery> deliveries;
  bool any = false;
  // A version may have more deliveries than one message; the one read last counts as seen.
  bool more = stream.is_new || stream.version < standing.version;
  while (more) {
    if (!ReadPage(stream, deliveries)) return;
    stream.is_new = false;
    if (deliveries.empty()) break;
    more = deliveries.size() == kDeliveriesMax;
    v1::WatchDeliveriesResponse response;
    for (v1::Delivery& delivery : deliveries) {
      delivery.set_message_id(StableId(delivery.channel(), IdOf(delivery.name()), from_));
      *response.add_deliveries() = std::move(delivery);
    }
    response.set_resume_token(
        rpc::MakePageToken(TokenOwner(stream.parent), {absl::StrCat(stream.version), stream.id}));
    stream.writer->Write(response);
    any = true;
  }
  // What changes later has a higher version.
  if (stream.version < standing.version) {
    stream.version = standing.version;
    stream.id = "~";  // after all ids
  }
  if (!standing.open) return stream.writer->Finish(absl::OkStatus());
  if (idle && !any) stream.writer->Write(v1::WatchDeliveriesResponse());
}

bool DeliveryWatch::ReadStandings(const std::vector<Stream>& streams,
                                  std::map<std::string, Standing>& standings) {
  std::set<std::string> ids;
  for (const Stream& stream : streams) ids.insert(IdOf(stream.parent));
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& id : ids) keys.push_back({id});
  const absl::Status status =
      database_.Read(machine_.Now() + kReadTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                              tx.SelectMany(queries::kWatchNotifications, "", keys));
        standings.clear();
        for (const sql::Row& row : rows) standings[row.Text(0)] = {row.Int(1), row.Bool(2)};
        return absl::OkStatus();
      });
  if (!status.ok()) Log(LogLevel::kWarning, "watch_read_failed", {{"code", status.ToString()}});
  return status.ok();
}

bool DeliveryWatch::ReadPage(Stream& stream, std::vector<v1::Delivery>& deliveries) {
  sql::Rows rows;
  const absl::Status status =
      database_.Read(machine_.Now() + kReadTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(
            rows, tx.Execute(queries::kWatchDeliveries,
                             {IdOf(stream.parent), stream.version, stream.id, kDeliveriesMax}));
        deliveries.clear();
        for (const sql::Row& row : rows) deliveries.push_back(ReadDelivery(row));
        return ShowCloseTimes(tx, deliveries);
      });
  if (!status.ok()) Log(LogLevel::kWarning, "watch_read_failed", {{"code", status.ToString()}});
  if (!status.ok() || rows.empty()) return status.ok();
  stream.version = rows.back().Int(kVersionColumn);
  stream.id = rows.back().Text(0);
  return true;
}

}  // namespace wici::notification
