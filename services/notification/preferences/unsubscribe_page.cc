#include "services/notification/preferences/unsubscribe_page.h"

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "services/notification/preferences/public_page.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kUnsubscribeTimeout = absl::Seconds(10);

struct PageTexts {
  std::string_view language;
  std::string_view title;
  std::string_view question;
  std::string_view button;
  std::string_view done;
  std::string_view invalid;
  std::string_view later;
};

constexpr PageTexts kPageTexts[] = {
    {"en", "Unsubscribe", "Do you no longer want to get mails like this one?", "Unsubscribe",
     "Done. You will get no more mails like this one.",
     "This link does not work. Please use the one of the latest mail.",
     "This is not possible at the moment. Please try again shortly."},
    {"pl", "Rezygnacja z wiadomości", "Nie chcesz już otrzymywać takich wiadomości?", "Rezygnuję",
     "Gotowe. Nie otrzymasz więcej takich wiadomości.",
     "Ten link nie działa. Prosimy użyć linku z najnowszej wiadomości.",
     "W tej chwili nie jest to możliwe. Prosimy spróbować za chwilę."},
    {"de", "Abmelden", "Möchten Sie solche Nachrichten nicht mehr erhalten?", "Abmelden",
     "Erledigt. Sie erhalten keine solchen Nachrichten mehr.",
     "Dieser Link gilt nicht. Bitte verwenden Sie den der neuesten Nachricht.",
     "Das ist im Moment nicht möglich. Bitte versuchen Sie es gleich noch einmal."},
    {"cs", "Odhlášení", "Nechcete už takové zprávy dostávat?", "Odhlásit",
     "Hotovo. Takové zprávy už nebudete dostávat.",
     "Tento odkaz nefunguje. Použijte prosím odkaz z nejnovější zprávy.",
     "V tuto chvíli to není možné. Zkuste to prosím za chvíli."},
    {"uk", "Скасування підписки", "Ви більше не хочете отримувати такі повідомлення?",
     "Відписатися", "Готово. Ви більше не отримуватимете таких повідомлень.",
     "Це посилання не працює. Скористайтеся, будь ласка, посиланням з останнього повідомлення.",
     "Зараз це неможливо. Спробуйте, будь ласка, за хвилину."}};

const PageTexts& TextsIn(std::string_view language) {
  for (const PageTexts& texts : kPageTexts) {
    if (texts.language == language) return texts;
  }
  return kPageTexts[0];
}

rpc::HttpAnswer Saying(int code, const PageTexts& texts, std::string_view text) {
  return PublicPage(code, texts.language, texts.title,
                    absl::StrCat("<p>", std::string(text), "</p>"));
}

// The form goes back to where it came from, token and all.
rpc::HttpAnswer Question(const PageTexts& texts) {
  return PublicPage(200, texts.language, texts.title,
                    absl::StrCat("<p>", std::string(texts.question),
                                 "</p>\n<form method=\"post\"><input type=\"hidden\" "
                                 "name=\"List-Unsubscribe\" value=\"One-Click\"><button>",
                                 std::string(texts.button), "</button></form>"));
}

// RFC 8058 section 3.2 wants the pair as a form of either kind.
bool IsOneClick(const rpc::HttpRequest& request) {
  if (absl::StartsWithIgnoreCase(request.content_type, "multipart/form-data")) {
    return absl::StrContains(request.body, "name=\"List-Unsubscribe\"") &&
           absl::StrContains(request.body, "\r\n\r\nOne-Click\r\n");
  }
  return rpc::FormValue(request.body, "List-Unsubscribe") == "One-Click";
}

}  // namespace

rpc::HttpAnswer UnsubscribePage::Answer(const rpc::HttpRequest& request) {
  if (request.path != "/unsubscribe") return {.code = 404, .body = "not found\n"};
  const bool posted = request.method == "POST";
  if (!posted && request.method != "GET" && request.method != "HEAD") {
    return {.code = 405, .body = "method not allowed\n"};
  }
  const PageTexts& texts = TextsIn(request.language);
  const std::optional<std::string> delivery =
      keys_.ReadUnsubscribeToken(rpc::FormValue(request.query, "token"));
  if (!delivery) return Saying(403, texts, texts.invalid);
  if (!posted) return Question(texts);
  if (!IsOneClick(request)) return {.code = 400, .body = "List-Unsubscribe=One-Click is missing\n"};
  return Unsubscribe(*delivery, request.language);
}

rpc::HttpAnswer UnsubscribePage::Unsubscribe(const std::string& delivery_id,
                                             const std::string& language) {
  const PageTexts& texts = TextsIn(language);
  const absl::Status done =
      store_.Unsubscribe({.key = {}, .deadline = machine_.Now() + kUnsubscribeTimeout}, delivery_id)
          .status();
  if (done.ok()) return Saying(200, texts, texts.done);
  if (ErrorReason(done) == "LINK_INVALID") return Saying(403, texts, texts.invalid);
  Log(LogLevel::kError, "not_unsubscribed", {{"code", absl::StatusCodeToString(done.code())}});
  return Saying(503, texts, texts.later);
}

}  // namespace wici::notification
