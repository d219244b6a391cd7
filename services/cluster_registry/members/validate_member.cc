#include "services/cluster_registry/members/validate_member.h"

#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {

void ValidateMember(std::string_view field, const v1::Member& member, Violations& violations) {
  violations.RequireText(Path(field, "display_name"), member.display_name(), kTitleBytesMax);
  RequireEnum(Path(field, "kind"), member.kind(), v1::Member::Kind_IsValid(member.kind()),
              violations);
  if (!v1::Member::Role_IsValid(member.role())) {
    violations.Add(Path(field, "role"), "not a known value");
  }
  CheckInterval(Path(field, "member_from"), member.member_from(), Path(field, "member_until"),
                member.member_until(), violations);
  violations.OptionalResourceName(Path(field, "region"), member.region(), "regions/*");
  CheckCodes(field, "sectors", member.sectors(), violations);
  CheckExternalIds(field, "identifiers", member.identifiers(), violations);
  violations.OptionalText(Path(field, "website"), member.website(), kUriBytesMax);
  CheckTexts(field, "competences", member.competences(), violations);
  CheckTexts(field, "working_groups", member.working_groups(), violations);
  CheckProvenances(field, "provenances", member.provenances(), violations);
}

}  // namespace wici::cluster_registry
