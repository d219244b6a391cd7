// What the rows of an import mean: the facts of a cluster, an award, a membership, a count.
//
// Pure; safe to call from any thread. Every fault of a row is found at once and named after the
// column it came from. Ids follow from the rows where these give none, so importing the same row
// again means the same resource.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_IMPORT_ROWS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_IMPORT_ROWS_H_

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "services/cluster_registry/imports/files/table.h"
#include "services/cluster_registry/regions/regions.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/import.pb.h"
#include "wici/cluster_registry/v1/initiative.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

template <class Names>
bool IsAmong(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The fields of resources that a file may hold, in the order an export writes them.
inline constexpr std::array<std::string_view, 24> kClusterFields = {"display_name",
                                                                    "translated_names",
                                                                    "acronym",
                                                                    "aliases",
                                                                    "descriptions",
                                                                    "founded_on",
                                                                    "country",
                                                                    "home_region",
                                                                    "no_home_region_reason",
                                                                    "operating_regions",
                                                                    "sectors",
                                                                    "ecosystems",
                                                                    "technologies",
                                                                    "website",
                                                                    "website_en",
                                                                    "contact_email",
                                                                    "management_fte_centi",
                                                                    "services",
                                                                    "target_countries",
                                                                    "support_programmes",
                                                                    "mandates",
                                                                    "visibility",
                                                                    "external_ids",
                                                                    "provenances"};
inline constexpr std::array<std::string_view, 19> kLabelFields = {"scheme",
                                                                  "kind",
                                                                  "name_as_printed",
                                                                  "certificate_number",
                                                                  "portfolio",
                                                                  "assessed_on",
                                                                  "issued_on",
                                                                  "valid_from",
                                                                  "valid_until",
                                                                  "term_basis",
                                                                  "renews",
                                                                  "issuer",
                                                                  "verification",
                                                                  "recheck_by",
                                                                  "publication_consent",
                                                                  "evidences",
                                                                  "provenances",
                                                                  "events",
                                                                  "prerequisite_unrecorded"};
inline constexpr std::array<std::string_view, 13> kMemberFields = {
    "display_name", "kind",           "role",       "member_from", "member_until",
    "committed",    "region",         "sectors",    "identifiers", "website",
    "competences",  "working_groups", "provenances"};
inline constexpr std::array<std::string_view, 4> kCountFields = {"value", "definition", "as_of",
                                                                 "source"};

// What rows refer to. Outlives the rows.
struct ImportWorld {
  const RegionMap& regions;
  const std::map<std::string, v1::LabelScheme>& schemes;  // by name
  std::string label_scheme;                               // of labels whose row names none
  std::string nuts_version;
};

// What one row says.
struct ImportedRow {
  int line = 0;
  std::vector<std::string> faults;  // "column: fault"; such a row is left out
  // The facts of the cluster, with its name. display_name is empty when the row only refers to it.
  v1::Cluster cluster;
  bool names_cluster = false;  // the row gives the name; otherwise it follows from display_name
  v1::Label label;             // kind empty: none
  v1::Member member;           // of CONTENT_MEMBERS
  v1::Quantity count;          // of CONTENT_MEMBER_COUNTS
  v1::Initiative initiative;   // of CONTENT_INITIATIVES, with its name

  // What the row is written in one transaction with: its cluster or initiative.
  const std::string& aggregate() const {
    return initiative.name().empty() ? cluster.name() : initiative.name();
  }
};

// The field that a column of this name feeds, in the words of the contract, or "" when there is
// none: "display_name" for "name".
std::string ImportFieldOf(v1::Import::Content content, std::string_view column);

// The row; of clusters without the names that follow from it, which NameRows gives.
ImportedRow ReadImportedRow(v1::Import::Content content, const TableRow& row,
                            const ImportWorld& world);

// Gives clusters and labels of `rows` the names that follow from them. `country_of` are the
// countries of clusters that are there, by name: two clusters of the same name in two countries are
// two, and the second gets its country into the id.
void NameRows(const std::map<std::string, std::string>& country_of, std::vector<ImportedRow>& rows);

// The names that NameRows may give or find taken.
std::vector<std::string> PossibleNames(const ImportedRow& row);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_IMPORT_ROWS_H_
