#include "services/registration/seats/history/place_model.h"

#include <algorithm>
#include <set>
#include <utility>

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

std::int64_t PlaceModel::GivenOf(const std::string& quota) const {
  return CountOf(taken_of_, quota) + KeptIn(quota);
}

bool PlaceModel::Fits(const Recorded& facts, const std::string& category) const {
  // One of the places that are kept is its own.
  const std::int64_t own = KeptFor(facts.voucher) > 0 ? 1 : 0;
  if (taken_ + KeptIn("") - own >= capacity_) return false;
  if (!category.empty()) {
    const bool within = own > 0 && limits_->vouchers.at(facts.voucher).category == category;
    const std::int64_t others = KeptIn(category) - (within ? 1 : 0);
    if (CountOf(taken_of_, category) + others >= quotas_.at(category)) return false;
  }
  return std::all_of(facts.sessions.begin(), facts.sessions.end(), [this](const auto& session) {
    return CountOf(taken_of_, session) < quotas_.at(session);
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

bool PlaceModel::IsOneFull(const std::vector<std::string>& quotas) const {
  return std::any_of(quotas.begin(), quotas.end(), [this](const std::string& name) {
    return CountOf(taken_of_, name) >= quotas_.at(name);
  });
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
  const std::int64_t given = Given();
  if (given > capacity_) {
    faults.push_back(absl::StrCat("oversold: ", given, " of ", capacity_));
  }
  for (const auto& [name, size] : quotas_) {
    const std::int64_t of_quota = GivenOf(name);
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

void Moments::Add(const Recorded* call, std::int64_t latest_invocation, const PlaceModel& places,
                  std::int64_t waiting, std::map<std::string, std::int64_t> waiting_of) {
  if (!moments_.empty() && call != nullptr) moments_.back().until_latest = call->returned;
  moments_.push_back({call == nullptr ? latest_invocation : call->invoked, INT64_MAX, places,
                      waiting, std::move(waiting_of)});
}

bool Moments::Lacks(const Moment& moment, const Recorded& call) const {
  if (call.refused == "VOUCHER_USED_UP") return moment.places.LacksUses(call);
  if (call.refused == "CAPACITY_BELOW_CONFIRMED") return moment.places.Given() > call.capacity;
  if (call.refused == "QUOTA_BELOW_TAKEN") {
    return moment.places.GivenOf(call.registration) > call.capacity;
  }
  if (call.kind == "registration.updated") return moment.places.IsOneFull(call.sessions);
  if (!call.hold && moment.waiting + call.group_size <= limits_.waiting_list_capacity) {
    return false;
  }
  const std::vector<std::string> wanted = WantedBy(call);
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& category) {
    if (moment.waiting_of.find(category) != moment.waiting_of.end()) return true;
    return call.group.empty() ? !moment.places.Fits(call, category)
                              : !moment.places.AllFit(groups_.at(call.group));
  });
}

std::string Moments::JudgeRefusal(const Recorded& call) const {
  static const auto& by_state =
      *new std::set<std::string>{"TRANSITION_NOT_ALLOWED", "ALREADY_CHECKED_IN", "NOT_CONFIRMED",
                                 "TICKET_CANCELLED", "PLACE_EXPIRED"};
  static const auto& by_places = *new std::set<std::string>{
      "EVENT_FULL",         "WAITING_LIST_FULL",        "QUOTA_FULL",       "VOUCHER_USED_UP",
      "NO_SEAT_TO_CONFIRM", "CAPACITY_BELOW_CONFIRMED", "QUOTA_BELOW_TAKEN"};
  const std::string& reason = call.refused;
  if (by_state.count(reason) > 0) return "";
  if (by_places.count(reason) == 0) return absl::StrCat("failed: ", reason);
  const bool lacked = std::any_of(moments_.begin(), moments_.end(), [&](const Moment& moment) {
    return moment.from_earliest <= call.returned && moment.until_latest >= call.invoked &&
           Lacks(moment, call);
  });
  return lacked ? "" : absl::StrCat("refused with ", reason, " while there was room");
}

}  // namespace wici::registration
