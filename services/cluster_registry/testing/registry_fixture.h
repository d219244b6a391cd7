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
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/service_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/store.h"
#include "services/cluster_registry/testing/records.h"
#include "services/cluster_registry/testing/registry_calls.h"

namespace wici::cluster_registry::testing {

class RegistryTest : public ::testing::Test, protected RegistryCalls {
 protected:
  RegistryTest() : RegistryTest(sql::Engine::kSqlite) {}
  explicit RegistryTest(sql::Engine engine);
  ~RegistryTest() override;

  const wici::testing::ServiceFixture& called() const override { return services_; }

  // Brings the search index up to date; returns how many changes or documents that were.
  absl::StatusOr<int> Index();
  // Goes on with successions that were interrupted.
  absl::Status ApplySuccessions(absl::Time deadline);

  // Mazovia under its codes of 2013 and 2016, and Bavaria.
  void AddRegions();
  void AddEsca();
  // clusters/abc, with more fields in text format.
  void AddCluster(const std::string& fields = "", const std::string& id = "abc");

  wici::testing::TestDatabase database_;
  SystemClock system_clock_;
  // For tests that let the database fail around a commit: asked before every write.
  std::function<wici::testing::WriteFault()> next_fault_;
  wici::testing::FaultyDatabase faulty_{
      database_.get(),
      [this] { return next_fault_ ? next_fault_() : wici::testing::WriteFault::kNone; }};
  Store store_{faulty_};
  wici::testing::ServiceFixture services_;

 private:
  // What is served: its headers are many, so only registry_fixture.cc reads them.
  struct Served;
  std::unique_ptr<Served> served_;
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
