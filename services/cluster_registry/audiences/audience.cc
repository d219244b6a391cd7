#include "services/cluster_registry/audiences/audience.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

namespace wici::cluster_registry {
namespace {

// What the rule says of one contact.
struct Judged {
  const v1::Contact* contact = nullptr;
  const v1::Cluster* cluster = nullptr;
  RuleAnswer answer;
};

// One person: the contacts with one e-mail address.
using Person = std::vector<Judged>;

v1::AudienceRow MakeRow(Person& person, bool matched) {
  v1::AudienceRow row;
  Judged& best = person.front();
  row.set_contact(best.contact->name());
  row.set_cluster(best.cluster->name());
  row.set_outcome(matched ? v1::AudienceRow::OUTCOME_MATCHED : v1::AudienceRow::OUTCOME_REVIEW);
  for (v1::PredicateResult& result : best.answer.matched) {
    *row.add_matched_predicates() = std::move(result);
  }
  for (v1::PredicateResult& result : best.answer.unknown) {
    *row.add_unknown_predicates() = std::move(result);
  }
  for (auto other = person.begin() + 1; other != person.end(); ++other) {
    row.add_merged_contacts(other->contact->name());
  }
  return row;
}

// The surest first, then by name.
void Sort(Person& person) {
  std::sort(person.begin(), person.end(), [](const Judged& a, const Judged& b) {
    if (a.answer.truth != b.answer.truth) return a.answer.truth > b.answer.truth;
    return a.contact->name() < b.contact->name();
  });
}

void Count(Person& person, v1::UnknownPolicy policy, Audience& audience) {
  Sort(person);
  v1::AudienceCounts& counts = audience.counts;
  counts.set_evaluated(counts.evaluated() + 1);
  counts.set_merged(counts.merged() + static_cast<int>(person.size()) - 1);
  switch (person.front().answer.truth) {
    case Truth::kTrue:
      counts.set_matched(counts.matched() + 1);
      audience.rows.push_back(MakeRow(person, true));
      return;
    case Truth::kUnknown:
      counts.set_unknown(counts.unknown() + 1);
      if (policy != v1::UNKNOWN_POLICY_EXCLUDE) {
        audience.rows.push_back(MakeRow(person, policy == v1::UNKNOWN_POLICY_INCLUDE));
      }
      return;
    case Truth::kFalse:
      counts.set_not_matched(counts.not_matched() + 1);
      return;
  }
}

}  // namespace

Audience EvaluateAudience(const v1::AudienceRule& rule, const World& world,
                          const std::map<std::string, ClusterFacts>& clusters,
                          v1::UnknownPolicy unknown_policy) {
  Audience audience;
  std::map<std::string, Person> people;  // by address
  for (const auto& [name, facts] : clusters) {
    bool reached = false;
    for (const v1::Contact& contact : facts.contacts) {
      Judged judged{&contact, &facts.cluster,
                    EvaluateRule(rule, world, {&facts.cluster, &contact, facts.labels})};
      reached = reached || judged.answer.truth != Truth::kFalse;
      people[absl::AsciiStrToLower(contact.email())].push_back(std::move(judged));
    }
    if (!reached && audience.clusters_without_contact.size() < kClustersWithoutContactMax &&
        EvaluateRule(rule, world, {&facts.cluster, nullptr, facts.labels}).truth != Truth::kFalse) {
      audience.clusters_without_contact.push_back(name);
    }
  }
  for (auto& [email, person] : people) Count(person, unknown_policy, audience);
  std::sort(
      audience.rows.begin(), audience.rows.end(),
      [](const v1::AudienceRow& a, const v1::AudienceRow& b) { return a.contact() < b.contact(); });
  return audience;
}

}  // namespace wici::cluster_registry
