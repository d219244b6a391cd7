// The states of offers, requests and interests: every change that is allowed, in two tables.
// Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_STATES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_STATES_H_

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "wici/cluster_registry/v1/collaboration.pb.h"

namespace wici::cluster_registry {

enum class ItemAction {
  kEdit,
  kSubmit,   // hand it in for review
  kReturn,   // the reviewer gives it back
  kPublish,  // the reviewer opens it
  kMatch,    // close it because a partner was found
  kClose,    // close it without
  kExpire,   // its last day is past
  kDelete,
  kAttract,  // somebody becomes interested
};

// The state of an item in `state` after `action`; nullopt when the state does not allow it.
std::optional<v1::CollaborationItem::State> NextState(v1::CollaborationItem::State state,
                                                      ItemAction action);

// Invariant I1, "item expires": what was stored as OPEN is EXPIRED from the day after
// `valid_until`, whether or not a sweep has come by.
v1::CollaborationItem::State StateOn(v1::CollaborationItem::State stored,
                                     std::string_view valid_until, absl::CivilDay today);

enum class InterestAction { kAccept, kDecline, kWithdraw, kExpire, kRecordOutcome };

std::optional<v1::Interest::State> NextState(v1::Interest::State state, InterestAction action);

// What was stored as NEW is EXPIRED from `expires` on.
v1::Interest::State StateAt(v1::Interest::State stored, absl::Time expires, absl::Time now);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_STATES_H_
