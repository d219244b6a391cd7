#include "services/notification/mail/mime.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace wici::notification {
namespace {

constexpr std::size_t kLineMax = 76;
constexpr std::size_t kFoldAt = 78;

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

std::string Base64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

// The end of the longest prefix of `text` of at most `bytes` bytes that does not cut a character.
std::size_t CutUtf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text.size();
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return end;
}

// RFC 2047 "B" words of at most 75 characters, each whole characters.
std::vector<std::string> EncodedWords(std::string_view text) {
  constexpr std::size_t kBytesPerWord =
      39;  // 52 characters of base64, 12 of frame, and a field name
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = CutUtf8(text, kBytesPerWord);
    words.push_back(absl::StrCat("=?UTF-8?B?", Base64(text.substr(0, end)), "?="));
    text.remove_prefix(end);
  }
  return words;
}

// Words of ASCII text; a word that looks like an RFC 2047 word is encoded so that it stays text.
std::vector<std::string> Words(std::string_view text) {
  // Spaces at the ends or in pairs would be lost when the field is unfolded.
  const bool plain = IsPrintableAscii(text) && text.find("=?") == std::string_view::npos &&
                     text.find("  ") == std::string_view::npos &&
                     (text.empty() || (text.front() != ' ' && text.back() != ' '));
  if (!plain) return EncodedWords(text);
  std::vector<std::string> words;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    words.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  // A word that cannot stand on one line has to be cut, which only encoding allows.
  const bool fits = std::all_of(words.begin(), words.end(),
                                [](const std::string& word) { return word.size() <= kLineMax; });
  return fits ? words : EncodedWords(text);
}

std::string Fold(std::string_view name, const std::vector<std::string>& words) {
  std::string field = absl::StrCat(std::string(name), ":");
  std::size_t column = field.size();
  bool first = true;
  for (const std::string& word : words) {
    if (!first && column + 1 + word.size() > kFoldAt) {
      absl::StrAppend(&field, "\r\n");
      column = 0;
    }
    absl::StrAppend(&field, " ", word);
    column += 1 + word.size();
    first = false;
  }
  absl::StrAppend(&field, "\r\n");
  return field;
}

std::string MailboxHeader(std::string_view name, const Mailbox& mailbox) {
  std::vector<std::string> words;
  if (const std::string& shown = mailbox.display_name(); !shown.empty()) {
    const bool quotable = IsPrintableAscii(shown) && shown.size() <= kLineMax - 4 &&
                          shown.find_first_of("\"\\") == std::string::npos &&
                          shown.find("=?") == std::string::npos;
    words =
        quotable ? std::vector<std::string>{absl::StrCat("\"", shown, "\"")} : EncodedWords(shown);
  }
  words.push_back(absl::StrCat("<", mailbox.wire_address(), ">"));
  return Fold(name, words);
}

std::string Part(std::string_view content_type, std::string_view encoding,
                 std::string_view more_headers, std::string_view body) {
  return absl::StrCat("Content-Type: ", std::string(content_type), "\r\n",
                      "Content-Transfer-Encoding: ", std::string(encoding), "\r\n",
                      std::string(more_headers), "\r\n", std::string(body));
}

std::string Multipart(std::string_view subtype, std::string_view boundary,
                      const std::vector<std::string>& parts) {
  std::string body = absl::StrCat("Content-Type: multipart/", std::string(subtype),
                                  ";\r\n boundary=\"", std::string(boundary), "\"\r\n\r\n");
  for (const std::string& part : parts) {
    absl::StrAppend(&body, "--", std::string(boundary), "\r\n", part, "\r\n");
  }
  absl::StrAppend(&body, "--", std::string(boundary), "--\r\n");
  return body;
}

std::string FormatDateHeader(absl::Time date) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", date, absl::UTCTimeZone());
}

std::string Body(const Mail& mail) {
  // "=_" can appear neither in quoted-printable nor in base64 text, so no body holds a boundary.
  std::vector<std::string> alternatives = {
      Part("text/plain; charset=UTF-8", "quoted-printable", "", EncodeQuotedPrintable(mail.text)),
      Part("text/html; charset=UTF-8", "quoted-printable", "", EncodeQuotedPrintable(mail.html))};
  if (!mail.calendar) return Multipart("alternative", "=_wici_alternative", alternatives);
  const std::string encoded = EncodeBase64Lines(mail.calendar->text);
  alternatives.push_back(
      Part(absl::StrCat("text/calendar; charset=UTF-8; method=", mail.calendar->method), "base64",
           "", encoded));
  const std::string attachment =
      Part("application/ics; name=\"event.ics\"", "base64",
           "Content-Disposition: attachment; filename=\"event.ics\"\r\n", encoded);
  return Multipart("mixed", "=_wici_mixed",
                   {Multipart("alternative", "=_wici_alternative", alternatives), attachment});
}

// `text` between angle brackets, which it must not end itself.
std::string Angled(std::string_view prefix, const std::string& text) {
  std::string out = absl::StrCat("<", std::string(prefix));
  for (const char c : text) {
    const bool plain = c > 0x20 && c < 0x7f && c != '<' && c != '>' && c != ',';
    out += plain ? std::string(1, c) : absl::StrFormat("%%%02X", static_cast<unsigned char>(c));
  }
  return out + ">";
}

std::string ListFields(const ListHeaders& list) {
  std::vector<std::string> ways = {Angled("", list.page.text())};
  if (!list.address.text().empty()) {
    ways[0] += ',';
    ways.push_back(Angled("mailto:", list.address.text()));
  }
  return absl::StrCat("List-Id: ", Angled("", list.id.text()), "\r\n",
                      Fold("List-Unsubscribe", ways),
                      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

}  // namespace

std::string EncodeQuotedPrintable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool line_end = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    // A dot that starts a line is encoded too: no relay has to unstuff it.
    const bool literal = (c > 0x20 && c < 0x7f && c != '=' && !(c == '.' && column == 0)) ||
                         ((c == ' ' || c == '\t') && !line_end);
    const std::size_t width = literal ? 1 : 3;
    if (column + width > kLineMax - 1) {
      out += "=\r\n";
      column = 0;
    }
    column += width;
    if (literal) {
      out += text[i];
    } else {
      out += '=';
      out += kDigits[c >> 4];
      out += kDigits[c & 0xf];
    }
  }
  return out;
}

std::string EncodeBase64Lines(std::string_view bytes) {
  const std::string encoded = Base64(bytes);
  std::string out;
  for (std::size_t start = 0; start < encoded.size(); start += kLineMax) {
    absl::StrAppend(&out, encoded.substr(start, kLineMax), "\r\n");
  }
  return out;
}

std::string EncodeHeader(std::string_view name, const HeaderValue& value) {
  return Fold(name, Words(value.text()));
}

std::string EncodeParameter(std::string_view name, const HeaderValue& value) {
  const std::string& text = value.text();
  if (IsPrintableAscii(text) && text.find_first_of("\"\\") == std::string::npos) {
    return absl::StrCat("; ", std::string(name), "=\"", text, "\"");
  }
  std::string encoded;
  for (const unsigned char c : text) {
    const bool plain = absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
    absl::StrAppend(&encoded,
                    plain ? std::string(1, static_cast<char>(c)) : absl::StrFormat("%%%02X", c));
  }
  return absl::StrCat("; ", std::string(name), "*=UTF-8''", encoded);
}

std::string ComposeMail(const Mail& mail) {
  std::string list;
  if (mail.list) list = ListFields(*mail.list);
  const std::string id = Angled("", mail.thread_id.text());
  const std::string thread =
      mail.thread_id.text().empty()
          ? ""
          : absl::StrCat("In-Reply-To: ", id, "\r\nReferences: ", id, "\r\n");
  return absl::StrCat(
      "Date: ", FormatDateHeader(mail.date), "\r\n", MailboxHeader("From", mail.from),
      MailboxHeader("To", mail.to), EncodeHeader("Subject", mail.subject),
      "Message-ID: ", Angled("", mail.message_id.text()), "\r\n", thread,
      "Auto-Submitted: auto-generated\r\n", list, EncodeHeader("Content-Language", mail.language),
      "MIME-Version: 1.0\r\n", Body(mail));
}

}  // namespace wici::notification
