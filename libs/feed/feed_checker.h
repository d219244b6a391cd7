// Says whether what a reader of a feed saw keeps the feed's promises. For tests and fault runs.
#ifndef WICI_LIBS_FEED_FEED_CHECKER_H_
#define WICI_LIBS_FEED_FEED_CHECKER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "libs/base/mutex.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

// Knows what was committed. Writers name their transaction and its size in attributes of each
// change, and tell the checker after COMMIT. Thread-safe.
class FeedChecker {
 public:
  static constexpr const char* kTransaction = "transaction";
  static constexpr const char* kCount = "count";  // of the changes of that transaction

  // May a transaction be there that nobody was told about? Yes, when writers are killed.
  enum class Untold { kForbidden, kAllowed };

  explicit FeedChecker(Untold untold = Untold::kForbidden) : untold_(untold) {}
  virtual ~FeedChecker() = default;

  virtual void Committed(const std::string& transaction, int changes);
  virtual void RolledBack(const std::string& transaction);

  // Everything wrong with `seen`, in words; empty when it is
  //   dense      numbers go 1, 2, 3, ... in the order seen, which also means unique,
  //   complete   every committed change is there, and nothing that was rolled back,
  //   whole      the changes of a transaction follow each other, all of them,
  //   ordered    of one aggregate the versions grow by one with each transaction.
  std::vector<std::string> Problems(absl::Span<const v1::Change> seen) const;

 private:
  const Untold untold_;
  mutable Mutex mutex_;
  std::map<std::string, int> committed_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> rolled_back_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_FEED_CHECKER_H_
