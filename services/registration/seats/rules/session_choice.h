// Whether one person can attend the sessions they chose. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_RULES_SESSION_CHOICE_H_
#define WICI_SERVICES_REGISTRATION_SEATS_RULES_SESSION_CHOICE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/time_span.h"

namespace wici::registration {

struct ChosenSession {
  std::string name;
  TimeSpan time;
};

// Two of `sessions` that overlap in time, the earlier first, or nullopt. One that ends when the
// next begins does not.
std::optional<std::pair<std::string, std::string>> FindOverlap(std::vector<ChosenSession> sessions);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_RULES_SESSION_CHOICE_H_
