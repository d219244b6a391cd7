// What the main.cc of every service shares: flags, signals, the first log line.
//
//   ABSL_FLAG(std::string, registry, "", "host:port of the cluster registry");
//
//   int main(int argc, char** argv) {
//     return wici::rpc::RunService("registration", argc, argv, &wici::registration::Serve);
//   }
//
// where Serve builds the service, starts it, and calls ServeUntilSignal.
#ifndef WICI_LIBS_RPC_PROCESS_H_
#define WICI_LIBS_RPC_PROCESS_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "libs/rpc/server.h"

namespace wici::rpc {

inline constexpr std::string_view kVersion = "0.1.0";

// The flags of every service. An environment variable FLAGS_x is read for flag x that
// --tryfromenv names; --config=FILE reads flags from a file, one a line.
struct ServiceFlags {
  std::string service;
  std::string listen;         // --listen
  std::string admin_listen;   // --admin_listen
  std::string database;       // --database
  std::string redis;          // --redis, "" for none
  std::string key_seed;       // the line of --key_file; see auth::SigningKey::FromSeed
  bool production = false;    // --mode=production
  bool migrate_only = false;  // --migrate_only: bring the schema up to date and end
  // --new_feed_epoch: after a restore from a backup, see feed::StartNewEpoch, and end
  bool new_feed_epoch = false;
};

// Parses flags (an unknown one ends the process), blocks SIGINT and SIGTERM for WaitForSignal, and
// runs `serve`. An error of it, and settings that are not safe in production, are logged. Returns
// the exit status of the process.
int RunService(std::string_view service, int argc, char** argv,
               const std::function<absl::Status(const ServiceFlags&)>& serve);

// Server options as the flags ask: in development with reflection and a short drain delay.
ServerOptions MakeServerOptions(const ServiceFlags& flags);

// {"message":"listening","port":...,"admin_port":...}: what scripts wait for.
void LogListening(int port, int admin_port);

// Opens the admin port, says LogListening, and serves until the process is told to end; then drains
// `server`, which has been started. Ready while `healthy` is OK and nothing drains.
// `look_up_metrics`: see AdminOptions. `begin_stop` is called before the drain, and does not block:
// what takes long to stop does so meanwhile. Errors: those of AdminServer::Start.
absl::Status ServeUntilSignal(
    const ServiceFlags& flags, Server& server, std::function<absl::Status()> healthy,
    std::function<void()> look_up_metrics = [] {}, const std::function<void()>& begin_stop = [] {});

// Settings of the C library and of Abseil for a server: for the whole process, so main() decides.
// RunService has called it. Up to 2 MiB of each arena of the allocator that are free stay with the
// process, instead of going back to the kernel and coming again with the next burst: that was a
// sixth of the CPU of a CreateRegistration (madvise, page faults, interrupts of the other cores).
// And Abseil does not look for deadlocks among the locks of gRPC, which Debian's build does at each
// of them: 7 % of the CPU of a GetCluster.
void TuneForServing();

// Keeps SIGINT and SIGTERM for WaitForSignal in this and all threads it starts. RunService has done
// so; other programs call it before anything starts a thread.
void BlockSignals();

// Blocks until SIGINT or SIGTERM. From then the process ends within 40 s, or at a second signal,
// whatever hangs.
void WaitForSignal();

// The key seed in the file of --key_file. Errors: those of ReadSecretFile, and INVALID_ARGUMENT
// when it is not one line of text.
absl::StatusOr<std::string> ReadKeyFile(const std::string& path, bool private_only);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_PROCESS_H_
