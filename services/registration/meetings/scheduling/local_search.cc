#include "services/registration/meetings/scheduling/local_search.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <vector>

#include "services/registration/meetings/scheduling/board.h"
#include "services/registration/meetings/scheduling/bounds.h"

namespace wici::registration {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  // 0 .. sides-1.
  std::size_t Roll(std::size_t sides) { return static_cast<std::size_t>(Next() % sides); }
  int Pick(const std::vector<int>& from) { return from[Roll(from.size())]; }
  // [0, 1).
  double Fraction() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

// How the search weighs what it finds, and how hot it begins.
struct Weights {
  double unplaced = 25;
  double moved = 0;
  double hot = 1.5;
  double cold = 0.12;
};

double Weigh(const ScheduleCost& cost, const Weights& weights) {
  return weights.unplaced * static_cast<double>(cost.unplaced) +
         weights.moved * static_cast<double>(cost.moved) + static_cast<double>(cost.penalty);
}

// The order of the greedy: fixed ones, then those that stay where they were, then the least slack.
std::vector<int> GreedyOrder(const ScheduleProblem& problem, const Board& board) {
  std::vector<int> meetings_of(problem.available.size());
  for (const MeetingToPlace& meeting : problem.meetings) {
    ++meetings_of[static_cast<std::size_t>(meeting.first)];
    ++meetings_of[static_cast<std::size_t>(meeting.second)];
  }
  const auto key = [&](int index) {
    const MeetingToPlace& meeting = problem.meetings[static_cast<std::size_t>(index)];
    const int busiest = std::max(meetings_of[static_cast<std::size_t>(meeting.first)],
                                 meetings_of[static_cast<std::size_t>(meeting.second)]);
    return std::tuple(!meeting.fixed, !meeting.previous,
                      static_cast<int>(board.AllowedSlots(index).size()) - busiest, index);
  };
  std::vector<int> order(problem.meetings.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return key(a) < key(b); });
  return order;
}

// The slot of the lowest cost that `meeting` fits into, or kUnplaced.
int CheapestSlot(Board& board, int meeting) {
  int best = kUnplaced;
  ScheduleCost lowest;
  for (const int slot : board.AllowedSlots(meeting)) {
    if (!board.Fits(meeting, slot)) continue;
    board.Place(meeting, slot);
    if (best == kUnplaced || board.cost() < lowest) {
      best = slot;
      lowest = board.cost();
    }
    board.Rollback();
  }
  return best;
}

void PlaceGreedily(const ScheduleProblem& problem, Board& board) {
  const std::vector<int> order = GreedyOrder(problem, board);
  // First of all, whatever can stay stays.
  for (const int meeting : order) {
    const MeetingToPlace& what = problem.meetings[static_cast<std::size_t>(meeting)];
    const std::optional<int> slot = what.fixed ? what.fixed : what.previous;
    if (slot && board.Fits(meeting, *slot)) board.Place(meeting, *slot);
    board.Commit();
  }
  for (const int meeting : order) {
    if (board.SlotOf(meeting) != kUnplaced) continue;
    const int slot = CheapestSlot(board, meeting);
    if (slot != kUnplaced) board.Place(meeting, slot);
    board.Commit();
  }
}

class Annealing {
 public:
  Annealing(const ScheduleProblem& problem, const SearchLimits& limits, Board& board)
      : problem_(problem), limits_(limits), board_(board), dice_(limits.seed) {
    for (std::size_t i = 0; i < problem.meetings.size(); ++i) {
      if (problem.meetings[i].fixed) continue;
      movable_.push_back(static_cast<int>(i));
      replanning_ = replanning_ || problem.meetings[i].previous.has_value();
      all_stay_ = all_stay_ && problem.meetings[i].previous.has_value();
    }
    if (replanning_) weights_ = {.unplaced = 120, .moved = 30, .hot = 30, .cold = 0.12};
    Remember();
  }

  // Returns the best slots there were.
  const std::vector<int>& Run() {
    const int bound = BreaksBound(problem_);
    for (std::int64_t step = 0; step < limits_.steps && !movable_.empty(); ++step) {
      if (best_.unplaced == 0 && best_.moved == 0 && (all_stay_ || best_.penalty <= bound)) {
        break;  // nothing can be better
      }
      const double before = Weigh(board_.cost(), weights_);
      if (!Try()) {
        board_.Rollback();
        continue;
      }
      const double worse = Weigh(board_.cost(), weights_) - before;
      if (worse > 0 && dice_.Fraction() >= std::exp(-worse / Temperature(step))) {
        board_.Rollback();
        continue;
      }
      board_.Commit();
      if (board_.cost() < best_) Remember();
    }
    return best_slots_;
  }

 private:
  void Remember() {
    best_ = board_.cost();
    best_slots_ = board_.slots();
  }

  double Temperature(std::int64_t step) const {
    const double progress = static_cast<double>(step) / static_cast<double>(limits_.steps);
    return weights_.hot * std::pow(weights_.cold / weights_.hot, progress);
  }

  bool Try() {
    if (!board_.unplaced().empty() && dice_.Roll(4) == 0) {
      const int meeting = dice_.Pick(board_.unplaced());
      return !board_.AllowedSlots(meeting).empty() &&
             Insert(meeting, dice_.Pick(board_.AllowedSlots(meeting)));
    }
    const int meeting = dice_.Pick(movable_);
    if (board_.SlotOf(meeting) == kUnplaced) return false;
    const int target = Target(meeting);
    // Where one of the chain may not swap, others have to make room.
    if (dice_.Roll(16) != 0) return Swap(meeting, target);
    board_.Remove(meeting);
    return Insert(meeting, target);
  }

  // A slot to try for a placed meeting: often the one it had.
  int Target(int meeting) {
    const std::optional<int> previous =
        problem_.meetings[static_cast<std::size_t>(meeting)].previous;
    if (previous && dice_.Roll(2) == 0) return *previous;
    return dice_.Pick(board_.AllowedSlots(meeting));
  }

  bool Swap(int meeting, int target) {
    const int own = board_.SlotOf(meeting);
    if (target == own || !board_.Chain(meeting, target, chain_)) return false;
    if (board_.SwapSides(chain_, own, target)) return true;
    // One table too few: another chain goes the other way.
    const int other = dice_.Pick(board_.MeetingsAt(target));
    if (std::find(chain_.begin(), chain_.end(), other) != chain_.end()) return false;
    if (!board_.Chain(other, own, second_)) return false;
    chain_.insert(chain_.end(), second_.begin(), second_.end());
    return board_.SwapSides(chain_, own, target);
  }

  bool Insert(int meeting, int slot) {
    const MeetingToPlace& what = problem_.meetings[static_cast<std::size_t>(meeting)];
    for (const int participant : {what.first, what.second}) {
      const int blocking = board_.MeetingOf(participant, slot);
      if (blocking != kUnplaced && !PushOut(blocking)) return false;
    }
    if (board_.Full(slot) && !PushOut(dice_.Pick(board_.MeetingsAt(slot)))) return false;
    if (!board_.Fits(meeting, slot)) return false;
    board_.Place(meeting, slot);
    return true;
  }

  bool PushOut(int meeting) {
    if (problem_.meetings[static_cast<std::size_t>(meeting)].fixed) return false;
    board_.Remove(meeting);
    return true;
  }

  const ScheduleProblem& problem_;
  const SearchLimits& limits_;
  Board& board_;
  Dice dice_;
  std::vector<int> movable_;
  bool replanning_ = false;  // some meetings have a slot
  bool all_stay_ = true;     // all have one: without a move there is one schedule only
  Weights weights_;
  ScheduleCost best_;
  std::vector<int> best_slots_;
  std::vector<int> chain_;
  std::vector<int> second_;
};

}  // namespace

MeetingSchedule LocalSearchScheduler::Schedule(const ScheduleProblem& problem,
                                               const SearchLimits& limits) const {
  MeetingSchedule schedule;
  schedule.obstacles = FindObstacles(problem);
  schedule.breaks_bound = BreaksBound(problem);
  Board board(problem);
  PlaceGreedily(problem, board);
  schedule.slot_of = Annealing(problem, limits, board).Run();
  Board best(problem);
  for (std::size_t i = 0; i < schedule.slot_of.size(); ++i) {
    if (schedule.slot_of[i] != kUnplaced) best.Place(static_cast<int>(i), schedule.slot_of[i]);
  }
  schedule.unplaced = static_cast<int>(best.cost().unplaced);
  schedule.moved = static_cast<int>(best.cost().moved);
  schedule.breaks = best.breaks();
  return schedule;
}

}  // namespace wici::registration
