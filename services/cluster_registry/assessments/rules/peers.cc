#include "services/cluster_registry/assessments/rules/peers.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {
namespace {

// Cluster -> index of its last assessment in the log.
using State = std::map<std::string_view, std::size_t>;

// Whether `a` and `b` are the same, or differ by at least kShownClustersMin clusters.
bool TellNobodyApart(const State& a, const State& b) {
  int different = 0;
  auto at = a.begin();
  auto other = b.begin();
  while (different < kShownClustersMin && (at != a.end() || other != b.end())) {
    if (other == b.end() || (at != a.end() && at->first < other->first)) {
      ++at;
      ++different;
    } else if (at == a.end() || other->first < at->first) {
      ++other;
      ++different;
    } else {
      if (at->second != other->second) ++different;
      ++at;
      ++other;
    }
  }
  return different == 0 || different >= kShownClustersMin;
}

}  // namespace

std::string GroupName(v1::PeerGroup sort, const v1::Assessment& assessment) {
  if (sort == v1::PEER_GROUP_PORTFOLIO && !assessment.portfolio().empty()) {
    return "portfolio:" + MakeSlug(assessment.portfolio());
  }
  if (sort == v1::PEER_GROUP_COUNTRY && !assessment.country().empty()) {
    return "country:" + assessment.country();
  }
  if (sort == v1::PEER_GROUP_SIZE_CLASS && assessment.size_class() != v1::SIZE_CLASS_UNSPECIFIED) {
    return absl::StrCat("size:", assessment.size_class());
  }
  return "";
}

std::vector<std::string> ShownPeers(absl::Span<const PeerEntry> log, std::string_view group,
                                    std::string_view own_cluster) {
  std::map<std::string_view, State> present;
  std::vector<State> shown;
  State answer;
  for (std::size_t i = 0; i < log.size(); ++i) {
    for (const std::string& name : log[i].groups) {
      State& state = present[name];
      state[log[i].cluster] = i;
      if (state.size() < static_cast<std::size_t>(kShownClustersMin)) continue;
      // The latest first: it is most like this one, so most tries end there.
      const bool fine = std::all_of(shown.rbegin(), shown.rend(), [&](const State& earlier) {
        return TellNobodyApart(state, earlier);
      });
      if (!fine) continue;
      shown.push_back(state);
      if (name == group) answer = state;
    }
  }
  std::vector<std::string> peers;
  for (const auto& [cluster, index] : answer) {
    if (cluster != own_cluster) peers.push_back(log[index].assessment);
  }
  return peers;
}

std::optional<Quartiles> QuartilesOf(std::vector<int> values) {
  if (values.size() < static_cast<std::size_t>(kPeersMin)) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto at = [&](std::size_t quarters) {
    return values[(quarters * values.size() + 3) / 4 - 1];
  };
  return Quartiles{static_cast<int>(values.size()), at(1), at(2), at(3)};
}

}  // namespace wici::cluster_registry
