// Works off imports in the background, part by part.
//
// The rows of a part go through group commit, a cluster with all its rows at a time: on SQLite many
// clusters share a transaction, on PostgreSQL each has its own and several are under way at once.
// What became of the rows of a cluster is kept like the answer to a request, in the transaction
// that writes them; a part that was interrupted is done again, finds those answers, and counts
// every row once. Then one small transaction closes the part: report, counters, the rows themselves
// deleted.
//
// What a database may recover from (busy, a conflict, a lost connection, a deadline, a full queue)
// never refuses a row and never ends an import: the worker waits a second and does the part again,
// for as long as it takes. What it then reads once more are the answers of what was done.
//
// A part that is not there although the import waits for it ends the import as failed: it would be
// asked for in vain for ever.
//
// Any number of processes may run a worker. A lease decides who bothers; two that work on one part
// do no harm, because only the first to close it counts.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_WORKER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_WORKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/mutex.h"
#include "libs/sql/committer.h"
#include "libs/sql/database.h"
#include "services/cluster_registry/imports/import_writer.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/import.pb.h"

namespace wici::cluster_registry {

struct ImportWorkerOptions {
  std::string owner;  // unique to this process
  absl::Duration lease = absl::Seconds(10);
  absl::Duration poll = absl::Milliseconds(500);  // for imports that another process started
  std::size_t batch_max = 100;                    // clusters a transaction on SQLite
  int committers = 3;                             // transactions at once on PostgreSQL
};

class ImportWorker {
 public:
  // `on_commit` is called after each commit that changed something; it must not block. Everything
  // outlives the worker.
  ImportWorker(sql::Database& database, Store& store, const Clock& clock, IdSource& ids,
               ImportWorkerOptions options, std::function<void()> on_commit);
  ~ImportWorker();  // stops the thread; what is under way goes on with the next worker

  // Starts the thread.
  void Start();
  // One step on the calling thread: a part, or a change of state. False when there is nothing to
  // do.
  absl::StatusOr<bool> RunOnce();

 private:
  // The rows of one cluster in one part.
  struct Op {
    std::string cluster;
    std::string key;    // of the answer, unique to import, part and cluster
    std::string actor;  // the import
    v1::Import::Content content = v1::Import::CONTENT_UNSPECIFIED;
    const std::vector<const ImportedRow*>* rows = nullptr;
    const ImportFacts* facts = nullptr;
    std::vector<v1::ImportRow> results;  // after the commit
  };
  // One part, read.
  struct Part {
    std::string actor;  // the import
    std::int64_t number = 0;
    ImportFacts facts;
    std::vector<ImportedRow> rows;  // without names until they are to be worked on
    std::vector<v1::ImportRow> report;
  };

  void Run();
  absl::StatusOr<v1::Import> Claim(bool& found);
  Mutation MakeStep(std::string method, absl::Time now) const;
  absl::Status Step(const v1::Import& import);
  // The rows of the part. NOT_FOUND when they were worked off, or the import was cancelled.
  absl::StatusOr<std::unique_ptr<Part>> ReadRows(const v1::Import& import, std::int64_t number);
  // The part that comes next, read already or read now, its rows named.
  absl::StatusOr<std::unique_ptr<Part>> NextPart(const v1::Import& import);
  // No part comes next: nothing to do when the import was cancelled or went on meanwhile, otherwise
  // the part was lost, and the import fails. `missed` when the part is there after all.
  absl::Status FailWithoutPart(const v1::Import& import, const absl::Status& missed);
  absl::Status CheckPart(const v1::Import& import, Part& part);
  absl::Status ImportPart(const v1::Import& import, Part& part);
  absl::Status ClosePart(const v1::Import& import, Part& part);
  // All parts are done: what comes next.
  absl::Status Finish(const v1::Import& import);
  absl::Status Apply(sql::Transaction& tx, absl::Span<Op* const> ops);
  // Runs `body` on the import as it is now, unless it is no longer where `seen` saw it.
  absl::Status Change(const v1::Import& seen,
                      const std::function<absl::Status(Writer&, v1::Import&)>& body);

  Store& store_;
  const Clock& clock_;
  IdSource& ids_;
  const ImportWorkerOptions options_;
  const std::function<void()> on_commit_;
  sql::GroupCommitter<Op> committer_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // The part after the one that is being written, of the thread that works.
  std::unique_ptr<Part> ahead_;
  std::thread thread_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_WORKER_H_
