// From an audience of the registry to invitations. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_AUDIENCE_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_AUDIENCE_H_

#include "services/registration/invitations/rules/invitation_rules.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/invitation_service.pb.h"

namespace wici::registration {

// The question for the registry: `audience`, on the day of `event` in its zone unless it names one.
cluster_registry::v1::EvaluateAudienceRequest MakeQuestion(const v1::Audience& audience,
                                                           const v1::Event& event);

// Who is invited by a matching row or by name: person or details, clusters, reasons and contacts
// only.
WantedPerson PersonOf(const cluster_registry::v1::AudienceRow& row);
WantedPerson PersonOf(const v1::Invitee& invitee);

v1::ReviewCandidate CandidateOf(const cluster_registry::v1::AudienceRow& row);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_AUDIENCE_H_
