// Structured logs: one JSON object a line on standard error.
//
//   Log(LogLevel::kInfo, "event_published", {{"event", name}});
//
// `message` is a stable name to search for; variables go into fields. Never personal data: ids
// only. Thread-safe; a line is written with one call.
#ifndef WICI_LIBS_BASE_LOG_H_
#define WICI_LIBS_BASE_LOG_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wici {

enum class LogLevel { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3 };

using LogFields = std::vector<std::pair<std::string_view, std::string>>;

void Log(LogLevel level, std::string_view message, const LogFields& fields = {});

// Lines below `level` are dropped; kInfo at the start. Can change while running.
void SetLogLevel(LogLevel level);
LogLevel GetLogLevel();
// The name of the service, in every line as "service".
void SetLogService(std::string_view service);

// Logs `message` at kError and ends the process when `condition` does not hold. For what cannot
// happen; what a user sends is never checked with it.
#define WICI_CHECK(condition)                                              \
  do {                                                                     \
    if (!(condition)) ::wici::CheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)
[[noreturn]] void CheckFailed(std::string_view condition, std::string_view file, int line);

}  // namespace wici

#endif  // WICI_LIBS_BASE_LOG_H_
