// Lists of an event as files.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/auth/access.h"
#include "libs/base/status_macros.h"
#include "services/registration/documents/document_service.h"
#include "services/registration/documents/exports/list_writer.h"
#include "services/registration/documents/exports/lists.h"
#include "services/registration/documents/part_writer.h"
#include "services/registration/documents/queries.h"
#include "services/registration/documents/rules/eligibility.h"
#include "services/registration/documents/rules/validate_document.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

using Request = v1::ExportRegistrationsRequest;

constexpr std::int64_t kInvitationsPage = 500;

// Sends the pieces of `list` that are ready; `done` more rows are in them.
absl::Status SendReady(ListWriter& list, PartWriter& writer, std::size_t done) {
  for (;;) {
    WICI_ASSIGN_OR_RETURN(const std::string piece, list.Take());
    if (piece.empty() && done == 0) return absl::OkStatus();
    WICI_RETURN_IF_ERROR(writer.Write(piece, done));
    done = 0;
  }
}

absl::Status FinishList(ListWriter& list, PartWriter& writer) {
  WICI_RETURN_IF_ERROR(list.Finish());
  return SendReady(list, writer, 0);
}

std::string FileName(std::string_view what, v1::ListFormat format) {
  return absl::StrCat(View(what), ".", View(EndingOf(format)));
}

void Append(std::vector<std::string> more, std::vector<std::string>& cells) {
  cells.insert(cells.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

std::vector<std::string> ColumnsOf(const Request& request) {
  std::vector<std::string> columns = RegistrationColumns(request.content());
  if (request.with_personal_data()) Append(PersonColumns(), columns);
  return columns;
}

absl::Status AddRows(const Request& request, const std::vector<Participant>& people,
                     ListWriter& list) {
  for (const Participant& person : people) {
    std::vector<std::string> cells = RegistrationCells(request.content(), person.registration);
    if (request.with_personal_data()) {
      Append({person.display_name, person.organisation, person.email, person.language}, cells);
    }
    WICI_RETURN_IF_ERROR(list.Add(cells));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::int64_t> DocumentService::Count(const rpc::Context& context,
                                                    const sql::Query& query,
                                                    std::string_view event) {
  std::int64_t count = 0;
  WICI_RETURN_IF_ERROR(
      sources_.database.Read(PageDeadline(context), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query, {event}));
        count = rows[0].Int(0);
        return absl::OkStatus();
      }));
  return count;
}

absl::Status DocumentService::ExportRegistrations(const rpc::Context& context,
                                                  const Request& request, Parts& parts) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const bool names = request.with_personal_data();
  if (names && !auth::IsPermitted(context.principal, access::v1::PERMISSION_REGISTRATION_WRITE,
                                  request.parent())) {
    return PersonalDataNotPermittedError(request.parent());
  }
  const bool came = request.content() == Request::CONTENT_ATTENDANCE;
  WICI_ASSIGN_OR_RETURN(const v1::Event event,
                        sources_.events.Get(PageDeadline(context), request.parent()));
  std::int64_t total = event.seats().checked_in();
  if (!came) {
    WICI_ASSIGN_OR_RETURN(total, Count(context, kCountRegistrationsOfEvent, request.parent()));
  }
  WICI_RETURN_IF_ERROR(CheckFits(request.parent(), request.format(), total));
  WICI_ASSIGN_OR_RETURN(const std::unique_ptr<ListWriter> list,
                        MakeListWriter(request.format(), ColumnsOf(request), clock_.Now()));
  PartWriter writer(parts, MediaTypeOf(request.format()),
                    FileName(came ? "attendance" : "registrations", request.format()), total);
  const auto check = [came](const v1::Registration& registration) {
    return came ? CheckGetsCertificate(registration) : absl::OkStatus();
  };
  WICI_RETURN_IF_ERROR(writer.Write("", 0));
  WICI_RETURN_IF_ERROR(participants_.ReadAll(
      context, request.parent(), check, [&](std::vector<Participant> people) -> absl::Status {
        if (names) WICI_RETURN_IF_ERROR(participants_.AddNames(context, "export", people));
        WICI_RETURN_IF_ERROR(AddRows(request, people, *list));
        return SendReady(*list, writer, people.size());
      }));
  return FinishList(*list, writer);
}

absl::Status DocumentService::ExportInvitations(const rpc::Context& context,
                                                const v1::ExportInvitationsRequest& request,
                                                Parts& parts) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_RETURN_IF_ERROR(sources_.events.Get(PageDeadline(context), request.parent()).status());
  WICI_ASSIGN_OR_RETURN(const std::int64_t total,
                        Count(context, kCountInvitationsOfEvent, request.parent()));
  WICI_RETURN_IF_ERROR(CheckFits(request.parent(), request.format(), total));
  WICI_ASSIGN_OR_RETURN(const std::unique_ptr<ListWriter> list,
                        MakeListWriter(request.format(), InvitationColumns(), clock_.Now()));
  PartWriter writer(parts, MediaTypeOf(request.format()), FileName("invitations", request.format()),
                    total);
  std::string after;
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::Invitation> page,
                          sources_.invitations.List(PageDeadline(context), request.parent(), after,
                                                    {}, kInvitationsPage));
    for (const v1::Invitation& invitation : page) {
      WICI_RETURN_IF_ERROR(list->Add(InvitationCells(invitation)));
    }
    more = page.size() == static_cast<std::size_t>(kInvitationsPage);
    if (more) after = IdOf(page.back().name());
    WICI_RETURN_IF_ERROR(SendReady(*list, writer, page.size()));
  }
  return FinishList(*list, writer);
}

}  // namespace wici::registration
