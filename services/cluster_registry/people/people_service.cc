#include "services/cluster_registry/people/people_service.h"

#include <string>

#include "google/protobuf/util/json_util.h"
#include "libs/base/limits.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

constexpr std::string_view kContactPattern = "clusters/*/contacts/*";

void FillContactPoint(const v1::Contact& contact, people::v1::ContactPoint& point) {
  point.set_person(contact.name());
  point.set_display_name(contact.display_name());
  point.set_email(contact.email());
  point.set_language(contact.language());
  point.set_audience_consent(contact.audience_consent());
}

}  // namespace

void PeopleService::Register(rpc::Server& server) {
  server.AddService("wici.people.v1.ContactPointService")
      .Pooled("BatchGetContactPoints", this, &PeopleService::BatchGetContactPoints);
  rpc::Service personal_data = server.AddService("wici.people.v1.PersonalDataService");
  personal_data.Pooled("ExportPerson", this, &PeopleService::ExportPerson);
  personal_data.Pooled("ErasePerson", this, &PeopleService::ErasePerson);
}

absl::Status PeopleService::BatchGetContactPoints(
    const rpc::Context& context, const people::v1::BatchGetContactPointsRequest& request,
    people::v1::BatchGetContactPointsResponse& response) {
  Violations violations;
  violations.RequireRange("persons", request.persons_size(), 1, kBatchSizeMax);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    response.Clear();
    for (const std::string& person : request.persons()) {
      // A person of another service, unknown or erased, is absent; that is no error.
      if (!MatchesResourcePattern(person, kContactPattern)) continue;
      const absl::StatusOr<v1::Contact> contact = ReadContact(reader, person);
      if (absl::IsNotFound(contact.status())) continue;
      WICI_RETURN_IF_ERROR(contact.status());
      FillContactPoint(*contact, *response.add_contact_points());
    }
    return absl::OkStatus();
  });
}

absl::Status PeopleService::ExportPerson(const rpc::Context& context,
                                         const people::v1::ExportPersonRequest& request,
                                         people::v1::ExportPersonResponse& response) {
  Violations violations;
  violations.RequireResourceName("person", request.person(), kContactPattern);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  v1::Contact contact;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(contact, ReadContact(reader, request.person()));
    return absl::OkStatus();
  }));
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  WICI_CHECK(
      google::protobuf::util::MessageToJsonString(contact, response.mutable_json(), options).ok());
  return absl::OkStatus();
}

absl::Status PeopleService::ErasePerson(const rpc::Context& context,
                                        const people::v1::ErasePersonRequest& request,
                                        people::v1::ErasePersonResponse& response) {
  Violations violations;
  violations.RequireResourceName("person", request.person(), kContactPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        const absl::Status found = ReadContact(writer, request.person()).status();
        response.set_erased(found.ok());
        if (absl::IsNotFound(found)) return absl::OkStatus();
        WICI_RETURN_IF_ERROR(found);
        WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(request.person()), true).status());
        return RemoveContact(writer, request.person());
      });
}

}  // namespace wici::cluster_registry
