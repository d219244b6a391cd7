#include "services/cluster_registry/imports/import_worker.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/deadline.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/sql/idempotency.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/imports/import_store.h"
#include "services/cluster_registry/imports/plans/validate_import.h"
#include "wici/cluster_registry/v1/import_service.pb.h"

namespace wici::cluster_registry {
namespace {

using v1::Import;
using v1::ImportRow;

// A part takes seconds; this is longer than any healthy one takes.
constexpr absl::Duration kTimeout = absl::Seconds(60);
constexpr absl::Duration kPauseAfterFailure = absl::Seconds(1);
constexpr std::string_view kMethod = "ImportRows";

// Names the import even when another one gets its name later.
std::string ActorOf(const Import& import) {
  return absl::StrCat(
      import.name(), "@",
      google::protobuf::util::TimeUtil::TimestampToMicroseconds(import.create_time()));
}

sql::IdempotencyKey KeyOf(const std::string& actor, const std::string& key) {
  return {.principal = actor,
          .request_id = key,
          .method = std::string(kMethod),
          .digest = sql::RequestDigest(key)};
}

std::string Serialize(const std::vector<ImportRow>& rows) {
  v1::ListImportRowsResponse kept;
  for (const ImportRow& row : rows) *kept.add_rows() = row;
  return kept.SerializeAsString();
}

std::vector<ImportRow> Deserialize(const std::string& text) {
  v1::ListImportRowsResponse kept;
  WICI_CHECK(kept.ParseFromString(text));
  return {kept.rows().begin(), kept.rows().end()};
}

// Whether trying again may help; otherwise the fault lies in the rows. A row that another worker
// wrote first is found when the part is done again.
bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status) ||
         absl::IsCancelled(status) || ErrorReason(status) == "UNIQUE_VIOLATED";
}

// Waits until so many operations have come back.
class Countdown {
 public:
  explicit Countdown(std::size_t count) : left_(count) {}
  void Done(const absl::Status& status) {
    MutexLock lock(mutex_);
    if (!status.ok() && status_.ok()) status_ = status;
    if (--left_ == 0) changed_.NotifyAll();
  }
  // The first error given to Done.
  absl::Status Wait() {
    MutexLock lock(mutex_);
    while (left_ > 0) changed_.Wait(mutex_);
    return status_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::size_t left_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

void ClearCounters(Import& import) {
  import.clear_done_part_count();
  import.clear_done_row_count();
  import.clear_created_count();
  import.clear_updated_count();
  import.clear_unchanged_count();
  import.clear_refused_count();
}

void Count(const std::vector<ImportRow>& rows, Import& import) {
  std::map<int, std::int64_t> counts;
  for (const ImportRow& row : rows) ++counts[row.action()];
  import.set_done_part_count(import.done_part_count() + 1);
  import.set_done_row_count(import.done_row_count() + static_cast<std::int64_t>(rows.size()));
  import.set_created_count(import.created_count() + counts[ImportRow::ACTION_CREATED]);
  import.set_updated_count(import.updated_count() + counts[ImportRow::ACTION_UPDATED]);
  import.set_unchanged_count(import.unchanged_count() + counts[ImportRow::ACTION_UNCHANGED]);
  import.set_refused_count(import.refused_count() + counts[ImportRow::ACTION_REFUSED]);
}

}  // namespace

ImportWorker::ImportWorker(sql::Database& database, Store& store, const Clock& clock, IdSource& ids,
                           ImportWorkerOptions options, std::function<void()> on_commit)
    : store_(store),
      clock_(clock),
      ids_(ids),
      options_(std::move(options)),
      on_commit_(std::move(on_commit)),
      committer_(
          "import", database, clock,
          {.batch_max = options_.batch_max,
           .queue_max = kImportRowsMax,
           .workers = options_.committers},
          [this](sql::Transaction& tx, absl::Span<Op* const> ops) { return Apply(tx, ops); }) {}

ImportWorker::~ImportWorker() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void ImportWorker::Start() {
  thread_ = std::thread([this] { Run(); });
}

void ImportWorker::Run() {
  for (;;) {
    const absl::StatusOr<bool> worked = RunOnce();
    if (!worked.ok()) {
      Log(LogLevel::kWarning, "import_step_failed",
          {{"error", std::string(worked.status().message())}});
    }
    const absl::Duration pause = !worked.ok() ? kPauseAfterFailure
                                 : *worked    ? absl::ZeroDuration()
                                              : options_.poll;
    const absl::Time next = clock_.Now() + pause;
    MutexLock lock(mutex_);
    while (!stopping_ && clock_.Now() < next) changed_.WaitFor(mutex_, next - clock_.Now());
    if (stopping_) return;
  }
}

absl::StatusOr<bool> ImportWorker::RunOnce() {
  bool found = false;
  WICI_ASSIGN_OR_RETURN(const Import import, Claim(found));
  if (!found) return false;
  WICI_RETURN_IF_ERROR(Step(import));
  return true;
}

absl::StatusOr<Import> ImportWorker::Claim(bool& found) {
  const absl::Time now = clock_.Now();
  std::optional<ImportWork> work;
  WICI_RETURN_IF_ERROR(store_.Read(DeadlineIn(kTimeout), [&](Reader& reader) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(work, FindImportWork(reader, options_.owner, now));
    return absl::OkStatus();
  }));
  std::optional<Import> import;
  Import ignored;
  if (work.has_value()) {
    WICI_RETURN_IF_ERROR(
        store_.Write(MakeStep("ClaimImport", now), ignored, [&](Writer& writer) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(import,
                                ClaimImport(writer, *work, options_.owner, now + options_.lease));
          return absl::OkStatus();
        }));
  }
  found = import.has_value();
  return import.value_or(Import());
}

Mutation ImportWorker::MakeStep(std::string method, absl::Time now) const {
  return {.principal = {},
          .request_id = {},
          .method = std::move(method),
          .request = {},
          .transaction_id = ids_.NewId(),
          .now = now,
          .deadline = DeadlineIn(kTimeout)};
}

absl::Status ImportWorker::Step(const Import& import) {
  if (import.done_part_count() >= import.part_count()) return Finish(import);
  absl::StatusOr<std::unique_ptr<Part>> part = NextPart(import);
  if (absl::IsNotFound(part.status())) return FailWithoutPart(import, part.status());
  WICI_RETURN_IF_ERROR(part.status());
  WICI_RETURN_IF_ERROR(import.state() == Import::STATE_CHECKING ? CheckPart(import, **part)
                                                                : ImportPart(import, **part));
  return ClosePart(import, **part);
}

absl::StatusOr<std::unique_ptr<ImportWorker::Part>> ImportWorker::ReadRows(const Import& import,
                                                                           std::int64_t number) {
  auto part = std::make_unique<Part>();
  part->actor = ActorOf(import);
  part->number = number;
  std::string content;
  WICI_RETURN_IF_ERROR(store_.Read(DeadlineIn(kTimeout), [&](Reader& reader) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(content, ReadPart(reader, import.name(), number));
    WICI_ASSIGN_OR_RETURN(part->facts, ReadImportFacts(reader));
    return absl::OkStatus();
  }));
  const ImportWorld world = {.regions = *part->facts.regions,
                             .schemes = part->facts.schemes,
                             .label_scheme = import.label_scheme(),
                             .nuts_version = import.nuts_version()};
  const Table table = ReadTable(content, FormatOf(import));
  part->rows.reserve(table.rows.size());
  for (const TableRow& row : table.rows) {
    part->rows.push_back(ReadImportedRow(import.content(), row, world));
  }
  return part;
}

absl::StatusOr<std::unique_ptr<ImportWorker::Part>> ImportWorker::NextPart(const Import& import) {
  const std::int64_t number = import.done_part_count() + 1;
  std::unique_ptr<Part> part = std::move(ahead_);
  if (part == nullptr || part->actor != ActorOf(import) || part->number != number) {
    WICI_ASSIGN_OR_RETURN(part, ReadRows(import, number));
  }
  // Only now: names depend on the clusters of the parts before.
  std::map<std::string, std::string> country_of;
  WICI_RETURN_IF_ERROR(store_.Read(DeadlineIn(kTimeout), [&](Reader& reader) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(country_of, ReadCountries(reader, part->rows));
    return absl::OkStatus();
  }));
  NameRows(country_of, part->rows);
  return part;
}

absl::Status ImportWorker::CheckPart(const Import& import, Part& part) {
  const RowsByAggregate clusters = GroupRows(part.rows);
  return store_.Read(DeadlineIn(kTimeout), [&](Reader& reader) -> absl::Status {
    part.report.clear();
    for (const auto& [name, rows] : clusters) {
      WICI_ASSIGN_OR_RETURN(const ImportPlan plan,
                            PlanRows(reader, import.content(), name, rows, part.facts));
      part.report.insert(part.report.end(), plan.rows.begin(), plan.rows.end());
    }
    return absl::OkStatus();
  });
}

absl::Status ImportWorker::ImportPart(const Import& import, Part& part) {
  const RowsByAggregate clusters = GroupRows(part.rows);
  if (clusters.empty()) return absl::OkStatus();
  Countdown countdown(clusters.size());
  Mutex mutex;  // of part.report
  for (const auto& [name, rows] : clusters) {
    Op op;
    op.cluster = name;
    op.key = absl::StrCat(part.number, "/", name);
    op.actor = ActorOf(import);
    op.content = import.content();
    op.rows = &rows;
    op.facts = &part.facts;
    committer_.Submit(
        name, DeadlineIn(kTimeout), std::move(op), [&](Op& done, const absl::Status& status) {
          std::vector<ImportRow> results = std::move(done.results);
          const bool refused = !status.ok() && !IsTransient(status);
          if (refused) {
            results =
                RefuseRows(*done.rows, absl::StrCat("row: ", std::string(status.message()))).rows;
          }
          {
            MutexLock lock(mutex);
            part.report.insert(part.report.end(), results.begin(), results.end());
          }
          countdown.Done(refused ? absl::OkStatus() : status);
        });
  }
  // While they are being written there is time to read on.
  if (part.number < import.part_count()) {
    absl::StatusOr<std::unique_ptr<Part>> ahead = ReadRows(import, part.number + 1);
    if (ahead.ok()) ahead_ = *std::move(ahead);
  }
  const absl::Status status = countdown.Wait();
  on_commit_();
  return status;
}

absl::Status ImportWorker::Apply(sql::Transaction& tx, absl::Span<Op* const> ops) {
  std::vector<sql::IdempotencyKey> keys;
  for (const Op* op : ops) keys.push_back(KeyOf(op->actor, op->key));
  std::vector<const sql::IdempotencyKey*> wanted;
  for (const sql::IdempotencyKey& key : keys) wanted.push_back(&key);
  WICI_ASSIGN_OR_RETURN(const auto answers, sql::FindAnswers(tx, kDomain, wanted));
  Writer writer(tx, clock_.Now(), ops[0]->actor);  // one import at a time is worked on
  std::vector<sql::IdempotencyRecord> records;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    Op& op = *ops[i];
    WICI_RETURN_IF_ERROR(answers[i].status());
    if (answers[i]->has_value()) {
      op.results = Deserialize(**answers[i]);
      continue;
    }
    WICI_ASSIGN_OR_RETURN(const ImportPlan plan,
                          ImportRows(writer, op.content, op.cluster, *op.rows, *op.facts));
    op.results = plan.rows;
    if (plan.changes()) records.push_back({keys[i], Serialize(plan.rows)});
  }
  WICI_RETURN_IF_ERROR(sql::StoreAnswers(tx, records, writer.now()));
  if (writer.changes().empty()) return absl::OkStatus();
  return feed::AppendChanges(tx, ids_.NewId(), writer.changes(), writer.now());
}

absl::Status ImportWorker::Change(const Import& seen,
                                  const std::function<absl::Status(Writer&, Import&)>& body) {
  const absl::Time now = clock_.Now();
  Import ignored;
  return store_.Write(MakeStep("StepImport", now), ignored, [&](Writer& writer) -> absl::Status {
    absl::StatusOr<Import> import = ReadImport(writer, seen.name());
    if (absl::IsNotFound(import.status())) return absl::OkStatus();
    WICI_RETURN_IF_ERROR(import.status());
    const bool same = ActorOf(*import) == ActorOf(seen) && import->state() == seen.state() &&
                      import->done_part_count() == seen.done_part_count();
    if (!same) return absl::OkStatus();
    return body(writer, *import);
  });
}

absl::Status ImportWorker::FailWithoutPart(const Import& import, const absl::Status& missed) {
  return Change(import, [&](Writer& writer, Import& now) -> absl::Status {
    const std::int32_t number = now.done_part_count() + 1;
    const absl::StatusOr<std::string> part = ReadPart(writer, now.name(), number);
    if (part.ok()) return missed;  // it was something else that was not found
    if (!absl::IsNotFound(part.status())) return part.status();
    now.set_state(Import::STATE_FAILED);
    now.set_failure(absl::StrCat("part ", number, " of ", now.part_count(),
                                 " is no longer stored; import the file again: rows that are "
                                 "imported already stay as they are"));
    WICI_RETURN_IF_ERROR(RemoveParts(writer, now.name()));
    return SaveImport(writer, now, "import.failed");
  });
}

absl::Status ImportWorker::ClosePart(const Import& import, Part& part) {
  for (const ImportedRow& row : part.rows) {
    if (!row.faults.empty()) part.report.push_back(RefuseRow(row));
  }
  std::sort(part.report.begin(), part.report.end(),
            [](const ImportRow& a, const ImportRow& b) { return a.line() < b.line(); });
  for (ImportRow& row : part.report) row.set_part(static_cast<std::int32_t>(part.number));
  return Change(import, [&](Writer& writer, Import& now) -> absl::Status {
    Count(part.report, now);
    WICI_RETURN_IF_ERROR(SaveReport(writer, now.name(), part.number, part.report));
    if (now.state() == Import::STATE_RUNNING) {
      WICI_RETURN_IF_ERROR(RemovePart(writer, now.name(), part.number));
    }
    return SaveImport(writer, now, "");
  });
}

absl::Status ImportWorker::Finish(const Import& import) {
  return Change(import, [](Writer& writer, Import& now) -> absl::Status {
    if (now.state() == Import::STATE_RUNNING || now.validate_only()) {
      now.set_state(Import::STATE_SUCCEEDED);
      WICI_RETURN_IF_ERROR(RemoveParts(writer, now.name()));
      return SaveImport(writer, now, "import.succeeded");
    }
    if (now.refused_count() > 0) {
      now.set_state(Import::STATE_FAILED);
      now.set_failure(absl::StrCat(now.refused_count(), " of ", now.done_row_count(),
                                   " rows are broken, so nothing was imported"));
      WICI_RETURN_IF_ERROR(RemoveParts(writer, now.name()));
      return SaveImport(writer, now, "import.failed");
    }
    now.set_state(Import::STATE_RUNNING);
    ClearCounters(now);
    WICI_RETURN_IF_ERROR(RemoveReports(writer, now.name()));
    return SaveImport(writer, now, "");
  });
}

}  // namespace wici::cluster_registry
