#include "services/cluster_registry/regions/validate_region.h"

#include <set>

#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

bool IsRegionScheme(const std::string& scheme) { return scheme == "NUTS" || scheme == "ISO3166-2"; }

void RequireScheme(const std::string& path, const std::string& scheme, Violations& violations) {
  if (!IsRegionScheme(scheme)) violations.Add(path, "must be NUTS or ISO3166-2");
}

}  // namespace

void ValidateRegion(std::string_view field, const v1::Region& region, Violations& violations) {
  violations.RequireText(Path(field, "display_name"), region.display_name(), kTitleBytesMax);
  CheckTranslations(field, "translated_names", region.translated_names(), kTitleBytesMax,
                    violations);
  RequireCountry(Path(field, "country"), region.country(), violations);
  if (region.codes().empty()) violations.Add(Path(field, "codes"), "required");
  std::set<std::string> versions;
  CheckEach(field, "codes", region.codes(), violations,
            [&](const std::string& path, const v1::RegionCode& code) {
              RequireScheme(Path(path, "scheme"), code.scheme(), violations);
              violations.RequireText(Path(path, "version"), code.version(), 16);
              violations.RequireText(Path(path, "code"), code.code(), 16);
              violations.RequireRange(Path(path, "level"), code.level(), 0, 9);
              violations.OptionalText(Path(path, "parent_code"), code.parent_code(), 16);
              if (!versions.insert(code.scheme() + "|" + code.version()).second) {
                violations.Add(path, "a region has one code of a scheme and version");
              }
            });
  CheckEach(field, "successions", region.successions(), violations,
            [&](const std::string& path, const v1::RegionSuccession& succession) {
              RequireScheme(Path(path, "scheme"), succession.scheme(), violations);
              violations.RequireText(Path(path, "from_version"), succession.from_version(), 16);
              violations.RequireText(Path(path, "from_code"), succession.from_code(), 16);
              violations.RequireText(Path(path, "to_version"), succession.to_version(), 16);
              violations.RequireText(Path(path, "to_code"), succession.to_code(), 16);
              if (succession.to_version() <= succession.from_version()) {
                violations.Add(Path(path, "to_version"), "must be newer than from_version");
              }
              RequireEnum(Path(path, "kind"), succession.kind(),
                          v1::RegionSuccession::Kind_IsValid(succession.kind()), violations);
            });
}

}  // namespace wici::cluster_registry
