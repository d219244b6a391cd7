// Keeps the index as the registry is: fills it from the store when it has no position, then follows
// the change feed from the position inside the index, in order.
//
// A change only says what to read again, so a change seen twice, or after a newer state was read,
// does no harm. A position that the feed no longer has means to fill it anew, beside the old one.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_SEARCH_INDEXER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_SEARCH_INDEXER_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/rounds_thread.h"
#include "services/cluster_registry/search/index/search_index.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::cluster_registry {

struct SearchIndexerOptions {
  absl::Duration poll = absl::Seconds(1);      // when nobody calls Wake
  absl::Duration timeout = absl::Seconds(30);  // of one read of the store
  int batch_max = 500;                         // changes, or resources, read at once
  // While it is behind, for instance of an import, searches see what is new once in so many
  // changes.
  int commit_max = 5000;
};

class SearchIndexer {
 public:
  // Both outlive the indexer; it is the one writer of the index.
  SearchIndexer(Store& store, SearchIndex& index, SearchIndexerOptions options = {})
      : store_(store), index_(index), options_(options) {}

  // Starts the thread, which ends with the object.
  void Start() { thread_.Start(); }
  // There may be changes: call when the feed has a new head. Thread-safe, never blocks.
  void Wake() { thread_.Wake(); }
  // One round on the calling thread, for tests; returns how many changes were taken in, or how many
  // documents a rebuild made. Not together with Start.
  absl::StatusOr<int> RunOnce();

 private:
  bool Round();
  absl::StatusOr<int> Rebuild();
  absl::StatusOr<int> Follow();
  // Stages what became of `names`; those of `created` had nothing below before.
  absl::Status Update(const std::set<std::string>& names, const std::set<std::string>& created,
                      const std::string& position);
  // The documents of the members and items of a cluster, in batches.
  absl::Status ReadBelow(const v1::Cluster& cluster, const SearchIndex::Add& add);

  Store& store_;
  SearchIndex& index_;
  const SearchIndexerOptions options_;
  RoundsThread thread_{options_.poll, [this] { return Round(); }};
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_SEARCH_INDEXER_H_
