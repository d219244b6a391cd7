// Requests checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_VALIDATE_DOCUMENT_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_VALIDATE_DOCUMENT_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "wici/registration/v1/document_service.pb.h"

namespace wici::registration {

absl::Status Validate(const v1::PrintBadgesRequest& request);
absl::Status Validate(const v1::PrintCertificatesRequest& request);
absl::Status Validate(const v1::ExportRegistrationsRequest& request);
absl::Status Validate(const v1::ExportInvitationsRequest& request);

// OK, or LIST_TOO_LONG when `rows` of `event` are more than a file of `format` can hold.
absl::Status CheckFits(std::string_view event, v1::ListFormat format, std::int64_t rows);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_VALIDATE_DOCUMENT_H_
