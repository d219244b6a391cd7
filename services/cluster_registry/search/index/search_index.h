// The full-text index: derived data, made of what it is given, thrown away and made again at will.
//
// It stands in a folder of its own. One thread writes; any number search at the same time and are
// never blocked by it: they see the index as of its last commit. Whenever the process is killed,
// the position on disk is never ahead of the documents. A rebuild goes into a second generation
// while the first is searched, and takes its place when it is complete.
//
// How words are compared stands in text/; the terms in search_index.cc, the one file that knows
// Xapian.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_SEARCH_INDEX_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_SEARCH_INDEX_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wici/cluster_registry/v1/common.pb.h"
#include "wici/cluster_registry/v1/search_service.pb.h"

namespace wici::cluster_registry {

using SearchKind = v1::SearchResult::Kind;

// A piece of text; `language` "pl", "en", "de", or "" when nobody knows.
struct SearchText {
  std::string text;
  std::string language;
  bool is_name = false;  // names count before descriptions
};

struct SearchDocument {
  std::string name;  // of the resource
  SearchKind kind = v1::SearchResult::KIND_UNSPECIFIED;
  std::vector<SearchText> texts;
  std::vector<v1::Code> codes;
  // Who finds it beside the operators and those with a role on its cluster.
  v1::Visibility exposure = v1::VISIBILITY_INTERNAL;
  std::vector<std::string> regions;  // narrow `exposure`; everywhere when empty
  std::string last_day;              // others find it until then, YYYY-MM-DD; "" for ever
};

struct SearchFilter {
  std::vector<SearchKind> kinds;  // all when empty
  bool everything = false;
  std::set<std::string, std::less<>> clusters;      // that the caller has a role on
  std::set<std::string, std::less<>> open_regions;  // of RegionsOpenTo
  std::set<SearchKind> partner_kinds;               // of which PARTNERS documents are for it too
  std::string today;
};

struct SearchHit {
  std::string name;
  double weight = 0;
};

struct SearchAnswer {
  std::vector<SearchHit> hits;  // best first, of equal weight by name
  std::string suggestion;       // "" when there is none
  bool complete = true;         // false while the index is filled for the first time
};

inline constexpr int kSearchHitsMax = 1000;
inline constexpr std::size_t kQueryWordsMax = 20;

class SearchIndex {
 public:
  // Opens or makes the index in `folder`; "" for a temporary one that goes with the object. An
  // index of another version, or a broken one, is as good as none: Position() is "". Errors:
  // UNAVAILABLE when the folder cannot be written or another process has it.
  static absl::StatusOr<std::unique_ptr<SearchIndex>> Open(const std::string& folder);
  virtual ~SearchIndex() = default;

  // The writer's side: of one thread at a time.

  // Of what was staged last; "" for an index that was never complete.
  virtual std::string Position() = 0;
  // Whether the document of a resource is there, and for whom, apart from its regions.
  virtual bool Has(std::string_view name) = 0;
  virtual v1::Visibility ExposureOf(std::string_view name) = 0;
  // Puts and removes documents by the name of their resource, and moves the position; searches see
  // it with the next Commit. A commit costs about as much as thousands of documents.
  virtual absl::Status Stage(const std::vector<SearchDocument>& put,
                             const std::vector<std::string>& remove,
                             const std::string& position) = 0;
  virtual absl::Status Commit() = 0;
  // Both.
  absl::Status Apply(const std::vector<SearchDocument>& put, const std::vector<std::string>& remove,
                     const std::string& position);
  // Takes documents into a new generation.
  using Add = std::function<absl::Status(const std::vector<SearchDocument>&)>;
  // Makes the index anew: `fill` adds everything, then the new generation is searched. An error of
  // `fill` leaves the old one.
  virtual absl::Status Rebuild(const std::string& position,
                               const std::function<absl::Status(const Add&)>& fill) = 0;

  // The readers' side: thread-safe. At most kSearchHitsMax hits; nothing for a query without words.
  // Errors: UNAVAILABLE when the index cannot be read.
  virtual absl::StatusOr<SearchAnswer> Search(std::string_view query, const SearchFilter& filter,
                                              bool as_you_type) = 0;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_SEARCH_INDEX_H_
