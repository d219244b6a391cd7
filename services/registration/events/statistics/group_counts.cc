#include "services/registration/events/statistics/group_counts.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/party.h"
#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {
namespace {

using Group = v1::StatisticsGroup;

bool HasCome(const v1::Registration& registration) { return registration.has_check_in_time(); }

void CountRegistered(const v1::Registration& registration, Group& group) {
  if (!HoldsSeat(registration.state())) return;
  group.set_registered(group.registered() + 1);
  if (HasCome(registration)) group.set_came(group.came() + 1);
}

std::int32_t SizeOf(const Group& group) { return std::max(group.invited(), group.registered()); }

void Hide(Group& group) {
  group.clear_invited();
  group.clear_answered();
  group.clear_registered();
  group.clear_came();
  group.set_hidden(true);
}

// `groups` are those of one kind, largest first.
void HideSmall(std::vector<Group>& groups) {
  std::size_t hidden = 0;
  while (hidden < groups.size() && SizeOf(groups[groups.size() - 1 - hidden]) < kGroupSizeMin) {
    ++hidden;
  }
  if (hidden == 1 && groups.size() > 1) hidden = 2;
  // Their order would say something too.
  const auto first = groups.end() - static_cast<std::ptrdiff_t>(hidden);
  std::for_each(first, groups.end(), Hide);
  std::sort(first, groups.end(), [](const Group& a, const Group& b) { return a.key() < b.key(); });
}

}  // namespace

Facet FacetOf(std::string_view predicate) {
  const std::vector<std::string> words = absl::StrSplit(View(predicate), ' ');
  if (words[0] == "label" && words.size() >= 3) {
    return {Group::KIND_LABEL, absl::StrCat(words[1], " ", words[2])};
  }
  if (words[0] != "region" || words.size() < 2) return {};
  if (words[1].rfind("regions/", 0) == 0) return {Group::KIND_REGION, words[1]};
  // With a code the region it stands for follows in brackets, if there is one.
  for (const std::string& word : words) {
    if (word.rfind("(regions/", 0) != 0 || word.back() != ')') continue;
    return {Group::KIND_REGION, word.substr(1, word.size() - 2)};
  }
  if (words.size() < 4) return {};
  return {Group::KIND_REGION, absl::StrCat(words[1], " ", words[2], " ", words[3])};
}

Group& GroupCounts::At(Kind kind, const std::string& key) {
  Group& group = groups_[{kind, key}];
  group.set_kind(kind);
  group.set_key(key);
  return group;
}

void GroupCounts::Add(const v1::Invitation& invitation, const v1::Registration* made) {
  if (invitation.state() == v1::INVITATION_STATE_REVOKED) return;
  Facets facets;
  for (const std::string& cluster : invitation.clusters()) {
    facets.emplace(Group::KIND_CLUSTER, cluster);
  }
  for (const v1::InvitationReason& reason : invitation.reasons()) {
    for (const std::string& predicate : reason.predicates()) {
      Facet facet = FacetOf(predicate);
      if (facet.kind == Group::KIND_UNSPECIFIED) continue;
      if (!reason.cluster().empty()) of_cluster_[reason.cluster()].emplace(facet.kind, facet.key);
      facets.emplace(facet.kind, std::move(facet.key));
    }
  }
  for (const auto& [kind, key] : facets) {
    Group& group = At(kind, key);
    group.set_invited(group.invited() + 1);
    if (invitation.answer() != v1::ANSWER_UNSPECIFIED) group.set_answered(group.answered() + 1);
    // By cluster every registration is counted, also one without invitation.
    if (made != nullptr && kind != Group::KIND_CLUSTER) CountRegistered(*made, group);
  }
}

void GroupCounts::Add(const v1::Registration& registration) {
  if (!HoldsSeat(registration.state())) return;
  CountRegistered(registration, At(Group::KIND_CATEGORY, registration.admission_category()));
  const std::string cluster = ClusterOf(registration);
  if (cluster.empty()) return;
  CountRegistered(registration, At(Group::KIND_CLUSTER, cluster));
  if (!registration.invitation().empty() && !registration.plus_one()) return;
  const auto known = of_cluster_.find(cluster);
  if (known == of_cluster_.end()) return;
  for (const auto& [kind, key] : known->second) CountRegistered(registration, At(kind, key));
}

void GroupCounts::Fill(bool all, v1::EventStatistics& statistics) const {
  std::map<Kind, std::vector<Group>> kinds;
  for (const auto& [key, group] : groups_) kinds[key.first].push_back(group);
  for (auto& [kind, groups] : kinds) {
    std::stable_sort(groups.begin(), groups.end(),
                     [](const Group& a, const Group& b) { return SizeOf(a) > SizeOf(b); });
    if (!all) HideSmall(groups);
    const int more = static_cast<int>(groups.size()) - kGroupsMax;
    if (more > 0) {
      statistics.set_groups_left_out(statistics.groups_left_out() + more);
      groups.resize(kGroupsMax);
    }
    statistics.mutable_groups()->Add(groups.begin(), groups.end());
  }
}

}  // namespace wici::registration
