#include "services/cluster_registry/initiatives/validate_initiative.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "services/cluster_registry/partial_date.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

void ValidateMoney(const std::string& field, const v1::Money& money, Violations& violations) {
  const std::string& currency = money.currency_code();
  if (currency.size() != 3 ||
      currency.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos) {
    violations.Add(Path(field, "currency_code"), "must be ISO 4217, three capital letters");
  }
  violations.RequireRange(Path(field, "units"), money.units(), 0, 1'000'000'000'000);
  violations.RequireRange(Path(field, "nanos"), money.nanos(), 0, 999'999'999);
}

// The beginning may mean a day before the end, and so they are in order.
void CheckDates(std::string_view field, const v1::Initiative& initiative, Violations& violations) {
  const bool fine =
      OptionalPartialDate(violations, Path(field, "starts_on"), initiative.starts_on());
  if (!OptionalPartialDate(violations, Path(field, "ends_on"), initiative.ends_on()) || !fine) {
    return;
  }
  const auto starts = ParsePartialDate(initiative.starts_on());
  const auto ends = ParsePartialDate(initiative.ends_on());
  if (starts && ends && ends->last < starts->first) {
    violations.Add(Path(field, "ends_on"), "lies before starts_on");
  }
}

DayInterval IntervalOf(const v1::InitiativeParticipant& participant) {
  return MakeInterval(participant.participates_from(), participant.participates_until());
}

// By participant and role, so that a thousand of them cost a thousand comparisons.
void CheckRoles(std::string_view field, const v1::Initiative& initiative, Violations& violations) {
  std::map<std::tuple<std::string, std::string, int>, std::vector<int>> same;
  for (int i = 0; i < initiative.participants_size(); ++i) {
    const v1::InitiativeParticipant& mine = initiative.participants(i);
    std::vector<int>& others = same[{
        mine.participant(), mine.participant().empty() ? mine.display_name() : "", mine.role()}];
    for (const int other : others) {
      if (Overlap(IntervalOf(mine), IntervalOf(initiative.participants(other)))) {
        violations.Add(Path(field, "participants", i),
                       absl::StrCat("has the role of participants[", other, "] at the same time"));
        break;
      }
    }
    if (others.size() < std::size_t{kListMax}) others.push_back(i);
  }
}

}  // namespace

bool IsParticipantName(std::string_view name) {
  return MatchesResourcePattern(name, "clusters/*") || MatchesResourcePattern(name, "regions/*");
}

void ValidateInitiative(std::string_view field, const v1::Initiative& initiative,
                        Violations& violations) {
  violations.RequireText(Path(field, "acronym"), initiative.acronym(), 64);
  violations.RequireText(Path(field, "display_name"), initiative.display_name(), kTitleBytesMax);
  CheckTranslations(field, "translated_names", initiative.translated_names(), kTitleBytesMax,
                    violations);
  RequireEnum(Path(field, "kind"), initiative.kind(),
              v1::Initiative::Kind_IsValid(initiative.kind()), violations);
  violations.OptionalText(Path(field, "programme"), initiative.programme(), kNameBytesMax);
  violations.OptionalText(Path(field, "grant_number"), initiative.grant_number(), kNameBytesMax);
  CheckDates(field, initiative, violations);
  if (initiative.has_budget()) {
    ValidateMoney(Path(field, "budget"), initiative.budget(), violations);
  }
  violations.OptionalText(Path(field, "legal_form"), initiative.legal_form(), kNameBytesMax);
  CheckEach(
      field, "participants", initiative.participants(), violations,
      [&](const std::string& path, const v1::InitiativeParticipant& participant) {
        const std::string& name = participant.participant();
        if (!name.empty() && !IsParticipantName(name)) {
          violations.Add(Path(path, "participant"), "must be clusters/* or regions/*");
        }
        if (name.empty() || !participant.display_name().empty()) {
          violations.RequireText(Path(path, "display_name"), participant.display_name(),
                                 kTitleBytesMax);
        }
        if (!v1::InitiativeParticipant::Role_IsValid(participant.role())) {
          violations.Add(Path(path, "role"), "not a known value");
        }
        CheckInterval(Path(path, "participates_from"), participant.participates_from(),
                      Path(path, "participates_until"), participant.participates_until(),
                      violations);
        if (participant.has_budget()) {
          ValidateMoney(Path(path, "budget"), participant.budget(), violations);
        }
      },
      1000);
  if (initiative.participants_size() <= 1000) CheckRoles(field, initiative, violations);
  violations.OptionalText(Path(field, "website"), initiative.website(), kUriBytesMax);
  violations.OptionalText(Path(field, "description"), initiative.description(), kTextBytesMax);
  violations.OptionalText(Path(field, "source"), initiative.source(), kUriBytesMax);
}

}  // namespace wici::cluster_registry
