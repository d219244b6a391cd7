#include "services/notification/intake/process/calendar_reply.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace wici::notification {
namespace {

constexpr std::size_t kTextMax = 256 * 1024;

// One line of iCalendar: NAME;PARAMETERS:VALUE.
struct Property {
  std::string name;                                             // in capitals
  std::vector<std::pair<std::string, std::string>> parameters;  // names in capitals, no quotes
  std::string value;
};

// The lines of `text`, those that continue another joined to it.
std::vector<std::string> Unfold(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    start = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const bool continues = !line.empty() && (line[0] == ' ' || line[0] == '\t');
    if (continues && !lines.empty()) {
      lines.back().append(line.substr(1));
    } else {
      lines.emplace_back(line);
    }
  }
  return lines;
}

Property Parse(std::string_view line) {
  Property property;
  std::vector<std::string> words(1);
  bool quoted = false;
  std::size_t at = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ';' && !quoted) {
      words.emplace_back();
    } else if (c == ':' && !quoted) {
      break;
    } else {
      words.back() += c;
    }
  }
  property.name = absl::AsciiStrToUpper(words[0]);
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = std::min(words[i].find('='), words[i].size());
    property.parameters.emplace_back(absl::AsciiStrToUpper(words[i].substr(0, equals)),
                                     words[i].substr(std::min(equals + 1, words[i].size())));
  }
  property.value = std::string(line.substr(std::min(at + 1, line.size())));
  return property;
}

std::string ParameterOf(const Property& property, std::string_view name) {
  for (const auto& [key, value] : property.parameters) {
    if (key == name) return value;
  }
  return "";
}

bool TakeAttendee(const Property& property, CalendarReply& reply) {
  const std::string participation = absl::AsciiStrToUpper(ParameterOf(property, "PARTSTAT"));
  if (participation != "ACCEPTED" && participation != "DECLINED" && participation != "TENTATIVE") {
    return false;
  }
  absl::string_view address = absl::StripAsciiWhitespace(property.value);
  if (!absl::StartsWithIgnoreCase(address, "mailto:")) return false;
  address.remove_prefix(std::string_view("mailto:").size());
  reply.participation = participation;
  reply.attendee = std::string(address);
  return true;
}

// Whether the line of an entry could be read.
bool TakeLine(const Property& property, CalendarReply& reply, int& attendees) {
  if (property.name == "UID") {
    reply.uid = std::string(absl::StripAsciiWhitespace(property.value));
  } else if (property.name == "SEQUENCE") {
    return absl::SimpleAtoi(property.value, &reply.sequence) && reply.sequence >= 0;
  } else if (property.name == "DTSTAMP") {
    return absl::ParseTime("%E4Y%m%dT%H%M%SZ", property.value, &reply.stamp, nullptr);
  } else if (property.name == "ATTENDEE") {
    return ++attendees == 1 && TakeAttendee(property, reply);
  }
  return true;
}

}  // namespace

std::optional<CalendarReply> ReadCalendarReply(std::string_view text) {
  if (text.size() > kTextMax) return std::nullopt;
  CalendarReply reply;
  reply.stamp = absl::InfinitePast();
  bool is_reply = false;
  std::vector<std::string> open;  // the components around the line
  int entries = 0;
  int attendees = 0;
  for (const std::string& line : Unfold(text)) {
    const Property property = Parse(line);
    if (property.name == "BEGIN") {
      open.push_back(absl::AsciiStrToUpper(property.value));
      if (open.back() == "VEVENT" && ++entries > 1) return std::nullopt;
    } else if (property.name == "END") {
      if (!open.empty()) open.pop_back();
    } else if (property.name == "METHOD" && open.size() == 1) {
      is_reply = absl::EqualsIgnoreCase(property.value, "REPLY");
    } else if (open.size() == 2 && open.back() == "VEVENT") {
      if (!TakeLine(property, reply, attendees)) return std::nullopt;
    }
  }
  const bool complete =
      is_reply && !reply.uid.empty() && attendees == 1 && reply.stamp != absl::InfinitePast();
  return complete ? std::optional(std::move(reply)) : std::nullopt;
}

}  // namespace wici::notification
