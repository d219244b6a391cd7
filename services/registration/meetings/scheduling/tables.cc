#include "services/registration/meetings/scheduling/tables.h"

#include <cstddef>

namespace wici::registration {
namespace {

class Seating {
 public:
  Seating(const ScheduleProblem& problem, const std::vector<int>& slot_of)
      : problem_(problem),
        meetings_at_(static_cast<std::size_t>(problem.slots)),
        last_table_(problem.available.size()),
        tables_(slot_of.size()) {
    for (std::size_t i = 0; i < slot_of.size(); ++i) {
      if (slot_of[i] != kUnplaced) meetings_at_[static_cast<std::size_t>(slot_of[i])].push_back(i);
    }
  }

  std::vector<int> Run(const std::vector<int>& slot_of,
                       const std::vector<std::optional<int>>& before) {
    for (const std::vector<std::size_t>& meetings : meetings_at_) {
      taken_.assign(static_cast<std::size_t>(problem_.tables) + 1, false);
      for (const std::size_t meeting : meetings) {
        const MeetingToPlace& what = problem_.meetings[meeting];
        const bool stays = what.fixed || what.previous == slot_of[meeting];
        if (stays && before[meeting]) Take(meeting, *before[meeting]);
      }
      for (const std::size_t meeting : meetings) Choose(meeting);
      for (const std::size_t meeting : meetings) {
        last_table_[static_cast<std::size_t>(problem_.meetings[meeting].first)] = tables_[meeting];
        last_table_[static_cast<std::size_t>(problem_.meetings[meeting].second)] = tables_[meeting];
      }
    }
    return tables_;
  }

 private:
  // Takes `table` for `meeting` if there is such a table and it is free.
  void Take(std::size_t meeting, int table) {
    if (tables_[meeting] != 0 || table < 1 || table > problem_.tables) return;
    if (taken_[static_cast<std::size_t>(table)]) return;
    taken_[static_cast<std::size_t>(table)] = true;
    tables_[meeting] = table;
  }

  void Choose(std::size_t meeting) {
    const MeetingToPlace& what = problem_.meetings[meeting];
    Take(meeting, last_table_[static_cast<std::size_t>(what.first)]);
    Take(meeting, last_table_[static_cast<std::size_t>(what.second)]);
    for (int table = 1; table <= problem_.tables && tables_[meeting] == 0; ++table) {
      Take(meeting, table);
    }
  }

  const ScheduleProblem& problem_;
  std::vector<std::vector<std::size_t>> meetings_at_;  // by slot
  std::vector<int> last_table_;                        // by participant, 0 before the first
  std::vector<int> tables_;                            // by meeting
  std::vector<bool> taken_;                            // by table, in the slot at hand
};

}  // namespace

std::vector<int> AssignTables(const ScheduleProblem& problem, const std::vector<int>& slot_of,
                              const std::vector<std::optional<int>>& tables_before) {
  return Seating(problem, slot_of).Run(slot_of, tables_before);
}

}  // namespace wici::registration
