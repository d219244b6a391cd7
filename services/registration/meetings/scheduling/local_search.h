// A scheduler that searches: greedily, the most constrained meeting first, then by simulated
// annealing with swaps along Kempe chains between two slots, and with insertions that push out who
// is in the way. Finds good schedules of any size the bounds allow; proves only what FindObstacles
// and BreaksBound prove. Of fixed meetings that clash the first stays.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_LOCAL_SEARCH_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_LOCAL_SEARCH_H_

#include "services/registration/meetings/scheduling/scheduler.h"

namespace wici::registration {

// One of limits.steps is one change tried. The same problem, steps and seed give the same schedule.
// Thread-safe.
class LocalSearchScheduler final : public Scheduler {
 public:
  MeetingSchedule Schedule(const ScheduleProblem& problem,
                           const SearchLimits& limits) const override;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_LOCAL_SEARCH_H_
