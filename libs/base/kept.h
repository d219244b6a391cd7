// What is dear to make and asked for again: so many values by their keys, in memory. When there is
// room for no more, all are forgotten and the map fills anew with what is asked for now.
//
//   static auto& trees = *new Kept<std::string, std::shared_ptr<const Tree>>(512);
//   if (const auto kept = trees.Find(text)) return *kept;
//   WICI_ASSIGN_OR_RETURN(const std::shared_ptr<const Tree> tree, Parse(text));
//   trees.Keep(std::string(text), tree);
//   return tree;
//
// Two threads that ask at once may both make a value; the first stays. Values are given as copies,
// so large ones are held by a std::shared_ptr. How long a key and a value may be is the caller's
// to bound. Thread-safe.
#ifndef WICI_LIBS_BASE_KEPT_H_
#define WICI_LIBS_BASE_KEPT_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "libs/base/mutex.h"

namespace wici {

template <class Key, class Value>
class Kept {
 public:
  // Keeps `max` values at once, which is not 0.
  explicit Kept(std::size_t max) : max_(max) {}

  // `key` is a Key, or what compares with one.
  template <class Lookup>
  std::optional<Value> Find(const Lookup& key) const {
    MutexLock lock(mutex_);
    const auto found = values_.find(key);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

  void Keep(Key key, Value value) {
    MutexLock lock(mutex_);
    if (values_.size() >= max_) values_.clear();
    values_.emplace(std::move(key), std::move(value));
  }

 private:
  const std::size_t max_;
  mutable Mutex mutex_;
  std::map<Key, Value, std::less<>> values_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici

#endif  // WICI_LIBS_BASE_KEPT_H_
