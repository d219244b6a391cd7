#include "services/cluster_registry/contacts/contact_handlers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/contacts/manager_rules.h"
#include "services/cluster_registry/contacts/read_log.h"
#include "services/cluster_registry/contacts/rules/roles.h"
#include "services/cluster_registry/contacts/validate_contact.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

constexpr std::string_view kContactPattern = "clusters/*/contacts/*";
// Who writes a contact is answered what it is now.
constexpr std::string_view kOwnChange = "own_change";

const std::vector<std::string_view>& ChangeableFields() {
  static const auto* const fields = new std::vector<std::string_view>{"role",
                                                                      "display_name",
                                                                      "email",
                                                                      "phone",
                                                                      "language",
                                                                      "role_from",
                                                                      "role_until",
                                                                      "primary",
                                                                      "audience_consent",
                                                                      "notice_given_time",
                                                                      "source",
                                                                      "confirmed_on",
                                                                      "earlier_roles",
                                                                      "person"};
  return *fields;
}

// What may be stored as the answer to a request: no personal data.
v1::Contact NameOnly(const v1::Contact& contact) {
  v1::Contact answer;
  answer.set_name(contact.name());
  return answer;
}

absl::Status ValidateTransfer(const v1::TransferManagerRequest& request) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*");
  const auto check = [&](const char* field, const std::string& contact) {
    if (violations.RequireResourceName(field, contact, kContactPattern) &&
        ClusterOf(contact) != request.name()) {
      violations.Add(field, "not a contact of the cluster");
    }
  };
  check("from_contact", request.from_contact());
  check("to_contact", request.to_contact());
  if (request.from_contact() == request.to_contact()) {
    violations.Add("to_contact", "the same contact");
  }
  violations.OptionalDate("effective_on", request.effective_on());
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

// Both change together, so that the cluster has a manager on every day between.
absl::Status Transfer(Writer& writer, v1::Contact& from, v1::Contact& to, absl::CivilDay day,
                      absl::CivilDay today) {
  if (!MayHandOver(from, day)) return NotManagerError(from.name(), FormatDate(day));
  HandOver(from, to, day);
  Violations violations;
  ValidateContact("to_contact", to, today, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_RETURN_IF_ERROR(SaveContact(writer, from));
  WICI_RETURN_IF_ERROR(CheckPrimaryManager(writer, to));
  return SaveContact(writer, to);
}

}  // namespace

void ContactHandlers::Register(rpc::Service& service) {
  service.Pooled("GetContact", this, &ContactHandlers::GetContact);
  service.Pooled("ListContacts", this, &ContactHandlers::ListContacts);
  service.Pooled("CreateContact", this, &ContactHandlers::CreateContact);
  service.Pooled("UpdateContact", this, &ContactHandlers::UpdateContact);
  service.Pooled("TransferManager", this, &ContactHandlers::TransferManager);
  service.Pooled("DeleteContact", this, &ContactHandlers::DeleteContact);
}

absl::CivilDay ContactHandlers::Today() const { return DayOf(environment_.clock.Now()); }

absl::Status ContactHandlers::Complete(const rpc::Context& context,
                                       const std::vector<v1::Contact*>& contacts) {
  std::vector<std::string> names;
  for (const v1::Contact* contact : contacts) names.push_back(contact->name());
  std::vector<v1::Contact> found;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(found, ReadContactsNamed(reader, names));
    return absl::OkStatus();
  }));
  for (v1::Contact* contact : contacts) {
    const auto present = std::find_if(found.begin(), found.end(), [&](const v1::Contact& one) {
      return one.name() == contact->name();
    });
    if (present != found.end()) *contact = *present;
  }
  LogContactRead(context, kOwnChange, found.size());
  return absl::OkStatus();
}

absl::Status ContactHandlers::GetContact(const rpc::Context& context,
                                         const v1::GetContactRequest& request,
                                         v1::Contact& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kContactPattern);
  CheckPurpose("purpose", request.purpose(), violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadContact(reader, request.name()));
    return absl::OkStatus();
  }));
  LogContactRead(context, request.purpose(), 1);
  return absl::OkStatus();
}

absl::Status ContactHandlers::ListContacts(const rpc::Context& context,
                                           const v1::ListContactsRequest& request,
                                           v1::ListContactsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  CheckPurpose("purpose", request.purpose(), violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Contact> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadCluster(reader, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows, ReadContacts(reader, request.parent(), ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_contacts(),
           *response.mutable_next_page_token());
  LogContactRead(context, request.purpose(), static_cast<std::size_t>(response.contacts_size()));
  return absl::OkStatus();
}

absl::Status ContactHandlers::CreateContact(const rpc::Context& context,
                                            const v1::CreateContactRequest& request,
                                            v1::Contact& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  if (!request.contact_id().empty()) violations.RequireId("contact_id", request.contact_id());
  ValidateContact("contact", request.contact(), Today(), violations);
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
  return Complete(context, {&response});
}

absl::Status ContactHandlers::UpdateContact(const rpc::Context& context,
                                            const v1::UpdateContactRequest& request,
                                            v1::Contact& response) {
  const v1::Contact& change = request.contact();
  Violations violations;
  violations.RequireResourceName("contact.name", change.name(), kContactPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_RETURN_IF_ERROR(environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const v1::Cluster cluster,
                              LockCluster(writer, ClusterOf(change.name()), false));
        WICI_ASSIGN_OR_RETURN(v1::Contact contact, ReadContact(writer, change.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(change.name(), change.etag(), contact.etag()));
        Violations invalid;
        rpc::ApplyUpdateMask(request.update_mask(), change, ChangeableFields(), invalid, contact);
        ValidateContact("contact", contact, Today(), invalid);
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        WICI_RETURN_IF_ERROR(CheckPrimaryManager(writer, contact));
        response = NameOnly(contact);
        return KeepManaged(writer, cluster, contact.name(), Today(),
                           [&] { return SaveContact(writer, contact); });
      }));
  return Complete(context, {&response});
}

absl::Status ContactHandlers::TransferManager(const rpc::Context& context,
                                              const v1::TransferManagerRequest& request,
                                              v1::TransferManagerResponse& response) {
  WICI_RETURN_IF_ERROR(ValidateTransfer(request));
  const absl::CivilDay day = ParseDate(request.effective_on()).value_or(Today());
  WICI_RETURN_IF_ERROR(environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const v1::Cluster cluster,
                              LockCluster(writer, request.name(), false));
        WICI_ASSIGN_OR_RETURN(v1::Contact from, ReadContact(writer, request.from_contact()));
        WICI_ASSIGN_OR_RETURN(v1::Contact to, ReadContact(writer, request.to_contact()));
        *response.mutable_from_contact() = NameOnly(from);
        *response.mutable_to_contact() = NameOnly(to);
        return KeepManaged(writer, cluster, from.name(), Today(),
                           [&] { return Transfer(writer, from, to, day, Today()); });
      }));
  return Complete(context, {response.mutable_from_contact(), response.mutable_to_contact()});
}

absl::Status ContactHandlers::DeleteContact(const rpc::Context& context,
                                            const v1::DeleteContactRequest& request,
                                            google::protobuf::Empty& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kContactPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        // Personal data can be removed from a deleted cluster too.
        WICI_ASSIGN_OR_RETURN(const v1::Cluster cluster,
                              LockCluster(writer, ClusterOf(request.name()), true));
        WICI_ASSIGN_OR_RETURN(const v1::Contact contact, ReadContact(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), contact.etag()));
        return KeepManaged(writer, cluster, request.name(), Today(),
                           [&] { return RemoveContact(writer, request.name()); });
      });
}

}  // namespace wici::cluster_registry
