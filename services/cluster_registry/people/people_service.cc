#include "services/cluster_registry/people/people_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/limits.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/contacts/manager_rules.h"
#include "services/cluster_registry/contacts/read_log.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

constexpr std::string_view kContactPattern = "clusters/*/contacts/*";
constexpr std::string_view kPersonPattern = "people/*";

void FillContactPoint(const v1::Contact& contact, people::v1::ContactPoint& point) {
  point.set_person(contact.name());
  point.set_display_name(contact.display_name());
  point.set_email(contact.email());
  point.set_language(contact.language());
  point.set_audience_consent(contact.audience_consent());
  point.set_phone(contact.phone());
}

// A contact of one cluster, or a human being with all contacts of theirs.
void RequirePerson(const std::string& person, Violations& violations) {
  if (MatchesResourcePattern(person, kPersonPattern)) return;
  violations.RequireResourceName("person", person, kContactPattern);
}

std::string ToJson(const v1::Contact& contact) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  WICI_CHECK(google::protobuf::util::MessageToJsonString(contact, &json, options).ok());
  return json;
}

void AddJsonField(const char* name, const std::string& value, std::vector<std::string>& fields) {
  if (!value.empty()) fields.push_back(absl::StrCat("\"", name, "\":\"", value, "\""));
}

// Names of roles, days and instants: nothing that JSON would escape.
std::string ToJson(const RoleRecord& record) {
  const auto instant = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
  };
  std::vector<std::string> fields;
  AddJsonField("role", v1::Contact::Role_Name(record.role.role), fields);
  AddJsonField("role_from", record.role.from, fields);
  AddJsonField("role_until", record.role.until == kRoleOpenUntil ? "" : record.role.until, fields);
  if (record.role.primary) fields.emplace_back("\"primary\":true");
  AddJsonField("recorded_from_time", instant(record.recorded_from), fields);
  AddJsonField("recorded_until_time", instant(record.recorded_until), fields);
  return absl::StrCat("{", absl::StrJoin(fields, ","), "}");
}

// The contact, and beside its fields what was recorded of its roles before.
std::string ToJson(const v1::Contact& contact, const std::vector<RoleRecord>& history) {
  std::vector<std::string> records;
  for (const RoleRecord& record : history) {
    if (record.role.contact == contact.name()) records.push_back(ToJson(record));
  }
  std::string json = ToJson(contact);
  if (records.empty()) return json;
  json.pop_back();  // the bracket that ends the object
  return absl::StrCat(json, ",\"earlier_role_records\":[", absl::StrJoin(records, ","), "]}");
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
  CheckPurpose("purpose", request.purpose(), violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<std::string> names;
  for (const std::string& person : request.persons()) {
    // A person of another service, unknown or erased, is absent; that is no error.
    if (MatchesResourcePattern(person, kContactPattern)) names.push_back(person);
  }
  std::vector<v1::Contact> contacts;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(contacts, ReadContactsNamed(reader, names));
    return absl::OkStatus();
  }));
  for (const v1::Contact& contact : contacts) {
    FillContactPoint(contact, *response.add_contact_points());
  }
  LogContactRead(context, request.purpose(), contacts.size());
  return absl::OkStatus();
}

absl::Status PeopleService::ReadContactsOf(Reader& reader, const std::string& person,
                                           std::vector<v1::Contact>& contacts) {
  if (MatchesResourcePattern(person, kPersonPattern)) {
    WICI_ASSIGN_OR_RETURN(contacts, ReadAll<v1::Contact>([&](const Keyset& keyset) {
                            return ReadContactsOfPerson(reader, person, keyset);
                          }));
    return contacts.empty() ? NotFoundError(person) : absl::OkStatus();
  }
  WICI_ASSIGN_OR_RETURN(v1::Contact contact, ReadContact(reader, person));
  contacts.clear();
  contacts.push_back(std::move(contact));
  return absl::OkStatus();
}

absl::Status PeopleService::ExportPerson(const rpc::Context& context,
                                         const people::v1::ExportPersonRequest& request,
                                         people::v1::ExportPersonResponse& response) {
  Violations violations;
  RequirePerson(request.person(), violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Contact> contacts;
  std::vector<RoleRecord> history;
  WICI_RETURN_IF_ERROR(
      environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
        WICI_RETURN_IF_ERROR(ReadContactsOf(reader, request.person(), contacts));
        std::vector<std::string> names;
        for (const v1::Contact& contact : contacts) names.push_back(contact.name());
        WICI_ASSIGN_OR_RETURN(history, ReadRoleHistory(reader, names));
        return absl::OkStatus();
      }));
  LogContactRead(context, "export_person", contacts.size());
  if (MatchesResourcePattern(request.person(), kContactPattern)) {
    response.set_json(ToJson(contacts.front(), history));
    return absl::OkStatus();
  }
  std::vector<std::string> parts;
  for (const v1::Contact& contact : contacts) parts.push_back(ToJson(contact, history));
  response.set_json(absl::StrCat("{\"contacts\":[", absl::StrJoin(parts, ","), "]}"));
  return absl::OkStatus();
}

absl::Status PeopleService::EraseContact(const rpc::Context& context, const std::string& contact,
                                         people::v1::ErasePersonResponse& response) {
  const Mutation mutation =
      MakeMutation(environment_, context, people::v1::ErasePersonRequest(), "");
  const absl::CivilDay today = DayOf(mutation.now);
  people::v1::ErasePersonResponse done;
  WICI_RETURN_IF_ERROR(
      environment_.store.Write(mutation, done, [&](Writer& writer) -> absl::Status {
        done.Clear();
        const absl::StatusOr<v1::Cluster> cluster = LockCluster(writer, ClusterOf(contact), true);
        if (absl::IsNotFound(cluster.status())) return absl::OkStatus();
        WICI_RETURN_IF_ERROR(cluster.status());
        WICI_ASSIGN_OR_RETURN(const bool before, HasManagerOn(writer, cluster->name(), today));
        const absl::Status removed = RemoveContact(writer, contact);
        if (absl::IsNotFound(removed)) return absl::OkStatus();
        WICI_RETURN_IF_ERROR(removed);
        done.set_erased(true);
        // Nobody has to stay for a cluster's sake: the law comes before C8, and an operator is
        // told.
        WICI_ASSIGN_OR_RETURN(const bool after, HasManagerOn(writer, cluster->name(), today));
        if (cluster->state() != v1::Cluster::STATE_PUBLISHED || !before || after) {
          return absl::OkStatus();
        }
        writer.RecordInCluster("cluster.without_manager", cluster->name());
        done.add_notices(
            absl::StrCat(cluster->name(), " is published and has no manager any more"));
        return absl::OkStatus();
      }));
  response.set_erased(response.erased() || done.erased());
  for (std::string& notice : *done.mutable_notices()) response.add_notices(std::move(notice));
  return absl::OkStatus();
}

absl::Status PeopleService::ErasePerson(const rpc::Context& context,
                                        const people::v1::ErasePersonRequest& request,
                                        people::v1::ErasePersonResponse& response) {
  Violations violations;
  RequirePerson(request.person(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  WICI_ASSIGN_OR_RETURN(const bool answered, environment_.store.FindAnswer(mutation, response));
  if (answered) return absl::OkStatus();
  std::vector<v1::Contact> contacts;
  const absl::Status found = environment_.store.Read(context.deadline, [&](Reader& reader) {
    return ReadContactsOf(reader, request.person(), contacts);
  });
  if (!found.ok() && !absl::IsNotFound(found)) return found;
  // A transaction for each cluster; who calls again after an error erases the rest.
  people::v1::ErasePersonResponse report;
  for (const v1::Contact& contact : contacts) {
    WICI_RETURN_IF_ERROR(EraseContact(context, contact.name(), report));
  }
  return environment_.store.Write(mutation, response, [&](Writer&) {
    response = report;
    return absl::OkStatus();
  });
}

}  // namespace wici::cluster_registry
