#include "services/cluster_registry/collaboration/rules/states.h"

#include <array>

#include "libs/base/clock.h"
#include "services/cluster_registry/transitions.h"

namespace wici::cluster_registry {
namespace {

using Item = v1::CollaborationItem;
using v1::Interest;

constexpr std::array kItemRules = {
    Transition{Item::STATE_DRAFT, ItemAction::kEdit, Item::STATE_DRAFT},
    Transition{Item::STATE_DRAFT, ItemAction::kSubmit, Item::STATE_IN_REVIEW},
    Transition{Item::STATE_DRAFT, ItemAction::kPublish, Item::STATE_OPEN},
    Transition{Item::STATE_DRAFT, ItemAction::kClose, Item::STATE_CLOSED},
    Transition{Item::STATE_DRAFT, ItemAction::kDelete, Item::STATE_DRAFT},
    Transition{Item::STATE_IN_REVIEW, ItemAction::kEdit, Item::STATE_IN_REVIEW},
    Transition{Item::STATE_IN_REVIEW, ItemAction::kReturn, Item::STATE_DRAFT},
    Transition{Item::STATE_IN_REVIEW, ItemAction::kPublish, Item::STATE_OPEN},
    Transition{Item::STATE_IN_REVIEW, ItemAction::kClose, Item::STATE_CLOSED},
    Transition{Item::STATE_IN_REVIEW, ItemAction::kDelete, Item::STATE_IN_REVIEW},
    Transition{Item::STATE_OPEN, ItemAction::kEdit, Item::STATE_OPEN},
    Transition{Item::STATE_OPEN, ItemAction::kMatch, Item::STATE_MATCHED},
    Transition{Item::STATE_OPEN, ItemAction::kClose, Item::STATE_CLOSED},
    Transition{Item::STATE_OPEN, ItemAction::kExpire, Item::STATE_EXPIRED},
    Transition{Item::STATE_OPEN, ItemAction::kDelete, Item::STATE_OPEN},
    Transition{Item::STATE_OPEN, ItemAction::kAttract, Item::STATE_OPEN},
    Transition{Item::STATE_MATCHED, ItemAction::kDelete, Item::STATE_MATCHED},
    Transition{Item::STATE_CLOSED, ItemAction::kDelete, Item::STATE_CLOSED},
    Transition{Item::STATE_EXPIRED, ItemAction::kEdit, Item::STATE_EXPIRED},
    Transition{Item::STATE_EXPIRED, ItemAction::kSubmit, Item::STATE_IN_REVIEW},
    Transition{Item::STATE_EXPIRED, ItemAction::kPublish, Item::STATE_OPEN},
    Transition{Item::STATE_EXPIRED, ItemAction::kMatch, Item::STATE_MATCHED},
    Transition{Item::STATE_EXPIRED, ItemAction::kClose, Item::STATE_CLOSED},
    Transition{Item::STATE_EXPIRED, ItemAction::kDelete, Item::STATE_EXPIRED},
};

constexpr std::array kInterestRules = {
    Transition{Interest::STATE_NEW, InterestAction::kAccept, Interest::STATE_ACCEPTED},
    Transition{Interest::STATE_NEW, InterestAction::kDecline, Interest::STATE_DECLINED},
    Transition{Interest::STATE_NEW, InterestAction::kWithdraw, Interest::STATE_WITHDRAWN},
    Transition{Interest::STATE_NEW, InterestAction::kExpire, Interest::STATE_EXPIRED},
    Transition{Interest::STATE_ACCEPTED, InterestAction::kWithdraw, Interest::STATE_WITHDRAWN},
    Transition{Interest::STATE_ACCEPTED, InterestAction::kRecordOutcome, Interest::STATE_ACCEPTED},
};

}  // namespace

std::optional<Item::State> NextState(Item::State state, ItemAction action) {
  return FindTransition(kItemRules, state, action);
}

Item::State StateOn(Item::State stored, std::string_view valid_until, absl::CivilDay today) {
  // Civil dates are ordered by their text.
  const bool past = valid_until < FormatDate(today);
  return past ? NextState(stored, ItemAction::kExpire).value_or(stored) : stored;
}

std::optional<Interest::State> NextState(Interest::State state, InterestAction action) {
  return FindTransition(kInterestRules, state, action);
}

Interest::State StateAt(Interest::State stored, absl::Time expires, absl::Time now) {
  return now < expires ? stored : NextState(stored, InterestAction::kExpire).value_or(stored);
}

}  // namespace wici::cluster_registry
