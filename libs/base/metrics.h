// The process-wide registry of prometheus-cpp. Names start with wici_, units last
// (wici_commit_batch_size, wici_rpc_duration_seconds). Labels are bounded: method, code, query,
// never ids of things or people.
#ifndef WICI_LIBS_BASE_METRICS_H_
#define WICI_LIBS_BASE_METRICS_H_

#include <memory>

#include "prometheus/registry.h"

namespace wici {

// Thread-safe. Lives until the process ends.
std::shared_ptr<prometheus::Registry> Metrics();

}  // namespace wici

#endif  // WICI_LIBS_BASE_METRICS_H_
