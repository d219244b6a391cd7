#include "services/cluster_registry/clusters/validate_cluster.h"

#include "services/cluster_registry/cluster_rules/mandates.h"
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
  violations.OptionalText(Path(field, "no_home_region_reason"), cluster.no_home_region_reason(),
                          kTitleBytesMax);
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
  ValidateMandates(field, cluster.mandates(), violations);
  if (!v1::Visibility_IsValid(cluster.visibility())) {
    violations.Add(Path(field, "visibility"), "not a known value");
  }
  CheckExternalIds(field, "external_ids", cluster.external_ids(), violations);
  CheckProvenances(field, "provenances", cluster.provenances(), violations,
                   v1::Cluster::descriptor());
}

}  // namespace wici::cluster_registry
