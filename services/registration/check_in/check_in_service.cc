#include "services/registration/check_in/check_in_service.h"

#include <algorithm>
#include <future>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/check_in/validate_check_in.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/registrations/submit.h"

namespace wici::registration {
namespace {

constexpr std::size_t kPageBytesMax = 2'000'000;  // of attendances, which may have many conflicts

template <class Request>
SeatOp OpOf(const rpc::Context& context, const Request& request, std::string event) {
  SeatOp op;
  op.event = std::move(event);
  op.key = CallOf(context, request).key;
  op.written = context.written;
  op.actor = context.principal.id;
  return op;
}

std::string ListOf(const std::string& event, const std::string& list) {
  return list.empty() ? event : list;
}

v1::ScanDirection DirectionOf(v1::ScanDirection direction) {
  return direction == v1::SCAN_DIRECTION_UNSPECIFIED ? v1::SCAN_DIRECTION_ENTRY : direction;
}

// Cuts what a message cannot hold.
void BoundBytes(std::vector<v1::Attendance>& attendances, rpc::Page& page) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < attendances.size(); ++i) {
    bytes += attendances[i].ByteSizeLong();
    if (i == 0 || bytes <= kPageBytesMax) continue;
    page.size = std::min(page.size, static_cast<std::int32_t>(i));
    return;
  }
}

}  // namespace

void CheckInService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.CheckInService");
  service.Committed("CheckIn", this, &CheckInService::CheckIn);
  service.Committed("UndoCheckIn", this, &CheckInService::UndoCheckIn);
  // Verifies up to a thousand signatures, so not on the threads of committed methods.
  service.Pooled("BatchCheckIn", this, &CheckInService::BatchCheckIn);
  service.Pooled("GetCheckInManifest", this, &CheckInService::GetCheckInManifest);
  service.Pooled("ListAttendances", this, &CheckInService::ListAttendances);
  service.Pooled("MarkNoShows", this, &CheckInService::MarkNoShows);
  service.Stream("WatchCheckIns", this, &CheckInService::WatchCheckIns);
}

NewRegistration CheckInService::WalkInOf(const v1::CheckInRequest& request) const {
  const v1::WalkIn& wanted = request.walk_in();
  NewRegistration added;
  added.id = ids_.NewId();
  added.person = wanted.person();
  added.person_id = absl::StrCat("persons/", ids_.NewId());
  added.active_key = blind_index_.Of(request.parent(), wanted.person().email());
  added.facts.set_party(wanted.registration().party());
  added.facts.set_admission_category(wanted.registration().admission_category());
  *added.facts.mutable_sessions() = wanted.registration().sessions();
  *added.facts.mutable_answers() = wanted.registration().answers();
  added.facts.set_source(v1::REGISTRATION_SOURCE_ORGANISER);
  added.walk_in = DoorStep{
      .name = "", .list = ListOf(request.parent(), request.list()), .gate = request.gate()};
  return added;
}

void CheckInService::CheckIn(const rpc::Context& context, const v1::CheckInRequest& request,
                             rpc::Reply<v1::Registration> reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  SeatOp op = OpOf(context, request, request.parent());
  if (request.has_walk_in()) {
    op.what = WalkInOf(request);
    return SubmitAndReply(registrations_, context.deadline, std::move(op), std::move(reply));
  }
  DoorStep step{.name = request.registration(),
                .list = ListOf(request.parent(), request.list()),
                .direction = DirectionOf(request.direction()),
                .gate = request.gate()};
  if (request.ticket_case() == v1::CheckInRequest::kCheckInToken) {
    absl::StatusOr<CheckInTicket> ticket = ReadCheckInCode(key_, request.check_in_token());
    if (!ticket.ok()) return reply(ticket.status());
    if (EventOf(ticket->registration) != request.parent()) {
      return reply(TicketOfOtherEventError(ticket->registration, request.parent()));
    }
    step.name = std::move(ticket->registration);
    step.holder = std::move(ticket->holder);
  }
  op.what = std::move(step);
  SubmitAndReply(registrations_, context.deadline, std::move(op), std::move(reply));
}

void CheckInService::UndoCheckIn(const rpc::Context& context, const v1::UndoCheckInRequest& request,
                                 rpc::Reply<v1::Registration> reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  SeatOp op = OpOf(context, request, EventOf(request.name()));
  op.what = DoorStep{.name = request.name(),
                     .list = ListOf(op.event, request.list()),
                     .direction = v1::SCAN_DIRECTION_UNDO,
                     .reason = request.reason()};
  SubmitAndReply(registrations_, context.deadline, std::move(op), std::move(reply));
}

ScanUpload::Item CheckInService::ItemOf(const std::string& event, const v1::Scan& scan) const {
  ScanUpload::Item item;
  item.scan.set_registration(scan.registration());
  item.scan.set_list(ListOf(event, scan.list()));
  item.scan.set_gate(scan.gate());
  item.scan.set_sequence(scan.sequence());
  item.scan.set_direction(DirectionOf(scan.direction()));
  SetTimestamp(TimeOf(scan.scan_time()), *item.scan.mutable_scan_time());
  if (scan.ticket_case() != v1::Scan::kCheckInToken) return item;
  const absl::StatusOr<CheckInTicket> ticket = ReadCheckInCode(key_, scan.check_in_token());
  if (!ticket.ok()) {
    item.refused = v1::CHECK_IN_OUTCOME_UNKNOWN_CODE;
  } else if (EventOf(ticket->registration) != event) {
    item.refused = v1::CHECK_IN_OUTCOME_WRONG_EVENT;
  } else {
    item.scan.set_registration(ticket->registration);
    item.scan.set_holder(ticket->holder);
  }
  return item;
}

absl::Status CheckInService::BatchCheckIn(const rpc::Context& context,
                                          const v1::BatchCheckInRequest& request,
                                          v1::BatchCheckInResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  ScanUpload upload;
  for (const v1::Scan& scan : request.scans()) {
    upload.items.push_back(ItemOf(request.parent(), scan));
  }
  SeatOp op = OpOf(context, request, request.parent());
  op.what = std::move(upload);
  const auto finished = std::make_shared<std::promise<absl::Status>>();
  registrations_.Submit(context.deadline, std::move(op),
                        [finished, &response](SeatOp& done, const absl::Status& status) {
                          if (status.ok()) response = std::get<ScanUpload>(done.what).response;
                          finished->set_value(status.ok() ? done.status : status);
                        });
  return finished->get_future().get();  // the committer keeps the deadline
}

absl::Status CheckInService::GetCheckInManifest(const rpc::Context& context,
                                                const v1::GetCheckInManifestRequest& request,
                                                v1::GetCheckInManifestResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  violations.RequireRange("since_version", request.since_version(), 0, INT64_MAX - 1);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::int64_t version = request.since_version() + 1;
  std::string id;
  if (page.after.size() == 2 && absl::SimpleAtoi(page.after[0], &version)) id = page.after[1];
  WICI_ASSIGN_OR_RETURN(Manifest manifest,
                        store_.ReadManifest(context.deadline, request.parent(), version, id,
                                            page.size + 1, request.with_names()));
  v1::CheckInKey& key = *response.add_keys();
  key.set_key_id(KeyId(key_));
  key.set_public_key(key_.Text());
  SetTimestamp(manifest.closes, *response.mutable_close_time());
  response.set_cancelled(manifest.cancelled);
  response.set_version(manifest.version);
  if (manifest.rows.size() > static_cast<std::size_t>(page.size)) {
    manifest.rows.pop_back();
    const Manifest::Row& last = manifest.rows.back();
    // Others of the same version may be on the next page.
    response.set_version(last.version - 1);
    response.set_next_page_token(
        rpc::MakePageToken(request, {absl::StrCat(last.version), IdOf(last.entry.registration())}));
  }
  for (Manifest::Row& row : manifest.rows) *response.add_entries() = std::move(row.entry);
  return absl::OkStatus();
}

absl::Status CheckInService::ListAttendances(const rpc::Context& context,
                                             const v1::ListAttendancesRequest& request,
                                             v1::ListAttendancesResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  CheckList("list", request.parent(), request.list(), violations);
  rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Attendance> attendances,
      store_.List(context.deadline, request.parent(), ListOf(request.parent(), request.list()),
                  request.selection(), After(page), page.size + 1));
  BoundBytes(attendances, page);
  FillPage(
      request, page, std::move(attendances),
      [](const v1::Attendance& last) -> std::vector<std::string> {
        return {IdOf(last.registration())};
      },
      *response.mutable_attendances(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status CheckInService::MarkNoShows(const rpc::Context& context,
                                         const v1::MarkNoShowsRequest& request,
                                         v1::MarkNoShowsResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  return Answer(no_shows_.Mark(CallOf(context, request), request, context.principal.id), response);
}

absl::Status CheckInService::WatchCheckIns(const rpc::Context&,
                                           const v1::WatchCheckInsRequest& request,
                                           std::shared_ptr<rpc::StreamWriter> writer,
                                           const v1::WatchCheckInsResponse*) {
  WICI_RETURN_IF_ERROR(Validate(request));
  watch_.AddDoors(request.parent(), std::move(writer));
  return absl::OkStatus();
}

}  // namespace wici::registration
