#include "services/cluster_registry/cluster_rules/publication.h"

#include <algorithm>

namespace wici::cluster_registry {

std::vector<FieldViolation> MissingFields(const v1::Cluster& cluster) {
  std::vector<FieldViolation> missing;
  const auto require = [&](bool there, const char* field, const char* description) {
    if (!there) missing.push_back({field, description});
  };
  constexpr const char* kRequired = "required for publication";
  require(!cluster.display_name().empty(), "display_name", kRequired);
  require(!cluster.country().empty(), "country", kRequired);
  require(!cluster.home_region().empty() || !cluster.no_home_region_reason().empty(), "home_region",
          "this or no_home_region_reason is required for publication");
  require(!cluster.website().empty(), "website", kRequired);
  require(!cluster.contact_email().empty(), "contact_email", kRequired);
  return missing;
}

std::vector<FieldViolation> LostFields(const v1::Cluster& before, const v1::Cluster& after) {
  const std::vector<FieldViolation> missing_before = MissingFields(before);
  std::vector<FieldViolation> lost = MissingFields(after);
  std::erase_if(lost, [&](const FieldViolation& field) {
    return std::find(missing_before.begin(), missing_before.end(), field) != missing_before.end();
  });
  return lost;
}

namespace {

// A cluster that was closed, or became part of another, may have been a draft until then.
bool WasPublished(const v1::Cluster& cluster) {
  switch (cluster.state()) {
    case v1::Cluster::STATE_PUBLISHED:
    case v1::Cluster::STATE_DORMANT:
      return true;
    case v1::Cluster::STATE_MERGED:
    case v1::Cluster::STATE_CLOSED:
      return cluster.review().state() == v1::ClusterReview::STATE_APPROVED;
    default:
      return false;
  }
}

}  // namespace

v1::Visibility ExposureOf(const v1::Cluster& cluster) {
  if (!WasPublished(cluster)) return v1::VISIBILITY_INTERNAL;
  const bool open = cluster.visibility() == v1::VISIBILITY_PUBLIC ||
                    cluster.visibility() == v1::VISIBILITY_PARTNERS;
  return open ? cluster.visibility() : v1::VISIBILITY_INTERNAL;
}

}  // namespace wici::cluster_registry
