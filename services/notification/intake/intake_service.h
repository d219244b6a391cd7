// Handlers of wici.notification.v1.IntakeService.
#ifndef WICI_SERVICES_NOTIFICATION_INTAKE_INTAKE_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_INTAKE_INTAKE_SERVICE_H_

#include <utility>

#include "absl/status/status.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/intake/intake_store.h"
#include "services/notification/mail/mail_keys.h"

namespace wici::notification {

// Thread-safe.
class IntakeService {
 public:
  // `keys` verify tokens. The store outlives the service.
  IntakeService(IntakeStore& store, MailKeys keys) : store_(store), keys_(std::move(keys)) {}
  void Register(rpc::Server& server);

 private:
  absl::Status ReportBounce(const rpc::Context& context, const v1::ReportBounceRequest& request,
                            v1::ReportBounceResponse& response);
  absl::Status ReportComplaint(const rpc::Context& context,
                               const v1::ReportComplaintRequest& request,
                               v1::ReportComplaintResponse& response);
  absl::Status ReportCalendarReply(const rpc::Context& context,
                                   const v1::ReportCalendarReplyRequest& request,
                                   v1::ReportCalendarReplyResponse& response);
  absl::Status ReportSmsOptOut(const rpc::Context& context,
                               const v1::ReportSmsOptOutRequest& request,
                               v1::ReportSmsOptOutResponse& response);

  IntakeStore& store_;
  const MailKeys keys_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INTAKE_INTAKE_SERVICE_H_
