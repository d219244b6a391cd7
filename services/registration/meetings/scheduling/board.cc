#include "services/registration/meetings/scheduling/board.h"

#include <algorithm>
#include <bit>

#include "services/registration/meetings/scheduling/bounds.h"

namespace wici::registration {
namespace {

constexpr std::int64_t kUnfairWeight = 4;

// Lists know the position of their items, so that one leaves without a search.
void Append(std::vector<int>& list, int item, std::vector<int>& position) {
  position[static_cast<std::size_t>(item)] = static_cast<int>(list.size());
  list.push_back(item);
}

void Take(std::vector<int>& list, int item, std::vector<int>& position) {
  const auto at = static_cast<std::size_t>(position[static_cast<std::size_t>(item)]);
  list[at] = list.back();
  position[static_cast<std::size_t>(list[at])] = static_cast<int>(at);
  list.pop_back();
}

}  // namespace

Board::Board(const ScheduleProblem& problem)
    : problem_(problem),
      words_((Index(problem.slots) + 63) / 64),
      allowed_(problem.meetings.size()),
      slots_for_(problem.meetings.size()),
      slot_of_(problem.meetings.size(), kUnplaced),
      meeting_of_(problem.available.size() * Index(problem.slots), kUnplaced),
      busy_(problem.available.size() * words_),
      breaks_of_(problem.available.size()),
      meetings_at_(Index(problem.slots)),
      position_(problem.meetings.size()),
      seen_(problem.meetings.size()) {
  for (std::size_t i = 0; i < problem.meetings.size(); ++i) {
    for (int slot = 0; slot < problem.slots; ++slot) {
      const bool allowed = MayTakePlace(problem, problem.meetings[i], slot);
      allowed_[i].push_back(allowed);
      if (allowed) slots_for_[i].push_back(slot);
    }
    Append(unplaced_, static_cast<int>(i), position_);
  }
  cost_.unplaced = static_cast<std::int64_t>(unplaced_.size());
}

int Board::breaks() const {
  int sum = 0;
  for (const int breaks : breaks_of_) sum += breaks;
  return sum;
}

bool Board::Full(int slot) const {
  return meetings_at_[Index(slot)].size() >= Index(problem_.tables);
}

bool Board::Fits(int meeting, int slot) const {
  const MeetingToPlace& what = problem_.meetings[Index(meeting)];
  return Allows(meeting, slot) && !Full(slot) && MeetingOf(what.first, slot) == kUnplaced &&
         MeetingOf(what.second, slot) == kUnplaced;
}

void Board::Place(int meeting, int slot) {
  journal_.emplace_back(meeting, kUnplaced);
  Set(meeting, slot);
}

void Board::Remove(int meeting) {
  journal_.emplace_back(meeting, SlotOf(meeting));
  Unset(meeting);
}

void Board::Rollback() {
  while (!journal_.empty()) {
    const auto [meeting, slot] = journal_.back();
    journal_.pop_back();
    if (slot == kUnplaced) {
      Unset(meeting);
    } else {
      Set(meeting, slot);
    }
  }
}

void Board::Set(int meeting, int slot) {
  const MeetingToPlace& what = problem_.meetings[Index(meeting)];
  Take(unplaced_, meeting, position_);
  Append(meetings_at_[Index(slot)], meeting, position_);
  slot_of_[Index(meeting)] = slot;
  Occupy(what.first, slot, meeting);
  Occupy(what.second, slot, meeting);
  --cost_.unplaced;
  if (what.previous && *what.previous != slot) ++cost_.moved;
}

void Board::Unset(int meeting) {
  const MeetingToPlace& what = problem_.meetings[Index(meeting)];
  const int slot = SlotOf(meeting);
  Take(meetings_at_[Index(slot)], meeting, position_);
  Append(unplaced_, meeting, position_);
  slot_of_[Index(meeting)] = kUnplaced;
  Occupy(what.first, slot, kUnplaced);
  Occupy(what.second, slot, kUnplaced);
  ++cost_.unplaced;
  if (what.previous && *what.previous != slot) --cost_.moved;
}

void Board::Occupy(int participant, int slot, int meeting) {
  meeting_of_[Cell(participant, slot)] = meeting;
  busy_[Word(participant, slot)] ^= std::uint64_t{1} << (slot % 64);
  int& breaks = breaks_of_[Index(participant)];
  cost_.penalty -= PenaltyOf(breaks);
  breaks = CountBreaks(participant);
  cost_.penalty += PenaltyOf(breaks);
}

int Board::CountBreaks(int participant) const {
  int runs = 0;
  std::uint64_t carry = 0;  // whether the slot before was busy
  for (std::size_t i = 0; i < words_; ++i) {
    const std::uint64_t word = busy_[Index(participant) * words_ + i];
    runs += std::popcount(word & ~(word << 1 | carry));
    carry = word >> 63;
  }
  return std::max(0, runs - 1);
}

std::int64_t Board::PenaltyOf(int breaks) const {
  return breaks + kUnfairWeight * std::max(0, breaks - problem_.breaks_fair);
}

bool Board::Chain(int meeting, int other, std::vector<int>& chain) {
  ++chain_;
  chain.assign(1, meeting);
  seen_[Index(meeting)] = chain_;
  const int own = SlotOf(meeting);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const int next = chain[i];
    const int target = SlotOf(next) == own ? other : own;
    if (!Allows(next, target)) return false;
    const MeetingToPlace& what = problem_.meetings[Index(next)];
    for (const int participant : {what.first, what.second}) {
      const int blocking = MeetingOf(participant, target);
      if (blocking == kUnplaced || seen_[Index(blocking)] == chain_) continue;
      seen_[Index(blocking)] = chain_;
      chain.push_back(blocking);
    }
  }
  return true;
}

bool Board::SwapSides(const std::vector<int>& chain, int one, int other) {
  int at_one = static_cast<int>(MeetingsAt(one).size());
  int at_other = static_cast<int>(MeetingsAt(other).size());
  for (const int meeting : chain) {
    const int step = SlotOf(meeting) == one ? 1 : -1;
    at_one -= step;
    at_other += step;
  }
  if (at_one > problem_.tables || at_other > problem_.tables) return false;
  const std::size_t first = journal_.size();
  for (const int meeting : chain) Remove(meeting);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    Place(chain[i], journal_[first + i].second == one ? other : one);
  }
  return true;
}

}  // namespace wici::registration
