// The texts of the built-in templates, one file a language.
//
// Mustache (logic-less): {{variable}}, {{#variable}}only when it has a value{{/variable}},
// {{^variable}}only when it has none{{/variable}}, {{> facts}}, {{> footer}} (with the regards
// before it) and {{> meeting_body}} (all that follows what a mail about a meeting says) for the
// shared parts below, {{> button}} for the look of a link. In HTML values are escaped; {{{ }}} is
// not used. Every variable must be one of mail/templates.h; a test renders each text with and
// without the optional values.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_TEXTS_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_TEXTS_H_

#include <string_view>

namespace wici::notification {

// The texts of one kind of message.
struct Texts {
  std::string_view subject;
  std::string_view text;
  std::string_view html;
};

// One language.
struct LanguageTexts {
  std::string_view language;  // BCP-47
  std::string_view facts_text;
  std::string_view facts_html;
  std::string_view footer_text;
  std::string_view footer_html;
  std::string_view meeting_body_text;
  std::string_view meeting_body_html;
  Texts invitation;
  Texts registration_confirmed;
  Texts registration_waitlisted;
  Texts registration_promoted;
  Texts registration_cancelled;
  Texts registration_offered;
  Texts registration_offer_lapsed;
  Texts registration_rejected;
  Texts event_rescheduled;
  Texts event_cancelled;
  Texts meeting_requested;
  Texts meeting_accepted;
  Texts meeting_declined;
  Texts meeting_expired;
  Texts meeting_scheduled;
  Texts meeting_rescheduled;
  Texts meeting_cancelled;
};

extern const LanguageTexts kEnglishTexts;
extern const LanguageTexts kPolishTexts;
extern const LanguageTexts kGermanTexts;

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_TEXTS_H_
