#include "services/notification/preferences/rules/validate_preferences.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/limits.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/rules/may_send.h"
#include "services/notification/preferences/rules/quiet_hours.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {
namespace {

constexpr std::string_view kPrefix = "preferences/";

bool IsPurpose(v1::Purpose purpose) {
  return v1::Purpose_IsValid(purpose) && purpose != v1::PURPOSE_UNSPECIFIED;
}

bool IsChannel(v1::Channel channel) {
  return v1::Channel_IsValid(channel) && channel != v1::CHANNEL_UNSPECIFIED;
}

void CheckChoices(const v1::Preferences& preferences, Violations& v) {
  constexpr int kChoicesMax = int{v1::Purpose_MAX} * int{v1::Channel_MAX};
  v.RequireRange("preferences.choices", preferences.choices_size(), 0, kChoicesMax);
  if (preferences.choices_size() > kChoicesMax) return;
  std::set<std::pair<int, int>> seen;
  for (int i = 0; i < preferences.choices_size(); ++i) {
    const v1::Preferences::Choice& choice = preferences.choices(i);
    const std::string field = absl::StrCat("preferences.choices[", i, "]");
    if (!IsPurpose(choice.purpose())) v.Add(field + ".purpose", "must be a known purpose");
    if (!IsChannel(choice.channel())) v.Add(field + ".channel", "must be a known channel");
    if (choice.purpose() == v1::PURPOSE_MANDATORY && !choice.wanted()) {
      v.Add(field + ".wanted", "mandatory messages cannot be switched off");
    }
    if (!seen.emplace(choice.purpose(), choice.channel()).second) {
      v.Add(field, "must not repeat purpose and channel");
    }
  }
}

void CheckQuietHours(const v1::Preferences& preferences, Violations& v) {
  const bool quiet = !preferences.quiet_from().empty() || !preferences.quiet_until().empty();
  const bool digest = !preferences.digest_at().empty();
  if (digest && !ParseTimeOfDay(preferences.digest_at())) {
    v.Add("preferences.digest_at", "must be a time of day, for instance \"07:30\"");
  }
  if (quiet || digest || !preferences.time_zone().empty()) {
    v.RequireTimeZone("preferences.time_zone", preferences.time_zone());
  }
  if (!quiet) return;
  for (const auto& [field, text] :
       {std::pair("preferences.quiet_from", preferences.quiet_from()),
        std::pair("preferences.quiet_until", preferences.quiet_until())}) {
    if (!ParseTimeOfDay(text)) v.Add(field, "must be a time of day, for instance \"22:00\"");
  }
  if (preferences.quiet_from() == preferences.quiet_until()) {
    v.Add("preferences.quiet_until", "must differ from quiet_from");
  }
}

}  // namespace

std::string PreferencesName(std::string_view person) {
  return absl::StrCat(std::string(kPrefix), absl::StrReplaceAll(std::string(person), {{"/", "~"}}));
}

std::string PersonOfPreferences(std::string_view name) {
  if (name.substr(0, kPrefix.size()) != kPrefix) return "";
  const std::string id(name.substr(kPrefix.size()));
  return absl::StrContains(id, "/") ? "" : absl::StrReplaceAll(id, {{"~", "/"}});
}

bool RequirePreferencesName(std::string_view field, std::string_view name, Violations& violations) {
  const std::string person = PersonOfPreferences(name);
  if (MatchesResourcePattern(person, "clusters/*/contacts/*") ||
      MatchesResourcePattern(person, "persons/*")) {
    return true;
  }
  violations.Add(field, "must be preferences/clusters~*~contacts~* or preferences/persons~*");
  return false;
}

void CheckPreferences(const v1::Preferences& preferences, Violations& violations) {
  CheckChoices(preferences, violations);
  CheckQuietHours(preferences, violations);
}

absl::Status ValidateRecordConsent(const v1::RecordConsentRequest& request) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  if (!request.has_consent()) {
    v.Add("consent", "must be set");
    return v.ToStatus(kDomain);
  }
  const v1::Consent& consent = request.consent();
  RequirePerson("consent.person", consent.person(), v);
  if (!IsPurpose(consent.purpose()) || !IsAudience(consent.purpose())) {
    v.Add("consent.purpose", "must be INVITATION or MARKETING: the others need no consent");
  }
  v.RequireText("consent.notice", consent.notice(), kNameBytesMax);
  v.RequireText("consent.source", consent.source(), kNameBytesMax);
  if (consent.confirmation_needed() && !consent.given()) {
    v.Add("consent.confirmation_needed", "is for a consent that is given");
  }
  return v.ToStatus(kDomain);
}

absl::Status ValidateCreateSuppression(const v1::CreateSuppressionRequest& request) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  if (!request.has_suppression()) {
    v.Add("suppression", "must be set");
    return v.ToStatus(kDomain);
  }
  const v1::Suppression& suppression = request.suppression();
  RequirePerson("suppression.person", suppression.person(), v);
  if (suppression.channel() != v1::CHANNEL_EMAIL) {
    v.Add("suppression.channel", "must be EMAIL: no number and no browser is suppressed");
  }
  if (suppression.cause() != v1::Suppression::CAUSE_MANUAL) {
    v.Add("suppression.cause", "must be MANUAL: the others are found out");
  }
  const v1::Purpose purpose = suppression.purpose();
  if (!v1::Purpose_IsValid(purpose) ||
      (purpose != v1::PURPOSE_UNSPECIFIED && !IsAudience(purpose))) {
    v.Add("suppression.purpose", "must be INVITATION, MARKETING or not set");
  }
  v.OptionalText("suppression.evidence", suppression.evidence(), kEvidenceBytesMax);
  return v.ToStatus(kDomain);
}

}  // namespace wici::notification
