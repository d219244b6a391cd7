#include "services/cluster_registry/clusters/validate_cluster.h"

#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {

void ValidateCluster(std::string_view field, const v1::Cluster& cluster, Violations& violations) {
  violations.RequireText(Path(field, "display_name"), cluster.display_name(), kTitleBytesMax);
  CheckTranslations(field, "translated_names", cluster.translated_names(), kTitleBytesMax,
                    violations);
  violations.OptionalText(Path(field, "acronym"), cluster.acronym(), 64);
  CheckTexts(field, "aliases", cluster.aliases(), violations);
  CheckTranslations(field, "descriptions", cluster.descriptions(), kTextBytesMax, violations);
  OptionalPartialDate(violations, Path(field, "founded_on"), cluster.founded_on());
  RequireCountry(Path(field, "country"), cluster.country(), violations);
  violations.OptionalResourceName(Path(field, "home_region"), cluster.home_region(), "regions/*");
  CheckEach(field, "operating_regions", cluster.operating_regions(), violations,
            [&](const std::string& path, const std::string& region) {
              violations.RequireResourceName(path, region, "regions/*");
            });
  CheckCodes(field, "sectors", cluster.sectors(), violations);
  CheckCodes(field, "ecosystems", cluster.ecosystems(), violations);
  CheckCodes(field, "technologies", cluster.technologies(), violations);
  violations.OptionalText(Path(field, "website"), cluster.website(), kUriBytesMax);
  violations.OptionalText(Path(field, "website_en"), cluster.website_en(), kUriBytesMax);
  if (!cluster.contact_email().empty()) {
    violations.RequireEmail(Path(field, "contact_email"), cluster.contact_email());
  }
  CheckEach(field, "member_counts", cluster.member_counts(), violations,
            [&](const std::string& path, const v1::Quantity& count) {
              violations.RequireRange(Path(path, "value"), count.value(), 0, 100'000'000);
              OptionalPartialDate(violations, Path(path, "as_of"), count.as_of());
              violations.OptionalText(Path(path, "definition"), count.definition(), kNameBytesMax);
              violations.OptionalText(Path(path, "source"), count.source(), kUriBytesMax);
            });
  violations.RequireRange(Path(field, "management_fte_centi"), cluster.management_fte_centi(), 0,
                          1'000'000);
  CheckTexts(field, "services", cluster.services(), violations);
  CheckEach(field, "target_countries", cluster.target_countries(), violations,
            [&](const std::string& path, const std::string& country) {
              RequireCountry(path, country, violations);
            });
  CheckTexts(field, "support_programmes", cluster.support_programmes(), violations);
  if (cluster.has_management_organisation()) {
    const std::string path = Path(field, "management_organisation");
    const v1::ManagementOrganisation& organisation = cluster.management_organisation();
    violations.RequireText(Path(path, "legal_name"), organisation.legal_name(), kTitleBytesMax);
    violations.OptionalText(Path(path, "legal_form"), organisation.legal_form(), kNameBytesMax);
    CheckExternalIds(path, "identifiers", organisation.identifiers(), violations);
    violations.OptionalDate(Path(path, "mandate_from"), organisation.mandate_from());
  }
  if (!v1::Visibility_IsValid(cluster.visibility())) {
    violations.Add(Path(field, "visibility"), "not a known value");
  }
  CheckExternalIds(field, "external_ids", cluster.external_ids(), violations);
  CheckProvenances(field, "provenances", cluster.provenances(), violations);
}

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
}

void ValidateContact(std::string_view field, const v1::Contact& contact, Violations& violations) {
  RequireEnum(Path(field, "role"), contact.role(), v1::Contact::Role_IsValid(contact.role()),
              violations);
  violations.RequireText(Path(field, "display_name"), contact.display_name(), kNameBytesMax);
  violations.RequireEmail(Path(field, "email"), contact.email());
  violations.OptionalText(Path(field, "phone"), contact.phone(), 64);
  violations.OptionalLanguage(Path(field, "language"), contact.language());
  CheckInterval(Path(field, "role_from"), contact.role_from(), Path(field, "role_until"),
                contact.role_until(), violations);
  violations.OptionalText(Path(field, "source"), contact.source(), kUriBytesMax);
}

}  // namespace wici::cluster_registry
