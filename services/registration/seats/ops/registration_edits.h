// Steps of a registration that change what it says or whom it belongs to; part of seat_ops.h.
//
// `row` is a registration loaded in `event`. Not thread-safe; inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_OPS_REGISTRATION_EDITS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_OPS_REGISTRATION_EDITS_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/registration/forms/event_forms.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/ops/seat_ops.h"

namespace wici::registration {

// The admission categories whose forms `ops` need, "" for none of its own. After their
// registrations are loaded.
std::set<std::string> CategoriesAsked(EventAggregate& event, const std::vector<SeatOp*>& ops);

// Whoever holds a place completes the registration of any address, gives it up and begins anew, and
// each time we write to that address. So a completion takes a token of this bucket of the address
// (ResendBuckets), apart from that of links sent again.
std::string CompletionBucket(const RegistrationRow& row);
// The buckets that `ops` need. After their registrations are loaded.
std::vector<std::string> CompletionBuckets(EventAggregate& event, const std::vector<SeatOp*>& ops);

// kUpdate. What the registration says already is no change: it stays as it is, and nothing is
// written. INVALID_ARGUMENT for a wrong mask or answers, FOLLOW_UP_NOT_OPEN, and what
// EventAggregate::Change returns.
absl::Status Edit(EventAggregate& event, const EventForms& forms, const RegistrationStep& step,
                  const Cause& cause, RegistrationRow& row, Changes& changes);

// `registration` as it is once completed: with the answers of the step, or those given before.
absl::StatusOr<v1::Registration> AnswerHeld(const EventForms& forms, const RegistrationStep& step,
                                            v1::Registration registration);

// kTransfer: the registration of the other person. TRANSFER_NOT_ALLOWED, and what
// EventAggregate::Transfer returns.
absl::StatusOr<RegistrationRow*> GiveTo(EventAggregate& event, const RegistrationStep& step,
                                        const Cause& cause, RegistrationRow& row, Changes& changes);

// What it means that its party confirms a registration: kApprove while event or category ask for
// approval besides, else kConfirm. TRANSITION_NOT_ALLOWED when nothing is to be confirmed.
absl::StatusOr<Step> CountPartyApproval(EventAggregate& event, const RegistrationRow& row);

// What the approval of `actor` means: kApprove while more are needed, else kConfirm.
// ALREADY_APPROVED.
absl::StatusOr<Step> CountApproval(EventAggregate& event, const std::string& actor,
                                   const RegistrationRow& row);

// What is kept for a time can be taken until then, an offer no longer than the waiting list goes on
// (the event may have been moved since), and expires from then on. PLACE_EXPIRED,
// TRANSITION_NOT_ALLOWED.
absl::Status CheckExpiry(EventAggregate& event, const RegistrationRow& row, Step step,
                         absl::Time now);

// What else a step may not: a rejection without reason where several decide, and anything by the
// link of who gave the registration away.
absl::Status CheckStep(EventAggregate& event, const RegistrationStep& step,
                       const RegistrationRow& row);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_OPS_REGISTRATION_EDITS_H_
