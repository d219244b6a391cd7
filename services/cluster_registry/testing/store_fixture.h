// What tests of a family's store share: a fresh database on every engine, writes and reads on it.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_TESTING_STORE_FIXTURE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_TESTING_STORE_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/store.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry::testing {

// Instantiate with WICI_ON_EVERY_ENGINE.
class FamilyStoreTest : public wici::testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    store_ = std::make_unique<Store>(database());
  }

  static absl::Time Deadline() { return absl::Now() + absl::Seconds(60); }

  Mutation NewMutation(const std::string& actor = "users/test") {
    return {.principal = actor,
            .request_id = "",
            .method = "Service/Method",
            .request = "",
            .transaction_id = ids_.NewId(),
            .now = clock_.Now(),
            .deadline = Deadline()};
  }
  absl::Status Write(const std::function<absl::Status(Writer&)>& body,
                     const std::string& actor = "users/test") {
    v1::Cluster ignored;
    return store_->Write(NewMutation(actor), ignored, body);
  }
  // A write to one cluster, which is locked before.
  absl::Status WriteIn(const std::string& cluster,
                       const std::function<absl::Status(Writer&)>& body) {
    return Write([&](Writer& writer) -> absl::Status {
      WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/" + cluster, false).status());
      return body(writer);
    });
  }
  absl::Status Read(const std::function<absl::Status(Reader&)>& body) {
    return store_->Read(Deadline(), body);
  }
  // What `read` returns in a transaction of its own.
  template <class Result>
  absl::StatusOr<Result> Query(const std::function<absl::StatusOr<Result>(Reader&)>& read) {
    absl::StatusOr<Result> result;
    const absl::Status status = Read([&](Reader& reader) {
      result = read(reader);
      return result.status();
    });
    if (!status.ok()) return status;
    return result;
  }

  absl::Status AddCluster(const std::string& id, const std::string& fields = "") {
    return Write([&](Writer& writer) {
      v1::Cluster cluster = Parse<v1::Cluster>(fields);
      cluster.set_name("clusters/" + id);
      return InsertCluster(writer, cluster);
    });
  }
  // All changes so far, in their order.
  std::vector<feed::v1::Change> Changes() {
    feed::Sequencer sequencer(database(), nullptr, clock_, {.source = "test", .owner = "o"},
                              [](const feed::v1::Cursor&) {});
    EXPECT_THAT(sequencer.RunOnce(), wici::testing::IsOk());
    std::vector<feed::v1::Change> changes;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) {
                                  WICI_ASSIGN_OR_RETURN(changes, feed::ReadChanges(tx, {}, 1000));
                                  return absl::OkStatus();
                                }),
                wici::testing::IsOk());
    return changes;
  }
  // Their kinds.
  std::vector<std::string> Kinds() {
    std::vector<std::string> kinds;
    for (const feed::v1::Change& change : Changes()) kinds.push_back(change.kind());
    return kinds;
  }

  wici::testing::FakeClock clock_;
  wici::testing::FakeIds ids_;
  std::unique_ptr<Store> store_;
};

}  // namespace wici::cluster_registry::testing

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_TESTING_STORE_FIXTURE_H_
