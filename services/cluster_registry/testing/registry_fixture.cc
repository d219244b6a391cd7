#include "services/cluster_registry/testing/registry_fixture.h"

#include "libs/feed/feed_service.h"
#include "libs/feed/sequencer.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/search/search_indexer.h"
#include "services/cluster_registry/services.h"

namespace wici::cluster_registry::testing {

struct RegistryTest::Served {
  explicit Served(RegistryTest& test)
      : feed(test.database_.get(), test.system_clock_),
        indexer(test.store_, *index),
        registry({test.store_, test.services_.clock(), test.services_.ids()}, *index) {}

  feed::FeedService feed;
  std::unique_ptr<SearchIndex> index = *SearchIndex::Open("");
  SearchIndexer indexer;
  Services registry;
};

RegistryTest::RegistryTest(sql::Engine engine)
    : database_(engine, Migrations()), served_(std::make_unique<Served>(*this)) {
  served_->registry.Register(services_.server());
  served_->feed.Register(services_.server());
  services_.Start();
}

RegistryTest::~RegistryTest() { services_.server().Stop(); }

absl::StatusOr<int> RegistryTest::Index() {
  feed::Sequencer sequencer(database_.get(), nullptr, system_clock_,
                            {.source = "test", .owner = "test"}, [](const feed::v1::Cursor&) {});
  const absl::Status stamped = sequencer.RunOnce().status();
  return stamped.ok() ? served_->indexer.RunOnce() : stamped;
}

absl::Status RegistryTest::ApplySuccessions(absl::Time deadline) {
  return served_->registry.succession_applier().RunOnce(deadline);
}

void RegistryTest::AddRegions() {
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

void RegistryTest::AddEsca() {
  v1::CreateLabelSchemeRequest request;
  request.set_label_scheme_id("esca");
  *request.mutable_label_scheme() = Esca();
  ASSERT_THAT(CreateLabelScheme(request), wici::testing::IsOk());
}

void RegistryTest::AddCluster(const std::string& fields, const std::string& id) {
  ASSERT_THAT(CreateCluster("cluster_id: \"" + id + "\" cluster { display_name: \"Klaster ł\" " +
                            "country: \"PL\" " + fields + " }"),
              wici::testing::IsOk());
}

}  // namespace wici::cluster_registry::testing
