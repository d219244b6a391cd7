// What to do for the rows of one cluster, compared with what the registry holds of it.
//
// Pure; safe to call from any thread. An import adds and completes; it never overwrites what is
// there, and what is there already is unchanged, so importing again changes nothing.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_IMPORT_PLAN_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_IMPORT_PLAN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "services/cluster_registry/imports/plans/import_rows.h"

namespace wici::cluster_registry {

// What the registry holds of one cluster.
struct KnownCluster {
  const v1::Cluster* cluster = nullptr;  // nullptr: not yet there
  std::vector<v1::Label> labels;         // for rows with labels
  std::vector<v1::Member> members;       // for CONTENT_MEMBERS
};

struct ImportPlan {
  bool insert = false;  // the cluster or initiative
  bool update = false;
  v1::Cluster cluster;                     // to insert or update
  v1::Initiative initiative;               // the same, of CONTENT_INITIATIVES
  std::vector<v1::Label> labels;           // to insert
  std::vector<v1::Member> new_members;     // to insert
  std::vector<v1::Member> more_of_member;  // to save: they got a fact they did not have
  std::vector<v1::ImportRow> rows;         // one for each row given, in order

  // Whether there is anything to write.
  bool changes() const {
    return insert || update || !labels.empty() || !new_members.empty() || !more_of_member.empty();
  }
};

// `rows` have the same cluster name and no faults.
ImportPlan PlanImport(v1::Import::Content content, absl::Span<const ImportedRow* const> rows,
                      const KnownCluster& known,
                      const std::map<std::string, v1::LabelScheme>& schemes);

// Of a row with faults.
v1::ImportRow RefuseRow(const ImportedRow& row);
// Of rows whose cluster cannot be written: each with that fault.
ImportPlan RefuseRows(absl::Span<const ImportedRow* const> rows, const std::string& fault);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_IMPORT_PLAN_H_
