#include "services/cluster_registry/audiences/rules/predicates.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/contacts/rules/roles.h"
#include "services/cluster_registry/labels/label_status.h"
#include "services/cluster_registry/partial_date.h"

namespace wici::cluster_registry {
namespace {

using v1::AudienceRule;

Outcome Known(bool holds, std::string_view yes, std::string_view no) {
  return {
      .truth = holds ? Truth::kTrue : Truth::kFalse, .reason = holds ? yes : no, .resource = {}};
}

Outcome Unknown(std::string_view reason) { return {.reason = reason, .resource = {}}; }

// "ROLE_MANAGER" as "MANAGER": reasons and predicates carry names without prefix.
std::string_view WithoutPrefix(std::string_view name, std::string_view prefix) {
  return name.substr(prefix.size());
}

std::string InWords(const AudienceRule& rule, const std::string& region, absl::CivilDay day) {
  switch (rule.node_case()) {
    case AudienceRule::kRole:
      return absl::StrCat("role ", v1::Contact::Role_Name(rule.role().role()).substr(5));
    case AudienceRule::kRegion: {
      if (!rule.region().has_code()) return absl::StrCat("region ", region);
      const v1::RegionCodeReference& code = rule.region().code();
      return absl::StrCat("region ", code.scheme(), " ", code.version(), " ", code.code(), " (",
                          region, ")");
    }
    case AudienceRule::kCountry:
      return absl::StrCat("country ", absl::StrJoin(rule.country().countries(), ","));
    case AudienceRule::kLabel: {
      const v1::LabelPredicate& label = rule.label();
      return absl::StrCat("label ", label.scheme(), " ", label.kind(), " ",
                          v1::LabelPredicate::Op_Name(label.op()).substr(3), " on ",
                          FormatDate(day));
    }
    case AudienceRule::kCluster:
      return "cluster";
    case AudienceRule::kSector:
      return absl::StrCat(
          "sector ",
          absl::StrJoin(rule.sector().sectors(), ",", [](std::string* out, const v1::Code& code) {
            absl::StrAppend(out, code.scheme(), " ", code.code());
          }));
    case AudienceRule::kInitiative:
      return absl::StrCat(
          "initiative ", rule.initiative().initiative(),
          rule.initiative().roles().empty() ? "" : " as ",
          absl::StrJoin(rule.initiative().roles(), ",", [](std::string* out, int role) {
            out->append(v1::InitiativeParticipant::Role_Name(role).substr(5));
          }));
    case AudienceRule::kMemberCount:
      return absl::StrCat("member count at least ", rule.member_count().at_least());
    case AudienceRule::kLanguage:
      return absl::StrCat("language ", absl::StrJoin(rule.language().languages(), ","));
    default:
      return "person";
  }
}

Outcome AskSector(const v1::SectorPredicate& predicate, const v1::Cluster& cluster) {
  bool comparable = false;
  for (const v1::Code& wanted : predicate.sectors()) {
    for (const v1::Code& own : cluster.sectors()) {
      if (own.scheme() != wanted.scheme() || own.version() != wanted.version()) continue;
      comparable = true;
      if (absl::StartsWith(own.code(), wanted.code())) return Known(true, "IN_SECTOR", "");
    }
  }
  return comparable ? Known(false, "", "OTHER_SECTOR") : Unknown("SECTOR_UNKNOWN");
}

// A count without a definition, or of "members, about": not one of "SMEs".
bool CountsMembers(const v1::Quantity& count) {
  return count.definition().empty() || absl::StartsWith(count.definition(), "members");
}

// By the newest counts that are not after the day; sources may contradict each other.
Outcome AskMemberCount(const v1::MemberCountPredicate& predicate, absl::CivilDay day,
                       const v1::Cluster& cluster) {
  std::optional<absl::CivilDay> newest_day;
  bool enough = false;
  bool too_few = false;
  for (const v1::Quantity& count : cluster.member_counts()) {
    const auto as_of = ParsePartialDate(count.as_of());
    if (!CountsMembers(count) || (as_of && as_of->first > day)) continue;
    const auto count_day = as_of ? std::optional(as_of->first) : std::nullopt;
    if (count_day < newest_day) continue;
    if (count_day > newest_day) enough = too_few = false;
    newest_day = count_day;
    (count.value() >= predicate.at_least() ? enough : too_few) = true;
  }
  if (enough && too_few) return Unknown("MEMBER_COUNTS_DIFFER");
  if (!enough && !too_few) return Unknown("MEMBER_COUNT_UNKNOWN");
  return Known(enough, "ENOUGH_MEMBERS", "TOO_FEW_MEMBERS");
}

// "pl" speaks of "pl-PL" too (RFC 4647, basic filtering).
Outcome AskLanguage(const v1::LanguagePredicate& predicate, const std::string& language) {
  if (language.empty()) return Unknown("LANGUAGE_UNKNOWN");
  const bool listed = std::any_of(
      predicate.languages().begin(), predicate.languages().end(), [&](const std::string& range) {
        return absl::StartsWithIgnoreCase(language, range) &&
               (language.size() == range.size() || language[range.size()] == '-');
      });
  return Known(listed, "LANGUAGE_LISTED", "OTHER_LANGUAGE");
}

Outcome AskPerson(const Predicate& predicate, std::string_view cluster,
                  const v1::Contact* contact) {
  if (contact != nullptr) {
    return Known(predicate.names.count(contact->name()) > 0, "PERSON_LISTED", "OTHER_PERSON");
  }
  const std::string below = absl::StrCat(std::string(cluster), "/");
  const auto first = predicate.names.lower_bound(below);
  const bool possible = first != predicate.names.end() && absl::StartsWith(*first, below);
  return possible ? Unknown("NO_CONTACT") : Known(false, "", "OTHER_PERSON");
}

}  // namespace

std::string RegionOf(const v1::RegionPredicate& predicate, const RegionMap& regions) {
  if (!predicate.has_code()) return predicate.region();
  const v1::RegionCodeReference& code = predicate.code();
  return regions.FindByCode(code.scheme(), code.version(), code.code());
}

std::set<std::string, std::less<>> ParticipantsOf(const v1::InitiativePredicate& predicate,
                                                  const World& world) {
  std::set<std::string, std::less<>> names;
  const auto initiative = world.initiatives.find(predicate.initiative());
  if (initiative == world.initiatives.end()) return names;
  for (const v1::InitiativeParticipant& participant : initiative->second.participants()) {
    const auto from = ParseDate(participant.participates_from());
    const auto until = ParseDate(participant.participates_until());
    if ((from && world.on_date < *from) || (until && world.on_date > *until)) continue;
    const auto role = participant.role() == v1::InitiativeParticipant::ROLE_UNSPECIFIED
                          ? v1::InitiativeParticipant::ROLE_MEMBER
                          : participant.role();
    if (!predicate.roles().empty() && std::find(predicate.roles().begin(), predicate.roles().end(),
                                                role) == predicate.roles().end()) {
      continue;
    }
    names.insert(participant.participant());
  }
  return names;
}

Predicate PreparePredicate(const AudienceRule& rule, std::string path, const World& world) {
  Predicate predicate{.rule = &rule,
                      .path = std::move(path),
                      .words = {},
                      .region = {},
                      .names = {},
                      .day = world.on_date};
  switch (rule.node_case()) {
    case AudienceRule::kRole:
    case AudienceRule::kLanguage:
      predicate.of = Predicate::Of::kContact;
      break;
    case AudienceRule::kPerson:
      predicate.of = Predicate::Of::kContact;
      predicate.names.insert(rule.person().contacts().begin(), rule.person().contacts().end());
      break;
    case AudienceRule::kLabel:
      predicate.of = Predicate::Of::kLabels;
      predicate.day = ParseDate(rule.label().on_date()).value_or(world.on_date);
      break;
    case AudienceRule::kRegion:
      predicate.region = RegionOf(rule.region(), *world.regions);
      break;
    case AudienceRule::kCluster:
      predicate.names.insert(rule.cluster().clusters().begin(), rule.cluster().clusters().end());
      break;
    case AudienceRule::kInitiative:
      predicate.names = ParticipantsOf(rule.initiative(), world);
      break;
    default:
      break;
  }
  predicate.words = InWords(rule, predicate.region, predicate.day);
  return predicate;
}

Outcome AskCluster(const Predicate& predicate, const World& world, const v1::Cluster& cluster) {
  const AudienceRule& rule = *predicate.rule;
  switch (rule.node_case()) {
    case AudienceRule::kRegion: {
      const RegionAnswer region =
          world.regions->Contains(predicate.region, cluster.home_region(), cluster.country());
      return {.truth = region.truth, .reason = region.reason, .resource = cluster.home_region()};
    }
    case AudienceRule::kCountry: {
      const auto& countries = rule.country().countries();
      const bool listed =
          std::find(countries.begin(), countries.end(), cluster.country()) != countries.end();
      return Known(listed, "COUNTRY_LISTED", "OTHER_COUNTRY");
    }
    case AudienceRule::kCluster:
      return Known(predicate.names.count(cluster.name()) > 0, "CLUSTER_LISTED", "OTHER_CLUSTER");
    case AudienceRule::kSector:
      return AskSector(rule.sector(), cluster);
    case AudienceRule::kInitiative:
      return Known(predicate.names.count(cluster.name()) > 0, "TAKES_PART", "TAKES_NO_PART");
    case AudienceRule::kMemberCount:
      return AskMemberCount(rule.member_count(), predicate.day, cluster);
    default:
      return Unknown("RULE_UNKNOWN");
  }
}

Outcome AskLabels(const Predicate& predicate, const World& world,
                  absl::Span<const v1::Label> labels) {
  const v1::LabelPredicate& wanted = predicate.rule->label();
  const auto scheme = world.label_schemes.find(wanted.scheme());
  if (scheme == world.label_schemes.end()) return Unknown("SCHEME_UNKNOWN");
  LabelAnswer label = JudgeLabelPredicate(scheme->second, labels, wanted, predicate.day);
  return {.truth = label.truth,
          .reason = WithoutPrefix(v1::LabelStatusReason_Name(label.verdict.reason),
                                  "LABEL_STATUS_REASON_"),
          .derived = label.verdict.derived,
          .resource = std::move(label.verdict.label)};
}

Outcome AskContact(const Predicate& predicate, const World& world, std::string_view cluster,
                   const v1::Contact* contact) {
  const AudienceRule& rule = *predicate.rule;
  if (rule.has_person()) return AskPerson(predicate, cluster, contact);
  if (contact == nullptr) return Unknown("NO_CONTACT");
  if (rule.has_language()) return AskLanguage(rule.language(), contact->language());
  const v1::Contact::Role role = rule.role().role();
  const bool present = contact->role() == role;
  return Known(HasRoleOn(*contact, role, world.on_date), "IN_ROLE",
               present ? "NOT_IN_ROLE" : "OTHER_ROLE");
}

}  // namespace wici::cluster_registry
