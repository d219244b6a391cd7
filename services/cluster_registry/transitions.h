// A state machine as a table: what is not in it is not allowed. Pure; safe to call from any thread.
//
//   constexpr std::array kSteps = {
//       Transition{Item::STATE_DRAFT, ItemAction::kSubmit, Item::STATE_IN_REVIEW}, ...};
//   const std::optional<Item::State> next = FindTransition(kSteps, item.state(), action);
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_TRANSITIONS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_TRANSITIONS_H_

#include <array>
#include <cstddef>
#include <optional>

namespace wici::cluster_registry {

template <class State, class Step>
struct Transition {
  State from;
  Step step;
  State to;
};
template <class State, class Step>
Transition(State, Step, State) -> Transition<State, Step>;

// The state after `step`; nullopt when the table has no such step from `state`.
template <class State, class Step, std::size_t kSize>
std::optional<State> FindTransition(const std::array<Transition<State, Step>, kSize>& table,
                                    State state, Step step) {
  for (const Transition<State, Step>& transition : table) {
    if (transition.from == state && transition.step == step) return transition.to;
  }
  return std::nullopt;
}

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_TRANSITIONS_H_
