// What the validations of several requests share. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_VALIDATE_FIELDS_H_
#define WICI_SERVICES_REGISTRATION_VALIDATE_FIELDS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/map.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/base/limits.h"
#include "libs/base/violations.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"

namespace wici::registration {

inline constexpr std::size_t kReasonBytesMax = 2000;

inline std::string Path(std::string_view field, std::string_view part) {
  return field.empty() ? std::string(part) : absl::StrCat(View(field), ".", View(part));
}

inline std::string Item(std::string_view field, std::string_view part, int index) {
  return absl::StrCat(Path(field, part), "[", index, "]");
}

// A count within [low, high]; says so on the list itself.
inline bool CheckCount(std::string_view field, int count, int low, int high,
                       Violations& violations) {
  if (count >= low && count <= high) return true;
  violations.Add(field, absl::StrCat("must have ", low, " to ", high, " items, has ", count));
  return false;
}

// A text in 1 (0 unless required) to 20 languages, by BCP-47 language.
inline void CheckTexts(std::string_view field,
                       const google::protobuf::Map<std::string, std::string>& texts, bool required,
                       std::size_t bytes_max, Violations& violations) {
  if (!CheckCount(field, static_cast<int>(texts.size()), required ? 1 : 0, 20, violations)) return;
  for (const auto& [language, text] : texts) {
    const std::string path = absl::StrCat(View(field), "[", language, "]");
    if (language.empty()) violations.Add(path, "needs a language (BCP-47)");
    violations.OptionalLanguage(path, language);
    violations.RequireText(path, text, bytes_max);
  }
}

// An instant of the years 1900 to 9999. Returns whether it is fine.
inline bool CheckTimestamp(std::string_view field, bool present,
                           const google::protobuf::Timestamp& timestamp, Violations& violations) {
  constexpr std::int64_t kFirst = -2208988800;  // 1900-01-01
  constexpr std::int64_t kLast = 253402300799;  // 9999-12-31T23:59:59Z
  if (!present) {
    violations.Add(field, "must be set");
    return false;
  }
  if (timestamp.seconds() < kFirst || timestamp.seconds() > kLast || timestamp.nanos() < 0 ||
      timestamp.nanos() > 999'999'999) {
    violations.Add(field, "must lie in the years 1900 to 9999");
    return false;
  }
  return true;
}

// Name, reason and request id: what most verbs take.
template <class Request>
Violations CheckVerb(const Request& request, std::string_view pattern) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), pattern);
  if constexpr (requires { request.reason(); }) {
    violations.OptionalText("reason", request.reason(), kReasonBytesMax);
  }
  violations.RequestId("request_id", request.request_id());
  return violations;
}

// `name` matches `pattern`, or one violation of field "name".
inline absl::Status ValidateName(std::string_view name, std::string_view pattern) {
  Violations violations;
  violations.RequireResourceName("name", name, pattern);
  return violations.ToStatus(kDomain);
}

inline void CheckToken(std::string_view field, std::string_view token, Violations& violations) {
  violations.RequireText(field, token, kUriBytesMax);
}

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VALIDATE_FIELDS_H_
