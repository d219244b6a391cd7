// What is known about a problem before any search. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_BOUNDS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_BOUNDS_H_

#include <vector>

#include "services/registration/meetings/scheduling/scheduler.h"

namespace wici::registration {

// Whether `meeting` may take place in `slot`, as far as itself and its participants go.
bool MayTakePlace(const ScheduleProblem& problem, const MeetingToPlace& meeting, int slot);

// What makes the problem infeasible, as far as counting shows; none does not mean feasible.
std::vector<Obstacle> FindObstacles(const ScheduleProblem& problem);

// Breaks that no complete schedule avoids: those of participants whose meetings do not fit into one
// run of slots in which they are available.
int BreaksBound(const ScheduleProblem& problem);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_BOUNDS_H_
