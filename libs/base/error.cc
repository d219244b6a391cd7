#include "libs/base/error.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace wici {
namespace {

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

template <class Message>
const std::string& TypeUrl() {
  static const std::string& url =
      *new std::string(absl::StrCat("type.googleapis.com/", Message::descriptor()->full_name()));
  return url;
}

// The payload of type Message, empty when there is none or it does not parse.
template <class Message>
std::optional<Message> GetDetail(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<Message>());
  Message message;
  if (!payload.has_value() || !message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

template <class Message>
void SetDetail(absl::Status& status, const Message& message) {
  status.SetPayload(TypeUrl<Message>(), absl::Cord(message.SerializeAsString()));
}

// The reason of a serialized ErrorInfo that begins with a short one, as MakeError writes it: the
// rest of it need not be parsed, a map.
std::optional<std::string> LeadingReason(const absl::Cord& info) {
  constexpr int kTag = google::rpc::ErrorInfo::kReasonFieldNumber << 3 | 2;
  const auto flat = info.TryFlat();
  if (!flat || flat->size() < 2 || (*flat)[0] != kTag) return std::nullopt;
  const auto size = static_cast<unsigned char>((*flat)[1]);
  if (size >= 0x80 || flat->size() < 2U + size) return std::nullopt;
  return std::string(flat->substr(2, size));
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view domain, std::string_view reason,
                       std::string_view message, const ErrorMetadata& metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(domain));
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[std::string(key)] = std::string(value);
  }
  absl::Status status(code, ToAbsl(message));
  SetDetail(status, info);
  return status;
}

std::string ErrorReason(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<google::rpc::ErrorInfo>());
  if (!payload.has_value()) return "";
  if (std::optional<std::string> reason = LeadingReason(*payload)) return *std::move(reason);
  const auto info = GetDetail<google::rpc::ErrorInfo>(status);
  return info.has_value() ? info->reason() : "";
}

std::string ErrorMetadataValue(const absl::Status& status, std::string_view key) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return "";
  const auto found = info->metadata().find(std::string(key));
  return found == info->metadata().end() ? "" : found->second;
}

void AddRetryInfo(absl::Status& status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  const absl::Duration rounded = std::max(delay, absl::ZeroDuration());
  absl::Duration rest;
  info.mutable_retry_delay()->set_seconds(absl::IDivDuration(rounded, absl::Seconds(1), &rest));
  info.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(rest)));
  SetDetail(status, info);
}

void AddPreconditionViolation(absl::Status& status, std::string_view type, std::string_view subject,
                              std::string_view description) {
  auto failure = GetDetail<google::rpc::PreconditionFailure>(status).value_or(
      google::rpc::PreconditionFailure());
  auto* violation = failure.add_violations();
  violation->set_type(std::string(type));
  violation->set_subject(std::string(subject));
  violation->set_description(std::string(description));
  SetDetail(status, failure);
}

void AddQuotaViolation(absl::Status& status, std::string_view subject,
                       std::string_view description) {
  auto failure = GetDetail<google::rpc::QuotaFailure>(status).value_or(google::rpc::QuotaFailure());
  auto* violation = failure.add_violations();
  violation->set_subject(std::string(subject));
  violation->set_description(std::string(description));
  SetDetail(status, failure);
}

absl::Status InvalidArgumentError(std::string_view domain,
                                  const std::vector<FieldViolation>& violations,
                                  std::string_view reason) {
  google::rpc::BadRequest bad;
  std::string message = "invalid request";
  for (const FieldViolation& violation : violations) {
    auto* added = bad.add_field_violations();
    added->set_field(violation.field);
    added->set_description(violation.description);
  }
  if (!violations.empty()) {
    absl::StrAppend(&message, ": ", violations[0].field, " ", violations[0].description);
    if (violations.size() > 1) {
      absl::StrAppend(&message, " (and ", violations.size() - 1, " more)");
    }
  }
  absl::Status status = MakeError(absl::StatusCode::kInvalidArgument, domain, reason, message, {});
  SetDetail(status, bad);
  return status;
}

std::vector<FieldViolation> FieldViolations(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  const auto bad = GetDetail<google::rpc::BadRequest>(status);
  if (!bad.has_value()) return violations;
  for (const auto& violation : bad->field_violations()) {
    violations.push_back({violation.field(), violation.description()});
  }
  return violations;
}

}  // namespace wici
