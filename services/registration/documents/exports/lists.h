// The columns of exported lists, and their cells. What they are is promised in
// document_service.proto: they keep their names and order, and new ones come at the end. Pure; any
// thread.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_LISTS_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_LISTS_H_

#include <string>
#include <vector>

#include "wici/registration/v1/document_service.pb.h"
#include "wici/registration/v1/invitation.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

using Content = v1::ExportRegistrationsRequest::Content;

std::vector<std::string> RegistrationColumns(Content content);
std::vector<std::string> RegistrationCells(Content content, const v1::Registration& registration);
// What comes after those for who may see personal data.
std::vector<std::string> PersonColumns();

std::vector<std::string> InvitationColumns();
std::vector<std::string> InvitationCells(const v1::Invitation& invitation);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_LISTS_H_
