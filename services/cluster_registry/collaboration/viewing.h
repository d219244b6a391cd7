// Who a caller is for the rules of rules/viewer.h.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_VIEWING_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_VIEWING_H_

#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/base/principal.h"
#include "services/cluster_registry/collaboration/rules/viewer.h"
#include "services/cluster_registry/collaboration/store/item_store.h"
#include "services/cluster_registry/store.h"

namespace wici::cluster_registry {

struct View {
  Viewer viewer;
  std::set<std::string, std::less<>> open_regions;

  bool MaySee(const v1::CollaborationItem& item) const {
    return cluster_registry::MaySee(viewer, open_regions, item);
  }
};

// What `principal` may see, with the home regions of its clusters as they are now.
absl::StatusOr<View> ReadView(Reader& reader, const Principal& principal);

// Whether `owner`, a cluster or a member, is there and active (invariant I1).
bool IsActive(const Owners& owners, std::string_view owner, absl::CivilDay today);

// The member that owns an item, or the cluster when no member does.
std::string OwnerOf(const v1::CollaborationItem& item);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_VIEWING_H_
