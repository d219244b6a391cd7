// Handlers of wici.registration.v1.DocumentService.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_DOCUMENT_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_DOCUMENT_SERVICE_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "services/registration/documents/participants.h"
#include "services/registration/documents/printing.h"
#include "services/registration/events/categories/category_store.h"
#include "services/registration/events/event_store.h"
#include "services/registration/invitations/invitation_store.h"
#include "wici/registration/v1/document_service.pb.h"

namespace wici::registration {

// What the handlers read from. Everything outlives them.
struct DocumentSources {
  sql::Database& database;
  EventStore& events;
  CategoryStore& categories;
  InvitationStore& invitations;
  RegistrationStore& registrations;
  PersonStore& persons;
  RegistryClient& registry;
};

// Thread-safe.
class DocumentService {
 public:
  // `key` verifies the tokens of links and signs the codes of tickets; `clock` says when a document
  // was made, `machine` how long reading may take. The references outlive the service.
  DocumentService(const DocumentSources& sources, auth::SigningKey key, const Clock& clock,
                  const Clock& machine)
      : sources_(sources),
        participants_(sources.registrations, sources.persons, sources.registry, machine),
        key_(std::move(key)),
        clock_(clock),
        machine_(machine) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  using Parts = rpc::Outlet<v1::DocumentPart>;

  absl::Status GetOwnTicket(const rpc::Context& context, const v1::GetOwnTicketRequest& request,
                            v1::Document& response);
  absl::Status GetOwnCertificate(const rpc::Context& context,
                                 const v1::GetOwnCertificateRequest& request,
                                 v1::Document& response);
  absl::Status PrintBadges(const rpc::Context& context, const v1::PrintBadgesRequest& request,
                           Parts& parts);
  absl::Status PrintCertificates(const rpc::Context& context,
                                 const v1::PrintCertificatesRequest& request, Parts& parts);
  // Exports: document_exports.cc.
  absl::Status ExportRegistrations(const rpc::Context& context,
                                   const v1::ExportRegistrationsRequest& request, Parts& parts);
  absl::Status ExportInvitations(const rpc::Context& context,
                                 const v1::ExportInvitationsRequest& request, Parts& parts);

  absl::Time PageDeadline(const rpc::Context& context) const;
  // EVENT_NOT_FOUND.
  absl::StatusOr<Occasion> ReadOccasion(const rpc::Context& context, std::string_view event);
  // Who holds the link `token`, with their name, when `check` is OK for their registration.
  absl::StatusOr<Participant> ReadOwn(const rpc::Context& context, std::string_view token,
                                      const Participants::Check& check);
  // Those of `request` for whom `check` is OK, with their names.
  template <class Request>
  absl::Status ReadPeople(const rpc::Context& context, const Request& request,
                          std::string_view purpose, const Participants::Check& check,
                          const Participants::Take& take);
  // What the QR code of a registration says.
  std::string CodeOf(const v1::Registration& registration) const;
  absl::StatusOr<std::int64_t> Count(const rpc::Context& context, const sql::Query& query,
                                     std::string_view event);

  const DocumentSources sources_;
  Participants participants_;
  const auth::SigningKey key_;
  const Clock& clock_;
  const Clock& machine_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_DOCUMENT_SERVICE_H_
