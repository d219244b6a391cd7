// The background work of imports on every engine, with a database that fails around commits.
#include "services/cluster_registry/imports/import_worker.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/imports/import_store.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::HasSubstr;
using testing::Parse;
using ::testing::SizeIs;
using v1::Import;
using wici::testing::FaultyDatabase;
using wici::testing::IsOk;
using wici::testing::WriteFault;

class ImportWorkerTest : public wici::testing::DatabaseTest {
 protected:
  static constexpr int kClusters = 30;
  static constexpr int kParts = 3;

  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    store_ = std::make_unique<Store>(database());
    ASSERT_THAT(Write([](Writer& writer) {
                  v1::LabelScheme scheme = testing::Esca();
                  return InsertLabelScheme(writer, scheme);
                }),
                IsOk());
    ASSERT_THAT(Write([](Writer& writer) { return AddImport(writer); }), IsOk());
  }

  // kClusters clusters with two labels each, the rows of a cluster spread over parts.
  static absl::Status AddImport(Writer& writer) {
    Import import = Parse<Import>(R"(
      name: "imports/file" content: CONTENT_CLUSTERS format: FORMAT_CSV state: STATE_RUNNING
      label_scheme: "labelSchemes/esca" nuts_version: "2016" skip_invalid_rows: true)");
    import.set_part_count(kParts);
    import.set_row_count(2 * kClusters + 1);
    WICI_RETURN_IF_ERROR(InsertImport(writer, import));
    std::vector<std::string> parts(kParts, "name,country,label,valid_until\n");
    for (int i = 0; i < kClusters; ++i) {
      const std::string name = "Klaster Łódź " + std::to_string(i) + ",PL,";
      parts[static_cast<std::size_t>(i % kParts)] += name + "BRONZE,2016-12-08\n";
      parts[static_cast<std::size_t>((i + 1) % kParts)] += name + "SILVER,2018-12-08\n";
    }
    parts[1] += "Broken,Poland,,\n";
    for (int part = 1; part <= kParts; ++part) {
      WICI_RETURN_IF_ERROR(
          InsertPart(writer, import.name(), part, 1, parts[static_cast<std::size_t>(part - 1)]));
    }
    return absl::OkStatus();
  }

  absl::Status Write(const std::function<absl::Status(Writer&)>& body) {
    Import ignored;
    return store_->Write({.principal = "users/test",
                          .request_id = "",
                          .method = "Service/Method",
                          .request = "",
                          .transaction_id = ids_.NewId(),
                          .now = clock_.Now(),
                          .deadline = Deadline()},
                         ignored, body);
  }
  // Only against hanging: a busy machine takes its time.
  static absl::Time Deadline() { return absl::Now() + absl::Minutes(5); }
  Import Get() {
    Import import;
    EXPECT_THAT(store_->Read(Deadline(),
                             [&](Reader& reader) -> absl::Status {
                               WICI_ASSIGN_OR_RETURN(import, ReadImport(reader, "imports/file"));
                               return absl::OkStatus();
                             }),
                IsOk());
    return import;
  }
  // Every row counted once, everything there once, and nothing of the file left.
  void ExpectComplete() {
    const Import import = Get();
    EXPECT_EQ(import.state(), Import::STATE_SUCCEEDED);
    EXPECT_EQ(import.done_row_count(), 2 * kClusters + 1);
    EXPECT_EQ(import.created_count(), 2 * kClusters);
    EXPECT_EQ(import.unchanged_count(), 0);
    EXPECT_EQ(import.refused_count(), 1);
    EXPECT_THAT(
        store_->Read(
            Deadline(),
            [&](Reader& reader) -> absl::Status {
              WICI_ASSIGN_OR_RETURN(const auto clusters, ReadClusters(reader, {}, {"", 1000}));
              EXPECT_THAT(clusters, SizeIs(kClusters));
              WICI_ASSIGN_OR_RETURN(const auto labels,
                                    ReadLabels(reader, "", absl::InfiniteFuture(), {"", 1000}));
              EXPECT_THAT(labels, SizeIs(2 * kClusters));
              WICI_ASSIGN_OR_RETURN(const auto rows, ReadReports(reader, "imports/file", 1, 10));
              EXPECT_THAT(rows, SizeIs(2 * kClusters + 1));
              EXPECT_FALSE(ReadPart(reader, "imports/file", 1).ok());
              return absl::OkStatus();
            }),
        IsOk());
  }
  std::unique_ptr<ImportWorker> MakeWorker(sql::Database& database, Store& store,
                                           const std::string& owner,
                                           absl::Duration lease = absl::Seconds(10)) {
    return std::make_unique<ImportWorker>(
        database, store, clock_, ids_,
        ImportWorkerOptions{.owner = owner, .lease = lease, .batch_max = 4}, [] {});
  }

  SystemClock clock_;
  SystemIdSource ids_;
  std::unique_ptr<Store> store_;
};
WICI_ON_EVERY_ENGINE(ImportWorkerTest);

TEST_P(ImportWorkerTest, AnImportIsWorkedOff) {
  const auto worker = MakeWorker(database(), *store_, "one");
  for (absl::StatusOr<bool> worked = true; worked.ok() && *worked;) worked = worker->RunOnce();
  ExpectComplete();
}

TEST_P(ImportWorkerTest, CommitsThatFailOrWhoseAnswerIsLostChangeNothingInTheEnd) {
  std::atomic<std::uint32_t> count = 7;  // a fixed sequence in the place of chance
  FaultyDatabase faulty(database(), [&] {
    const std::uint32_t roll = (count.fetch_add(1) * 2654435761u >> 16) % 32;
    return roll == 0   ? WriteFault::kBeforeCommit
           : roll == 1 ? WriteFault::kAfterCommit
                       : WriteFault::kNone;
  });
  Store store(faulty);
  const auto worker = MakeWorker(faulty, store, "one");
  int failures = 0;
  for (int step = 0; step < 1000 && Get().state() != Import::STATE_SUCCEEDED; ++step) {
    failures += worker->RunOnce().ok() ? 0 : 1;
  }
  EXPECT_GT(failures, 0);
  ExpectComplete();
}

TEST_P(ImportWorkerTest, ADatabaseThatIsBusyNeverFailsAnImportNorARow) {
  std::atomic<int> writes = 0;  // of which every third fails, for a while
  FaultyDatabase faulty(database(), [&] {
    const int write = writes.fetch_add(1);
    return write < 60 && write % 3 == 0 ? WriteFault::kConflict : WriteFault::kNone;
  });
  Store store(faulty);
  const auto worker = MakeWorker(faulty, store, "one");
  int failures = 0;
  for (int step = 0; step < 1000 && Get().state() == Import::STATE_RUNNING; ++step) {
    failures += worker->RunOnce().ok() ? 0 : 1;
  }
  EXPECT_GT(failures, 0);
  ExpectComplete();
}

TEST_P(ImportWorkerTest, AProcessThatDiesInTheMiddleIsFollowedByTheNext) {
  for (int after = 1; after <= 6; ++after) {
    // Dies at its write number `after`, committed or not.
    std::atomic<int> writes = 0;
    FaultyDatabase dying(database(), [&] {
      if (writes.fetch_add(1) + 1 < after) return WriteFault::kNone;
      return after % 2 == 0 ? WriteFault::kAfterCommit : WriteFault::kBeforeCommit;
    });
    Store store(dying);
    const auto worker =
        MakeWorker(dying, store, "process " + std::to_string(after), absl::ZeroDuration());
    for (absl::StatusOr<bool> worked = true; worked.ok() && *worked && writes < after;) {
      worked = worker->RunOnce();
    }
    dying.Die();
  }
  const auto last = MakeWorker(database(), *store_, "last", absl::ZeroDuration());
  for (absl::StatusOr<bool> worked = true; worked.ok() && *worked;) worked = last->RunOnce();
  ExpectComplete();
}

TEST_P(ImportWorkerTest, AnImportThatLostAPartFailsAndSaysWhich) {
  ASSERT_THAT(Write([](Writer& writer) { return RemovePart(writer, "imports/file", 2); }), IsOk());
  const auto worker = MakeWorker(database(), *store_, "one");
  for (const bool more : {true, true, false}) {
    const absl::StatusOr<bool> worked = worker->RunOnce();
    ASSERT_THAT(worked, IsOk());
    EXPECT_EQ(*worked, more);
  }
  const Import import = Get();
  EXPECT_EQ(import.state(), Import::STATE_FAILED);
  EXPECT_EQ(import.done_part_count(), 1);
  EXPECT_THAT(import.failure(), HasSubstr("part 2 of 3 is no longer stored"));
}

TEST_P(ImportWorkerTest, WhatWasCancelledMeanwhileIsNotTaken) {
  const absl::Time now = clock_.Now();
  std::optional<ImportWork> work;
  ASSERT_THAT(store_->Read(Deadline(),
                           [&](Reader& reader) -> absl::Status {
                             WICI_ASSIGN_OR_RETURN(work, FindImportWork(reader, "one", now));
                             return absl::OkStatus();
                           }),
              IsOk());
  ASSERT_TRUE(work.has_value());
  EXPECT_THAT(Write([&](Writer& writer) -> absl::Status {
                Import cancelled = Get();
                cancelled.set_state(Import::STATE_CANCELLED);
                WICI_RETURN_IF_ERROR(SaveImport(writer, cancelled, "import.cancelled"));
                WICI_ASSIGN_OR_RETURN(const auto taken,
                                      ClaimImport(writer, *work, "one", now + absl::Seconds(10)));
                EXPECT_FALSE(taken.has_value());
                return absl::OkStatus();
              }),
              IsOk());
}

TEST_P(ImportWorkerTest, TwoWorkersAtOnceCountEveryRowOnce) {
  const auto one = MakeWorker(database(), *store_, "one", absl::ZeroDuration());
  const auto two = MakeWorker(database(), *store_, "two", absl::ZeroDuration());
  one->Start();
  const absl::Time give_up = Deadline();
  while (absl::Now() < give_up && Get().state() != Import::STATE_SUCCEEDED) {
    (void)two->RunOnce();
  }
  ExpectComplete();
}

TEST_P(ImportWorkerTest, WhoHoldsTheLeaseIsLeftAlone) {
  const auto one = MakeWorker(database(), *store_, "one", absl::Hours(1));
  ASSERT_THAT(one->RunOnce(), IsOk());
  const auto two = MakeWorker(database(), *store_, "two");
  const absl::StatusOr<bool> worked = two->RunOnce();
  ASSERT_THAT(worked, IsOk());
  EXPECT_FALSE(*worked);
  EXPECT_EQ(Get().done_part_count(), 1);
}

}  // namespace
}  // namespace wici::cluster_registry
