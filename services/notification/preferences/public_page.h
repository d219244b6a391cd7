// How the few pages look that a mail leads to. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_PUBLIC_PAGE_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_PUBLIC_PAGE_H_

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "libs/rpc/http_server.h"

namespace wici::notification {

// A page with a heading. `title` is plain text of ours, `content` is HTML of ours: nothing of a
// request goes into either.
inline rpc::HttpAnswer PublicPage(int code, std::string_view language, std::string_view title,
                                  std::string_view content) {
  return {.code = code,
          .body = absl::StrCat(
              "<!DOCTYPE html>\n<html lang=\"", std::string(language),
              "\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
              "content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex\">\n"
              "<title>",
              std::string(title), "</title>\n<h1>", std::string(title), "</h1>\n",
              std::string(content), "\n"),
          .type = "text/html; charset=utf-8"};
}

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_PUBLIC_PAGE_H_
