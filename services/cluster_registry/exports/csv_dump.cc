#include "services/cluster_registry/exports/csv_dump.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/csv.h"
#include "services/cluster_registry/imports/files/cells.h"
#include "services/cluster_registry/imports/plans/import_rows.h"
#include "services/cluster_registry/imports/plans/initiative_plan.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::Message;

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

template <class Names>
void AddNames(const Names& names, std::string_view prefix, std::vector<std::string>& fields) {
  for (const std::string_view name : names) {
    fields.push_back(absl::StrCat(std::string(prefix), std::string(name)));
  }
}

template <class Names>
void AddCells(const Names& names, const Message& message, std::vector<std::string>& fields) {
  for (const std::string_view name : names) fields.push_back(GetCellField(name, message));
}

}  // namespace

std::string ClustersAsCsv(absl::Span<const v1::Cluster> clusters) {
  std::string text;
  std::vector<std::string> fields = {"cluster"};
  AddNames(kClusterFields, "", fields);
  AppendCsv(fields, text);
  for (const v1::Cluster& cluster : clusters) {
    fields = {cluster.name()};
    AddCells(kClusterFields, cluster, fields);
    AppendCsv(fields, text);
  }
  return text;
}

std::string LabelsAsCsv(absl::Span<const v1::Label> labels) {
  std::string text;
  std::vector<std::string> fields = {"cluster", "label_id"};
  AddNames(kLabelFields, "label.", fields);
  AppendCsv(fields, text);
  for (v1::Label label : labels) {
    // Who recorded an event, and when, is a matter of the registry it was recorded in.
    for (v1::LabelEvent& event : *label.mutable_events()) {
      event.clear_record_time();
      event.clear_actor();
    }
    fields = {ClusterOf(label.name()), IdOf(label.name())};
    AddCells(kLabelFields, label, fields);
    AppendCsv(fields, text);
  }
  return text;
}

std::string MembersAsCsv(absl::Span<const v1::Member> members) {
  std::string text;
  std::vector<std::string> fields = {"cluster", "member_id"};
  AddNames(kMemberFields, "", fields);
  AppendCsv(fields, text);
  for (const v1::Member& member : members) {
    fields = {ClusterOf(member.name()), IdOf(member.name())};
    AddCells(kMemberFields, member, fields);
    AppendCsv(fields, text);
  }
  return text;
}

std::string MemberCountsAsCsv(absl::Span<const v1::Cluster> clusters) {
  std::string text;
  std::vector<std::string> fields = {"cluster"};
  AddNames(kCountFields, "", fields);
  AppendCsv(fields, text);
  for (const v1::Cluster& cluster : clusters) {
    for (const v1::Quantity& count : cluster.member_counts()) {
      fields = {cluster.name()};
      AddCells(kCountFields, count, fields);
      fields[1] = absl::StrCat(count.value());  // none is a number too
      AppendCsv(fields, text);
    }
  }
  return text;
}

std::string AmountOf(const v1::Money& money) {
  std::string fraction = absl::StrFormat("%09d", money.nanos());
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return absl::StrCat(money.units(), ".", fraction);
}

std::string InitiativesAsCsv(absl::Span<const v1::Initiative> initiatives) {
  const auto amount = [](bool present, const v1::Money& money) {
    return present ? absl::StrCat(AmountOf(money), " ", money.currency_code()) : "";
  };
  std::string text;
  std::vector<std::string> fields = {"initiative"};
  AddNames(kInitiativeFields, "", fields);
  fields.push_back("budget");
  AddNames(kParticipantFields, "participant.", fields);
  fields.push_back("participant.budget");
  AppendCsv(fields, text);
  for (const v1::Initiative& initiative : initiatives) {
    std::vector<std::string> facts = {initiative.name()};
    AddCells(kInitiativeFields, initiative, facts);
    facts.push_back(amount(initiative.has_budget(), initiative.budget()));
    for (int i = 0; i < initiative.participants_size() || i == 0; ++i) {
      v1::InitiativeParticipant participant;
      if (i < initiative.participants_size()) participant = initiative.participants(i);
      fields = facts;
      AddCells(kParticipantFields, participant, fields);
      fields.push_back(amount(participant.has_budget(), participant.budget()));
      AppendCsv(fields, text);
    }
  }
  return text;
}

}  // namespace wici::cluster_registry
