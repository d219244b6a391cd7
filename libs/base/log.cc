#include "libs/base/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/json_text.h"
#include "libs/base/mutex.h"

namespace wici {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};

struct ServiceName {
  Mutex mutex;
  std::string value ABSL_GUARDED_BY(mutex);
};

// Never destroyed: threads may log while the process ends.
ServiceName& Name() {
  static auto* const name = new ServiceName;
  return *name;
}

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      break;
  }
  return "error";
}

void AppendField(std::string& out, std::string_view key, std::string_view value) {
  if (out.size() > 1) out.push_back(',');
  AppendJsonString(out, key);
  out.push_back(':');
  AppendJsonString(out, value);
}

}  // namespace

void Log(LogLevel level, std::string_view message, const LogFields& fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  std::string line = "{";
  AppendField(line, "time",
              absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone()));
  AppendField(line, "level", LevelName(level));
  {
    ServiceName& name = Name();
    MutexLock lock(name.mutex);
    if (!name.value.empty()) AppendField(line, "service", name.value);
  }
  AppendField(line, "message", message);
  for (const auto& [key, value] : fields) AppendField(line, key, value);
  line += "}\n";
  // One write, so that lines of several threads and processes do not mix. A log nobody can read
  // must not stop the service.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void SetLogLevel(LogLevel level) { g_level.store(level, std::memory_order_relaxed); }

LogLevel GetLogLevel() { return g_level.load(std::memory_order_relaxed); }

void SetLogService(std::string_view service) {
  ServiceName& name = Name();
  MutexLock lock(name.mutex);
  name.value = service;
}

void CheckFailed(std::string_view condition, std::string_view file, int line) {
  Log(LogLevel::kError, "check_failed",
      {{"condition", std::string(condition)}, {"at", absl::StrCat(std::string(file), ":", line)}});
  std::abort();
}

}  // namespace wici
