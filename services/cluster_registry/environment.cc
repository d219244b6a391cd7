#include "services/cluster_registry/environment.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/error.h"
#include "libs/base/serialize.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {

Mutation MakeMutation(const Environment& environment, const rpc::Context& context,
                      const google::protobuf::Message& request, std::string_view request_id) {
  return {.principal = context.principal.id,
          .request_id = std::string(request_id),
          .method = context.method,
          .request = SerializeDeterministically(request),
          .transaction_id = environment.ids.NewId(),
          .now = environment.clock.Now(),
          .deadline = context.deadline,
          .written = context.written};
}

absl::Time ParseKnownAt(const google::protobuf::Timestamp& known_at, bool present,
                        const Clock& clock, Violations& violations) {
  if (!present) return kPresent;
  constexpr std::int64_t kYear9999 = 253'402'300'799;  // the last second a Timestamp may name
  if (known_at.seconds() < 0 || known_at.seconds() > kYear9999 || known_at.nanos() < 0 ||
      known_at.nanos() > 999'999'999) {
    violations.Add("known_at", "not a timestamp from 1970 on");
    return kPresent;
  }
  const absl::Time time =
      FromMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(known_at));
  if (time > clock.Now()) violations.Add("known_at", "lies in the future");
  return time;
}

absl::Status CheckEtag(std::string_view name, std::string_view etag, std::string_view current) {
  if (etag.empty() || etag == current) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAborted, kDomain, "ETAG_MISMATCH",
                   absl::StrCat(std::string(name), " has changed since it was read; read it again"),
                   {{"resource", name}});
}

}  // namespace wici::cluster_registry
