// Says whether what a reader of a feed saw keeps the feed's promises. For tests and fault runs.
#ifndef WICI_LIBS_FEED_FEED_CHECKER_H_
#define WICI_LIBS_FEED_FEED_CHECKER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "libs/base/mutex.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

// Knows what was committed. Writers name their transaction in the attribute "transaction" of each
// change and tell the checker after COMMIT. Thread-safe.
class FeedChecker {
 public:
  static constexpr const char* kTransaction = "transaction";

  void Committed(const std::string& transaction, int changes);

  // Everything wrong with `seen`, in words; empty when it is
  //   dense      numbers go 1, 2, 3, ... in the order seen, which also means unique,
  //   complete   every committed change is there, and nothing that was rolled back,
  //   together   the changes of a transaction follow each other,
  //   ordered    of one aggregate the versions grow by one with each transaction.
  std::vector<std::string> Problems(absl::Span<const v1::Change> seen) const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, int> committed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_FEED_CHECKER_H_
