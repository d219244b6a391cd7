#include "services/notification/people/personal_data_service.h"

#include <string>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/notification/call.h"
#include "services/notification/errors.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {
namespace {

// More than can be under way to one person.
constexpr std::int32_t kExportMax = 1000;

}  // namespace

void PersonalDataService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.people.v1.PersonalDataService");
  service.Pooled("ExportPerson", this, &PersonalDataService::ExportPerson);
  service.Pooled("ErasePerson", this, &PersonalDataService::ErasePerson);
}

absl::Status PersonalDataService::ExportPerson(const rpc::Context& context,
                                               const people::v1::ExportPersonRequest& request,
                                               people::v1::ExportPersonResponse& response) {
  Violations v;
  RequirePerson("person", request.person(), v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(std::vector<std::string> mails,
                        store_.ListKeptMails(context.deadline, request.person(), kExportMax));
  google::protobuf::Struct held;
  for (std::string& mail : mails) {
    (*held.mutable_fields())["mails"].mutable_list_value()->add_values()->set_string_value(
        std::move(mail));
  }
  if (!google::protobuf::util::MessageToJsonString(held, response.mutable_json()).ok()) {
    return absl::InternalError("a kept mail cannot be written as JSON");
  }
  return absl::OkStatus();
}

absl::Status PersonalDataService::ErasePerson(const rpc::Context& context,
                                              const people::v1::ErasePersonRequest& request,
                                              people::v1::ErasePersonResponse& response) {
  Violations v;
  RequirePerson("person", request.person(), v);
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      const bool erased,
      store_.ForgetPerson(context.deadline, KeyOf(context, request, request.request_id()),
                          request.person(), clock_.Now()));
  response.set_erased(erased);
  return absl::OkStatus();
}

}  // namespace wici::notification
