#include "services/registration/invitations/rules/audience.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/timestamp.h"

namespace wici::registration {
namespace {

std::string InWords(const cluster_registry::v1::PredicateResult& result) {
  std::string words = result.predicate();
  if (!result.reason().empty()) absl::StrAppend(&words, " (", result.reason(), ")");
  if (result.derived()) words += " DERIVED";
  return words;
}

// What the rule says of a merged contact, or of the one of the row when `contact` is empty.
void AddPredicates(const cluster_registry::v1::AudienceRow& row, const std::string& contact,
                   v1::InvitationReason& reason) {
  for (const auto& result : row.matched_predicates()) {
    if (result.contact() != contact) continue;
    reason.add_predicates(InWords(result));
    if (!result.resource().empty()) reason.add_records(result.resource());
  }
}

}  // namespace

cluster_registry::v1::EvaluateAudienceRequest MakeQuestion(const v1::Audience& audience,
                                                           const v1::Event& event) {
  cluster_registry::v1::EvaluateAudienceRequest question;
  *question.mutable_rule() = audience.rule();
  question.set_on_date(audience.on_date());
  if (audience.on_date().empty()) {
    absl::TimeZone zone;
    absl::LoadTimeZone(event.time_zone(), &zone);
    question.set_on_date(FormatDate(absl::ToCivilDay(TimeOf(event.start_time()), zone)));
  }
  if (audience.has_known_at()) *question.mutable_known_at() = audience.known_at();
  question.set_unknown_policy(audience.unknown_policy());
  return question;
}

WantedPerson PersonOf(const cluster_registry::v1::AudienceRow& row) {
  WantedPerson wanted;
  wanted.known_as = {row.contact()};
  v1::Invitation& invitation = wanted.invitation;
  invitation.set_person(row.contact());
  v1::InvitationReason& reason = *invitation.add_reasons();
  if (!row.cluster().empty()) {
    invitation.add_clusters(row.cluster());
    reason.set_cluster(row.cluster());
  }
  AddPredicates(row, "", reason);
  // Another contact of the same person: one invitation, with the other cluster too.
  for (const std::string& contact : row.merged_contacts()) {
    wanted.known_as.push_back(contact);
    const std::string cluster = contact.substr(0, contact.find("/contacts/"));
    if (cluster == row.cluster()) continue;
    invitation.add_clusters(cluster);
    v1::InvitationReason& also = *invitation.add_reasons();
    also.set_cluster(cluster);
    AddPredicates(row, contact, also);
    if (also.predicates().empty()) also.add_predicates("same person");
  }
  return wanted;
}

WantedPerson PersonOf(const v1::Invitee& invitee) {
  WantedPerson wanted;
  v1::Invitation& invitation = wanted.invitation;
  v1::InvitationReason& reason = *invitation.add_reasons();
  if (invitee.has_details()) {
    wanted.details = invitee.details();
  } else {
    wanted.known_as = {invitee.person()};
    invitation.set_person(invitee.person());
    const std::string cluster = invitee.person().substr(0, invitee.person().find("/contacts/"));
    invitation.add_clusters(cluster);
    reason.set_cluster(cluster);
  }
  reason.add_predicates(invitee.reason().empty() ? "named by the organiser" : invitee.reason());
  return wanted;
}

v1::ReviewCandidate CandidateOf(const cluster_registry::v1::AudienceRow& row) {
  v1::ReviewCandidate candidate;
  candidate.set_person(row.contact());
  candidate.set_cluster(row.cluster());
  for (const auto& result : row.unknown_predicates()) {
    if (result.contact().empty()) candidate.add_unknowns(InWords(result));
  }
  return candidate;
}

}  // namespace wici::registration
