#include "services/notification/webhooks/validate_subscription.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/timestamp.h"
#include "services/notification/errors.h"
#include "services/notification/mail/mailbox.h"

namespace wici::notification {
namespace {

bool IsKindPrefix(std::string_view text) {
  return !text.empty() && text.size() <= kKindBytesMax && absl::ascii_islower(text[0]) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || c == '_' || c == '.';
         });
}

void CheckKindPrefixes(const v1::Subscription& subscription, Violations& violations) {
  const int count = subscription.kind_prefixes_size();
  if (count < 1 || count > kKindPrefixesMax) {
    violations.Add("subscription.kind_prefixes", absl::StrCat("must have 1 to ", kKindPrefixesMax));
    return;
  }
  for (int i = 0; i < count; ++i) {
    if (IsKindPrefix(subscription.kind_prefixes(i))) continue;
    violations.Add(absl::StrCat("subscription.kind_prefixes[", i, "]"),
                   "must be the beginning of a kind of change, \"registration.\"");
  }
}

void CheckScheme(std::string_view field, v1::SignatureScheme scheme, Violations& violations) {
  if (!v1::SignatureScheme_IsValid(scheme)) violations.Add(field, "must be HMAC_SHA256 or ED25519");
}

bool IsReplayInstant(bool present, const google::protobuf::Timestamp& time) {
  constexpr std::int64_t kYear10000 = 253402300800;
  return present && time.seconds() >= 0 && time.seconds() < kYear10000 && time.nanos() >= 0 &&
         time.nanos() < 1000000000;
}

}  // namespace

void CheckSubscription(const v1::Subscription& subscription, Reach reach, Violations& violations) {
  violations.RequireText("subscription.title", subscription.title(), kTitleBytesMax);
  const std::string fault = EndpointUrlFault(subscription.url(), reach);
  if (!fault.empty()) violations.Add("subscription.url", fault);
  CheckKindPrefixes(subscription, violations);
  violations.OptionalResourceName("subscription.event", subscription.event(), "events/*");
  CheckScheme("subscription.signature_scheme", subscription.signature_scheme(), violations);
  if (!subscription.contact_email().empty() &&
      violations.RequireEmail("subscription.contact_email", subscription.contact_email()) &&
      !Mailbox::Parse(subscription.contact_email()).ok()) {
    violations.Add("subscription.contact_email", "must be a mail address that can be written to");
  }
  violations.OptionalLanguage("subscription.contact_language", subscription.contact_language());
}

absl::Status Validate(const v1::CreateSubscriptionRequest& request, Reach reach) {
  Violations violations;
  violations.RequestId("request_id", request.request_id());
  if (request.has_subscription()) {
    CheckSubscription(request.subscription(), reach, violations);
  } else {
    violations.Add("subscription", "must be set");
  }
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::RotateSubscriptionSecretRequest& request) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kSubscriptionPattern);
  violations.RequestId("request_id", request.request_id());
  violations.RequireRange("overlap_hours", request.overlap_hours(), 0, kOverlapHoursMax);
  CheckScheme("signature_scheme", request.signature_scheme(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::ReplaySubscriptionRequest& request) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kSubscriptionPattern);
  violations.RequestId("request_id", request.request_id());
  const bool has_start = IsReplayInstant(request.has_start_time(), request.start_time());
  const bool has_end = IsReplayInstant(request.has_end_time(), request.end_time());
  if (!has_start) violations.Add("start_time", "must be an instant");
  if (!has_end) violations.Add("end_time", "must be an instant");
  if (has_start && has_end) {
    const absl::Duration span = TimeOf(request.end_time()) - TimeOf(request.start_time());
    if (span <= absl::ZeroDuration() || span > kReplaySpanMax) {
      violations.Add("end_time", "must be later than start_time by at most 14 days");
    }
  }
  return violations.ToStatus(kDomain);
}

absl::Status ValidateNameAndRequestId(std::string_view name, std::string_view request_id) {
  Violations violations;
  violations.RequireResourceName("name", name, kSubscriptionPattern);
  violations.RequestId("request_id", request_id);
  return violations.ToStatus(kDomain);
}

}  // namespace wici::notification
