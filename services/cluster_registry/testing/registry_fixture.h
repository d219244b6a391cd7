// The whole registry in the test's process: real gRPC, real checks, SQLite or, for a suite that
// runs on every engine, PostgreSQL too:
//
//   class LabelTest : public testing::EngineRegistryTest {};
//   WICI_ON_EVERY_ENGINE(LabelTest);
//   TEST_P(LabelTest, L1_...) {...}
//
// Every method has a function of its name (registry_calls.h), which calls as platform operator.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_TESTING_REGISTRY_FIXTURE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_TESTING_REGISTRY_FIXTURE_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/feed/feed_service.h"
#include "libs/feed/sequencer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/service_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/search/search_indexer.h"
#include "services/cluster_registry/services.h"
#include "services/cluster_registry/store.h"
#include "services/cluster_registry/testing/records.h"
#include "services/cluster_registry/testing/registry_calls.h"

namespace wici::cluster_registry::testing {

class RegistryTest : public ::testing::Test, protected RegistryCalls {
 protected:
  RegistryTest() : RegistryTest(sql::Engine::kSqlite) {}
  explicit RegistryTest(sql::Engine engine) : database_(engine, Migrations()) {
    registry_.Register(services_.server());
    feed_.Register(services_.server());
    services_.Start();
  }

  const wici::testing::ServiceFixture& called() const override { return services_; }

  // Brings the search index up to date; returns how many changes or documents that were.
  absl::StatusOr<int> Index() {
    feed::Sequencer sequencer(database_.get(), nullptr, system_clock_,
                              {.source = "test", .owner = "test"}, [](const feed::v1::Cursor&) {});
    const absl::Status stamped = sequencer.RunOnce().status();
    return stamped.ok() ? indexer_.RunOnce() : stamped;
  }

  // Mazovia under its codes of 2013 and 2016, and Bavaria.
  void AddRegions() {
    ASSERT_THAT(CreateRegion(R"(
                  region_id: "mazovia"
                  region { display_name: "Województwo mazowieckie" country: "PL"
                           codes { scheme: "NUTS" version: "2013" code: "PL12" level: 2 }
                           codes { scheme: "NUTS" version: "2016" code: "PL9" level: 1 } })"),
                wici::testing::IsOk());
    ASSERT_THAT(CreateRegion(R"(
                  region_id: "bavaria"
                  region { display_name: "Bayern" country: "DE"
                           codes { scheme: "NUTS" version: "2016" code: "DE2" level: 1 } })"),
                wici::testing::IsOk());
  }
  void AddEsca() {
    v1::CreateLabelSchemeRequest request;
    request.set_label_scheme_id("esca");
    *request.mutable_label_scheme() = Esca();
    ASSERT_THAT(CreateLabelScheme(request), wici::testing::IsOk());
  }
  // clusters/abc, with more fields in text format.
  void AddCluster(const std::string& fields = "", const std::string& id = "abc") {
    ASSERT_THAT(CreateCluster("cluster_id: \"" + id + "\" cluster { display_name: \"Klaster ł\" " +
                              "country: \"PL\" " + fields + " }"),
                wici::testing::IsOk());
  }

  wici::testing::TestDatabase database_;
  SystemClock system_clock_;
  feed::FeedService feed_{database_.get(), system_clock_};
  // For tests that let the database fail around a commit: asked before every write.
  std::function<wici::testing::WriteFault()> next_fault_;
  wici::testing::FaultyDatabase faulty_{
      database_.get(),
      [this] { return next_fault_ ? next_fault_() : wici::testing::WriteFault::kNone; }};
  Store store_{faulty_};
  wici::testing::ServiceFixture services_;
  std::unique_ptr<SearchIndex> index_ = *SearchIndex::Open("");
  SearchIndexer indexer_{store_, *index_};
  Services registry_{{store_, services_.clock(), services_.ids()}, *index_};
};

// The same on the engine of the parameter. Without a PostgreSQL server its tests are skipped.
class EngineRegistryTest : public RegistryTest, public ::testing::WithParamInterface<sql::Engine> {
 protected:
  EngineRegistryTest()
      : RegistryTest(wici::testing::TestDatabase::Available(GetParam()) ? GetParam()
                                                                        : sql::Engine::kSqlite) {}
  void SetUp() override {
    if (!wici::testing::TestDatabase::Available(GetParam())) {
      GTEST_SKIP() << "set WICI_TEST_POSTGRES, or use ./wici test";
    }
  }
};

}  // namespace wici::cluster_registry::testing

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_TESTING_REGISTRY_FIXTURE_H_
