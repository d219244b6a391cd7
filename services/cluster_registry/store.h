// What the registry needs of storage, in its own words.
//
// Store runs a body in one transaction: Read over one snapshot, Write with the idempotency record
// and the change records of the transaction written beside what the body writes. A write touches
// one aggregate root: a cluster with its members, contacts and labels; a region; an initiative; a
// label scheme. A body may run several times and must not keep state of a run that failed.
//
// Errors of all methods: NOT_FOUND (RESOURCE_NOT_FOUND), ALREADY_EXISTS (RESOURCE_ALREADY_EXISTS),
// and those of libs/sql/database.h.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_STORE_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/cluster_registry/v1/initiative.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"
#include "wici/cluster_registry/v1/region.pb.h"

namespace wici::cluster_registry {

// "clusters/c" of "clusters/c/contacts/p".
std::string ClusterOf(std::string_view name);

// Where a list goes on: resources whose name is greater than `after`, at most `limit`.
struct Keyset {
  std::string after;
  int limit = 0;
};

// An empty or unset field does not filter.
struct ClusterFilter {
  std::string country;
  std::string home_region;
  v1::Cluster::State state = v1::Cluster::STATE_UNSPECIFIED;
  bool show_deleted = false;
};

struct RegionFilter {
  std::string country;
  std::string code;
};

class Reader {
 public:
  virtual ~Reader() = default;

  virtual absl::StatusOr<v1::Cluster> GetCluster(std::string_view name) = 0;
  virtual absl::StatusOr<std::vector<v1::Cluster>> ListClusters(const ClusterFilter& filter,
                                                                const Keyset& keyset) = 0;

  virtual absl::StatusOr<v1::Member> GetMember(std::string_view name) = 0;
  virtual absl::StatusOr<std::vector<v1::Member>> ListMembers(std::string_view cluster,
                                                              const Keyset& keyset) = 0;

  virtual absl::StatusOr<v1::Contact> GetContact(std::string_view name) = 0;
  // An empty `cluster` lists those of all clusters; so with labels.
  virtual absl::StatusOr<std::vector<v1::Contact>> ListContacts(std::string_view cluster,
                                                                const Keyset& keyset) = 0;

  // Labels as known at an instant: what was recorded later is not seen.
  virtual absl::StatusOr<v1::Label> GetLabel(std::string_view name, absl::Time known_at) = 0;
  virtual absl::StatusOr<std::vector<v1::Label>> ListLabels(std::string_view cluster,
                                                            absl::Time known_at,
                                                            const Keyset& keyset) = 0;

  virtual absl::StatusOr<v1::LabelScheme> GetLabelScheme(std::string_view name) = 0;
  virtual absl::StatusOr<std::vector<v1::LabelScheme>> ListLabelSchemes(const Keyset& keyset) = 0;

  virtual absl::StatusOr<v1::Region> GetRegion(std::string_view name) = 0;
  virtual absl::StatusOr<std::vector<v1::Region>> ListRegions(const RegionFilter& filter,
                                                              const Keyset& keyset) = 0;

  virtual absl::StatusOr<v1::Initiative> GetInitiative(std::string_view name) = 0;
  virtual absl::StatusOr<std::vector<v1::Initiative>> ListInitiatives(const Keyset& keyset) = 0;
};

// Inserts and updates set etag and times of the resource given. Each appends its change record.
class Writer : public Reader {
 public:
  // Takes the cluster for this transaction: others that write to it wait. FAILED_PRECONDITION with
  // reason CLUSTER_DELETED for a deleted one unless `deleted_too`.
  virtual absl::StatusOr<v1::Cluster> LockCluster(std::string_view name, bool deleted_too) = 0;
  virtual absl::Status InsertCluster(v1::Cluster& cluster) = 0;
  // `kind` of the change: "cluster.updated", "cluster.published", "cluster.deleted", ...
  virtual absl::Status UpdateCluster(v1::Cluster& cluster, std::string_view kind) = 0;

  // Members, contacts and labels: the cluster was locked before, in this transaction.
  virtual absl::Status InsertMember(v1::Member& member) = 0;
  virtual absl::Status UpdateMember(v1::Member& member) = 0;
  virtual absl::Status DeleteMember(std::string_view name) = 0;
  virtual absl::Status InsertContact(v1::Contact& contact) = 0;
  virtual absl::Status UpdateContact(v1::Contact& contact) = 0;
  virtual absl::Status DeleteContact(std::string_view name) = 0;
  virtual absl::Status InsertLabel(v1::Label& label) = 0;
  // Adds a record version that holds from now on; the one before stays for earlier known_at.
  virtual absl::Status ReviseLabel(v1::Label& label) = 0;

  virtual absl::Status InsertLabelScheme(v1::LabelScheme& scheme) = 0;
  // FAILED_PRECONDITION with reason REGION_CODE_TAKEN when another region has one of the codes.
  virtual absl::Status InsertRegion(v1::Region& region) = 0;
  virtual absl::Status UpdateRegion(v1::Region& region) = 0;
  virtual absl::Status InsertInitiative(v1::Initiative& initiative) = 0;
  virtual absl::Status UpdateInitiative(v1::Initiative& initiative) = 0;
  virtual absl::Status DeleteInitiative(std::string_view name) = 0;
};

// One mutating call.
struct Mutation {
  std::string principal;       // opaque id of the caller
  std::string request_id;      // UUID, or "": not idempotent by key
  std::string method;          // full name
  std::string request;         // serialized
  std::string transaction_id;  // new and unique
  absl::Time now;
  absl::Time deadline;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual absl::Status Read(absl::Time deadline,
                            const std::function<absl::Status(Reader&)>& body) = 0;

  // Runs `body`, which fills `response`, once for a request_id: the same request again gets the
  // stored response without running it. INVALID_ARGUMENT with reason REQUEST_ID_REUSED for another
  // request with that id.
  virtual absl::Status Write(const Mutation& mutation, google::protobuf::Message& response,
                             const std::function<absl::Status(Writer&)>& body) = 0;

  // Only the answer stored for `mutation`, if any: true and `response`, or false.
  virtual absl::StatusOr<bool> FindAnswer(const Mutation& mutation,
                                          google::protobuf::Message& response) = 0;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_STORE_H_
