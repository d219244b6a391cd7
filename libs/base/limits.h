// Bounds that several services share. Every queue, page, string and retry has one.
#ifndef WICI_LIBS_BASE_LIMITS_H_
#define WICI_LIBS_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace wici {

inline constexpr std::int32_t kPageSizeDefault = 50;
inline constexpr std::int32_t kPageSizeMax = 1000;
inline constexpr std::size_t kBatchSizeMax = 1000;
inline constexpr std::size_t kNameBytesMax = 256;
inline constexpr std::size_t kTitleBytesMax = 500;
inline constexpr std::size_t kTextBytesMax = 16 * 1024;
inline constexpr std::size_t kUriBytesMax = 2048;
inline constexpr std::size_t kEmailBytesMax = 254;
inline constexpr std::size_t kMessageBytesMax = 4 * 1024 * 1024;

}  // namespace wici

#endif  // WICI_LIBS_BASE_LIMITS_H_
