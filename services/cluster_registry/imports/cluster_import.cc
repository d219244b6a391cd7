#include "services/cluster_registry/imports/cluster_import.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/limits.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/clusters/validate_cluster.h"
#include "services/cluster_registry/imports/csv.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/partial_date.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {
namespace {

using Row = v1::ImportClustersResponse::Row;

constexpr std::array<std::string_view, 10> kColumns = {
    "name",   "country",     "nuts",    "website", "label",
    "issued", "valid_until", "members", "founded", "source"};
constexpr std::string_view kOptionalColumn = "contact_email";

// Cells of one record by column name.
class Cells {
 public:
  Cells(const std::map<std::string, std::size_t>& columns, const CsvRecord& record)
      : columns_(columns), record_(record) {}

  std::string Get(std::string_view column) const {
    const auto found = columns_.find(std::string(column));
    if (found == columns_.end()) return "";
    return std::string(absl::StripAsciiWhitespace(record_.fields[found->second]));
  }

 private:
  const std::map<std::string, std::size_t>& columns_;
  const CsvRecord& record_;
};

std::vector<std::string> ReadHeader(const CsvRecord& record,
                                    std::map<std::string, std::size_t>& columns) {
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    const std::string& name = record.fields[i];
    const bool known = name == kOptionalColumn ||
                       std::find(kColumns.begin(), kColumns.end(), name) != kColumns.end();
    if (!known) {
      faults.push_back(absl::StrCat("header: unknown column '", name.substr(0, 64), "'"));
    } else if (!columns.emplace(name, i).second) {
      faults.push_back(absl::StrCat("header: column ", name, " is there twice"));
    }
  }
  for (const std::string_view name : kColumns) {
    if (columns.count(std::string(name)) == 0) {
      faults.push_back(absl::StrCat("header: column ", std::string(name), " is missing"));
    }
  }
  return faults;
}

// Turns one record into a row.
class RowReader {
 public:
  RowReader(std::string_view nuts_version, const RegionMap& regions, const v1::LabelScheme& scheme)
      : nuts_version_(nuts_version), regions_(regions), scheme_(scheme) {}

  void Read(const Cells& cells, ImportRow& row) const {
    ReadCluster(cells, row);
    ReadLabel(cells, row);
  }

 private:
  void ReadCluster(const Cells& cells, ImportRow& row) const;
  void ReadRegion(const Cells& cells, ImportRow& row) const;
  void ReadLabel(const Cells& cells, ImportRow& row) const;

  std::string_view nuts_version_;
  const RegionMap& regions_;
  const v1::LabelScheme& scheme_;
};

void RowReader::ReadCluster(const Cells& cells, ImportRow& row) const {
  v1::Cluster& cluster = row.cluster;
  cluster.set_display_name(cells.Get("name"));
  cluster.set_country(cells.Get("country"));
  cluster.set_website(cells.Get("website"));
  cluster.set_founded_on(cells.Get("founded"));
  cluster.set_contact_email(cells.Get("contact_email"));
  cluster.set_state(v1::Cluster::STATE_DRAFT);
  ReadRegion(cells, row);
  const std::string source = cells.Get("source");
  if (!source.empty()) cluster.add_provenances()->set_source(source);
  if (const std::string members = cells.Get("members"); !members.empty()) {
    std::int64_t count = 0;
    if (absl::SimpleAtoi(members, &count) && count >= 0) {
      v1::Quantity& quantity = *cluster.add_member_counts();
      quantity.set_value(count);
      quantity.set_definition("members");
      quantity.set_source(source);
    } else {
      row.faults.push_back("members: not a number");
    }
  }
  Violations violations;
  ValidateCluster("", cluster, violations);
  for (const FieldViolation& violation : violations.list()) {
    std::string column = violation.field.substr(violation.field.find_first_not_of('.'));
    if (column == "display_name") column = "name";
    if (column == "founded_on") column = "founded";
    if (column.rfind("provenances", 0) == 0) column = "source";
    if (column.rfind("member_counts", 0) == 0) column = "members";
    row.faults.push_back(absl::StrCat(column, ": ", violation.description));
  }
}

void RowReader::ReadRegion(const Cells& cells, ImportRow& row) const {
  const std::string code = cells.Get("nuts");
  if (code.empty()) return;
  const std::string region = regions_.FindByCode("NUTS", nuts_version_, code);
  if (!region.empty()) {
    row.cluster.set_home_region(region);
    return;
  }
  const std::vector<std::string> versions = regions_.VersionsOfCode("NUTS", code);
  row.faults.push_back(absl::StrCat(
      "nuts: no region has ", code.substr(0, 16), " in NUTS ", std::string(nuts_version_),
      versions.empty() ? ""
                       : absl::StrCat("; it is a code of NUTS ", absl::StrJoin(versions, ", "))));
}

void RowReader::ReadLabel(const Cells& cells, ImportRow& row) const {
  const std::string kind = cells.Get("label");
  const std::string issued = cells.Get("issued");
  const std::string until = cells.Get("valid_until");
  if (!issued.empty() && !ParsePartialDate(issued)) {
    row.faults.push_back("issued: must be YYYY, YYYY-MM or YYYY-MM-DD, from 1900 on");
  }
  if (!until.empty() && !ParseDate(until)) {
    row.faults.push_back("valid_until: must be YYYY-MM-DD, from 1900 on");
  }
  if (kind.empty()) {
    if (!issued.empty() || !until.empty()) row.faults.push_back("label: required with a date");
    return;
  }
  if (FindKind(scheme_, kind) == nullptr) {
    row.faults.push_back(
        absl::StrCat("label: '", kind.substr(0, 64), "' is no kind of ", scheme_.name()));
    return;
  }
  const auto range = ParsePartialDate(issued);
  const auto end = ParseDate(until);
  if (range && end && *end < range->first) {
    row.faults.push_back("valid_until: lies before issued");
  }
  v1::Label& label = row.label;
  label.set_scheme(scheme_.name());
  label.set_kind(kind);
  label.set_name_as_printed(row.cluster.display_name());
  label.set_issued_on(issued);
  label.set_valid_until(until);
  if (issued.empty() && !until.empty()) label.set_term_basis(v1::Label::TERM_BASIS_PRINTED);
  if (const std::string source = cells.Get("source"); !source.empty()) {
    label.add_provenances()->set_source(source);
  }
}

// An id that follows from the award, so that the same row gives the same label again.
std::string LabelId(const v1::Label& label) {
  std::string id = MakeSlug(label.scheme().substr(label.scheme().find('/') + 1)) + "-" +
                   absl::AsciiStrToLower(label.kind());
  if (!label.issued_on().empty()) id += "-from-" + label.issued_on();
  if (!label.valid_until().empty()) id += "-until-" + label.valid_until();
  return MakeSlug(id);
}

// Gives each row its cluster and its label a name. Two clusters of the same name in two countries
// are two; the second gets its country into the id.
void NameRows(std::vector<ImportRow>& rows) {
  std::map<std::string, std::pair<std::string, std::string>> owners;
  for (ImportRow& row : rows) {
    if (row.cluster.display_name().empty()) continue;
    const std::pair<std::string, std::string> owner = {row.cluster.display_name(),
                                                       row.cluster.country()};
    std::string id = MakeSlug(row.cluster.display_name());
    const auto [found, inserted] = owners.emplace(id, owner);
    if (!inserted && found->second != owner) {
      id = MakeSlug(absl::StrCat(row.cluster.country(), " ", row.cluster.display_name()));
    }
    row.cluster.set_name("clusters/" + id);
    if (!row.label.kind().empty()) {
      row.label.set_name(row.cluster.name() + "/labels/" + LabelId(row.label));
    }
  }
}

// Takes over what `target` does not have. Returns whether anything changed.
bool Complete(const v1::Cluster& facts, v1::Cluster& target) {
  const std::string before = target.SerializeAsString();
  if (target.home_region().empty()) target.set_home_region(facts.home_region());
  if (target.website().empty()) target.set_website(facts.website());
  if (target.founded_on().empty()) target.set_founded_on(facts.founded_on());
  if (target.contact_email().empty()) target.set_contact_email(facts.contact_email());
  for (const v1::Quantity& count : facts.member_counts()) {
    const bool known =
        std::any_of(target.member_counts().begin(), target.member_counts().end(),
                    [&](const v1::Quantity& other) {
                      return other.value() == count.value() && other.source() == count.source();
                    });
    if (!known) *target.add_member_counts() = count;
  }
  for (const v1::Provenance& provenance : facts.provenances()) {
    const bool known = std::any_of(
        target.provenances().begin(), target.provenances().end(),
        [&](const v1::Provenance& other) { return other.source() == provenance.source(); });
    if (!known) *target.add_provenances() = provenance;
  }
  return target.SerializeAsString() != before;
}

// The row with its label added to `labels`, or with the reason why it cannot be.
Row PlanLabel(const v1::LabelScheme& scheme, const ImportRow& row, std::vector<v1::Label>& labels,
              ClusterPlan& plan) {
  Row result;
  result.set_line(row.line);
  result.set_cluster(row.cluster.name());
  result.set_action(v1::ImportClustersResponse::ACTION_UNCHANGED);
  if (row.label.name().empty()) return result;
  result.set_label(row.label.name());
  const bool known = std::any_of(labels.begin(), labels.end(), [&](const v1::Label& label) {
    return label.name() == row.label.name();
  });
  if (known) return result;
  v1::Label label = row.label;
  if (const absl::Status overlap = CheckNoOverlap(label, labels); !overlap.ok()) {
    result.set_action(v1::ImportClustersResponse::ACTION_REFUSED);
    result.clear_label();
    result.add_faults(absl::StrCat("valid_until: ", std::string(overlap.message())));
    return result;
  }
  ApplyPolicy(scheme, nullptr, label);
  for (const std::string& notice : label.notices()) result.add_notices(notice);
  result.set_action(v1::ImportClustersResponse::ACTION_CREATED);
  labels.push_back(label);
  plan.labels.push_back(std::move(label));
  return result;
}

}  // namespace

ClusterFile ReadClusterFile(std::string_view content, std::string_view nuts_version,
                            const RegionMap& regions, const v1::LabelScheme& scheme) {
  ClusterFile file;
  const std::vector<CsvRecord> records = ParseCsv(content, kImportRowsMax + 1);
  if (records.empty()) {
    file.faults.push_back("header: the file is empty");
    return file;
  }
  std::map<std::string, std::size_t> columns;
  file.faults = ReadHeader(records[0], columns);
  if (!records[0].fault.empty()) file.faults.push_back("header: " + records[0].fault);
  if (!file.faults.empty()) return file;

  const RowReader reader(nuts_version, regions, scheme);
  for (std::size_t i = 1; i < records.size(); ++i) {
    ImportRow& row = file.rows.emplace_back();
    row.line = records[i].line;
    if (!records[i].fault.empty()) {
      row.faults.push_back("row: " + records[i].fault);
    } else if (records[i].fields.size() != records[0].fields.size()) {
      row.faults.push_back(absl::StrCat("row: has ", records[i].fields.size(), " cells, not ",
                                        records[0].fields.size()));
    } else {
      reader.Read(Cells(columns, records[i]), row);
    }
  }
  NameRows(file.rows);
  return file;
}

ClusterPlan PlanCluster(absl::Span<const ImportRow* const> rows, const KnownCluster& known,
                        const v1::LabelScheme& scheme) {
  ClusterPlan plan;
  plan.insert = known.cluster == nullptr;
  plan.cluster = plan.insert ? rows.front()->cluster : *known.cluster;
  std::vector<v1::Label> labels = known.labels;
  for (const ImportRow* row : rows) {
    Row result = PlanLabel(scheme, *row, labels, plan);
    const bool completed = Complete(row->cluster, plan.cluster);
    const bool first = row == rows.front();
    if (result.action() == v1::ImportClustersResponse::ACTION_UNCHANGED) {
      if (plan.insert && first) {
        result.set_action(v1::ImportClustersResponse::ACTION_CREATED);
      } else if (completed) {
        result.set_action(v1::ImportClustersResponse::ACTION_UPDATED);
      }
    }
    plan.update = plan.update || (completed && !plan.insert);
    plan.rows.push_back(std::move(result));
  }
  return plan;
}

}  // namespace wici::cluster_registry
