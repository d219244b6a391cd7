// The signed links of mails: purposes and how long they work.
#ifndef WICI_SERVICES_REGISTRATION_LINKS_H_
#define WICI_SERVICES_REGISTRATION_LINKS_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"

namespace wici::registration {

inline constexpr std::string_view kAnswerPurpose = "answer";
inline constexpr std::string_view kManagePurpose = "manage";
inline constexpr std::string_view kCalendarPurpose = "calendar";

// What a calendar token is about: a registration while it is that of one person. With another
// person it tells nothing any more.
inline std::string CalendarSubject(std::string_view registration, std::string_view person) {
  return std::string(registration).append(" ").append(person);
}
inline std::pair<std::string_view, std::string_view> SplitCalendarSubject(
    std::string_view subject) {
  const std::size_t space = std::min(subject.find(' '), subject.size());
  return {subject.substr(0, space), subject.substr(std::min(space + 1, subject.size()))};
}

// All links of an event end this long after its end, or after the end of its registration window
// when that is later, so that a moved event keeps its links valid for late mails, and nobody holds
// one for ever.
inline constexpr absl::Duration kLinkGrace = absl::Hours(24 * 30);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_LINKS_H_
