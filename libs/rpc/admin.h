// The admin port: plain HTTP for the kubelet, Prometheus and operators; never for the public.
#ifndef WICI_LIBS_RPC_ADMIN_H_
#define WICI_LIBS_RPC_ADMIN_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wici::rpc {

struct AdminOptions {
  std::string listen = "127.0.0.1:0";
  std::string version;
  // Each says why not, or OK. Called on every probe; must not block for long.
  std::function<absl::Status()> started = [] { return absl::OkStatus(); };
  std::function<absl::Status()> ready = [] { return absl::OkStatus(); };
  // Called before metrics are read, for gauges that must be looked up.
  std::function<void()> look_up_metrics = [] {};
};

// Serves GET /startupz /livez /readyz /metrics /version and GET, PUT /loglevel. livez never
// depends on the database. Metrics are those of prometheus-cpp's process-wide registry
// (`Metrics()`).
class AdminServer {
 public:
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(AdminOptions options);
  virtual ~AdminServer() = default;
  virtual int port() const = 0;
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_ADMIN_H_
