// A schedule in the making: which meeting is in which slot, and what that costs.
//
// Nobody is ever in two meetings of a slot, no slot has more meetings than tables, and meetings
// stand only where they may take place. Changes are kept in a journal until Commit, and Rollback
// takes them back. Not thread-safe.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_BOARD_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_BOARD_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "services/registration/meetings/scheduling/scheduler.h"

namespace wici::registration {

// In the order of what matters more; of all participants together.
struct ScheduleCost {
  std::int64_t unplaced = 0;
  std::int64_t moved = 0;
  std::int64_t penalty = 0;  // breaks, and four for each that is more than fair
  friend auto operator<=>(const ScheduleCost&, const ScheduleCost&) = default;
};

class Board {
 public:
  // `problem` outlives the board. All meetings are unplaced.
  explicit Board(const ScheduleProblem& problem);

  const ScheduleCost& cost() const { return cost_; }
  const std::vector<int>& slots() const { return slot_of_; }
  const std::vector<int>& unplaced() const { return unplaced_; }
  int breaks() const;

  int SlotOf(int meeting) const { return slot_of_[Index(meeting)]; }
  // The meeting of a participant in a slot, or kUnplaced.
  int MeetingOf(int participant, int slot) const { return meeting_of_[Cell(participant, slot)]; }
  const std::vector<int>& MeetingsAt(int slot) const { return meetings_at_[Index(slot)]; }
  bool Full(int slot) const;
  // As far as meeting and participants go.
  bool Allows(int meeting, int slot) const { return allowed_[Index(meeting)][Index(slot)]; }
  const std::vector<int>& AllowedSlots(int meeting) const { return slots_for_[Index(meeting)]; }
  // Whether an unplaced meeting can be placed in `slot` now.
  bool Fits(int meeting, int slot) const;

  void Place(int meeting, int slot);  // which Fits
  void Remove(int meeting);           // which is placed

  // The Kempe chain of a placed meeting between its slot and `other`: the meetings that have to
  // change sides when it does, itself first. False when one of them may not.
  bool Chain(int meeting, int other, std::vector<int>& chain);
  // Lets every meeting of a chain change sides, if there are tables enough; else changes nothing
  // and returns false.
  bool SwapSides(const std::vector<int>& chain, int one, int other);

  void Commit() { journal_.clear(); }
  void Rollback();

 private:
  static std::size_t Index(int value) { return static_cast<std::size_t>(value); }
  std::size_t Cell(int participant, int slot) const {
    return Index(participant) * Index(problem_.slots) + Index(slot);
  }
  std::size_t Word(int participant, int slot) const {
    return Index(participant) * words_ + Index(slot) / 64;
  }
  void Set(int meeting, int slot);
  void Unset(int meeting);
  void Occupy(int participant, int slot, int meeting);
  int CountBreaks(int participant) const;
  std::int64_t PenaltyOf(int breaks) const;

  const ScheduleProblem& problem_;
  const std::size_t words_;  // for each participant
  std::vector<std::vector<bool>> allowed_;
  std::vector<std::vector<int>> slots_for_;
  std::vector<int> slot_of_;
  std::vector<int> meeting_of_;                // by participant and slot
  std::vector<std::uint64_t> busy_;            // by participant: a bit for each slot
  std::vector<int> breaks_of_;                 // by participant
  std::vector<std::vector<int>> meetings_at_;  // by slot, in no order
  std::vector<int> unplaced_;                  // in no order
  std::vector<int> position_;                  // of each meeting in its list of the two above
  std::vector<std::uint32_t> seen_;            // by meeting: the last chain it was in
  std::uint32_t chain_ = 0;
  ScheduleCost cost_;
  std::vector<std::pair<int, int>> journal_;  // meeting, the slot it had
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_BOARD_H_
