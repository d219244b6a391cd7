#include "services/registration/documents/document_service.h"

#include <algorithm>
#include <vector>

#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/documents/part_writer.h"
#include "services/registration/documents/rules/eligibility.h"
#include "services/registration/documents/rules/validate_document.h"
#include "services/registration/links.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

constexpr std::string_view kPdfType = "application/pdf";
// An event has 50 at most.
constexpr std::int64_t kCategoriesRead = 100;

void SetPdf(std::string content, std::string_view file_name, v1::Document& document) {
  document.set_content(std::move(content));
  document.set_media_type(std::string(kPdfType));
  document.set_file_name(std::string(file_name));
}

// How many a print will be of.
template <class Request>
std::int64_t TotalOf(const Request& request, std::int64_t all) {
  return request.registrations().empty() ? all : request.registrations_size();
}

}  // namespace

void DocumentService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.DocumentService");
  service.Pooled("GetOwnTicket", this, &DocumentService::GetOwnTicket);
  service.Pooled("GetOwnCertificate", this, &DocumentService::GetOwnCertificate);
  service.PooledStream("PrintBadges", this, &DocumentService::PrintBadges);
  service.PooledStream("PrintCertificates", this, &DocumentService::PrintCertificates);
  service.PooledStream("ExportRegistrations", this, &DocumentService::ExportRegistrations);
  service.PooledStream("ExportInvitations", this, &DocumentService::ExportInvitations);
}

absl::Time DocumentService::PageDeadline(const rpc::Context& context) const {
  return std::min(context.deadline, machine_.Now() + kPageTime);
}

absl::StatusOr<Occasion> DocumentService::ReadOccasion(const rpc::Context& context,
                                                       std::string_view event) {
  Occasion occasion;
  WICI_ASSIGN_OR_RETURN(occasion.event, sources_.events.Get(PageDeadline(context), event));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::AdmissionCategory> categories,
      sources_.categories.List(PageDeadline(context), event, "", kCategoriesRead));
  for (v1::AdmissionCategory& category : categories) {
    const std::string name = category.name();
    occasion.categories[name] = std::move(category);
  }
  return occasion;
}

std::string DocumentService::CodeOf(const v1::Registration& registration) const {
  return CheckInCode(key_, registration.name(), registration.person());
}

absl::StatusOr<Participant> DocumentService::ReadOwn(const rpc::Context& context,
                                                     std::string_view token,
                                                     const Participants::Check& check) {
  Violations violations;
  CheckToken("token", token, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const std::string name,
                        auth::ReadLinkToken(key_, kManagePurpose, token, clock_.Now()));
  std::vector<Participant> people(1);
  WICI_ASSIGN_OR_RETURN(people[0].registration, sources_.registrations.Get(context.deadline, name));
  WICI_RETURN_IF_ERROR(check(people[0].registration));
  WICI_RETURN_IF_ERROR(participants_.AddNames(context, "own_document", people));
  return std::move(people[0]);
}

absl::Status DocumentService::GetOwnTicket(const rpc::Context& context,
                                           const v1::GetOwnTicketRequest& request,
                                           v1::Document& response) {
  WICI_ASSIGN_OR_RETURN(const Participant own, ReadOwn(context, request.token(), CheckGetsTicket));
  WICI_ASSIGN_OR_RETURN(const Occasion occasion,
                        ReadOccasion(context, EventOf(own.registration.name())));
  WICI_ASSIGN_OR_RETURN(std::string content,
                        DrawTicket(occasion, own, CodeOf(own.registration), clock_.Now()));
  SetPdf(std::move(content), "ticket.pdf", response);
  return absl::OkStatus();
}

absl::Status DocumentService::GetOwnCertificate(const rpc::Context& context,
                                                const v1::GetOwnCertificateRequest& request,
                                                v1::Document& response) {
  WICI_ASSIGN_OR_RETURN(const Participant own,
                        ReadOwn(context, request.token(), CheckGetsCertificate));
  WICI_ASSIGN_OR_RETURN(const Occasion occasion,
                        ReadOccasion(context, EventOf(own.registration.name())));
  WICI_ASSIGN_OR_RETURN(std::string content, DrawCertificate(occasion, own, clock_.Now()));
  SetPdf(std::move(content), "certificate.pdf", response);
  return absl::OkStatus();
}

template <class Request>
absl::Status DocumentService::ReadPeople(const rpc::Context& context, const Request& request,
                                         std::string_view purpose, const Participants::Check& check,
                                         const Participants::Take& take) {
  const Participants::Take with_names = [&](std::vector<Participant> people) -> absl::Status {
    WICI_RETURN_IF_ERROR(participants_.AddNames(context, purpose, people));
    return take(std::move(people));
  };
  if (request.registrations().empty()) {
    return participants_.ReadAll(context, request.parent(), check, with_names);
  }
  return participants_.ReadNamed(context, request.registrations(), check, with_names);
}

absl::Status DocumentService::PrintBadges(const rpc::Context& context,
                                          const v1::PrintBadgesRequest& request, Parts& parts) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const Occasion occasion, ReadOccasion(context, request.parent()));
  PartWriter writer(parts, kPdfType, "badges.pdf",
                    TotalOf(request, occasion.event.seats().confirmed()));
  BadgePrinter printer(occasion, clock_.Now(), writer);
  WICI_RETURN_IF_ERROR(ReadPeople(
      context, request, "badge", CheckGetsTicket, [&](const std::vector<Participant>& people) {
        std::vector<Badge> badges;
        for (const Participant& participant : people) {
          badges.push_back(BadgeOf(occasion, participant, CodeOf(participant.registration)));
        }
        return printer.Add(std::move(badges));
      }));
  return printer.Finish();
}

absl::Status DocumentService::PrintCertificates(const rpc::Context& context,
                                                const v1::PrintCertificatesRequest& request,
                                                Parts& parts) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const Occasion occasion, ReadOccasion(context, request.parent()));
  PartWriter writer(parts, kPdfType, "certificates.pdf",
                    TotalOf(request, occasion.event.seats().checked_in()));
  CertificatePrinter printer(occasion, clock_.Now(), writer);
  WICI_RETURN_IF_ERROR(
      ReadPeople(context, request, "certificate", CheckGetsCertificate,
                 [&](const std::vector<Participant>& people) { return printer.Add(people); }));
  return printer.Finish();
}

}  // namespace wici::registration
