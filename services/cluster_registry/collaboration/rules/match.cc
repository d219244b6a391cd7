#include "services/cluster_registry/collaboration/rules/match.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/cluster_registry/collaboration/rules/codes.h"

namespace wici::cluster_registry {
namespace {

using Item = v1::CollaborationItem;
using v1::MatchReason;

// Who offers what the other seeks; the last pair seeks on both sides.
constexpr std::array<std::pair<Item::Kind, Item::Kind>, 5> kPairs = {{
    {Item::KIND_BUSINESS_OFFER, Item::KIND_BUSINESS_REQUEST},
    {Item::KIND_SERVICE, Item::KIND_BUSINESS_REQUEST},
    {Item::KIND_TECHNOLOGY_OFFER, Item::KIND_TECHNOLOGY_REQUEST},
    {Item::KIND_TECHNOLOGY_OFFER, Item::KIND_RESEARCH_REQUEST},
    {Item::KIND_PROJECT_PARTNER, Item::KIND_PROJECT_PARTNER},
}};

constexpr int kSectorsMax = 400;
constexpr int kTechnologiesMax = 300;
constexpr int kRegionPoints = 75;
constexpr int kLanguagePoints = 50;
constexpr int kReadinessPoints = 50;

int SectorPoints(const v1::Code& wider) {
  if (wider.scheme() != "NACE") return 300;
  switch (wider.code().size()) {
    case 1:
      return 100;
    case 3:
      return 300;
    case 5:
      return 350;
    default:
      return 400;
  }
}

int TechnologyPoints(const v1::Code&) { return 200; }

void AddReason(v1::Match& match, MatchReason reason, std::string text) {
  match.set_score(match.score() + reason.points());
  *match.add_details() = std::move(reason);
  match.add_reasons(std::move(text));
}

// The codes that `a` and `b` share, the most telling first; the first gives its own points, others
// `further`, all together at most `points_max`.
template <class Codes, class Points>
void AddCodes(const Codes& a, const Codes& b, const Points& points, int further, int points_max,
              MatchReason::Type type, const char* word, v1::Match& match) {
  std::vector<v1::Code> shared;
  for (const v1::Code& code : a) {
    const v1::Code* best = nullptr;
    for (const v1::Code& other : b) {
      const v1::Code* const wider = WiderOf(code, other);
      if (wider != nullptr && (best == nullptr || points(*wider) > points(*best))) best = wider;
    }
    if (best != nullptr) shared.push_back(*best);
  }
  const auto key = [&](const v1::Code& code) {
    return std::make_tuple(-points(code), code.scheme(), code.version(), code.code());
  };
  std::sort(shared.begin(), shared.end(),
            [&](const v1::Code& x, const v1::Code& y) { return key(x) < key(y); });
  shared.erase(std::unique(shared.begin(), shared.end(),
                           [&](const v1::Code& x, const v1::Code& y) { return key(x) == key(y); }),
               shared.end());
  int left = points_max;
  for (const v1::Code& code : shared) {
    MatchReason reason;
    reason.set_type(type);
    reason.set_points(std::min(left, &code == &shared[0] ? points(code) : further));
    left -= reason.points();
    *reason.mutable_code() = code;
    AddReason(match, std::move(reason),
              absl::StrCat(word, " ", code.scheme(), code.version().empty() ? "" : " ",
                           code.version(), " ", code.code()));
  }
}

void AddRegion(const MatchSide& seeker, const MatchSide& other, const RegionMap& regions,
               v1::Match& match) {
  for (const std::string& sought : seeker.item->regions_sought()) {
    if (regions.Contains(sought, other.region, other.country).truth != Truth::kTrue) continue;
    MatchReason reason;
    reason.set_type(MatchReason::TYPE_REGION);
    reason.set_points(kRegionPoints);
    reason.set_region(sought);
    AddReason(match, std::move(reason), absl::StrCat("at home in ", sought));
    return;
  }
}

// "en" of "en-GB".
std::set<std::string> LanguagesOf(const Item& item) {
  std::set<std::string> languages;
  for (const auto* texts : {&item.titles(), &item.summaries()}) {
    for (const auto& [tag, text] : *texts) {
      languages.insert(absl::AsciiStrToLower(tag.substr(0, tag.find('-'))));
    }
  }
  return languages;
}

void AddLanguages(const Item& a, const Item& b, v1::Match& match) {
  const std::set<std::string> theirs = LanguagesOf(b);
  int left = 2;
  for (const std::string& language : LanguagesOf(a)) {
    if (left == 0 || theirs.count(language) == 0) continue;
    --left;
    MatchReason reason;
    reason.set_type(MatchReason::TYPE_LANGUAGE);
    reason.set_points(kLanguagePoints);
    reason.set_language(language);
    AddReason(match, std::move(reason), absl::StrCat("language ", language));
  }
}

void AddReadiness(const Item& offer, const Item& request, v1::Match& match) {
  if (request.technology_readiness() == 0 ||
      offer.technology_readiness() < request.technology_readiness()) {
    return;
  }
  MatchReason reason;
  reason.set_type(MatchReason::TYPE_TECHNOLOGY_READINESS);
  reason.set_points(kReadinessPoints);
  AddReason(match, std::move(reason),
            absl::StrCat("readiness ", offer.technology_readiness(), ", sought ",
                         request.technology_readiness()));
}

}  // namespace

std::vector<Item::Kind> KindsThatFit(Item::Kind kind) {
  std::vector<Item::Kind> kinds;
  for (const auto& [offer, request] : kPairs) {
    if (offer == kind) {
      kinds.push_back(request);
    } else if (request == kind) {
      kinds.push_back(offer);
    }
  }
  return kinds;
}

std::optional<v1::Match> JudgeMatch(const MatchSide& asked, const MatchSide& found,
                                    const RegionMap& regions) {
  const auto is = [](Item::Kind offer, Item::Kind request) {
    return std::find(kPairs.begin(), kPairs.end(), std::make_pair(offer, request)) != kPairs.end();
  };
  const Item* offer = asked.item;
  const Item* request = found.item;
  if (!is(offer->kind(), request->kind())) {
    std::swap(offer, request);
    if (!is(offer->kind(), request->kind())) return std::nullopt;
  }
  v1::Match match;
  match.set_offer(offer->name());
  match.set_request(request->name());
  AddCodes(offer->sectors(), request->sectors(), SectorPoints, 25, kSectorsMax,
           MatchReason::TYPE_SECTOR, "sector", match);
  AddCodes(offer->technologies(), request->technologies(), TechnologyPoints, 50, kTechnologiesMax,
           MatchReason::TYPE_TECHNOLOGY, "technology", match);
  if (match.details().empty()) return std::nullopt;
  AddRegion(asked, found, regions, match);
  AddRegion(found, asked, regions, match);
  AddLanguages(*offer, *request, match);
  AddReadiness(*offer, *request, match);
  return match;
}

const std::string& FoundIn(const v1::Match& match, const std::string& asked) {
  return match.offer() == asked ? match.request() : match.offer();
}

void SortMatches(const std::string& asked, std::vector<v1::Match>& matches) {
  std::sort(matches.begin(), matches.end(), [&](const v1::Match& a, const v1::Match& b) {
    if (a.score() != b.score()) return a.score() > b.score();
    return FoundIn(a, asked) < FoundIn(b, asked);
  });
}

}  // namespace wici::cluster_registry
