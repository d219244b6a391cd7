#include "services/notification/preferences/rules/may_send.h"

#include <algorithm>

#include "services/notification/preferences/rules/quiet_hours.h"

namespace wici::notification {
namespace {

bool Stops(const v1::Suppression& suppression, v1::Purpose purpose) {
  if (suppression.purpose() != v1::PURPOSE_UNSPECIFIED) return suppression.purpose() == purpose;
  return suppression.cause() != v1::Suppression::CAUSE_COMPLAINT || IsAudience(purpose);
}

// Consents are given to mails, and only mails can be left by a click.
bool NeedsChoice(v1::Purpose purpose, v1::Channel channel) {
  return IsAudience(purpose) && (channel == v1::CHANNEL_SMS || channel == v1::CHANNEL_WEB_PUSH);
}

bool Wants(const v1::Preferences& preferences, v1::Purpose purpose, v1::Channel channel) {
  const auto chosen =
      std::find_if(preferences.choices().begin(), preferences.choices().end(),
                   [&](const v1::Preferences::Choice& choice) {
                     return choice.purpose() == purpose && choice.channel() == channel;
                   });
  if (chosen == preferences.choices().end()) return !NeedsChoice(purpose, channel);
  return chosen->wanted();
}

bool Agreed(const SendFacts& facts) {
  if (facts.consent == false) return false;
  return facts.owner_consent.value_or(facts.consent.value_or(false));
}

}  // namespace

bool IsAudience(v1::Purpose purpose) {
  return purpose != v1::PURPOSE_MANDATORY && purpose != v1::PURPOSE_SERVICE;
}

bool OwnerKeepsConsents(std::string_view person) {
  constexpr std::string_view kContacts = "clusters/";
  return person.substr(0, kContacts.size()) == kContacts;
}

SendDecision MaySend(v1::Purpose purpose, v1::Channel channel, const SendFacts& facts,
                     absl::Time now) {
  for (const v1::Suppression& suppression : facts.suppressions) {
    if (Stops(suppression, purpose)) return {v1::DELIVERY_REASON_SUPPRESSED, std::nullopt};
  }
  if (purpose == v1::PURPOSE_MANDATORY) return {};
  if (!Wants(facts.preferences, purpose, channel)) {
    return {v1::DELIVERY_REASON_NOT_WANTED, std::nullopt};
  }
  if (!IsAudience(purpose)) return {};
  if (!Agreed(facts)) return {v1::DELIVERY_REASON_NO_CONSENT, std::nullopt};
  if (const auto until = QuietUntil(facts.preferences, now)) {
    return {v1::DELIVERY_REASON_QUIET_HOURS, until};
  }
  return {};
}

}  // namespace wici::notification
