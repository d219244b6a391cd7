// The places of an event as the history checker counts them: by a few sums, not as the service
// does.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_HISTORY_PLACE_MODEL_H_
#define WICI_SERVICES_REGISTRATION_SEATS_HISTORY_PLACE_MODEL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "services/registration/seats/history/check_history.h"

namespace wici::registration {

// The categories a new registration would take, most wanted first.
std::vector<std::string> WantedBy(const Recorded& call);

// Cheap to copy, for a moment. `limits` outlives it.
class PlaceModel {
 public:
  explicit PlaceModel(const Limits& limits)
      : limits_(&limits), capacity_(limits.capacity), quotas_(limits.quotas) {}

  std::int64_t capacity() const { return capacity_; }
  void set_capacity(std::int64_t capacity) { capacity_ = capacity; }
  void set_quota(const std::string& name, std::int64_t size) { quotas_[name] = size; }
  bool IsFull() const { return taken_ >= capacity_; }
  // Places that are taken or kept.
  std::int64_t Given() const { return taken_ + KeptIn(""); }
  std::int64_t GivenOf(const std::string& quota) const;
  // Whether one of `quotas` has no place left.
  bool IsOneFull(const std::vector<std::string>& quotas) const;
  // Whether all places of one more are free in `category`: not taken, nor kept for other vouchers.
  bool Fits(const Recorded& facts, const std::string& category) const;
  // Whether those of all are, each in the category it wants.
  bool AllFit(const std::vector<const Recorded*>& group) const;
  // Whether the voucher of the call lacks uses for all that come with it.
  bool LacksUses(const Recorded& call) const;

  // Counts places, and uses of a voucher: `by` is 1 or -1, or 0.
  void Take(const Recorded& facts, const std::string& category, std::int64_t by);
  void Use(const Recorded& facts, std::int64_t by);

  // What is wrong: "oversold: 2 of 1 of press".
  std::vector<std::string> Overdrawn() const;

 private:
  // Places that are kept for a voucher and not taken.
  std::int64_t KeptFor(const std::string& voucher) const;
  // Those of a category, or, for "", of the event.
  std::int64_t KeptIn(const std::string& category) const;

  const Limits* limits_;
  std::int64_t capacity_;
  std::map<std::string, std::int64_t> quotas_;  // sizes
  std::int64_t taken_ = 0;
  std::map<std::string, std::int64_t> taken_of_;  // by the name of a quota or voucher
  std::map<std::string, std::int64_t> uses_of_;
};

// Those who came together, by their group.
using GroupCalls = std::map<std::string, std::vector<const Recorded*>>;

// The places as they were from each change until the next: whether a call was refused for want of
// places at a time when none lacked. Both arguments outlive it.
class Moments {
 public:
  Moments(const Limits& limits, const GroupCalls& groups) : limits_(limits), groups_(groups) {}

  // After a change that `call` made, or nobody's (nullptr): `waiting_of` counts the queue of each
  // category.
  void Add(const Recorded* call, std::int64_t latest_invocation, const PlaceModel& places,
           std::int64_t waiting, std::map<std::string, std::int64_t> waiting_of);
  // What is wrong with a refused call, "" for nothing.
  std::string JudgeRefusal(const Recorded& call) const;

 private:
  struct Moment {
    std::int64_t from_earliest = 0;  // not before this
    std::int64_t until_latest = 0;   // nor after this
    PlaceModel places;
    std::int64_t waiting = 0;
    std::map<std::string, std::int64_t> waiting_of = {};  // by category
  };
  bool Lacks(const Moment& moment, const Recorded& call) const;

  const Limits& limits_;
  const GroupCalls& groups_;
  std::vector<Moment> moments_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_PLACE_MODEL_H_
