#include "services/cluster_registry/search/search_service.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/mandates.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/collaboration/rules/viewer.h"
#include "services/cluster_registry/collaboration/store/item_store.h"
#include "services/cluster_registry/collaboration/viewing.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/search/documents.h"

namespace wici::cluster_registry {
namespace {

using v1::SearchResult;

// What was found, as the store has it now.
struct Found {
  SearchDocument document;
  std::string title;
  v1::Cluster cluster;  // when it is one
};

std::string Bits(double weight) { return absl::StrCat(std::bit_cast<std::uint64_t>(weight)); }

// Where the page begins: after the hit the last one ended with; when that is gone, after what
// weighed as much.
std::size_t BeginOf(const rpc::Page& page, const std::vector<SearchHit>& hits) {
  std::uint64_t bits = 0;
  if (page.after.size() != 2 || !absl::SimpleAtoi(page.after[0], &bits)) return 0;
  const auto same = std::find_if(hits.begin(), hits.end(),
                                 [&](const SearchHit& hit) { return hit.name == page.after[1]; });
  if (same != hits.end()) return static_cast<std::size_t>(same - hits.begin()) + 1;
  const double weight = std::bit_cast<double>(bits);
  const auto next = std::find_if(hits.begin(), hits.end(), [&](const SearchHit& hit) {
    return hit.weight < weight || (hit.weight == weight && hit.name > page.after[1]);
  });
  return static_cast<std::size_t>(next - hits.begin());
}

// Clusters and what their members are follow clusters/visibility.h; a deleted one is not found.
bool Shows(const Principal& principal, const v1::Cluster& cluster) {
  return !cluster.has_delete_time() && MaySee(principal, cluster);
}

// The kinds of which the caller finds what is for partners: of clusters and members as in lists of
// all clusters, of offers and requests as rules/viewer.h of the collaboration says.
std::set<SearchKind> PartnerKinds(const Principal& principal, const Viewer& viewer) {
  std::set<SearchKind> kinds;
  if (viewer.partner) kinds.insert(SearchResult::KIND_COLLABORATION_ITEM);
  if (CircleOf(principal, "platform") >= v1::VISIBILITY_PARTNERS) {
    kinds.insert({SearchResult::KIND_CLUSTER, SearchResult::KIND_MEMBER});
  }
  return kinds;
}

// Those of `names` that are there and that the caller may see.
absl::StatusOr<std::map<std::string, Found>> ReadFound(Reader& reader, const Principal& principal,
                                                       const View& view,
                                                       const std::vector<std::string>& names,
                                                       const std::string& language,
                                                       absl::Time now) {
  std::vector<std::string> items;
  std::vector<std::string> owners;
  for (const std::string& name : names) {
    const bool is_item = name.find("/collaborationItems/") != std::string::npos;
    if (is_item) items.push_back(name);
    owners.push_back(is_item ? ClusterOf(name) : name);
  }
  WICI_ASSIGN_OR_RETURN(const Owners there, ReadOwners(reader, owners));
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::CollaborationItem> rows,
                        ReadItemsNamed(reader, items, now));
  std::map<std::string, Found> found;
  for (const auto& [name, cluster] : there.clusters) {
    if (!Shows(principal, cluster)) continue;
    found[name] = {DocumentOf(cluster), TitleOf(cluster, language), cluster};
  }
  for (const auto& [name, member] : there.members) {
    const auto cluster = there.clusters.find(ClusterOf(name));
    if (cluster == there.clusters.end() || !Shows(principal, cluster->second)) continue;
    found[name] = {DocumentOf(member, cluster->second), member.display_name(), {}};
  }
  for (const v1::CollaborationItem& item : rows) {
    const auto cluster = there.clusters.find(ClusterOf(item.name()));
    const bool living = cluster != there.clusters.end() && !cluster->second.has_delete_time();
    if (living && view.MaySee(item)) {
      found[item.name()] = {DocumentOf(item), TitleOf(item, language), {}};
    }
  }
  return found;
}

struct Query {
  std::string text;
  std::vector<SearchKind> kinds;
  bool as_you_type = false;
};

// One page of a search.
struct Results {
  std::vector<std::pair<Found, double>> found;  // with its weight, best first
  std::string suggestion;
  std::vector<std::string> next_after;  // position of the next page, empty at the end
};

absl::Status ReadResults(Reader& reader, SearchIndex& index, const rpc::Context& context,
                         const Query& query, const rpc::Page& page, absl::Time now,
                         Results& results) {
  results = Results();
  WICI_ASSIGN_OR_RETURN(const View view, ReadView(reader, context.principal));
  const SearchFilter filter = {.kinds = query.kinds,
                               .everything = view.viewer.everything,
                               .clusters = view.viewer.clusters,
                               .open_regions = view.open_regions,
                               .partner_kinds = PartnerKinds(context.principal, view.viewer),
                               .today = FormatDate(DayOf(now))};
  WICI_ASSIGN_OR_RETURN(const SearchAnswer answer,
                        index.Search(query.text, filter, query.as_you_type));
  if (!answer.complete) return SearchNotReadyError();
  results.suggestion = answer.suggestion;
  const std::size_t size = static_cast<std::size_t>(page.size);
  std::size_t at = BeginOf(page, answer.hits);
  while (results.found.size() < size && at < answer.hits.size()) {
    const std::size_t end = std::min(answer.hits.size(), at + size - results.found.size());
    std::vector<std::string> names;
    for (std::size_t i = at; i < end; ++i) names.push_back(answer.hits[i].name);
    WICI_ASSIGN_OR_RETURN(auto found,
                          ReadFound(reader, context.principal, view, names, context.language, now));
    for (; at < end; ++at) {
      const auto one = found.find(answer.hits[at].name);
      if (one == found.end()) continue;
      results.found.emplace_back(std::move(one->second), answer.hits[at].weight);
    }
  }
  if (at < answer.hits.size()) {
    results.next_after = {Bits(answer.hits[at - 1].weight), answer.hits[at - 1].name};
  }
  return absl::OkStatus();
}

template <class Request, class Response>
void Finish(const Request& request, const Results& results, Response& response) {
  response.set_suggestion(results.suggestion);
  if (!results.next_after.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, results.next_after));
  }
}

}  // namespace

void SearchService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.SearchService");
  service.Pooled("Search", this, &SearchService::Search);
  rpc::Service clusters = server.AddService("wici.cluster_registry.v1.ClusterService");
  clusters.Pooled("SearchClusters", this, &SearchService::SearchClusters);
}

absl::Status SearchService::Search(const rpc::Context& context, const v1::SearchRequest& request,
                                   v1::SearchResponse& response) {
  Violations violations;
  violations.RequireText("query", request.query(), kTitleBytesMax);
  Query query = {.text = request.query(), .kinds = {}, .as_you_type = request.as_you_type()};
  violations.RequireRange("kinds", request.kinds_size(), 0, SearchResult::Kind_MAX);
  for (const int kind : request.kinds()) {
    if (kind == 0 || !SearchResult::Kind_IsValid(kind))
      violations.Add("kinds", "not a known value");
    query.kinds.push_back(static_cast<SearchKind>(kind));
  }
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  Results results;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    return ReadResults(reader, index_, context, query, page, environment_.clock.Now(), results);
  }));
  for (const auto& [found, weight] : results.found) {
    SearchResult& result = *response.add_results();
    result.set_kind(found.document.kind);
    result.set_name(found.document.name);
    result.set_title(found.title);
    result.set_snippet(SnippetOf(found.document, query.text));
    result.set_score(static_cast<std::int32_t>(std::lround(weight * 100)));
  }
  Finish(request, results, response);
  return absl::OkStatus();
}

absl::Status SearchService::SearchClusters(const rpc::Context& context,
                                           const v1::SearchClustersRequest& request,
                                           v1::SearchClustersResponse& response) {
  Violations violations;
  violations.RequireText("query", request.query(), kTitleBytesMax);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const Query query = {.text = request.query(),
                       .kinds = {SearchResult::KIND_CLUSTER},
                       .as_you_type = request.as_you_type()};
  Results results;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    return ReadResults(reader, index_, context, query, page, environment_.clock.Now(), results);
  }));
  for (auto& [found, weight] : results.found) {
    HideFrom(context.principal, found.cluster);
    ShowManagementOn(DayOf(environment_.clock.Now()), found.cluster);
    *response.add_clusters() = std::move(found.cluster);
  }
  Finish(request, results, response);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
