#include "services/cluster_registry/collaboration/rules/validate_item.h"

#include <string>

#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

template <class Map>
void RequireTranslations(std::string_view field, std::string_view name, const Map& map,
                         std::size_t bytes_max, Violations& violations) {
  if (map.empty()) violations.Add(Path(field, name), "required in one language at least");
  CheckTranslations(field, name, map, bytes_max, violations);
}

template <class List>
void CheckRegionNames(std::string_view field, std::string_view name, const List& list,
                      Violations& violations) {
  CheckEach(
      field, name, list, violations,
      [&](const std::string& path, const std::string& region) {
        violations.RequireResourceName(path, region, "regions/*");
      },
      kItemRegionsMax);
}

}  // namespace

void ValidateItem(std::string_view field, std::string_view cluster,
                  const v1::CollaborationItem& item, Violations& violations) {
  RequireEnum(Path(field, "kind"), item.kind(), v1::CollaborationItem::Kind_IsValid(item.kind()),
              violations);
  RequireTranslations(field, "titles", item.titles(), kTitleBytesMax, violations);
  RequireTranslations(field, "summaries", item.summaries(), kTextBytesMax, violations);
  if (!item.owner().empty() &&
      violations.RequireResourceName(Path(field, "owner"), item.owner(), "clusters/*/members/*") &&
      item.owner().substr(0, item.owner().find("/members/")) != cluster) {
    violations.Add(Path(field, "owner"), "must be a member of the cluster of the item");
  }
  if (CheckCount(field, "sectors", item.sectors(), violations, kItemCodesMax)) {
    CheckCodes(field, "sectors", item.sectors(), violations);
  }
  if (CheckCount(field, "technologies", item.technologies(), violations, kItemCodesMax)) {
    CheckCodes(field, "technologies", item.technologies(), violations);
  }
  violations.RequireRange(Path(field, "technology_readiness"), item.technology_readiness(), 0, 9);
  violations.OptionalText(Path(field, "partner_sought"), item.partner_sought(), kTitleBytesMax);
  CheckRegionNames(field, "regions_sought", item.regions_sought(), violations);
  violations.RequireDate(Path(field, "valid_until"), item.valid_until());
  if (!v1::Visibility_IsValid(item.visibility())) {
    violations.Add(Path(field, "visibility"), "not a known value");
  }
  CheckRegionNames(field, "visible_in_regions", item.visible_in_regions(), violations);
}

void ValidateInterest(std::string_view field, const v1::Interest& interest,
                      Violations& violations) {
  const std::string path = Path(field, "interested");
  if (!MatchesResourcePattern(interest.interested(), "clusters/*")) {
    violations.RequireResourceName(path, interest.interested(), "clusters/*/members/*");
  }
  violations.OptionalMultilineText(Path(field, "message"), interest.message(), kTextBytesMax);
}

absl::Duration ParseRequestTtl(const v1::CreateInterestRequest& request, Violations& violations) {
  if (!request.has_request_ttl()) return kInterestTtlDefault;
  constexpr std::int64_t kSecondsMax = 315'576'000'000;  // what a Duration may say
  const std::int64_t seconds = request.request_ttl().seconds();
  const bool valid = seconds >= -kSecondsMax && seconds <= kSecondsMax;
  const absl::Duration ttl =
      absl::Seconds(valid ? seconds : 0) + absl::Nanoseconds(request.request_ttl().nanos());
  if (!valid || ttl < kInterestTtlMin || ttl > kInterestTtlMax) {
    violations.Add("request_ttl", "must be from 1 hour to 90 days");
  }
  return ttl;
}

}  // namespace wici::cluster_registry
