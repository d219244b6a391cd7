#include "libs/base/metrics.h"

#include <memory>

namespace wici {

std::shared_ptr<prometheus::Registry> Metrics() {
  // Never destroyed: metrics are counted until the process ends.
  static auto* const registry =
      new std::shared_ptr<prometheus::Registry>(std::make_shared<prometheus::Registry>());
  return *registry;
}

}  // namespace wici
