#include "services/notification/people/personal_data_service.h"

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/notification/errors.h"
#include "services/notification/people/erasures.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {

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
  google::protobuf::Struct held;
  WICI_RETURN_IF_ERROR(database_.Read(context.deadline, [&](sql::Transaction& tx) {
    held.Clear();
    return data_.Export(tx, request.person(), held);
  }));
  if (!google::protobuf::util::MessageToJsonString(held, response.mutable_json()).ok()) {
    return absl::InternalError("what is held cannot be written as JSON");
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
  const absl::Time now = mutation_.clock().Now();
  WICI_ASSIGN_OR_RETURN(
      response, mutation_.Run<people::v1::ErasePersonResponse>(
                    feed::CallOf(context, request),
                    [&](sql::Transaction& tx,
                        feed::Changes& changes) -> absl::StatusOr<people::v1::ErasePersonResponse> {
                      people::v1::ErasePersonResponse answer;
                      WICI_ASSIGN_OR_RETURN(const bool erased,
                                            data_.Erase(tx, request.person(), now, changes));
                      WICI_RETURN_IF_ERROR(NoteRequestedErasure(tx, request.person()));
                      answer.set_erased(erased);
                      return answer;
                    }));
  return absl::OkStatus();
}

}  // namespace wici::notification
