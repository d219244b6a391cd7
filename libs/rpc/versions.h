// Which versions of which aggregates a caller has seen, so that nobody is answered with less.
//
// The answer of a change carries trailing metadata "wici-version: clusters/abc@17" for each
// aggregate it changed. A client that hands the values back with later calls is answered from no
// older state, by whichever process. "*" says no number (the change was made by an earlier call
// with the same request_id) and is handed back alike: the database alone answers then, as it is
// always allowed to. What cannot be read, and whatever is too much to keep, counts as "*" too, and
// so does what a service asks. Who follows a feed makes such a value of a change it has heard of.
#ifndef WICI_LIBS_RPC_VERSIONS_H_
#define WICI_LIBS_RPC_VERSIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/mutex.h"

namespace wici::rpc {

inline constexpr char kVersionKey[] = "wici-version";

// A state of an aggregate, as in its change records: "clusters/abc", 17.
struct Version {
  std::string aggregate;
  std::int64_t version = 0;
  friend bool operator==(const Version&, const Version&) = default;
};

// A bounded set of them. Not thread-safe.
class Versions {
 public:
  static constexpr std::size_t kVersionsMax = 16;

  // "*".
  static Versions All() {
    Versions all;
    all.RaiseAll();
    return all;
  }

  // Adds one value of the metadata.
  void Parse(std::string_view text);
  // Adds that `aggregate` has come to `version`.
  void Raise(std::string_view aggregate, std::int64_t version);
  // Adds whatever there is: "*".
  void RaiseAll() { all_ = true; }
  // Adds all of `more`.
  void Merge(const Versions& more);

  bool all() const { return all_; }
  const std::vector<Version>& list() const { return versions_; }
  // Whether a later version of this aggregate has been seen.
  bool IsOutdated(const Version& version) const;
  // Values of the metadata.
  std::vector<std::string> Texts() const;

 private:
  std::vector<Version> versions_;
  bool all_ = false;
};

// What one call changes, by whichever threads do it. Thread-safe.
class WrittenVersions {
 public:
  void Merge(const Versions& more) {
    MutexLock lock(mutex_);
    versions_.Merge(more);
  }
  Versions Get() const {
    MutexLock lock(mutex_);
    return versions_;
  }

 private:
  mutable Mutex mutex_;
  Versions versions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_VERSIONS_H_
