// How many queries a question costs.
#include "services/cluster_registry/labels/status/label_facts.h"

#include <string>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using wici::testing::IsOk;

// Counts what is sent to a database.
class CountingTransaction final : public sql::Transaction {
 public:
  explicit CountingTransaction(sql::Transaction& tx) : tx_(tx) {}
  using Transaction::Execute;
  absl::StatusOr<sql::Rows> Execute(const sql::Query& query,
                                    absl::Span<const sql::Value> values) override {
    ++count_;
    return tx_.Execute(query, values);
  }
  absl::StatusOr<sql::Rows> InsertMany(const sql::Query& prefix, std::string_view suffix,
                                       absl::Span<const std::vector<sql::Value>> rows) override {
    ++count_;
    return tx_.InsertMany(prefix, suffix, rows);
  }
  absl::StatusOr<sql::Rows> SelectMany(const sql::Query& prefix, std::string_view suffix,
                                       absl::Span<const std::vector<sql::Value>> keys) override {
    ++count_;
    return tx_.SelectMany(prefix, suffix, keys);
  }
  sql::Engine engine() const override { return tx_.engine(); }
  int count() const { return count_; }

 private:
  sql::Transaction& tx_;
  int count_ = 0;
};

class LabelFactsTest : public wici::testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) -> absl::Status {
                                   Writer writer(tx, clock_.Now(), "users/test");
                                   v1::LabelScheme scheme = testing::Esca();
                                   return InsertLabelScheme(writer, scheme);
                                 }),
                IsOk());
  }
  static absl::Time Deadline() { return absl::Now() + absl::Seconds(20); }

  // clusters/c<i>, each with a Bronze that was corrected once.
  void AddClusters(int count) {
    ASSERT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) -> absl::Status {
                                   Writer writer(tx, clock_.Now(), "users/test");
                                   for (int i = 0; i < count; ++i) {
                                     WICI_RETURN_IF_ERROR(AddCluster(writer, i));
                                   }
                                   return absl::OkStatus();
                                 }),
                IsOk());
  }
  static absl::Status AddCluster(Writer& writer, int i) {
    v1::Cluster cluster;
    cluster.set_name("clusters/c" + std::to_string(i));
    WICI_RETURN_IF_ERROR(InsertCluster(writer, cluster));
    v1::Label label = testing::Bronze(R"(valid_until: "2016-12-11")");
    label.set_name(cluster.name() + "/labels/bronze");
    WICI_RETURN_IF_ERROR(InsertLabel(writer, label));
    label.set_valid_until("2017-12-11");
    return ReviseLabel(writer, label);
  }
  // How many queries `count` questions take, each about a cluster of its own.
  int QueriesOfABatch(int count, absl::Time known_at) {
    std::set<std::string> clusters;
    for (int i = 0; i < count; ++i) clusters.insert("clusters/c" + std::to_string(i));
    int queries = 0;
    EXPECT_THAT(database().Read(
                    Deadline(),
                    [&](sql::Transaction& tx) -> absl::Status {
                      CountingTransaction counting(tx);
                      Reader reader(counting);
                      WICI_ASSIGN_OR_RETURN(
                          const ManyLabelFacts facts,
                          ReadManyLabelFacts(reader, clusters, {"labelSchemes/esca"}, known_at));
                      EXPECT_EQ(facts.labels.size(), clusters.size());
                      EXPECT_EQ(facts.labels.at("clusters/c0").size(), 1u);
                      EXPECT_EQ(facts.labels.at("clusters/c0")[0].valid_until(), "2017-12-11");
                      queries = counting.count();
                      return absl::OkStatus();
                    }),
                IsOk());
    return queries;
  }

  wici::testing::FakeClock clock_;
};
WICI_ON_EVERY_ENGINE(LabelFactsTest);

TEST_P(LabelFactsTest, ABatchCostsTheSameNumberOfQueriesWhateverItsSize) {
  AddClusters(200);
  EXPECT_EQ(QueriesOfABatch(1, kPresent), 3);
  EXPECT_EQ(QueriesOfABatch(200, kPresent), 3);
  EXPECT_EQ(QueriesOfABatch(200, clock_.Now()), 3);
}

TEST_P(LabelFactsTest, OneQuestionCostsOneQuery) {
  AddClusters(2);
  EXPECT_THAT(database().Read(Deadline(),
                              [&](sql::Transaction& tx) -> absl::Status {
                                CountingTransaction counting(tx);
                                Reader reader(counting);
                                WICI_ASSIGN_OR_RETURN(
                                    const LabelFacts facts,
                                    ReadLabelFacts(reader, "clusters/c1", "labelSchemes/esca",
                                                   clock_.Now()));
                                EXPECT_EQ(facts.labels.size(), 1u);
                                EXPECT_EQ(facts.scheme.kinds_size(), 3);
                                EXPECT_EQ(counting.count(), 1);
                                return absl::OkStatus();
                              }),
              IsOk());
}

}  // namespace
}  // namespace wici::cluster_registry
