// How much a ReadCache keeps; apart from read_cache.h for those who only pass it on.
#ifndef WICI_LIBS_FEED_CACHE_READ_CACHE_OPTIONS_H_
#define WICI_LIBS_FEED_CACHE_READ_CACHE_OPTIONS_H_

#include <cstddef>

namespace wici::feed {

class ChangeMarks;
class RedisTier;

struct ReadCacheOptions {
  const ChangeMarks* marks = nullptr;  // null: nothing is kept
  std::size_t bytes_max = 0;           // of one cache, about; 0: nothing is kept
  std::size_t entries_max = 100'000;
  RedisTier* tier = nullptr;  // null: nothing is shared
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CACHE_READ_CACHE_OPTIONS_H_
