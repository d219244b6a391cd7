// Who may see what: the visibility of clusters, their members, offers and requests.
//
// PUBLIC facts are for every caller, unless they name regions; PARTNERS facts for whoever has a
// role that reads a registry, be it on one cluster elsewhere; INTERNAL ones (also where nothing is
// set) for people of this registry, as clusters/visibility.h names them, and for who has a role on
// the cluster.
//
// Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_VIEWER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_VIEWER_H_

#include <set>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "libs/base/principal.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/collaboration.pb.h"
#include "wici/cluster_registry/v1/region.pb.h"

namespace wici::cluster_registry {

struct Viewer {
  bool everything = false;                      // one of the people of this registry
  bool partner = false;                         // PARTNERS facts are for it too
  std::set<std::string, std::less<>> clusters;  // that it has a role on
  std::set<std::string, std::less<>> regions;   // that it belongs to
};

// What the roles say. The caller adds the home regions of `clusters` to `regions`.
Viewer MakeViewer(const Principal& principal);

// The regions whose facts `viewer` may see: its own and all that contain them.
std::set<std::string, std::less<>> RegionsOpenTo(const Viewer& viewer,
                                                 absl::Span<const v1::Region> regions);

// Whether the visibility is for others than the people of this registry and of the cluster.
bool IsShared(v1::Visibility visibility);

// `item` is in the state it has now. `open_regions` are those of RegionsOpenTo.
bool MaySee(const Viewer& viewer, const std::set<std::string, std::less<>>& open_regions,
            const v1::CollaborationItem& item);
// A cluster is for others once it has left the review (ExposureOf), and for nobody when deleted.
bool MaySee(const Viewer& viewer, const v1::Cluster& cluster);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_VIEWER_H_
