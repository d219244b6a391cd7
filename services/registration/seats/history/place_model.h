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
  explicit PlaceModel(const Limits& limits) : limits_(&limits) {}

  bool IsFull() const { return taken_ >= limits_->capacity; }
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
  std::int64_t taken_ = 0;
  std::map<std::string, std::int64_t> taken_of_;  // by the name of a quota or voucher
  std::map<std::string, std::int64_t> uses_of_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_PLACE_MODEL_H_
