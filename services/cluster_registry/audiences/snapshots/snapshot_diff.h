// The audience of now against a frozen one, a page at a time.
//
// Two passes, both by key and in bounded memory: over the audience of now for what was added or
// changed, then over the rows of the snapshot for what was removed. A person whose row moved to
// another of their contacts is the same person.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_DIFF_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_DIFF_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/rpc/page_token.h"
#include "services/cluster_registry/audiences/audience_scan.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"

namespace wici::cluster_registry {

// Where a page begins.
struct DiffPosition {
  absl::Time known_at;  // kPresent on the first page, unless asked otherwise
  ScanPosition now;     // in the first pass; its range is empty at the beginning
  bool second_pass = false;
  std::string row;  // in the second pass: after this row
};

// That of the token of `page`, or the beginning as known at `known_at`.
DiffPosition DiffPositionOf(const rpc::Page& page, absl::Time known_at);

// Within one transaction; not thread-safe. `snapshot` and `world` outlive it.
class SnapshotDiff {
 public:
  SnapshotDiff(Reader& reader, const v1::AudienceSnapshot& snapshot, const World& world,
               const DiffPosition& position);

  // Adds at most `size` differences to `response`, and stops early after much work.
  // INVALID_ARGUMENT when the position is none of this rule any more.
  absl::Status Run(std::size_t size, v1::DiffAudienceResponse& response);

  bool done() const { return done_; }
  // Where the next page begins, which is as known at `known_at`.
  std::vector<std::string> Token(absl::Time known_at) const;

 private:
  // A row of now, and where the scan was before it.
  using Found = std::pair<ScanPosition, v1::AudienceRow>;

  absl::Status FindAddedOrChanged(std::size_t size, v1::DiffAudienceResponse& response);
  absl::Status CompareNow(std::vector<Found> found, std::size_t size,
                          v1::DiffAudienceResponse& response);
  absl::Status FindRemoved(std::size_t size, v1::DiffAudienceResponse& response);

  Reader& reader_;
  const v1::AudienceSnapshot& snapshot_;
  AudienceScan scan_;
  DiffPosition position_;
  bool full_ = false;
  bool done_ = false;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_SNAPSHOT_DIFF_H_
