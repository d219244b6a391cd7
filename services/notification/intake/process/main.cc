// wici-notification-intake: reads one mail from standard input and reports to the notification
// service what came back by it. For the pipe of a mail server; with Postfix in master.cf:
//
//   wici unix - n n - 4 pipe flags=Rq user=wici-intake
//     argv=/usr/bin/wici-notification-intake --flagfile=/etc/wici/intake/flags
//     --recipient=${recipient}
//
// and in main.cf "recipient_delimiter = +", "wici_destination_recipient_limit = 1", and the
// transport "wici" for the addresses b@, u@ and the one that sends the mails. It holds a token that
// can report and nothing else, answers no mail, and ends as sysexits.h has it: 0 when it is done
// with the mail, 75 when the mail server shall try again later.
#include <sysexits.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "grpcpp/grpcpp.h"
#include "libs/auth/hmac.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/secret_file.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/channel.h"
#include "services/notification/intake/process/inbound_mail.h"
#include "wici/notification/v1/intake_service.grpc.pb.h"
#include "wici/notification/v1/preference_service.grpc.pb.h"

ABSL_FLAG(std::string, notification, "", "host:port of the notification service");
ABSL_FLAG(std::string, token_file, "", "file with the bearer token of the role mail-intake");
ABSL_FLAG(std::string, mode, "development",
          "development or production, where nobody else may read the token's file");
ABSL_FLAG(std::string, recipient, "", "the address the mail was sent to");

namespace wici::notification {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(20);

std::string ReadStandardInput() {
  std::string mail;
  char buffer[1 << 16];
  std::size_t size = 0;
  // The rest is read too, or the mail server would call it a broken pipe.
  while ((size = std::fread(buffer, 1, sizeof buffer, stdin)) > 0) {
    if (mail.size() < kInboundMailMax) mail.append(buffer, size);
  }
  return mail;
}

// The same for the same mail, so that one that is delivered twice counts once.
std::string RequestId(const std::string& mail) {
  const std::string hex =
      absl::BytesToHexString(auth::HmacSha256(absl::GetFlag(FLAGS_recipient), mail));
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-8" + hex.substr(13, 3) + "-8" +
         hex.substr(17, 3) + "-" + hex.substr(20, 12);
}

// One for each kind of what came in; each makes one call.
class Reporter {
 public:
  Reporter(std::string request_id, std::string token)
      : request_id_(std::move(request_id)),
        token_(std::move(token)),
        channel_(rpc::MakeChannel(absl::GetFlag(FLAGS_notification))),
        intake_(v1::IntakeService::NewStub(channel_)),
        preferences_(v1::PreferenceService::NewStub(channel_)) {}

  absl::Status operator()(const InboundNothing& nothing) {
    Log(LogLevel::kInfo, "mail_ignored", {{"why", nothing.why}});
    return absl::OkStatus();
  }
  absl::Status operator()(const InboundBounce& bounce) {
    v1::ReportBounceRequest request;
    request.set_token(bounce.token);
    request.set_action(bounce.action);
    request.set_status(bounce.status);
    return Call(*intake_, &v1::IntakeService::Stub::ReportBounce, request);
  }
  absl::Status operator()(const InboundComplaint& complaint) {
    v1::ReportComplaintRequest request;
    request.set_token(complaint.token);
    request.set_feedback_type(complaint.feedback_type);
    return Call(*intake_, &v1::IntakeService::Stub::ReportComplaint, request);
  }
  absl::Status operator()(const InboundUnsubscribe& unsubscribe) {
    v1::UnsubscribeRequest request;
    request.set_token(unsubscribe.token);
    return Call(*preferences_, &v1::PreferenceService::Stub::Unsubscribe, request);
  }
  absl::Status operator()(const CalendarReply& reply) {
    v1::ReportCalendarReplyRequest request;
    request.set_uid(reply.uid);
    request.set_sequence(reply.sequence);
    request.set_attendee(reply.attendee);
    request.set_participation(reply.participation);
    SetTimestamp(reply.stamp, *request.mutable_reply_time());
    return Call(*intake_, &v1::IntakeService::Stub::ReportCalendarReply, request);
  }

 private:
  template <class Stub, class Request, class Response>
  absl::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request& request) {
    request.set_request_id(request_id_);
    grpc::ClientContext context;
    rpc::PrepareCall(context, absl::Now() + kCallTimeout, token_);
    Response response;
    return rpc::FromGrpcStatus((stub.*method)(&context, request, &response));
  }

  const std::string request_id_;
  const std::string token_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::IntakeService::Stub> intake_;
  const std::unique_ptr<v1::PreferenceService::Stub> preferences_;
};

// A mail that says something false is done with; everything else may go well later.
int ExitStatus(const absl::Status& status) {
  if (status.ok()) return EX_OK;
  const bool refused =
      ErrorReason(status) == "LINK_INVALID" || status.code() == absl::StatusCode::kInvalidArgument;
  Log(refused ? LogLevel::kInfo : LogLevel::kError, refused ? "mail_refused" : "not_reported",
      {{"code", absl::StatusCodeToString(status.code())}, {"reason", ErrorReason(status)}});
  return refused ? EX_OK : EX_TEMPFAIL;
}

// Errors, for the log: what is not as it has to be.
absl::StatusOr<std::string> ReadToken() {
  const std::string mode = absl::GetFlag(FLAGS_mode);
  if (absl::GetFlag(FLAGS_notification).empty() ||
      (mode != "development" && mode != "production")) {
    return absl::InvalidArgumentError("needs --notification, and a --mode that there is");
  }
  WICI_ASSIGN_OR_RETURN(
      const std::string text,
      ReadSecretFile("--token_file", absl::GetFlag(FLAGS_token_file), mode == "production"));
  std::string token = text.substr(0, text.find('\n'));
  if (token.empty()) return absl::InvalidArgumentError("--token_file: its first line is empty");
  return token;
}

int Run() {
  const absl::StatusOr<std::string> token = ReadToken();
  if (!token.ok()) {
    Log(LogLevel::kError, "not_configured", {{"error", std::string(token.status().message())}});
    return EX_TEMPFAIL;
  }
  const std::string mail = ReadStandardInput();
  Reporter reporter(RequestId(mail), *token);
  return ExitStatus(std::visit(reporter, ReadInbound(mail, absl::GetFlag(FLAGS_recipient))));
}

}  // namespace
}  // namespace wici::notification

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return wici::notification::Run();
}
