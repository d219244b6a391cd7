#include "services/cluster_registry/initiatives/validate_initiative.h"

#include <string>

#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {

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
  OptionalPartialDate(violations, Path(field, "starts_on"), initiative.starts_on());
  OptionalPartialDate(violations, Path(field, "ends_on"), initiative.ends_on());
  CheckEach(
      field, "participants", initiative.participants(), violations,
      [&](const std::string& path, const v1::InitiativeParticipant& participant) {
        const std::string& name = participant.participant();
        if (!name.empty() && !MatchesResourcePattern(name, "clusters/*") &&
            !MatchesResourcePattern(name, "regions/*")) {
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
      },
      1000);
  violations.OptionalText(Path(field, "website"), initiative.website(), kUriBytesMax);
  violations.OptionalText(Path(field, "description"), initiative.description(), kTextBytesMax);
  violations.OptionalText(Path(field, "source"), initiative.source(), kUriBytesMax);
}

}  // namespace wici::cluster_registry
