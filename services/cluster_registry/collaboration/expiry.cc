#include "services/cluster_registry/collaboration/expiry.h"

#include <map>
#include <utility>

#include "google/protobuf/empty.pb.h"
#include "libs/base/clock.h"
#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/collaboration/store/item_store.h"

namespace wici::cluster_registry {

absl::StatusOr<int> ExpirySweep::RunOnce() {
  int total = 0;
  for (;;) {
    const absl::Time now = environment_.clock.Now();
    std::vector<std::string> due;
    WICI_RETURN_IF_ERROR(
        environment_.store.Read(DeadlineIn(options_.timeout), [&](Reader& reader) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(due, ReadItemsDue(reader, now, options_.batch_max));
          WICI_ASSIGN_OR_RETURN(const std::vector<std::string> interests,
                                ReadInterestsDue(reader, now, options_.batch_max));
          due.insert(due.end(), interests.begin(), interests.end());
          return absl::OkStatus();
        }));
    if (due.empty() || thread_.stopping()) return total;
    // One transaction touches one aggregate: one cluster.
    std::map<std::string, std::vector<std::string>> by_cluster;
    for (std::string& name : due) by_cluster[ClusterOf(name)].push_back(std::move(name));
    for (const auto& [cluster, names] : by_cluster) {
      WICI_RETURN_IF_ERROR(Expire(cluster, names));
      total += static_cast<int>(names.size());
    }
  }
}

absl::Status ExpirySweep::Expire(const std::string& cluster,
                                 const std::vector<std::string>& names) {
  google::protobuf::Empty nothing;
  const Mutation mutation = {.principal = "services/cluster-registry",
                             .request_id = {},
                             .method = "ExpirySweep",
                             .request = {},
                             .transaction_id = environment_.ids.NewId(),
                             .now = environment_.clock.Now(),
                             .deadline = DeadlineIn(options_.timeout)};
  return environment_.store.Write(mutation, nothing, [&](Writer& writer) -> absl::Status {
    WICI_RETURN_IF_ERROR(LockCluster(writer, cluster, true).status());
    for (const std::string& name : names) {
      const bool interest = name.find("/interests/") != std::string::npos;
      WICI_RETURN_IF_ERROR(interest ? ExpireInterest(writer, name) : ExpireItem(writer, name));
    }
    return absl::OkStatus();
  });
}

bool ExpirySweep::Round() {
  const absl::StatusOr<int> expired = RunOnce();
  if (!expired.ok()) {
    // The next round finds the same rows.
    Log(LogLevel::kWarning, "expiry_sweep_failed",
        {{"error", std::string(expired.status().message())}});
  } else if (*expired > 0) {
    Log(LogLevel::kInfo, "expired", {{"rows", std::to_string(*expired)}});
  }
  return false;
}

}  // namespace wici::cluster_registry
