#include "services/notification/preferences/consent/consent_page.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "services/notification/preferences/public_page.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kConfirmTimeout = absl::Seconds(10);

struct ConsentTexts {
  std::string_view language;
  std::string_view title;
  std::string_view question;
  std::string_view button;
  std::string_view done;
  std::string_view invalid;
  std::string_view later;
};

constexpr ConsentTexts kConsentTexts[] = {
    {"en", "Confirmation", "Do you want to get the mails you were asked about?", "Yes, I do",
     "Thank you. Your consent is confirmed; you can withdraw it at any time.",
     "This link does not work, or no longer. Please ask for a new one.",
     "This is not possible at the moment. Please try again shortly."},
    {"pl", "Potwierdzenie", "Czy chcą Państwo otrzymywać wiadomości, o które pytamy?", "Tak, chcę",
     "Dziękujemy. Zgoda została potwierdzona; można ją wycofać w każdej chwili.",
     "Ten link nie działa lub stracił ważność. Prosimy poprosić o nowy.",
     "W tej chwili nie jest to możliwe. Prosimy spróbować za chwilę."},
    {"de", "Bestätigung", "Möchten Sie die Nachrichten erhalten, nach denen wir gefragt haben?",
     "Ja, gern", "Danke. Ihre Einwilligung ist bestätigt; Sie können sie jederzeit widerrufen.",
     "Dieser Link gilt nicht oder nicht mehr. Bitte fordern Sie einen neuen an.",
     "Das ist im Moment nicht möglich. Bitte versuchen Sie es gleich noch einmal."},
    {"cs", "Potvrzení", "Chcete dostávat zprávy, na které jsme se Vás ptali?", "Ano, chci",
     "Děkujeme. Váš souhlas je potvrzen; můžete jej kdykoli odvolat.",
     "Tento odkaz nefunguje nebo už neplatí. Požádejte prosím o nový.",
     "V tuto chvíli to není možné. Zkuste to prosím za chvíli."},
    {"uk", "Підтвердження", "Ви хочете отримувати повідомлення, про які ми запитали?", "Так, хочу",
     "Дякуємо. Вашу згоду підтверджено; Ви можете відкликати її будь-коли.",
     "Це посилання не працює або вже нечинне. Попросіть, будь ласка, нове.",
     "Зараз це неможливо. Спробуйте, будь ласка, за хвилину."}};

const ConsentTexts& ConsentTextsIn(std::string_view language) {
  for (const ConsentTexts& texts : kConsentTexts) {
    if (texts.language == language) return texts;
  }
  return kConsentTexts[0];
}

rpc::HttpAnswer Telling(int code, const ConsentTexts& texts, std::string_view text) {
  return PublicPage(code, texts.language, texts.title,
                    absl::StrCat("<p>", std::string(text), "</p>"));
}

}  // namespace

rpc::HttpAnswer ConsentPage::Answer(const rpc::HttpRequest& request) {
  if (request.path != kPath) return {.code = 404, .body = "not found\n"};
  const bool posted = request.method == "POST";
  if (!posted && request.method != "GET" && request.method != "HEAD") {
    return {.code = 405, .body = "method not allowed\n"};
  }
  const ConsentTexts& texts = ConsentTextsIn(request.language);
  const absl::StatusOr<std::string> consent =
      keys_.ReadConsentToken(rpc::FormValue(request.query, "consent_token"), clock_.Now());
  if (!consent.ok()) return Telling(403, texts, texts.invalid);
  if (posted) return Confirm(*consent, request.language);
  return PublicPage(
      200, texts.language, texts.title,
      absl::StrCat("<p>", std::string(texts.question), "</p>\n<form method=\"post\"><button>",
                   std::string(texts.button), "</button></form>"));
}

rpc::HttpAnswer ConsentPage::Confirm(const std::string& consent, const std::string& language) {
  const ConsentTexts& texts = ConsentTextsIn(language);
  const absl::Status done =
      store_.Confirm({.key = {}, .deadline = machine_.Now() + kConfirmTimeout}, consent).status();
  if (done.ok()) return Telling(200, texts, texts.done);
  const std::string reason = ErrorReason(done);
  if (reason == "CONSENT_NOT_FOUND" || reason == "CONSENT_WITHDRAWN") {
    return Telling(403, texts, texts.invalid);
  }
  Log(LogLevel::kError, "consent_not_confirmed", {{"code", absl::StatusCodeToString(done.code())}});
  return Telling(503, texts, texts.later);
}

}  // namespace wici::notification
