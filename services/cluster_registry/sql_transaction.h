// Reader and Writer over one SQL transaction; only sql_store.cc makes one. The reading half is
// sql_reader.cc, the writing half sql_writer.cc.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SQL_TRANSACTION_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SQL_TRANSACTION_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/changes.h"
#include "libs/sql/database.h"
#include "services/cluster_registry/store.h"

namespace wici::cluster_registry {

class SqlTransaction final : public Writer {
 public:
  // `now` stamps what is written.
  SqlTransaction(sql::Transaction& tx, absl::Time now) : tx_(tx), now_(now) {}

  absl::StatusOr<v1::Cluster> GetCluster(std::string_view name) override;
  absl::StatusOr<std::vector<v1::Cluster>> ListClusters(const ClusterFilter& filter,
                                                        const Keyset& keyset) override;
  absl::StatusOr<v1::Member> GetMember(std::string_view name) override;
  absl::StatusOr<std::vector<v1::Member>> ListMembers(std::string_view cluster,
                                                      const Keyset& keyset) override;
  absl::StatusOr<v1::Contact> GetContact(std::string_view name) override;
  absl::StatusOr<std::vector<v1::Contact>> ListContacts(std::string_view cluster,
                                                        const Keyset& keyset) override;
  absl::StatusOr<v1::Label> GetLabel(std::string_view name, absl::Time known_at) override;
  absl::StatusOr<std::vector<v1::Label>> ListLabels(std::string_view cluster, absl::Time known_at,
                                                    const Keyset& keyset) override;
  absl::StatusOr<v1::LabelScheme> GetLabelScheme(std::string_view name) override;
  absl::StatusOr<std::vector<v1::LabelScheme>> ListLabelSchemes(const Keyset& keyset) override;
  absl::StatusOr<v1::Region> GetRegion(std::string_view name) override;
  absl::StatusOr<std::vector<v1::Region>> ListRegions(const RegionFilter& filter,
                                                      const Keyset& keyset) override;
  absl::StatusOr<v1::Initiative> GetInitiative(std::string_view name) override;
  absl::StatusOr<std::vector<v1::Initiative>> ListInitiatives(const Keyset& keyset) override;

  absl::StatusOr<v1::Cluster> LockCluster(std::string_view name, bool deleted_too) override;
  absl::Status InsertCluster(v1::Cluster& cluster) override;
  absl::Status UpdateCluster(v1::Cluster& cluster, std::string_view kind) override;
  absl::Status InsertMember(v1::Member& member) override;
  absl::Status UpdateMember(v1::Member& member) override;
  absl::Status DeleteMember(std::string_view name) override;
  absl::Status InsertContact(v1::Contact& contact) override;
  absl::Status UpdateContact(v1::Contact& contact) override;
  absl::Status DeleteContact(std::string_view name) override;
  absl::Status InsertLabel(v1::Label& label) override;
  absl::Status ReviseLabel(v1::Label& label) override;
  absl::Status InsertLabelScheme(v1::LabelScheme& scheme) override;
  absl::Status InsertRegion(v1::Region& region) override;
  absl::Status UpdateRegion(v1::Region& region) override;
  absl::Status InsertInitiative(v1::Initiative& initiative) override;
  absl::Status UpdateInitiative(v1::Initiative& initiative) override;
  absl::Status DeleteInitiative(std::string_view name) override;

  const std::vector<feed::Change>& changes() const { return changes_; }

 private:
  // Appends the change of `resource`, which belongs to the cluster locked or inserted before.
  void RecordInCluster(std::string_view kind, std::string_view resource,
                       std::string_view person = {});
  void Record(std::string_view aggregate, std::int64_t version, std::string_view kind);
  absl::Status InsertRegionCodes(const v1::Region& region);
  absl::Status InsertLabelVersion(const v1::Label& label, std::int64_t version,
                                  std::int64_t created_at, std::int64_t recorded_from);

  sql::Transaction& tx_;
  const absl::Time now_;
  std::map<std::string, std::int64_t> aggregate_versions_;  // of clusters locked or inserted
  std::vector<feed::Change> changes_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SQL_TRANSACTION_H_
