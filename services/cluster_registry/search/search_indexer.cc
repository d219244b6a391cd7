#include "services/cluster_registry/search/search_indexer.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/clock.h"
#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/feed/changes.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/collaboration/store/item_store.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/search/documents.h"

namespace wici::cluster_registry {
namespace {

// Items are indexed as they are stored, whatever the day is: on the first that a date may name
// nothing is past.
const absl::Time kAnyDay = absl::FromCivil(absl::CivilDay(1900, 1, 1), absl::UTCTimeZone());

constexpr int kNice = 10;

std::string ToPosition(const feed::v1::Cursor& cursor) {
  return absl::StrCat(cursor.seq(), "@", cursor.epoch());
}

feed::v1::Cursor FromPosition(const std::string& position) {
  feed::v1::Cursor cursor;
  const std::size_t at = position.find('@');
  std::int64_t seq = 0;
  if (at != std::string::npos && absl::SimpleAtoi(position.substr(0, at), &seq)) {
    cursor.set_seq(seq);
    cursor.set_epoch(position.substr(at + 1));
  }
  return cursor;
}

bool IsSearched(const std::string& name) {
  return MatchesResourcePattern(name, "clusters/*") ||
         MatchesResourcePattern(name, "clusters/*/members/*") ||
         MatchesResourcePattern(name, "clusters/*/collaborationItems/*");
}

// The documents of those of `names` that are there to be found.
absl::StatusOr<std::vector<SearchDocument>> ReadDocuments(Reader& reader,
                                                          const std::set<std::string>& names) {
  std::vector<std::string> items;
  std::vector<std::string> owners;
  for (const std::string& name : names) {
    const bool is_item = name.find("/collaborationItems/") != std::string::npos;
    (is_item ? items : owners).push_back(name);
    if (is_item) owners.push_back(ClusterOf(name));
  }
  WICI_ASSIGN_OR_RETURN(const Owners found, ReadOwners(reader, owners));
  const auto living = [&](const std::string& name) -> const v1::Cluster* {
    const auto cluster = found.clusters.find(ClusterOf(name));
    const bool is = cluster != found.clusters.end() && !cluster->second.has_delete_time();
    return is ? &cluster->second : nullptr;
  };
  std::vector<SearchDocument> documents;
  for (const std::string& name : names) {
    const v1::Cluster* const cluster = living(name);
    if (cluster == nullptr) continue;
    if (name == cluster->name()) documents.push_back(DocumentOf(*cluster));
    const auto member = found.members.find(name);
    if (member != found.members.end()) documents.push_back(DocumentOf(member->second, *cluster));
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::CollaborationItem> rows,
                        ReadItemsNamed(reader, items, kAnyDay));
  for (const v1::CollaborationItem& item : rows) {
    if (living(item.name()) != nullptr) documents.push_back(DocumentOf(item));
  }
  return documents;
}

}  // namespace

absl::StatusOr<int> SearchIndexer::RunOnce() {
  return index_.Position().empty() ? Rebuild() : Follow();
}

absl::StatusOr<int> SearchIndexer::Rebuild() {
  // The position is older than whatever is read below: changes in between come again.
  feed::v1::Cursor head;
  WICI_RETURN_IF_ERROR(store_.Read(DeadlineIn(options_.timeout), [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(head, feed::FeedHead(reader.sql()));
    return absl::OkStatus();
  }));
  int total = 0;
  const auto fill = [&](const SearchIndex::Add& add) -> absl::Status {
    const SearchIndex::Add count = [&](const std::vector<SearchDocument>& documents) {
      total += static_cast<int>(documents.size());
      return thread_.stopping() ? absl::CancelledError("stopping") : add(documents);
    };
    Keyset keyset{.after = "", .limit = options_.batch_max};
    for (;;) {
      std::vector<v1::Cluster> clusters;
      WICI_RETURN_IF_ERROR(store_.Read(DeadlineIn(options_.timeout), [&](Reader& reader) {
        WICI_ASSIGN_OR_RETURN(clusters, ReadClusters(reader, {}, keyset));
        return absl::OkStatus();
      }));
      for (const v1::Cluster& cluster : clusters) {
        WICI_RETURN_IF_ERROR(count({DocumentOf(cluster)}));
        WICI_RETURN_IF_ERROR(ReadBelow(cluster, count));
      }
      if (clusters.size() < static_cast<std::size_t>(keyset.limit)) return absl::OkStatus();
      keyset.after = clusters.back().name();
    }
  };
  WICI_RETURN_IF_ERROR(index_.Rebuild(ToPosition(head), fill));
  Log(LogLevel::kInfo, "search_index_built", {{"documents", std::to_string(total)}});
  return total;
}

absl::Status SearchIndexer::ReadBelow(const v1::Cluster& cluster, const SearchIndex::Add& add) {
  const auto pages = [&](const auto& read, const auto& make) -> absl::Status {
    Keyset keyset{.after = "", .limit = options_.batch_max};
    for (;;) {
      std::vector<SearchDocument> documents;
      WICI_RETURN_IF_ERROR(
          store_.Read(DeadlineIn(options_.timeout), [&](Reader& reader) -> absl::Status {
            documents.clear();
            WICI_ASSIGN_OR_RETURN(const auto rows, read(reader, keyset));
            for (const auto& row : rows) documents.push_back(make(row));
            return absl::OkStatus();
          }));
      if (!documents.empty()) WICI_RETURN_IF_ERROR(add(documents));
      if (documents.size() < static_cast<std::size_t>(keyset.limit)) return absl::OkStatus();
      keyset.after = documents.back().name;
    }
  };
  WICI_RETURN_IF_ERROR(
      pages([&](Reader& reader,
                const Keyset& keyset) { return ReadMembers(reader, cluster.name(), keyset); },
            [&](const v1::Member& member) { return DocumentOf(member, cluster); }));
  return pages(
      [&](Reader& reader, const Keyset& keyset) {
        return ReadItems(reader, {.cluster = cluster.name()}, kAnyDay, keyset);
      },
      [](const v1::CollaborationItem& item) { return DocumentOf(item); });
}

absl::StatusOr<int> SearchIndexer::Follow() {
  int total = 0;
  int staged = 0;
  for (;;) {
    const feed::v1::Cursor cursor = FromPosition(index_.Position());
    std::vector<feed::v1::Change> changes;
    const absl::Status read = store_.Read(DeadlineIn(options_.timeout), [&](Reader& reader) {
      WICI_ASSIGN_OR_RETURN(changes, feed::ReadChanges(reader.sql(), cursor, options_.batch_max));
      return absl::OkStatus();
    });
    if (absl::IsOutOfRange(read)) return Rebuild();
    WICI_RETURN_IF_ERROR(read);
    if (changes.empty() || thread_.stopping()) break;
    std::set<std::string> names;
    std::set<std::string> created;
    for (const feed::v1::Change& change : changes) {
      if (IsSearched(change.resource())) names.insert(change.resource());
      if (change.kind() == "cluster.created") created.insert(change.resource());
    }
    WICI_RETURN_IF_ERROR(Update(names, created, ToPosition(changes.back().cursor())));
    total += static_cast<int>(changes.size());
    staged += static_cast<int>(changes.size());
    if (staged >= options_.commit_max) {
      WICI_RETURN_IF_ERROR(index_.Commit());
      staged = 0;
    }
  }
  if (staged > 0) WICI_RETURN_IF_ERROR(index_.Commit());
  return total;
}

absl::Status SearchIndexer::Update(const std::set<std::string>& names,
                                   const std::set<std::string>& created,
                                   const std::string& position) {
  std::vector<SearchDocument> documents;
  WICI_RETURN_IF_ERROR(store_.Read(DeadlineIn(options_.timeout), [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(documents, ReadDocuments(reader, names));
    return absl::OkStatus();
  }));
  std::set<std::string> gone = names;
  for (const SearchDocument& document : documents) gone.erase(document.name);
  // What happens to a cluster happens to what is below it: it hides, shows or goes with it. What is
  // below a new one has changes of its own, after that of the cluster.
  const std::string before = index_.Position();
  for (const std::string& name : names) {
    if (ClusterOf(name) != name || created.count(name) > 0) continue;
    const auto now = std::find_if(documents.begin(), documents.end(),
                                  [&](const SearchDocument& one) { return one.name == name; });
    const bool stays =
        now != documents.end() && index_.Has(name) && index_.ExposureOf(name) == now->exposure;
    if (stays) continue;
    v1::Cluster cluster;
    cluster.set_name(name);
    WICI_RETURN_IF_ERROR(store_.Read(DeadlineIn(options_.timeout), [&](Reader& reader) {
      WICI_ASSIGN_OR_RETURN(const Owners owners, ReadOwners(reader, {name}));
      if (!owners.clusters.empty()) cluster = owners.clusters.begin()->second;
      return absl::OkStatus();
    }));
    WICI_RETURN_IF_ERROR(
        ReadBelow(cluster, [&](const std::vector<SearchDocument>& below) -> absl::Status {
          if (!cluster.has_delete_time()) return index_.Stage(below, {}, before);
          std::vector<std::string> hidden;
          for (const SearchDocument& document : below) hidden.push_back(document.name);
          return index_.Stage({}, hidden, before);
        }));
  }
  return index_.Stage(documents, {gone.begin(), gone.end()}, position);
}

bool SearchIndexer::Round() {
  // Whoever waits for an answer comes first: an index that lags a little under load heals by
  // itself. On Linux this is of the calling thread alone.
  (void)setpriority(PRIO_PROCESS, 0, kNice);
  const absl::Status status = RunOnce().status();
  if (!status.ok() && !thread_.stopping()) {
    // The next round goes on from the position of the index.
    Log(LogLevel::kWarning, "search_index_behind", {{"error", std::string(status.message())}});
  }
  return false;
}

}  // namespace wici::cluster_registry
