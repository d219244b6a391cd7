#include "services/registration/seats/history/place_model.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace wici::registration {
namespace {

std::int64_t CountOf(const std::map<std::string, std::int64_t>& counts, const std::string& name) {
  const auto at = counts.find(name);
  return at == counts.end() ? 0 : at->second;
}

}  // namespace

std::vector<std::string> WantedBy(const Recorded& call) {
  std::vector<std::string> wanted = {call.category};
  wanted.insert(wanted.end(), call.others.begin(), call.others.end());
  return wanted;
}

std::int64_t PlaceModel::KeptFor(const std::string& voucher) const {
  const auto at = limits_->vouchers.find(voucher);
  if (at == limits_->vouchers.end() || !at->second.reserves) return 0;
  return std::max<std::int64_t>(0, at->second.uses - CountOf(taken_of_, voucher));
}

std::int64_t PlaceModel::KeptIn(const std::string& category) const {
  std::int64_t kept = 0;
  for (const auto& [name, limit] : limits_->vouchers) {
    if (category.empty() || limit.category == category) kept += KeptFor(name);
  }
  return kept;
}

bool PlaceModel::Fits(const Recorded& facts, const std::string& category) const {
  // One of the places that are kept is its own.
  const std::int64_t own = KeptFor(facts.voucher) > 0 ? 1 : 0;
  if (taken_ + KeptIn("") - own >= limits_->capacity) return false;
  if (!category.empty()) {
    const bool within = own > 0 && limits_->vouchers.at(facts.voucher).category == category;
    const std::int64_t others = KeptIn(category) - (within ? 1 : 0);
    if (CountOf(taken_of_, category) + others >= limits_->quotas.at(category)) return false;
  }
  return std::all_of(facts.sessions.begin(), facts.sessions.end(), [this](const auto& session) {
    return CountOf(taken_of_, session) < limits_->quotas.at(session);
  });
}

bool PlaceModel::AllFit(const std::vector<const Recorded*>& group) const {
  PlaceModel after = *this;
  return std::all_of(group.begin(), group.end(), [&](const Recorded* member) {
    const bool fits = after.Fits(*member, member->category);
    after.Take(*member, member->category, 1);
    return fits;
  });
}

bool PlaceModel::LacksUses(const Recorded& call) const {
  const auto at = limits_->vouchers.find(call.voucher);
  return at != limits_->vouchers.end() &&
         CountOf(uses_of_, call.voucher) + call.group_size > at->second.uses;
}

void PlaceModel::Take(const Recorded& facts, const std::string& category, std::int64_t by) {
  taken_ += by;
  for (const std::string& session : facts.sessions) taken_of_[session] += by;
  if (!category.empty()) taken_of_[category] += by;
  if (!facts.voucher.empty()) taken_of_[facts.voucher] += by;
}

void PlaceModel::Use(const Recorded& facts, std::int64_t by) {
  if (!facts.voucher.empty()) uses_of_[facts.voucher] += by;
}

std::vector<std::string> PlaceModel::Overdrawn() const {
  std::vector<std::string> faults;
  const std::int64_t given = taken_ + KeptIn("");
  if (given > limits_->capacity) {
    faults.push_back(absl::StrCat("oversold: ", given, " of ", limits_->capacity));
  }
  for (const auto& [name, size] : limits_->quotas) {
    const std::int64_t of_quota = CountOf(taken_of_, name) + KeptIn(name);
    if (of_quota > size) {
      faults.push_back(absl::StrCat("oversold: ", of_quota, " of ", size, " of ", name));
    }
  }
  for (const auto& [name, limit] : limits_->vouchers) {
    const std::int64_t uses = CountOf(uses_of_, name);
    if (uses > limit.uses) {
      faults.push_back(absl::StrCat("used too often: ", uses, " of ", limit.uses, " of ", name));
    }
  }
  return faults;
}

}  // namespace wici::registration
