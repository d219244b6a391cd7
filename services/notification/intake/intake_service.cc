#include "services/notification/intake/intake_service.h"

#include <optional>
#include <string>

#include "libs/auth/token.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "services/notification/errors.h"
#include "services/notification/sms/phone_number.h"

namespace wici::notification {
namespace {

constexpr std::size_t kKeywordBytesMax = 64;

bool IsParticipation(std::string_view text) {
  return text == "ACCEPTED" || text == "DECLINED" || text == "TENTATIVE";
}

}  // namespace

void IntakeService::Register(rpc::Server& server) {
  rpc::Service service =
      server.AddService(v1::ReportBounceRequest::descriptor()->file()->service(0)->full_name());
  service.Pooled("ReportBounce", this, &IntakeService::ReportBounce);
  service.Pooled("ReportComplaint", this, &IntakeService::ReportComplaint);
  service.Pooled("ReportCalendarReply", this, &IntakeService::ReportCalendarReply);
  service.Pooled("ReportSmsOptOut", this, &IntakeService::ReportSmsOptOut);
}

absl::Status IntakeService::ReportBounce(const rpc::Context& context,
                                         const v1::ReportBounceRequest& request,
                                         v1::ReportBounceResponse& response) {
  Violations v;
  v.RequireText("token", request.token(), kNameBytesMax);
  v.RequireText("action", request.action(), kKeywordBytesMax);
  if (!IsStatusCode(request.status())) v.Add("status", "must be a status code, \"5.1.1\"");
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  const std::optional<std::string> delivery = keys_.ReadBounceToken(request.token());
  if (!delivery) return auth::LinkInvalidError();
  WICI_ASSIGN_OR_RETURN(
      response,
      store_.TakeBounce<v1::ReportBounceResponse>(
          feed::CallOf(context, request),
          {*delivery, ClassifyBounce(request.action(), request.status()), request.status()}));
  return absl::OkStatus();
}

absl::Status IntakeService::ReportComplaint(const rpc::Context& context,
                                            const v1::ReportComplaintRequest& request,
                                            v1::ReportComplaintResponse& response) {
  Violations v;
  v.RequireText("token", request.token(), kNameBytesMax);
  v.RequireText("feedback_type", request.feedback_type(), kKeywordBytesMax);
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  const std::optional<std::string> delivery = keys_.ReadBounceToken(request.token());
  if (!delivery) return auth::LinkInvalidError();
  const BounceKind kind =
      IsComplaint(request.feedback_type()) ? BounceKind::kComplaint : BounceKind::kNone;
  WICI_ASSIGN_OR_RETURN(
      response, store_.TakeBounce<v1::ReportComplaintResponse>(
                    feed::CallOf(context, request), {*delivery, kind, request.feedback_type()}));
  return absl::OkStatus();
}

absl::Status IntakeService::ReportCalendarReply(const rpc::Context& context,
                                                const v1::ReportCalendarReplyRequest& request,
                                                v1::ReportCalendarReplyResponse& response) {
  Violations v;
  v.RequireText("uid", request.uid(), kNameBytesMax);
  v.RequireRange("sequence", request.sequence(), 0, 1'000'000);
  if (!IsParticipation(request.participation())) {
    v.Add("participation", "must be ACCEPTED, DECLINED or TENTATIVE");
  }
  if (request.reply_time().seconds() <= 0) v.Add("reply_time", "must be set");
  v.RequestId("request_id", request.request_id());
  const absl::StatusOr<Mailbox> attendee = Mailbox::Parse(request.attendee());
  if (!attendee.ok()) v.Add("attendee", "must be a mail address");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store_.TakeReply(feed::CallOf(context, request), request,
                                                   keys_.AddressHash(*attendee)));
  return absl::OkStatus();
}

absl::Status IntakeService::ReportSmsOptOut(const rpc::Context& context,
                                            const v1::ReportSmsOptOutRequest& request,
                                            v1::ReportSmsOptOutResponse& response) {
  Violations v;
  const absl::StatusOr<PhoneNumber> phone = PhoneNumber::Parse(request.phone());
  if (!phone.ok()) v.Add("phone", "must be a number in international form, \"+48222345678\"");
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store_.TakeSmsOptOut(feed::CallOf(context, request),
                                                       keys_.NumberHash(phone->e164())));
  return absl::OkStatus();
}

}  // namespace wici::notification
