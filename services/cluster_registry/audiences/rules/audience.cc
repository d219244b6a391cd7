#include "services/cluster_registry/audiences/rules/audience.h"

namespace wici::cluster_registry {
namespace {

void AddResults(const RuleAnswer& answer, const std::string& contact, v1::AudienceRow& row) {
  for (const v1::PredicateResult& result : answer.matched) {
    *row.add_matched_predicates() = result;
    row.mutable_matched_predicates()->rbegin()->set_contact(contact);
  }
  for (const v1::PredicateResult& result : answer.unknown) {
    *row.add_unknown_predicates() = result;
    row.mutable_unknown_predicates()->rbegin()->set_contact(contact);
  }
}

}  // namespace

bool IsSurer(Truth a, const std::string& a_contact, Truth b, const std::string& b_contact) {
  return a != b ? a > b : a_contact < b_contact;
}

v1::AudienceRow MakeRow(const JudgedContact& best, const std::vector<JudgedContact>& others,
                        v1::UnknownPolicy unknown_policy) {
  v1::AudienceRow row;
  row.set_contact(best.contact);
  row.set_cluster(best.cluster);
  const bool matched =
      best.answer.truth == Truth::kTrue || unknown_policy == v1::UNKNOWN_POLICY_INCLUDE;
  row.set_outcome(matched ? v1::AudienceRow::OUTCOME_MATCHED : v1::AudienceRow::OUTCOME_REVIEW);
  AddResults(best.answer, "", row);
  for (const JudgedContact& other : others) {
    row.add_merged_contacts(other.contact);
    if (other.answer.truth != Truth::kFalse) AddResults(other.answer, other.contact, row);
  }
  return row;
}

bool HasRow(Truth truth, v1::UnknownPolicy unknown_policy) {
  return truth == Truth::kTrue ||
         (truth == Truth::kUnknown && unknown_policy != v1::UNKNOWN_POLICY_EXCLUDE);
}

void AddCounts(const v1::AudienceCounts& more, v1::AudienceCounts& counts) {
  counts.set_contacts_examined(counts.contacts_examined() + more.contacts_examined());
  counts.set_matched(counts.matched() + more.matched());
  counts.set_unknown(counts.unknown() + more.unknown());
  counts.set_contacts_not_matched(counts.contacts_not_matched() + more.contacts_not_matched());
  counts.set_contacts_merged(counts.contacts_merged() + more.contacts_merged());
}

}  // namespace wici::cluster_registry
