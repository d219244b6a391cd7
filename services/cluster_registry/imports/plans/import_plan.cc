#include "services/cluster_registry/imports/plans/import_plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/clusters/validate_cluster.h"
#include "services/cluster_registry/imports/plans/complete.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::FieldDescriptor;
using v1::ImportRow;

v1::ImportRow ResultOf(const ImportedRow& row, ImportRow::Action action) {
  v1::ImportRow result;
  result.set_line(row.line);
  result.set_action(action);
  result.set_cluster(row.cluster.name());
  return result;
}

bool SameCount(const v1::Quantity& a, const v1::Quantity& b) {
  return a.value() == b.value() && a.source() == b.source() && a.as_of() == b.as_of() &&
         a.definition() == b.definition();
}

// Adds `count` unless it is there.
bool AddCount(const v1::Quantity& count, v1::Cluster& target) {
  const auto& counts = target.member_counts();
  const bool known = std::any_of(counts.begin(), counts.end(), [&](const v1::Quantity& other) {
    return SameCount(count, other);
  });
  if (!known) *target.add_member_counts() = count;
  return !known;
}

// Plans the rows of one cluster one after the other; each sees what the rows before it add.
class Planner {
 public:
  Planner(const KnownCluster& known, const std::map<std::string, v1::LabelScheme>& schemes,
          ImportPlan& plan)
      : schemes_(schemes), plan_(plan), labels_(known.labels), members_(known.members) {
    for (std::size_t i = 0; i < members_.size(); ++i) IndexMember(i);
    for (std::size_t i = 0; i < labels_.size(); ++i) label_at_[labels_[i].name()] = i;
  }

  v1::ImportRow PlanCluster(const ImportedRow& row, bool first);
  v1::ImportRow PlanMember(const ImportedRow& row);
  v1::ImportRow PlanCount(const ImportedRow& row);
  // L7, once all rows are planned: the earlier award may stand in a later row. `plan_.rows` are
  // complete. Pairs of labels are compared, of which a part of an import has few.
  void NoteMissingAwards();

 private:
  static std::string KeyOf(const v1::ExternalId& id) {
    return absl::StrCat(id.scheme(), "\n", id.value());
  }
  void IndexMember(std::size_t at);
  // C4: the member of the same organisation that overlaps, or "".
  std::string OverlappingMember(const v1::Member& member) const;
  v1::ImportRow PlanLabel(const ImportedRow& row);
  v1::ImportRow CompleteMember(const ImportedRow& row, v1::Member& known);

  const std::map<std::string, v1::LabelScheme>& schemes_;
  ImportPlan& plan_;
  std::vector<v1::Label> labels_;
  std::map<std::string, std::size_t> label_at_;
  std::vector<v1::Member> members_;
  std::map<std::string, std::size_t> member_at_;
  std::multimap<std::string, std::size_t> members_by_id_;
};

// What of `label` the registry believes otherwise.
void NoteDifferences(const v1::Label& label, const v1::Label& known, v1::ImportRow& result) {
  std::vector<const FieldDescriptor*> set;
  label.GetReflection()->ListFields(label, &set);
  for (const FieldDescriptor* field : set) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || field->is_repeated()) continue;
    const std::string theirs = known.GetReflection()->GetString(known, field);
    if (theirs != label.GetReflection()->GetString(label, field)) {
      result.add_notices(absl::StrCat("the label is recorded with another ", field->name(),
                                      "; if that is wrong, record a correction"));
    }
  }
}

v1::ImportRow Planner::PlanLabel(const ImportedRow& row) {
  v1::ImportRow result = ResultOf(row, ImportRow::ACTION_UNCHANGED);
  if (row.label.kind().empty()) return result;
  result.set_resource(row.label.name());
  if (const auto known = label_at_.find(row.label.name()); known != label_at_.end()) {
    NoteDifferences(row.label, labels_[known->second], result);
    return result;
  }
  v1::Label label = row.label;
  if (const absl::Status overlap = CheckNoOverlap(label, labels_); !overlap.ok()) {
    result.set_action(ImportRow::ACTION_REFUSED);
    result.clear_resource();
    result.add_faults(absl::StrCat("valid_until: ", std::string(overlap.message())));
    return result;
  }
  ApplyPolicy(schemes_.at(label.scheme()), nullptr, label);
  for (const std::string& notice : label.notices()) result.add_notices(notice);
  result.set_action(ImportRow::ACTION_CREATED);
  label_at_[label.name()] = labels_.size();
  labels_.push_back(label);
  plan_.labels.push_back(std::move(label));
  return result;
}

void Planner::NoteMissingAwards() {
  std::map<std::string, v1::ImportRow*> row_of;
  for (v1::ImportRow& row : plan_.rows) {
    if (row.action() == ImportRow::ACTION_CREATED) row_of[row.resource()] = &row;
  }
  for (v1::Label& label : plan_.labels) {
    const int noted = label.notices_size();
    NotePrerequisites(schemes_.at(label.scheme()), labels_, label);
    for (int i = noted; i < label.notices_size(); ++i) {
      row_of.at(label.name())->add_notices(label.notices(i));
    }
  }
}

v1::ImportRow Planner::PlanCluster(const ImportedRow& row, bool first) {
  v1::Cluster more = plan_.cluster;
  bool completed = CompleteFields(row.cluster, kClusterFields, more);
  for (const v1::Quantity& count : row.cluster.member_counts()) {
    completed = AddCount(count, more) || completed;
  }
  if (completed) {
    // Lists are bounded, and so is what imports add to them.
    Violations violations;
    ValidateCluster("", more, violations);
    if (!violations.ok()) {
      v1::ImportRow refused = ResultOf(row, ImportRow::ACTION_REFUSED);
      for (const FieldViolation& violation : violations.list()) {
        refused.add_faults(absl::StrCat(violation.field.substr(1), ": ", violation.description));
      }
      return refused;
    }
    plan_.cluster = more;
  }
  v1::ImportRow result = PlanLabel(row);
  if (result.action() == ImportRow::ACTION_UNCHANGED) {
    if (plan_.insert && first) {
      result.set_action(ImportRow::ACTION_CREATED);
    } else if (completed) {
      result.set_action(ImportRow::ACTION_UPDATED);
    }
  }
  plan_.update = plan_.update || (completed && !plan_.insert);
  return result;
}

void Planner::IndexMember(std::size_t at) {
  member_at_[members_[at].name()] = at;
  for (const v1::ExternalId& id : members_[at].identifiers()) {
    members_by_id_.emplace(KeyOf(id), at);
  }
}

std::string Planner::OverlappingMember(const v1::Member& member) const {
  for (const v1::ExternalId& id : member.identifiers()) {
    const auto [begin, end] = members_by_id_.equal_range(KeyOf(id));
    for (auto at = begin; at != end; ++at) {
      const v1::Member& other = members_[at->second];
      const bool disjoint =
          (!other.member_until().empty() && member.member_from() > other.member_until()) ||
          (!member.member_until().empty() && other.member_from() > member.member_until());
      if (other.name() != member.name() && !disjoint) return other.name();
    }
  }
  return "";
}

v1::ImportRow Planner::CompleteMember(const ImportedRow& row, v1::Member& known) {
  v1::ImportRow result = ResultOf(row, ImportRow::ACTION_UNCHANGED);
  result.set_resource(known.name());
  if (known.display_name() != row.member.display_name()) {
    result.set_action(ImportRow::ACTION_REFUSED);
    result.add_faults("member_id: another member of the cluster has this id");
    return result;
  }
  v1::Member completed = known;
  if (!CompleteFields(row.member, kMemberFields, completed)) return result;
  if (const std::string other = OverlappingMember(completed); !other.empty()) {
    result.set_action(ImportRow::ACTION_REFUSED);
    result.add_faults(absl::StrCat("member_from: overlaps the membership ", other));
    return result;
  }
  known = completed;
  result.set_action(ImportRow::ACTION_UPDATED);
  for (auto* list : {&plan_.new_members, &plan_.more_of_member}) {
    for (v1::Member& planned : *list) {
      if (planned.name() == completed.name()) {
        planned = completed;
        return result;
      }
    }
  }
  plan_.more_of_member.push_back(std::move(completed));
  return result;
}

v1::ImportRow Planner::PlanMember(const ImportedRow& row) {
  if (const auto known = member_at_.find(row.member.name()); known != member_at_.end()) {
    return CompleteMember(row, members_[known->second]);
  }
  v1::ImportRow result = ResultOf(row, ImportRow::ACTION_CREATED);
  if (const std::string other = OverlappingMember(row.member); !other.empty()) {
    result.set_action(ImportRow::ACTION_REFUSED);
    result.add_faults(absl::StrCat("member_from: overlaps the membership ", other));
    return result;
  }
  result.set_resource(row.member.name());
  members_.push_back(row.member);
  IndexMember(members_.size() - 1);
  plan_.new_members.push_back(row.member);
  return result;
}

v1::ImportRow Planner::PlanCount(const ImportedRow& row) {
  v1::ImportRow result = ResultOf(row, ImportRow::ACTION_UNCHANGED);
  if (!AddCount(row.count, plan_.cluster)) return result;
  if (plan_.cluster.member_counts_size() > kListMax) {
    plan_.cluster.mutable_member_counts()->RemoveLast();
    result.set_action(ImportRow::ACTION_REFUSED);
    result.add_faults(absl::StrCat("value: the cluster has ", kListMax, " counts already"));
    return result;
  }
  result.set_action(ImportRow::ACTION_CREATED);
  plan_.update = true;
  return result;
}

}  // namespace

ImportPlan PlanImport(v1::Import::Content content, absl::Span<const ImportedRow* const> rows,
                      const KnownCluster& known,
                      const std::map<std::string, v1::LabelScheme>& schemes) {
  const bool clusters = content == v1::Import::CONTENT_CLUSTERS;
  const ImportedRow& first = *rows.front();
  if (known.cluster == nullptr && !clusters) {
    return RefuseRows(rows, "cluster: there is no such cluster");
  }
  if (known.cluster == nullptr &&
      (first.cluster.display_name().empty() || first.cluster.country().empty())) {
    return RefuseRows(rows,
                      "cluster: there is no such cluster; a new one needs a name and a country");
  }
  if (known.cluster != nullptr && known.cluster->has_delete_time()) {
    return RefuseRows(rows, "name: the cluster was deleted; undelete it first");
  }
  ImportPlan plan;
  plan.insert = known.cluster == nullptr;
  plan.cluster = plan.insert ? first.cluster : *known.cluster;
  Planner planner(known, schemes, plan);
  for (const ImportedRow* row : rows) {
    plan.rows.push_back(content == v1::Import::CONTENT_MEMBERS ? planner.PlanMember(*row)
                        : clusters ? planner.PlanCluster(*row, row == &first)
                                   : planner.PlanCount(*row));
  }
  planner.NoteMissingAwards();
  return plan;
}

v1::ImportRow RefuseRow(const ImportedRow& row) {
  v1::ImportRow refused = ResultOf(row, ImportRow::ACTION_REFUSED);
  for (const std::string& fault : row.faults) refused.add_faults(fault);
  return refused;
}

ImportPlan RefuseRows(absl::Span<const ImportedRow* const> rows, const std::string& fault) {
  ImportPlan plan;
  for (const ImportedRow* row : rows) {
    plan.rows.push_back(ResultOf(*row, ImportRow::ACTION_REFUSED));
    plan.rows.back().add_faults(fault);
  }
  return plan;
}

}  // namespace wici::cluster_registry
