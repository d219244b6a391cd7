#include "services/cluster_registry/imports/plans/import_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/limits.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/clusters/validate_cluster.h"
#include "services/cluster_registry/identifiers/identifiers.h"
#include "services/cluster_registry/imports/files/cells.h"
#include "services/cluster_registry/imports/plans/initiative_plan.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/labels/validate_label.h"
#include "services/cluster_registry/members/validate_member.h"
#include "services/cluster_registry/partial_date.h"
#include "services/cluster_registry/slug.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using v1::Import;

constexpr std::string_view kLabelPrefix = "label.";

// Short names of columns, as data/clusters.csv has them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kClusterAliases = {
    {{"name", "display_name"},
     {"founded", "founded_on"},
     {"label", "label.kind"},
     {"issued", "label.issued_on"},
     {"valid_until", "label.valid_until"}}};
// Fields that are no field of the resource, or not one by themselves.
constexpr std::array<std::string_view, 5> kClusterExtras = {"cluster", "label_id", "nuts",
                                                            "members", "source"};

// "sectors" of "sectors.NACE".
std::string_view TopOf(std::string_view field) { return field.substr(0, field.find('.')); }

template <class T, class Names>
bool IsFieldOf(const Names& names, std::string_view field) {
  return IsAmong(names, TopOf(field)) && IsCellField(*T::descriptor(), field);
}

bool IsClusterField(std::string_view field) {
  if (IsAmong(kClusterExtras, field)) return true;
  if (field.substr(0, kLabelPrefix.size()) == kLabelPrefix) {
    return IsFieldOf<v1::Label>(kLabelFields, field.substr(kLabelPrefix.size()));
  }
  return IsFieldOf<v1::Cluster>(kClusterFields, field);
}

// ".label.issued_on" and "provenances[0].source" as the field a cell fed.
std::string FieldOfViolation(std::string_view path) {
  if (!path.empty() && path[0] == '.') path.remove_prefix(1);
  std::size_t begin = 0;
  if (path.substr(0, kLabelPrefix.size()) == kLabelPrefix) begin = kLabelPrefix.size();
  std::string field(path.substr(0, path.find_first_of(".[", begin)));
  if (field == "provenances" || field == "label.provenances") return "source";
  return field == "member_counts" ? "members" : field;
}

// Takes one row apart.
class RowReader {
 public:
  RowReader(const TableRow& cells, const ImportWorld& world, ImportedRow& row)
      : cells_(cells), world_(world), row_(row) {}

  void ReadCluster();
  void ReadLabel();
  void ReadMember();
  void ReadCount();

 private:
  void Fault(std::string_view field, std::string_view text) {
    row_.faults.push_back(absl::StrCat(std::string(field), ": ", std::string(text)));
  }
  void AddViolations(const Violations& violations);
  // The cluster the row refers to: its name, or the name it follows from.
  void ReadReference();
  void ReadClusterCells();
  void ReadCountCell();
  void ReadLabelCells();
  void CheckLabelDates();
  std::string RegionOf(std::string_view field);
  void CheckRegionExists(std::string_view field, const std::string& region);

  const TableRow& cells_;
  const ImportWorld& world_;
  ImportedRow& row_;
};

void RowReader::AddViolations(const Violations& violations) {
  for (const FieldViolation& violation : violations.list()) {
    // A row that names its cluster may leave out what a new one needs.
    const std::string field = FieldOfViolation(violation.field);
    if (row_.names_cluster && cells_.Get(field).empty() &&
        (field == "display_name" || field == "country")) {
      continue;
    }
    // What is wrong with a cell is not said again of the field it leaves empty.
    const std::string start = field + ": ";
    const bool named = std::any_of(row_.faults.begin(), row_.faults.end(), [&](const auto& fault) {
      return fault.compare(0, start.size(), start) == 0;
    });
    if (!named) row_.faults.push_back(start + violation.description);
  }
}

void RowReader::ReadReference() {
  std::string cluster = cells_.Get("cluster");
  if (cluster.empty()) return;
  if (cluster.rfind("clusters/", 0) != 0) cluster = "clusters/" + MakeSlug(cluster);
  if (!MatchesResourcePattern(cluster, "clusters/*")) {
    Fault("cluster", "must be clusters/* or the name of a cluster");
    return;
  }
  row_.cluster.set_name(cluster);
  row_.names_cluster = true;
}

std::string RowReader::RegionOf(std::string_view field) {
  const std::string code = cells_.Get("nuts");
  if (code.empty()) return cells_.Get(field);
  const std::string region = world_.regions.FindByCode("NUTS", world_.nuts_version, code);
  if (!region.empty()) return region;
  const std::vector<std::string> versions = world_.regions.VersionsOfCode("NUTS", code);
  Fault("nuts", absl::StrCat("no region has ", code.substr(0, 16), " in NUTS ", world_.nuts_version,
                             versions.empty() ? ""
                                              : absl::StrCat("; it is a code of NUTS ",
                                                             absl::StrJoin(versions, ", "))));
  return "";
}

void RowReader::CheckRegionExists(std::string_view field, const std::string& region) {
  if (!region.empty() && !world_.regions.Has(region)) Fault(field, "no such region");
}

void RowReader::ReadClusterCells() {
  for (const auto& [field, cell] : cells_.cells) {
    if (IsAmong(kClusterExtras, field) || field.rfind(kLabelPrefix, 0) == 0) continue;
    const std::string fault = SetCellField(field, cell, row_.cluster);
    if (!fault.empty()) Fault(field, fault);
  }
}

void RowReader::ReadCountCell() {
  const std::string members = cells_.Get("members");
  if (members.empty()) return;
  std::int64_t count = 0;
  if (!absl::SimpleAtoi(members, &count) || count < 0) {
    Fault("members", "not a number");
    return;
  }
  v1::Quantity& quantity = *row_.cluster.add_member_counts();
  quantity.set_value(count);
  quantity.set_definition("members");
  quantity.set_source(cells_.Get("source"));
}

void RowReader::ReadCluster() {
  ReadReference();
  ReadClusterCells();
  NormalizeIdentifiers(*row_.cluster.mutable_external_ids());
  row_.cluster.set_state(v1::Cluster::STATE_DRAFT);
  const std::string region = RegionOf("home_region");
  row_.cluster.set_home_region(region);
  CheckRegionExists("home_region", region);
  for (const std::string& operating : row_.cluster.operating_regions()) {
    CheckRegionExists("operating_regions", operating);
  }
  if (const std::string source = cells_.Get("source"); !source.empty()) {
    row_.cluster.add_provenances()->set_source(source);
  }
  ReadCountCell();
  Violations violations;
  ValidateCluster("", row_.cluster, violations);
  AddViolations(violations);
}

void RowReader::CheckLabelDates() {
  const auto issued = ParsePartialDate(row_.label.issued_on());
  const auto end = ParseDate(row_.label.valid_until());
  if (issued && end && *end < issued->first) {
    Fault("label.valid_until", "lies before issued");
  }
}

void RowReader::ReadLabelCells() {
  for (const auto& [field, cell] : cells_.cells) {
    if (field.rfind(kLabelPrefix, 0) != 0) continue;
    const std::string fault = SetCellField(field.substr(kLabelPrefix.size()), cell, row_.label);
    if (!fault.empty()) Fault(field, fault);
  }
  for (v1::LabelEvent& event : *row_.label.mutable_events()) {
    event.clear_record_time();
    event.clear_actor();
  }
}

void RowReader::ReadLabel() {
  v1::Label& label = row_.label;
  ReadLabelCells();
  if (label.kind().empty()) {
    const bool dated = label.ByteSizeLong() > 0;
    if (dated) Fault("label.kind", "required with a date");
    label.Clear();
    return;
  }
  if (label.scheme().empty()) label.set_scheme(world_.label_scheme);
  const auto scheme = world_.schemes.find(label.scheme());
  if (scheme == world_.schemes.end()) {
    Fault("label.scheme", label.scheme().empty() ? "required" : "no such label scheme");
  } else if (FindKind(scheme->second, label.kind()) == nullptr) {
    Fault("label.kind",
          absl::StrCat("'", label.kind().substr(0, 64), "' is no kind of ", label.scheme()));
  }
  if (!cells_.HasColumn("label.name_as_printed") && label.name_as_printed().empty()) {
    label.set_name_as_printed(row_.cluster.display_name());
  }
  if (!cells_.HasColumn("label.term_basis") &&
      label.term_basis() == v1::Label::TERM_BASIS_UNSPECIFIED && label.issued_on().empty() &&
      !label.valid_until().empty() && label.valid_from().empty()) {
    label.set_term_basis(v1::Label::TERM_BASIS_PRINTED);
  }
  if (const std::string source = cells_.Get("source"); !source.empty()) {
    label.add_provenances()->set_source(source);
  }
  const std::string id = cells_.Get("label_id");
  Violations violations;
  if (!id.empty() && !MatchesResourcePattern("labels/" + id, "labels/*")) {
    violations.Add("label_id", "must be an id");
  }
  if (!id.empty()) label.set_name("labels/" + id);  // NameRows puts the cluster before it
  if (label.scheme().empty()) label.set_scheme("labelSchemes/none");  // its fault is named above
  ValidateLabel("label", label, violations);
  for (int i = 0; i < label.events_size(); ++i) {
    ValidateLabelEvent(Path("label", "events", i), label.events(i), violations);
  }
  AddViolations(violations);
  CheckLabelDates();
}

void RowReader::ReadMember() {
  ReadReference();
  if (row_.cluster.name().empty()) Fault("cluster", "required");
  for (const auto& [field, cell] : cells_.cells) {
    if (field == "cluster" || field == "member_id" || field == "nuts") continue;
    const std::string fault = SetCellField(field, cell, row_.member);
    if (!fault.empty()) Fault(field, fault);
  }
  NormalizeIdentifiers(*row_.member.mutable_identifiers());
  row_.member.set_region(RegionOf("region"));
  CheckRegionExists("region", row_.member.region());
  Violations violations;
  ValidateMember("", row_.member, violations);
  std::string id = cells_.Get("member_id");
  if (id.empty() && row_.member.kind() == v1::Member::KIND_INDIVIDUAL) {
    // Ids stand in changes and logs, where a person's name must not.
    violations.Add("member_id", "required for an individual: no id is made of a person's name");
  } else if (id.empty()) {
    const std::string& from = row_.member.member_from();
    id = MakeSlug(absl::StrCat(row_.member.display_name(), from.empty() ? "" : " from ", from));
  } else if (!MatchesResourcePattern("members/" + id, "members/*")) {
    violations.Add("member_id", "must be an id");
  }
  AddViolations(violations);
  row_.member.set_name(absl::StrCat(row_.cluster.name(), "/members/", id));
}

void RowReader::ReadCount() {
  ReadReference();
  if (row_.cluster.name().empty()) Fault("cluster", "required");
  if (cells_.Get("value").empty()) Fault("value", "required");
  for (const std::string_view field : kCountFields) {
    const std::string fault = SetCellField(field, cells_.Get(field), row_.count);
    if (!fault.empty()) Fault(field, fault);
  }
  Violations violations;
  violations.RequireRange("value", row_.count.value(), 0, 100'000'000);
  OptionalPartialDate(violations, "as_of", row_.count.as_of());
  violations.OptionalText("definition", row_.count.definition(), kNameBytesMax);
  violations.OptionalText("source", row_.count.source(), kUriBytesMax);
  AddViolations(violations);
}

// An id that follows from the award, so that the same row gives the same label again.
std::string LabelId(const v1::Label& label) {
  std::string id = MakeSlug(label.scheme().substr(label.scheme().find('/') + 1)) + "-" +
                   absl::AsciiStrToLower(label.kind());
  if (!label.issued_on().empty()) id += "-from-" + label.issued_on();
  if (!label.valid_until().empty()) id += "-until-" + label.valid_until();
  return MakeSlug(id);
}

std::string PlainName(const v1::Cluster& cluster) {
  return "clusters/" + MakeSlug(cluster.display_name());
}

std::string NameWithCountry(const v1::Cluster& cluster) {
  return "clusters/" + MakeSlug(absl::StrCat(cluster.country(), " ", cluster.display_name()));
}

}  // namespace

std::string ImportFieldOf(Import::Content content, std::string_view column) {
  const std::string name(column);
  switch (content) {
    case Import::CONTENT_MEMBERS: {
      const bool extra = name == "cluster" || name == "member_id" || name == "nuts";
      return extra || IsFieldOf<v1::Member>(kMemberFields, name) ? name : "";
    }
    case Import::CONTENT_MEMBER_COUNTS:
      return name == "cluster" || IsAmong(kCountFields, name) ? name : "";
    case Import::CONTENT_INITIATIVES:
      return IsInitiativeField(name) ? name : "";
    default:
      for (const auto& [alias, field] : kClusterAliases) {
        if (name == alias) return std::string(field);
      }
      return IsClusterField(name) ? name : "";
  }
}

ImportedRow ReadImportedRow(Import::Content content, const TableRow& cells,
                            const ImportWorld& world) {
  ImportedRow row;
  row.line = cells.line;
  row.faults = cells.faults;
  if (!row.faults.empty()) return row;
  RowReader reader(cells, world, row);
  switch (content) {
    case Import::CONTENT_MEMBERS:
      reader.ReadMember();
      break;
    case Import::CONTENT_MEMBER_COUNTS:
      reader.ReadCount();
      break;
    case Import::CONTENT_INITIATIVES:
      ReadInitiativeRow(cells, row);
      break;
    default:
      reader.ReadCluster();
      reader.ReadLabel();
      break;
  }
  for (std::string& fault : row.faults) fault = cells.NameColumn(fault);
  return row;
}

std::vector<std::string> PossibleNames(const ImportedRow& row) {
  if (row.names_cluster) return {row.cluster.name()};
  if (row.cluster.display_name().empty()) return {};
  return {PlainName(row.cluster), NameWithCountry(row.cluster)};
}

void NameRows(const std::map<std::string, std::string>& country_of,
              std::vector<ImportedRow>& rows) {
  std::map<std::string, std::pair<std::string, std::string>> owners;
  for (ImportedRow& row : rows) {
    v1::Cluster& cluster = row.cluster;
    if (!row.names_cluster && !cluster.display_name().empty()) {
      const std::pair<std::string, std::string> owner = {cluster.display_name(), cluster.country()};
      std::string name = PlainName(cluster);
      const auto there = country_of.find(name);
      const bool foreign = there != country_of.end() && there->second != cluster.country();
      if (foreign || owners.emplace(name, owner).first->second != owner) {
        name = NameWithCountry(cluster);
      }
      cluster.set_name(name);
    }
    if (row.label.kind().empty()) continue;
    row.label.set_name(
        absl::StrCat(cluster.name(), "/",
                     row.label.name().empty() ? "labels/" + LabelId(row.label) : row.label.name()));
  }
}

}  // namespace wici::cluster_registry
