// What every handler of the registry works with, and the steps they share.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ENVIRONMENT_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ENVIRONMENT_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/violations.h"
#include "libs/feed/cache/read_cache_options.h"
#include "libs/rpc/context.h"
#include "libs/rpc/page_token.h"
#include "services/cluster_registry/store.h"

namespace wici::cluster_registry {

// Everything outlives the handlers.
struct Environment {
  Store& store;
  const Clock& clock;
  IdSource& ids;
  feed::ReadCacheOptions cache = {};  // of each family that keeps what is read often
};

// The day of an instant, in UTC.
inline absl::CivilDay DayOf(absl::Time time) { return absl::ToCivilDay(time, absl::UTCTimeZone()); }

// The day a request asks for: its valid on_date, or today when that is empty.
inline absl::CivilDay DayAsked(std::string_view on_date, const Clock& clock) {
  return ParseDate(on_date).value_or(DayOf(clock.Now()));
}

// As a label query sees everything recorded so far, also under clocks that differ.
inline constexpr absl::Time kPresent = absl::InfiniteFuture();

// Fills `more.{items, next_page_token}` of a List answer from the rows of a page, of which one more
// than asked for was read.
template <class Request, class Resource, class Items>
void FillPage(const Request& request, const rpc::Page& page, std::vector<Resource> rows,
              Items& items, std::string& next_page_token) {
  const std::size_t size = static_cast<std::size_t>(page.size);
  if (rows.size() > size) {
    rows.resize(size);
    next_page_token = rpc::MakePageToken(request, {rows.back().name()});
  }
  for (Resource& row : rows) *items.Add() = std::move(row);
}

// The rows to read for `page`: one more than asked for tells whether there is a next page.
inline Keyset ToKeyset(const rpc::Page& page) {
  return {.after = page.after.empty() ? "" : page.after.front(), .limit = page.size + 1};
}

// Reads all pages of list(keyset).
template <class Resource, class List>
absl::StatusOr<std::vector<Resource>> ReadAll(const List& list) {
  std::vector<Resource> all;
  Keyset keyset{.after = "", .limit = 1000};
  for (;;) {
    absl::StatusOr<std::vector<Resource>> page = list(keyset);
    if (!page.ok()) return page.status();
    const bool last = page->size() < static_cast<std::size_t>(keyset.limit);
    for (Resource& resource : *page) all.push_back(std::move(resource));
    if (last) return all;
    keyset.after = all.back().name();
  }
}

// The mutation of one call; `request_id` is that of the request.
Mutation MakeMutation(const Environment& environment, const rpc::Context& context,
                      const google::protobuf::Message& request, std::string_view request_id);

// The instant a request asks for: `known_at`, or kPresent when absent. In the future is a
// violation: what will be recorded until then is not known.
absl::Time ParseKnownAt(const google::protobuf::Timestamp& known_at, bool present,
                        const Clock& clock, Violations& violations);

// ABORTED with reason ETAG_MISMATCH unless `etag` is empty or the `current` one.
absl::Status CheckEtag(std::string_view name, std::string_view etag, std::string_view current);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ENVIRONMENT_H_
