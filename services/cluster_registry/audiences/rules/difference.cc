#include "services/cluster_registry/audiences/rules/difference.h"

#include <map>
#include <string>

namespace wici::cluster_registry {
namespace {

using v1::AudienceDifference;
using v1::PredicateChange;
using v1::PredicateResult;

struct Before {
  PredicateChange::Answer answer = PredicateChange::ANSWER_FALSE;
  std::string reason;
};

// What a row says of its own contact, by path. What it does not name did not hold.
std::map<std::string, Before> AnswersOf(const v1::AudienceRow& row) {
  std::map<std::string, Before> answers;
  const auto add = [&](const auto& results, PredicateChange::Answer answer) {
    for (const PredicateResult& result : results) {
      if (result.contact().empty()) answers[result.path()] = {answer, result.reason()};
    }
  };
  add(row.matched_predicates(), PredicateChange::ANSWER_TRUE);
  add(row.unknown_predicates(), PredicateChange::ANSWER_UNKNOWN);
  return answers;
}

void AddChange(const PredicateResult& result, const Before& before, PredicateChange::Answer now,
               AudienceDifference& difference) {
  if (before.answer == now) return;
  PredicateChange& change = *difference.add_changes();
  change.set_path(result.path());
  change.set_predicate(result.predicate());
  change.set_before(before.answer);
  change.set_now(now);
  change.set_reason_before(before.reason);
  change.set_reason_now(result.reason());
  change.set_resource(result.resource());
}

void AddChanges(const v1::AudienceRow& row, const RuleAnswer& answer,
                AudienceDifference& difference) {
  const std::map<std::string, Before> before = AnswersOf(row);
  const auto add = [&](const std::vector<PredicateResult>& results, PredicateChange::Answer now) {
    for (const PredicateResult& result : results) {
      const auto found = before.find(result.path());
      AddChange(result, found == before.end() ? Before() : found->second, now, difference);
    }
  };
  add(answer.matched, PredicateChange::ANSWER_TRUE);
  add(answer.unknown, PredicateChange::ANSWER_UNKNOWN);
  add(answer.failed, PredicateChange::ANSWER_FALSE);
}

AudienceDifference Of(AudienceDifference::Kind kind, const v1::AudienceRow& row) {
  AudienceDifference difference;
  difference.set_kind(kind);
  difference.set_contact(row.contact());
  difference.set_cluster(row.cluster());
  return difference;
}

}  // namespace

AudienceDifference Added(const v1::AudienceRow& now) {
  AudienceDifference difference = Of(AudienceDifference::KIND_ADDED, now);
  difference.set_outcome_now(now.outcome());
  const Before unasked{.answer = PredicateChange::ANSWER_UNSPECIFIED, .reason = {}};
  for (const PredicateResult& result : now.matched_predicates()) {
    if (result.contact().empty()) {
      AddChange(result, unasked, PredicateChange::ANSWER_TRUE, difference);
    }
  }
  for (const PredicateResult& result : now.unknown_predicates()) {
    if (result.contact().empty()) {
      AddChange(result, unasked, PredicateChange::ANSWER_UNKNOWN, difference);
    }
  }
  return difference;
}

AudienceDifference Changed(const v1::AudienceRow& before, const v1::AudienceRow& now,
                           const RuleAnswer& answer) {
  AudienceDifference difference = Of(AudienceDifference::KIND_CHANGED, before);
  difference.set_outcome_before(before.outcome());
  difference.set_outcome_now(now.outcome());
  AddChanges(before, answer, difference);
  return difference;
}

AudienceDifference Removed(const v1::AudienceRow& before, const RuleAnswer* answer) {
  AudienceDifference difference = Of(AudienceDifference::KIND_REMOVED, before);
  difference.set_outcome_before(before.outcome());
  difference.set_gone(answer == nullptr);
  if (answer != nullptr) AddChanges(before, *answer, difference);
  return difference;
}

}  // namespace wici::cluster_registry
