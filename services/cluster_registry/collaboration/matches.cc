#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/collaboration/collaboration_service.h"
#include "services/cluster_registry/collaboration/rules/match.h"
#include "services/cluster_registry/collaboration/store/item_store.h"
#include "services/cluster_registry/collaboration/viewing.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {
namespace {

using Item = v1::CollaborationItem;

MatchSide SideOf(const Item& item, const Owners& owners) {
  MatchSide side = {.item = &item, .region = {}, .country = {}};
  if (const auto cluster = owners.clusters.find(ClusterOf(item.name()));
      cluster != owners.clusters.end()) {
    side.region = cluster->second.home_region();
    side.country = cluster->second.country();
  }
  const auto member = owners.members.find(item.owner());
  if (member != owners.members.end() && !member->second.region().empty()) {
    side.region = member->second.region();
    side.country.clear();  // a member may sit in another country than its cluster
  }
  return side;
}

// Everything of one snapshot that the matches of `asked` depend on.
struct Market {
  View view;
  Item asked;
  std::vector<Item> candidates;
  Owners owners;
  std::vector<v1::Region> regions;
};

absl::Status ReadMarket(Reader& reader, const rpc::Context& context, const std::string& name,
                        absl::Time now, Market& market) {
  market = Market();
  WICI_ASSIGN_OR_RETURN(market.view, ReadView(reader, context.principal));
  WICI_ASSIGN_OR_RETURN(market.asked, ReadItem(reader, name, now));
  if (!market.view.MaySee(market.asked)) return NotFoundError(name);
  WICI_ASSIGN_OR_RETURN(
      const std::vector<std::string> names,
      FindInMarket(reader, market.asked, KindsThatFit(market.asked.kind()), kCandidatesMax));
  WICI_ASSIGN_OR_RETURN(market.candidates, ReadItemsNamed(reader, names, now));
  std::vector<std::string> owners = {OwnerOf(market.asked)};
  for (const Item& item : market.candidates) owners.push_back(OwnerOf(item));
  WICI_ASSIGN_OR_RETURN(market.owners, ReadOwners(reader, owners));
  WICI_ASSIGN_OR_RETURN(market.regions, ReadAll<v1::Region>([&](const Keyset& keyset) {
                          return ReadRegions(reader, {}, keyset);
                        }));
  return absl::OkStatus();
}

std::vector<v1::Match> Judge(const Market& market, bool own_cluster_too, absl::Time now) {
  const absl::CivilDay today = absl::ToCivilDay(now, absl::UTCTimeZone());
  const RegionMap regions(market.regions);
  const MatchSide asked = SideOf(market.asked, market.owners);
  const std::string cluster = ClusterOf(market.asked.name());
  std::vector<v1::Match> matches;
  for (const Item& item : market.candidates) {
    if (item.name() == market.asked.name() || item.state() != Item::STATE_OPEN ||
        (!own_cluster_too && ClusterOf(item.name()) == cluster) || !market.view.MaySee(item) ||
        !IsActive(market.owners, OwnerOf(item), today)) {
      continue;
    }
    if (auto match = JudgeMatch(asked, SideOf(item, market.owners), regions)) {
      matches.push_back(std::move(*match));
    }
  }
  SortMatches(market.asked.name(), matches);
  return matches;
}

// Whether `match` comes after the position of a page token: score, then name.
bool ComesAfter(const v1::Match& match, const std::string& asked, const rpc::Page& page) {
  int score = 0;
  if (page.after.size() != 2 || !absl::SimpleAtoi(page.after[0], &score)) return true;
  if (match.score() != score) return match.score() < score;
  return FoundIn(match, asked) > page.after[1];
}

}  // namespace

absl::Status CollaborationService::ListMatches(const rpc::Context& context,
                                               const v1::ListMatchesRequest& request,
                                               v1::ListMatchesResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*/collaborationItems/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const absl::Time now = environment_.clock.Now();
  Market market;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    return ReadMarket(reader, context, request.parent(), now, market);
  }));
  for (v1::Match& match : Judge(market, request.include_own_cluster(), now)) {
    if (!ComesAfter(match, request.parent(), page)) continue;
    if (response.matches_size() == page.size) {
      const v1::Match& last = response.matches(response.matches_size() - 1);
      response.set_next_page_token(rpc::MakePageToken(
          request, {absl::StrCat(last.score()), FoundIn(last, request.parent())}));
      break;
    }
    *response.add_matches() = std::move(match);
  }
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
