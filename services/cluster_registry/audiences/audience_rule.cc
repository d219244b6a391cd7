#include "services/cluster_registry/audiences/audience_rule.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/clusters/roles.h"
#include "services/cluster_registry/labels/label_status.h"
#include "services/cluster_registry/partial_date.h"

namespace wici::cluster_registry {
namespace {

using v1::AudienceRule;

// The outcome of one predicate, before it becomes a PredicateResult.
struct Outcome {
  Truth truth = Truth::kUnknown;
  std::string predicate;
  std::string reason;
  bool derived = false;
  std::string resource;
};

Outcome Known(bool holds, std::string predicate, std::string_view yes, std::string_view no) {
  return {.truth = holds ? Truth::kTrue : Truth::kFalse,
          .predicate = std::move(predicate),
          .reason = std::string(holds ? yes : no),
          .resource = {}};
}

Outcome Unknown(std::string predicate, std::string_view reason) {
  return {.predicate = std::move(predicate), .reason = std::string(reason), .resource = {}};
}

template <class List>
bool Holds(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// "ROLE_MANAGER" as "MANAGER": reasons and predicates carry names without prefix.
std::string WithoutPrefix(const std::string& name, std::size_t prefix) {
  return name.substr(prefix);
}

class Evaluation {
 public:
  Evaluation(const World& world, const Candidate& candidate)
      : world_(world), candidate_(candidate) {}

  RuleAnswer Run(const AudienceRule& rule) {
    answer_.truth = Visit(rule, "");
    return std::move(answer_);
  }

 private:
  Truth Visit(const AudienceRule& rule, const std::string& path);
  Truth VisitList(const v1::AudienceRuleList& list, const std::string& path, bool all);
  Outcome Ask(const AudienceRule& rule) const;
  Outcome Role(const v1::RolePredicate& predicate) const;
  Outcome Label(const v1::LabelPredicate& predicate) const;
  Outcome Sector(const v1::SectorPredicate& predicate) const;
  Outcome Initiative(const v1::InitiativePredicate& predicate) const;
  Outcome MemberCount(const v1::MemberCountPredicate& predicate) const;
  Outcome Language(const v1::LanguagePredicate& predicate) const;
  Outcome Person(const v1::PersonPredicate& predicate) const;

  const World& world_;
  const Candidate& candidate_;
  RuleAnswer answer_;
};

std::string_view FieldName(const AudienceRule& rule) {
  const auto* oneof = AudienceRule::descriptor()->FindOneofByName("node");
  const auto* field = AudienceRule::GetReflection()->GetOneofFieldDescriptor(rule, oneof);
  return field == nullptr ? "" : std::string_view(field->name());
}

std::string Below(std::string_view path, std::string_view step) {
  return path.empty() ? std::string(step) : absl::StrCat(std::string(path), ".", std::string(step));
}

Truth Evaluation::Visit(const AudienceRule& rule, const std::string& path) {
  const std::string here = Below(path, FieldName(rule));
  switch (rule.node_case()) {
    case AudienceRule::kAllOf:
      return VisitList(rule.all_of(), here, true);
    case AudienceRule::kAnyOf:
      return VisitList(rule.any_of(), here, false);
    case AudienceRule::kNegation:
      return Not(Visit(rule.negation(), here));
    default:
      break;
  }
  Outcome outcome = Ask(rule);
  if (outcome.truth == Truth::kFalse) return outcome.truth;
  auto& results = outcome.truth == Truth::kTrue ? answer_.matched : answer_.unknown;
  v1::PredicateResult& result = results.emplace_back();
  result.set_path(here);
  result.set_predicate(std::move(outcome.predicate));
  result.set_reason(std::move(outcome.reason));
  result.set_derived(outcome.derived);
  result.set_resource(std::move(outcome.resource));
  return outcome.truth;
}

// Every rule is asked even when the first decides: the reasons are part of the answer.
Truth Evaluation::VisitList(const v1::AudienceRuleList& list, const std::string& path, bool all) {
  Truth truth = all ? Truth::kTrue : Truth::kFalse;
  for (int i = 0; i < list.rules_size(); ++i) {
    const Truth one = Visit(list.rules(i), absl::StrCat(path, "[", i, "]"));
    truth = all ? And(truth, one) : Or(truth, one);
  }
  return truth;
}

Outcome Evaluation::Ask(const AudienceRule& rule) const {
  const v1::Cluster& cluster = *candidate_.cluster;
  switch (rule.node_case()) {
    case AudienceRule::kRole:
      return Role(rule.role());
    case AudienceRule::kRegion: {
      const RegionAnswer region = world_.regions->Contains(
          rule.region().region(), cluster.home_region(), cluster.country());
      return {.truth = region.truth,
              .predicate = absl::StrCat("region ", rule.region().region()),
              .reason = std::string(region.reason),
              .resource = cluster.home_region()};
    }
    case AudienceRule::kCountry:
      return Known(Holds(rule.country().countries(), cluster.country()),
                   absl::StrCat("country ", absl::StrJoin(rule.country().countries(), ",")),
                   "COUNTRY_LISTED", "OTHER_COUNTRY");
    case AudienceRule::kLabel:
      return Label(rule.label());
    case AudienceRule::kCluster:
      return Known(Holds(rule.cluster().clusters(), cluster.name()), "cluster", "CLUSTER_LISTED",
                   "OTHER_CLUSTER");
    case AudienceRule::kSector:
      return Sector(rule.sector());
    case AudienceRule::kInitiative:
      return Initiative(rule.initiative());
    case AudienceRule::kMemberCount:
      return MemberCount(rule.member_count());
    case AudienceRule::kLanguage:
      return Language(rule.language());
    case AudienceRule::kPerson:
      return Person(rule.person());
    default:
      return Unknown("", "RULE_UNKNOWN");
  }
}

Outcome Evaluation::Role(const v1::RolePredicate& predicate) const {
  std::string words =
      absl::StrCat("role ", WithoutPrefix(v1::Contact::Role_Name(predicate.role()), 5));
  if (candidate_.contact == nullptr) return Unknown(std::move(words), "NO_CONTACT");
  const v1::Contact& contact = *candidate_.contact;
  if (contact.role() != predicate.role()) {
    return Known(false, std::move(words), "", "OTHER_ROLE");
  }
  return Known(HasRoleOn(contact, world_.on_date), std::move(words), "IN_ROLE", "NOT_IN_ROLE");
}

Outcome Evaluation::Label(const v1::LabelPredicate& predicate) const {
  const absl::CivilDay day = ParseDate(predicate.on_date()).value_or(world_.on_date);
  Outcome outcome;
  outcome.predicate = absl::StrCat("label ", predicate.scheme(), " ", predicate.kind(), " ",
                                   WithoutPrefix(v1::LabelPredicate::Op_Name(predicate.op()), 3),
                                   " on ", FormatDate(day));
  const auto scheme = world_.label_schemes.find(predicate.scheme());
  if (scheme == world_.label_schemes.end()) {
    outcome.reason = "SCHEME_UNKNOWN";
    return outcome;
  }
  LabelAnswer label = JudgeLabelPredicate(scheme->second, candidate_.labels, predicate, day);
  outcome.truth = label.truth;
  outcome.reason = WithoutPrefix(v1::LabelStatusReason_Name(label.verdict.reason),
                                 std::string_view("LABEL_STATUS_REASON_").size());
  outcome.derived = label.verdict.derived;
  outcome.resource = std::move(label.verdict.label);
  return outcome;
}

Outcome Evaluation::Sector(const v1::SectorPredicate& predicate) const {
  bool comparable = false;
  for (const v1::Code& wanted : predicate.sectors()) {
    for (const v1::Code& own : candidate_.cluster->sectors()) {
      if (own.scheme() != wanted.scheme() || own.version() != wanted.version()) continue;
      comparable = true;
      if (own.code().rfind(wanted.code(), 0) == 0) {
        return Known(true, absl::StrCat("sector ", wanted.scheme(), " ", wanted.code()),
                     "IN_SECTOR", "");
      }
    }
  }
  if (!comparable) return Unknown("sector", "SECTOR_UNKNOWN");
  return Known(false, "sector", "", "OTHER_SECTOR");
}

Outcome Evaluation::Initiative(const v1::InitiativePredicate& predicate) const {
  std::string words = absl::StrCat("initiative ", predicate.initiative());
  const auto initiative = world_.initiatives.find(predicate.initiative());
  if (initiative == world_.initiatives.end()) return Unknown(std::move(words), "RULE_UNKNOWN");
  for (const v1::InitiativeParticipant& participant : initiative->second.participants()) {
    if (participant.participant() != candidate_.cluster->name()) continue;
    const auto from = ParseDate(participant.participates_from());
    const auto until = ParseDate(participant.participates_until());
    if ((from && world_.on_date < *from) || (until && world_.on_date > *until)) continue;
    return Known(true, std::move(words), "TAKES_PART", "");
  }
  return Known(false, std::move(words), "", "TAKES_NO_PART");
}

Outcome Evaluation::MemberCount(const v1::MemberCountPredicate& predicate) const {
  std::string words = absl::StrCat("member count at least ", predicate.at_least());
  const v1::Quantity* newest = nullptr;
  std::optional<absl::CivilDay> newest_day;
  for (const v1::Quantity& count : candidate_.cluster->member_counts()) {
    const auto as_of = ParsePartialDate(count.as_of());
    if (as_of && as_of->first > world_.on_date) continue;
    const std::optional<absl::CivilDay> day =
        as_of ? std::optional<absl::CivilDay>(as_of->first) : std::nullopt;
    if (newest == nullptr || day >= newest_day) {
      newest = &count;
      newest_day = day;
    }
  }
  if (newest == nullptr) return Unknown(std::move(words), "MEMBER_COUNT_UNKNOWN");
  return Known(newest->value() >= predicate.at_least(), std::move(words), "ENOUGH_MEMBERS",
               "TOO_FEW_MEMBERS");
}

Outcome Evaluation::Language(const v1::LanguagePredicate& predicate) const {
  std::string words = absl::StrCat("language ", absl::StrJoin(predicate.languages(), ","));
  if (candidate_.contact == nullptr) return Unknown(std::move(words), "NO_CONTACT");
  if (candidate_.contact->language().empty()) return Unknown(std::move(words), "LANGUAGE_UNKNOWN");
  return Known(Holds(predicate.languages(), candidate_.contact->language()), std::move(words),
               "LANGUAGE_LISTED", "OTHER_LANGUAGE");
}

Outcome Evaluation::Person(const v1::PersonPredicate& predicate) const {
  if (candidate_.contact == nullptr) return Unknown("person", "NO_CONTACT");
  return Known(Holds(predicate.contacts(), candidate_.contact->name()), "person", "PERSON_LISTED",
               "OTHER_PERSON");
}

void CollectResources(const AudienceRule& rule, RuleResources& resources) {
  switch (rule.node_case()) {
    case AudienceRule::kAllOf:
      for (const AudienceRule& one : rule.all_of().rules()) CollectResources(one, resources);
      return;
    case AudienceRule::kAnyOf:
      for (const AudienceRule& one : rule.any_of().rules()) CollectResources(one, resources);
      return;
    case AudienceRule::kNegation:
      return CollectResources(rule.negation(), resources);
    case AudienceRule::kRegion:
      resources.regions.insert(rule.region().region());
      return;
    case AudienceRule::kLabel:
      resources.label_schemes.insert(rule.label().scheme());
      return;
    case AudienceRule::kInitiative:
      resources.initiatives.insert(rule.initiative().initiative());
      return;
    default:
      return;
  }
}

}  // namespace

RuleAnswer EvaluateRule(const AudienceRule& rule, const World& world, const Candidate& candidate) {
  return Evaluation(world, candidate).Run(rule);
}

RuleResources ResourcesOf(const AudienceRule& rule) {
  RuleResources resources;
  CollectResources(rule, resources);
  return resources;
}

}  // namespace wici::cluster_registry
