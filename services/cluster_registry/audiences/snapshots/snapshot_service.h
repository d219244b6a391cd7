// The methods of AudienceService over frozen audiences.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_SERVICE_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/regions/region_cache.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"

namespace wici::cluster_registry {

// The most rows that a snapshot holds.
inline constexpr int kSnapshotRowsMax = 50'000;

// Thread-safe. `regions` outlives it.
class SnapshotService {
 public:
  SnapshotService(const Environment& environment, RegionCache& regions,
                  int rows_max = kSnapshotRowsMax)
      : environment_(environment), regions_(regions), rows_max_(rows_max) {}
  // Adds the methods to those of AudienceService.
  void Register(rpc::Service& service);

 private:
  absl::Status CreateAudienceSnapshot(const rpc::Context& context,
                                      const v1::CreateAudienceSnapshotRequest& request,
                                      v1::AudienceSnapshot& response);
  absl::Status GetAudienceSnapshot(const rpc::Context& context,
                                   const v1::GetAudienceSnapshotRequest& request,
                                   v1::AudienceSnapshot& response);
  absl::Status ListAudienceSnapshots(const rpc::Context& context,
                                     const v1::ListAudienceSnapshotsRequest& request,
                                     v1::ListAudienceSnapshotsResponse& response);
  absl::Status DeleteAudienceSnapshot(const rpc::Context& context,
                                      const v1::DeleteAudienceSnapshotRequest& request,
                                      google::protobuf::Empty& response);
  absl::Status ListAudienceSnapshotRows(const rpc::Context& context,
                                        const v1::ListAudienceSnapshotRowsRequest& request,
                                        v1::ListAudienceSnapshotRowsResponse& response);
  absl::Status ListAudienceReviews(const rpc::Context& context,
                                   const v1::ListAudienceReviewsRequest& request,
                                   v1::ListAudienceReviewsResponse& response);
  absl::Status ResolveAudienceReview(const rpc::Context& context,
                                     const v1::ResolveAudienceReviewRequest& request,
                                     v1::AudienceSnapshotRow& response);
  absl::Status DiffAudience(const rpc::Context& context, const v1::DiffAudienceRequest& request,
                            v1::DiffAudienceResponse& response);

  // The rows of the audience that `snapshot` asks about, and its counts.
  absl::Status Evaluate(const rpc::Context& context, v1::AudienceSnapshot& snapshot,
                        std::vector<v1::AudienceRow>& rows);

  const Environment environment_;
  RegionCache& regions_;
  const int rows_max_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_SERVICE_H_
