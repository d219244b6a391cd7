// The built-in templates, and the texts that all templates share. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_BUILT_IN_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_BUILT_IN_H_

#include <string>
#include <string_view>
#include <vector>

#include "wici/notification/v1/template.pb.h"

namespace wici::notification {

// Those that are about no event: about a consent, what was collected, and to the contact of a
// webhook's subscription that was switched off (sending/contact_mail.h).
inline constexpr std::string_view kConsentInvitationTemplate = "templates/consent-invitation";
inline constexpr std::string_view kConsentMarketingTemplate = "templates/consent-marketing";
inline constexpr std::string_view kDigestTemplate = "templates/digest";
inline constexpr std::string_view kSubscriptionDisabled = "templates/subscription-disabled";
bool IsOwnTemplate(std::string_view template_name);

// Whether it says that an event, a meeting, a registration or an offer has ended.
bool TellsOfAnEnd(std::string_view template_name);

// Whether nobody else may choose to send it: those, what is mandatory, since its receiver cannot
// switch it off, and what tells of an end, which only the change knows of that brought it about.
bool IsSentByServiceOnly(std::string_view template_name);

// Whether it speaks of a registration, a passed-on invitation or a meeting of who gets it: it is
// for nobody without one.
bool IsAboutOnesOwn(std::string_view template_name);

// In the order of their names, each with one version: templates/consent-invitation,
// consent-marketing, digest, event-cancelled, event-follow-up, event-reminder, event-rescheduled,
// invitation, invitation-delegated, invitation-reminder, meeting-accepted, meeting-cancelled,
// meeting-declined, meeting-expired, meeting-requested, meeting-rescheduled, meeting-scheduled,
// registration-cancelled, registration-confirmed, registration-offer-lapsed, registration-offered,
// registration-promoted, registration-rejected, registration-waitlisted, subscription-disabled.
const std::vector<v1::Template>& BuiltInTemplates();

// The one with this name, or nullptr.
const v1::Template* FindBuiltIn(std::string_view template_name);

// Its version 1, or nullptr.
const v1::TemplateVersion* FindBuiltInVersion(std::string_view template_name);

// What holds for the notifications of a template of an organisation that do not say it themselves;
// the rule stands at Template.unknown_policy.
v1::UnknownPolicy UnknownPolicyOf(const v1::Template& wanted);

// "cs", "de", "en", "pl", "uk": the languages a template may have.
const std::vector<std::string>& SupportedLanguages();

// A text that templates name as a partial ({{> footer}}), or nullptr: answer, button, calendar,
// confirm, facts, footer, greeting, manage, meeting_body, reason, summary, survey, ticket.
const std::string* FindSharedText(const std::string& name, const std::string& language, bool html);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_BUILT_IN_H_
