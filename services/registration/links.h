// The signed links of mails: purposes and how long they work.
#ifndef WICI_SERVICES_REGISTRATION_LINKS_H_
#define WICI_SERVICES_REGISTRATION_LINKS_H_

#include <string_view>

#include "absl/time/time.h"

namespace wici::registration {

inline constexpr std::string_view kAnswerPurpose = "answer";
inline constexpr std::string_view kManagePurpose = "manage";

// All links of an event end this long after its end, or after the end of its registration window
// when that is later, so that a moved event keeps its links valid for late mails, and nobody holds
// one for ever.
inline constexpr absl::Duration kLinkGrace = absl::Hours(24 * 30);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_LINKS_H_
