// What a Server listens on, and its limits.
#ifndef WICI_LIBS_RPC_SERVER_OPTIONS_H_
#define WICI_LIBS_RPC_SERVER_OPTIONS_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"

namespace wici::rpc {

struct ServerOptions {
  std::string service;                  // "registration": in logs, metrics, health
  std::string listen = "127.0.0.1:0";   // host:port, port 0 for any
  int completion_threads = 1;           // threads of the completion queues
  int pool_threads = 16;                // threads of pooled handlers
  std::size_t pool_queue_max = 1024;    // over it: RESOURCE_EXHAUSTED with RetryInfo
  std::size_t stream_queue_max = 1024;  // messages waiting on one stream
  int stream_threads = 2;               // threads of pooled streams, each works on one
  std::size_t stream_waiting_max = 32;  // pooled streams that wait for one, then as above
  absl::Duration deadline_default = absl::Seconds(10);  // for a client that sets none
  absl::Duration deadline_max = absl::Seconds(30);      // streams are not cut
  double calls_per_second_max = 0;                      // of one caller, 0 for any number
  int streams_per_principal_max = 1000;                 // over it: RESOURCE_EXHAUSTED
  int message_bytes_max = 4 * 1024 * 1024;
  // A connection this old, or a tenth more or less, takes no new calls: the client makes a new one,
  // and so finds replicas that were added, and leaves those that have too many.
  absl::Duration connection_age_max = absl::Minutes(5);
  // What is open then has this long to end by itself; afterwards it ends with UNAVAILABLE. Ample
  // for the longest answer (100,000 badges take seven minutes), and short enough that a watch comes
  // to another replica within the hour.
  absl::Duration connection_grace = absl::Minutes(15);
  bool reflection = false;                           // development only
  absl::Duration drain_delay = absl::Seconds(5);     // NOT_SERVING before refusing
  absl::Duration drain_timeout = absl::Seconds(20);  // then calls are cancelled
  // Between the two what comes is answered UNAVAILABLE, before the connections are closed: what
  // comes while they close is CANCELLED by gRPC, which clients do not repeat. Who looks at the
  // health, as the published configs do, has gone by then; others may still meet the CANCELLED.
  absl::Duration refuse_time = absl::Milliseconds(200);
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_SERVER_OPTIONS_H_
