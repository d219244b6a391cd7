#include "services/notification/intake/process/inbound_mail.h"

#include <gmime/gmime.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace wici::notification {
namespace {

// Mails nest no deeper, and have no more parts, unless somebody wants to tire us.
constexpr int kDepthMax = 10;
constexpr std::size_t kPartsMax = 100;
constexpr std::size_t kPartBytesMax = 256 * 1024;

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class T>
using Ref = std::unique_ptr<T, Unref>;

// A part with its type, "message/delivery-status", in lower case.
struct Part {
  std::string type;
  GMimeObject* object = nullptr;  // of the message
};

std::string TypeOf(GMimeObject* object) {
  GMimeContentType* type = g_mime_object_get_content_type(object);
  if (type == nullptr) return "";
  char* text = g_mime_content_type_get_mime_type(type);
  std::string lower = absl::AsciiStrToLower(text == nullptr ? "" : text);
  g_free(text);
  return lower;
}

void Collect(GMimeObject* object, int depth, std::vector<Part>& parts) {
  if (object == nullptr || depth > kDepthMax || parts.size() >= kPartsMax) return;
  parts.push_back({TypeOf(object), object});
  if (!GMIME_IS_MULTIPART(object)) return;  // a mail within the mail is somebody else's
  auto* multipart = GMIME_MULTIPART(object);
  const int count = g_mime_multipart_get_count(multipart);
  for (int i = 0; i < count; ++i) {
    Collect(g_mime_multipart_get_part(multipart, i), depth + 1, parts);
  }
}

// The decoded content, or "" for what has none or more than kPartBytesMax.
std::string ContentOf(GMimeObject* object) {
  if (!GMIME_IS_PART(object)) return "";
  GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(object));
  if (content == nullptr) return "";
  const Ref<GMimeStream> stream(g_mime_stream_mem_new());
  if (g_mime_data_wrapper_write_to_stream(content, stream.get()) < 0) return "";
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  if (bytes == nullptr || bytes->len > kPartBytesMax) return "";
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

// The first of that type, or of the one that stands for it where addresses are in UTF-8 (RFC 6533).
const Part* FindPart(const std::vector<Part>& parts, std::string_view type,
                     std::string_view utf8_type = "") {
  for (const Part& part : parts) {
    if (part.type == type || (!utf8_type.empty() && part.type == utf8_type)) return &part;
  }
  return nullptr;
}

using Fields = std::map<std::string, std::string>;

// Groups of "Name: value" separated by empty lines, names in lower case; the first of a name
// counts.
std::vector<Fields> ReadFieldGroups(const std::string& text) {
  std::vector<Fields> groups(1);
  std::string last;
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    const absl::string_view line = absl::StripTrailingAsciiWhitespace(raw);
    if (line.empty()) {
      if (!groups.back().empty()) groups.emplace_back();
      last.clear();
    } else if ((line[0] == ' ' || line[0] == '\t') && !last.empty()) {
      groups.back()[last] += std::string(line);
    } else if (const std::size_t colon = line.find(':'); colon != absl::string_view::npos) {
      last = absl::AsciiStrToLower(absl::StripAsciiWhitespace(line.substr(0, colon)));
      groups.back().emplace(last, std::string(absl::StripAsciiWhitespace(line.substr(colon + 1))));
    }
  }
  return groups;
}

std::string FieldOf(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

// "5.1.1" of "5.1.1 (bad destination mailbox address)".
std::string FirstWord(const std::string& text) {
  return text.substr(0, text.find_first_of(" \t("));
}

Inbound ReadBounce(const std::vector<Part>& parts, std::string token) {
  const Part* status = FindPart(parts, "message/delivery-status", "message/global-delivery-status");
  if (status == nullptr) return InboundNothing{"no delivery status"};
  for (const Fields& fields : ReadFieldGroups(ContentOf(status->object))) {
    std::string action = absl::AsciiStrToLower(FirstWord(FieldOf(fields, "action")));
    std::string code = FirstWord(FieldOf(fields, "status"));
    if (action.empty() || code.empty()) continue;
    return InboundBounce{std::move(token), std::move(action), std::move(code)};
  }
  return InboundNothing{"a delivery status without action and status"};
}

// The token of the mail a complaint is about.
std::string TokenOfOriginal(const std::vector<Part>& parts, const Fields& report) {
  std::string token = TokenIn(FieldOf(report, "original-mail-from"), "b");
  if (!token.empty()) return token;
  for (const Part& part : parts) {
    Fields headers;
    if (part.type == "text/rfc822-headers" || part.type == "message/global-headers") {
      headers = ReadFieldGroups(ContentOf(part.object))[0];
    } else if (GMIME_IS_MESSAGE_PART(part.object)) {
      GMimeMessage* original = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part.object));
      const char* path = original == nullptr
                             ? nullptr
                             : g_mime_object_get_header(GMIME_OBJECT(original), "Return-Path");
      if (path != nullptr) headers["return-path"] = path;
    }
    token = TokenIn(FieldOf(headers, "return-path"), "b");
    if (!token.empty()) return token;
  }
  return "";
}

Inbound ReadComplaint(const std::vector<Part>& parts, const Part& report) {
  const Fields fields = ReadFieldGroups(ContentOf(report.object))[0];
  std::string token = TokenOfOriginal(parts, fields);
  std::string type = absl::AsciiStrToLower(FirstWord(FieldOf(fields, "feedback-type")));
  if (token.empty() || type.empty()) {
    return InboundNothing{"a complaint that does not say about which mail"};
  }
  return InboundComplaint{std::move(token), std::move(type)};
}

void InitGMime() {
  static const bool once = [] {
    g_mime_init();
    return true;
  }();
  (void)once;
}

}  // namespace

std::string TokenIn(std::string_view address, std::string_view mark) {
  absl::string_view text =
      absl::StripAsciiWhitespace(absl::string_view(address.data(), address.size()));
  if (!text.empty() && text.front() == '<') text.remove_prefix(1);
  const std::size_t at = text.find('@');
  const std::size_t plus = text.find('+');
  if (at == absl::string_view::npos || plus == absl::string_view::npos || plus > at) return "";
  if (!absl::EqualsIgnoreCase(text.substr(0, plus), absl::string_view(mark.data(), mark.size()))) {
    return "";
  }
  return std::string(text.substr(plus + 1, at - plus - 1));
}

Inbound ReadInbound(std::string_view mail, std::string_view recipient) {
  if (std::string token = TokenIn(recipient, "u"); !token.empty()) {
    return InboundUnsubscribe{std::move(token)};
  }
  InitGMime();
  mail = mail.substr(0, kInboundMailMax);
  const Ref<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
  const Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Ref<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (message == nullptr) return InboundNothing{"no mail"};
  std::vector<Part> parts;
  Collect(g_mime_message_get_mime_part(message.get()), 0, parts);
  if (const Part* feedback = FindPart(parts, "message/feedback-report")) {
    return ReadComplaint(parts, *feedback);
  }
  if (std::string token = TokenIn(recipient, "b"); !token.empty()) {
    return ReadBounce(parts, std::move(token));
  }
  if (const Part* calendar = FindPart(parts, "text/calendar")) {
    if (auto reply = ReadCalendarReply(ContentOf(calendar->object))) return *std::move(reply);
    return InboundNothing{"no answer to a calendar entry"};
  }
  return InboundNothing{"neither report nor answer"};
}

}  // namespace wici::notification
