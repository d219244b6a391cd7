// The record history of clusters and their lists, on every engine.
#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "services/cluster_registry/cluster_rules/mandates.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Parse;
using ::testing::UnorderedElementsAre;
using wici::testing::IsOk;
using wici::testing::StatusIs;

class ClusterHistoryStoreTest : public testing::FamilyStoreTest {
 protected:
  // Inserts the cluster, and returns it as it was written.
  v1::Cluster Insert(const std::string& id, const std::string& fields = "",
                     const std::string& actor = "users/test") {
    v1::Cluster cluster;
    EXPECT_THAT(Write(
                    [&](Writer& writer) {
                      cluster = Parse<v1::Cluster>(fields);
                      cluster.set_name("clusters/" + id);
                      return InsertCluster(writer, cluster);
                    },
                    actor),
                IsOk());
    return cluster;
  }
  v1::Cluster Change(const std::string& id, const std::string& kind,
                     const std::function<void(v1::Cluster&)>& change,
                     const std::string& actor = "users/test") {
    v1::Cluster cluster;
    EXPECT_THAT(Write(
                    [&](Writer& writer) -> absl::Status {
                      WICI_ASSIGN_OR_RETURN(cluster, LockCluster(writer, "clusters/" + id, true));
                      change(cluster);
                      return SaveCluster(writer, cluster, kind);
                    },
                    actor),
                IsOk());
    return cluster;
  }
  std::optional<v1::Cluster> AsKnownAt(const std::string& id, absl::Time known_at) {
    std::optional<v1::Cluster> found;
    const absl::Status status = Read([&](Reader& reader) {
      WICI_ASSIGN_OR_RETURN(found, ReadCluster(reader, "clusters/" + id, known_at));
      return absl::OkStatus();
    });
    if (!status.ok()) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
    }
    return found;
  }
  std::vector<v1::ClusterVersion> Versions(const std::string& id, std::int64_t before = 1'000'000,
                                           int limit = 1000,
                                           v1::Visibility exposure = v1::VISIBILITY_INTERNAL) {
    std::vector<v1::ClusterVersion> versions;
    EXPECT_THAT(Read([&](Reader& reader) {
                  WICI_ASSIGN_OR_RETURN(versions, ReadClusterVersions(reader, "clusters/" + id,
                                                                      exposure, before, limit));
                  return absl::OkStatus();
                }),
                IsOk());
    return versions;
  }
  std::vector<std::string> List(const ClusterFilter& filter, const std::string& after = "",
                                int limit = 100) {
    std::vector<std::string> ids;
    EXPECT_THAT(
        Read([&](Reader& reader) {
          WICI_ASSIGN_OR_RETURN(const auto rows, ReadClusters(reader, filter, {after, limit}));
          for (const v1::Cluster& row : rows) ids.push_back(row.name().substr(9));
          return absl::OkStatus();
        }),
        IsOk());
    return ids;
  }
};
WICI_ON_EVERY_ENGINE(ClusterHistoryStoreTest);

TEST_P(ClusterHistoryStoreTest, EveryChangeKeepsTheVersionBeforeWithWhoAndWhat) {
  const absl::Time start = clock_.Now();
  Insert("c1", R"(display_name: "Klaster Łódź" acronym: "A")", "users/first");
  clock_.Advance(absl::Hours(1));
  Change(
      "c1", "cluster.updated", [](v1::Cluster& c) { c.set_acronym("B"); }, "users/second");
  clock_.Advance(absl::Hours(1));
  Change("c1", "cluster.deleted", [](v1::Cluster& c) { c.mutable_delete_time()->set_seconds(5); });
  const auto versions = Versions("c1");
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[0].change(), "cluster.deleted");
  EXPECT_EQ(versions[0].cluster().delete_time().seconds(), 5);
  EXPECT_FALSE(versions[0].has_recorded_until_time());
  EXPECT_EQ(versions[1].actor(), "users/second");
  EXPECT_EQ(versions[1].change(), "cluster.updated");
  EXPECT_EQ(versions[1].cluster().acronym(), "B");
  EXPECT_FALSE(versions[1].cluster().has_delete_time());
  EXPECT_EQ(versions[2].actor(), "users/first");
  EXPECT_EQ(versions[2].cluster().display_name(), "Klaster Łódź");
  EXPECT_EQ(versions[2].recorded_from_time().seconds(), absl::ToUnixSeconds(start));
  EXPECT_EQ(versions[2].recorded_until_time().seconds(),
            absl::ToUnixSeconds(start + absl::Hours(1)));
  EXPECT_EQ(Versions("c1", 3, 1).front().cluster().etag(), "\"2\"");
  EXPECT_THAT(Versions("none"), IsEmpty());
}

TEST_P(ClusterHistoryStoreTest, L13_TheSameQuestionAlwaysHasTheSameAnswer) {
  Insert("c1", R"(acronym: "A")");
  const absl::Time asked = clock_.Now();
  const auto before = AsKnownAt("c1", asked);
  ASSERT_TRUE(before.has_value());
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(absl::Hours(24));
    Change("c1", "cluster.updated", [&](v1::Cluster& c) { c.set_acronym(std::to_string(i)); });
    const auto again = AsKnownAt("c1", asked);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->SerializeAsString(), before->SerializeAsString());
  }
}

TEST_P(ClusterHistoryStoreTest, AClockThatWasSetBackLosesNoVersion) {
  Insert("c1", R"(acronym: "A")");
  clock_.Advance(-absl::Hours(1));
  const v1::Cluster second =
      Change("c1", "cluster.updated", [](v1::Cluster& c) { c.set_acronym("B"); });
  EXPECT_EQ(AsKnownAt("c1", clock_.Now() + absl::Hours(1))->acronym(), "B");
  EXPECT_EQ(AsKnownAt("c1", absl::InfiniteFuture())->update_time().seconds(),
            second.update_time().seconds());
  EXPECT_FALSE(AsKnownAt("c1", clock_.Now()).has_value());
  EXPECT_EQ(Versions("c1").size(), 2u);
}

// Random changes of some clusters under a clock that runs, stands and is set back, against a naive
// model that keeps every version in a list.
TEST_P(ClusterHistoryStoreTest, HistoryAgreesWithAListOfAllVersions) {
  struct Kept {
    std::int64_t from;
    v1::Cluster cluster;
  };
  for (const unsigned seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto any = [&](int below) {
      return static_cast<int>(random() % static_cast<unsigned>(below));
    };
    std::map<std::string, std::vector<Kept>> model;
    const absl::Time start = clock_.Now();
    for (int step = 0; step < 60; ++step) {
      if (any(3) > 0) clock_.Advance(absl::Microseconds(any(5) == 0 ? -any(20) : any(50)));
      const std::string id = "s" + std::to_string(seed) + "-c" + std::to_string(any(3));
      std::vector<Kept>& versions = model[id];
      v1::Cluster written;
      if (versions.empty()) {
        written = Insert(id, R"(display_name: "Klaster" country: "PL")");
      } else {
        written = Change(id, "cluster.updated", [&](v1::Cluster& c) {
          c.set_acronym(std::to_string(step));
          if (any(4) == 0) {
            c.mutable_delete_time()->set_seconds(step);
          } else {
            c.clear_delete_time();
          }
        });
      }
      std::int64_t from = ToMicros(clock_.Now());
      if (!versions.empty()) from = std::max(from, versions.back().from);
      versions.push_back({from, written});
    }
    for (const auto& [id, versions] : model) {
      for (int question = 0; question < 60; ++question) {
        const absl::Time at = start + absl::Microseconds(any(2500) - 50);
        std::string expected;  // the last version recorded until then
        for (const Kept& kept : versions) {
          if (kept.from <= ToMicros(at)) expected = kept.cluster.SerializeAsString();
        }
        const auto answer = AsKnownAt(id, at);
        ASSERT_EQ(answer ? answer->SerializeAsString() : "", expected) << id;
      }
      const auto listed = Versions(id);
      ASSERT_EQ(listed.size(), versions.size());
      for (std::size_t i = 0; i < versions.size(); ++i) {
        const v1::ClusterVersion& version = listed[versions.size() - 1 - i];
        ASSERT_EQ(version.cluster().SerializeAsString(), versions[i].cluster.SerializeAsString());
        const bool present = i + 1 == versions.size();
        ASSERT_EQ(version.has_recorded_until_time(), !present);
      }
    }
  }
}

TEST_P(ClusterHistoryStoreTest, C1_MandatesAreKeptAndWhatFollowsFromThemIsNot) {
  Insert("c1", R"(mandates { organisation { legal_name: "A" } mandate_until: "2015-10-06" }
                  mandates { organisation { legal_name: "B" } mandate_from: "2015-10-07" })");
  Change("c1", "cluster.updated", [](v1::Cluster& c) { ShowManagementOn(Day("2015-01-01"), c); });
  auto cluster = AsKnownAt("c1", absl::InfiniteFuture());
  ASSERT_TRUE(cluster.has_value());
  EXPECT_FALSE(cluster->has_management_organisation());
  ShowManagementOn(Day("2015-12-18"), *cluster);
  EXPECT_EQ(cluster->management_organisation().legal_name(), "B");
}

TEST_P(ClusterHistoryStoreTest, EveryListIsFilteredOrderedAndBounded) {
  Insert("a", R"(country: "PL" state: STATE_PUBLISHED visibility: VISIBILITY_PUBLIC
                 home_region: "regions/m")");
  Insert("b", R"(country: "PL" state: STATE_DRAFT home_region: "regions/m")");
  Insert("c", R"(country: "DE" state: STATE_PUBLISHED visibility: VISIBILITY_PARTNERS)");
  Insert("d", R"(country: "DE" state: STATE_PUBLISHED visibility: VISIBILITY_INTERNAL
                 home_region: "regions/m")");
  Insert("e", R"(country: "PL" state: STATE_PUBLISHED visibility: VISIBILITY_PARTNERS)");
  for (const v1::Visibility circle :
       {v1::VISIBILITY_PUBLIC, v1::VISIBILITY_PARTNERS, v1::VISIBILITY_INTERNAL}) {
    for (const std::string country : {"", "PL"}) {
      for (const std::string region : {"", "regions/m"}) {
        for (const auto state : {v1::Cluster::STATE_UNSPECIFIED, v1::Cluster::STATE_PUBLISHED}) {
          const ClusterFilter filter = {.country = country,
                                        .home_region = region,
                                        .state = state,
                                        .show_deleted = false,
                                        .exposure = circle};
          std::vector<std::string> expected;
          const auto expect = [&](const char* id, const char* its_country, const char* its_region,
                                  v1::Cluster::State its_state, v1::Visibility its_circle) {
            if ((country.empty() || country == its_country) &&
                (region.empty() || region == its_region) &&
                (state == v1::Cluster::STATE_UNSPECIFIED || state == its_state) &&
                its_circle <= circle) {
              expected.push_back(id);
            }
          };
          expect("a", "PL", "regions/m", v1::Cluster::STATE_PUBLISHED, v1::VISIBILITY_PUBLIC);
          expect("b", "PL", "regions/m", v1::Cluster::STATE_DRAFT, v1::VISIBILITY_INTERNAL);
          expect("c", "DE", "", v1::Cluster::STATE_PUBLISHED, v1::VISIBILITY_PARTNERS);
          expect("d", "DE", "regions/m", v1::Cluster::STATE_PUBLISHED, v1::VISIBILITY_INTERNAL);
          expect("e", "PL", "", v1::Cluster::STATE_PUBLISHED, v1::VISIBILITY_PARTNERS);
          EXPECT_EQ(List(filter), expected) << circle << country << region << state;
          if (expected.size() < 2) continue;
          EXPECT_THAT(List(filter, "clusters/" + expected[0], 1), ElementsAre(expected[1]));
        }
      }
    }
  }
}

TEST_P(ClusterHistoryStoreTest, ManyNamesAreReadAtOnce) {
  for (const std::string id : {"a", "b", "c"}) Insert(id);
  std::vector<std::string> found;
  ASSERT_THAT(Read([&](Reader& reader) {
                WICI_ASSIGN_OR_RETURN(
                    const auto rows,
                    ReadClustersNamed(reader, {"clusters/c", "clusters/a", "clusters/none"}));
                for (const v1::Cluster& row : rows) found.push_back(row.name());
                return absl::OkStatus();
              }),
              IsOk());
  EXPECT_THAT(found, UnorderedElementsAre("clusters/a", "clusters/c"));
}

}  // namespace
}  // namespace wici::cluster_registry
