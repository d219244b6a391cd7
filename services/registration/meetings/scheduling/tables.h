// At which table the meetings of a schedule take place. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TABLES_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TABLES_H_

#include <optional>
#include <vector>

#include "services/registration/meetings/scheduling/scheduler.h"

namespace wici::registration {

// A table from 1 for every placed meeting, 0 for the others; no table twice in a slot. Meetings
// that did not move keep the table of `tables_before` (by meeting; nullopt: none). The others stay,
// if it is free, at the table where one of the two sat last, so that people walk little.
std::vector<int> AssignTables(const ScheduleProblem& problem, const std::vector<int>& slot_of,
                              const std::vector<std::optional<int>>& tables_before);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TABLES_H_
