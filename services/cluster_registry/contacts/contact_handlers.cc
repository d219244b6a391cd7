#include "services/cluster_registry/contacts/contact_handlers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/contacts/validate_contact.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

bool IsPrimaryManager(const v1::Contact& contact) {
  return contact.primary() && contact.role() == v1::Contact::ROLE_MANAGER;
}

// Civil dates are ordered by their text; an empty one is open.
bool Overlap(const v1::Contact& a, const v1::Contact& b) {
  return (a.role_until().empty() || b.role_from() <= a.role_until()) &&
         (b.role_until().empty() || a.role_from() <= b.role_until());
}

// C8: at most one primary manager of a cluster on any day.
absl::Status CheckPrimaryManager(Reader& reader, const v1::Contact& contact) {
  if (!IsPrimaryManager(contact)) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Contact> contacts,
                        ReadAll<v1::Contact>([&](const Keyset& keyset) {
                          return ReadContacts(reader, ClusterOf(contact.name()), keyset);
                        }));
  for (const v1::Contact& other : contacts) {
    if (other.name() != contact.name() && IsPrimaryManager(other) && Overlap(contact, other)) {
      return PrimaryManagerExistsError(other.name());
    }
  }
  return absl::OkStatus();
}

// What may be stored as the answer to a request: no personal data.
v1::Contact NameOnly(const v1::Contact& contact) {
  v1::Contact answer;
  answer.set_name(contact.name());
  return answer;
}

}  // namespace

void ContactHandlers::Register(rpc::Service& service) {
  service.Pooled("GetContact", this, &ContactHandlers::GetContact);
  service.Pooled("ListContacts", this, &ContactHandlers::ListContacts);
  service.Pooled("CreateContact", this, &ContactHandlers::CreateContact);
  service.Pooled("UpdateContact", this, &ContactHandlers::UpdateContact);
  service.Pooled("DeleteContact", this, &ContactHandlers::DeleteContact);
}

absl::Status ContactHandlers::AnswerContact(const rpc::Context& context, v1::Contact& response) {
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadContact(reader, std::string(response.name())));
    return absl::OkStatus();
  });
}

absl::Status ContactHandlers::GetContact(const rpc::Context& context,
                                         const v1::GetContactRequest& request,
                                         v1::Contact& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/contacts/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  response.set_name(request.name());
  return AnswerContact(context, response);
}

absl::Status ContactHandlers::ListContacts(const rpc::Context& context,
                                           const v1::ListContactsRequest& request,
                                           v1::ListContactsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Contact> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadCluster(reader, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows, ReadContacts(reader, request.parent(), ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_contacts(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status ContactHandlers::CreateContact(const rpc::Context& context,
                                            const v1::CreateContactRequest& request,
                                            v1::Contact& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  if (!request.contact_id().empty()) violations.RequireId("contact_id", request.contact_id());
  ValidateContact("contact", request.contact(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::string id =
      request.contact_id().empty() ? environment_.ids.NewId() : request.contact_id();
  WICI_RETURN_IF_ERROR(environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, request.parent(), false).status());
        v1::Contact contact = request.contact();
        contact.set_name(absl::StrCat(request.parent(), "/contacts/", id));
        WICI_RETURN_IF_ERROR(CheckPrimaryManager(writer, contact));
        response = NameOnly(contact);
        return InsertContact(writer, contact);
      }));
  return AnswerContact(context, response);
}

absl::Status ContactHandlers::UpdateContact(const rpc::Context& context,
                                            const v1::UpdateContactRequest& request,
                                            v1::Contact& response) {
  const v1::Contact& change = request.contact();
  Violations violations;
  violations.RequireResourceName("contact.name", change.name(), "clusters/*/contacts/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_RETURN_IF_ERROR(environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(change.name()), false).status());
        WICI_ASSIGN_OR_RETURN(v1::Contact contact, ReadContact(writer, change.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(change.name(), change.etag(), contact.etag()));
        Violations invalid;
        rpc::ApplyUpdateMask(
            request.update_mask(), change,
            {"role", "display_name", "email", "phone", "language", "role_from", "role_until",
             "primary", "audience_consent", "notice_given_time", "source"},
            invalid, contact);
        ValidateContact("contact", contact, invalid);
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        WICI_RETURN_IF_ERROR(CheckPrimaryManager(writer, contact));
        response = NameOnly(contact);
        return SaveContact(writer, contact);
      }));
  return AnswerContact(context, response);
}

absl::Status ContactHandlers::DeleteContact(const rpc::Context& context,
                                            const v1::DeleteContactRequest& request,
                                            google::protobuf::Empty& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/contacts/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        // Personal data can be removed from a deleted cluster too.
        WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(request.name()), true).status());
        WICI_ASSIGN_OR_RETURN(const v1::Contact contact, ReadContact(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), contact.etag()));
        return RemoveContact(writer, request.name());
      });
}

}  // namespace wici::cluster_registry
