#include "services/cluster_registry/collaboration/rules/viewer.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeRegion;
using testing::Parse;

Viewer ViewerWith(const std::vector<RoleBinding>& bindings) {
  return MakeViewer({.id = "users/test", .bindings = bindings});
}

const Viewer kOperator = ViewerWith({{"platform-operator", "platform"}});
const Viewer kPartner = ViewerWith({{"partner-region", "platform"}});
const Viewer kOwner =
    ViewerWith({{"partner-region", "platform"}, {"cluster-manager", "clusters/c1"}});

v1::CollaborationItem ItemWith(const std::string& fields) {
  v1::CollaborationItem item = Parse<v1::CollaborationItem>(fields);
  item.set_name("clusters/c1/collaborationItems/i1");
  if (item.state() == 0) item.set_state(v1::CollaborationItem::STATE_OPEN);
  return item;
}

TEST(Viewer, RolesSayWhatACallerSees) {
  EXPECT_TRUE(kOperator.everything);
  EXPECT_TRUE(ViewerWith({{"auditor", "platform"}}).everything);
  EXPECT_FALSE(kPartner.everything);
  EXPECT_FALSE(ViewerWith({{"platform-operator", "clusters/c1"}}).everything);
  EXPECT_FALSE(ViewerWith({}).everything);
  const Viewer viewer = ViewerWith({{"cluster-manager", "clusters/c1"},
                                    {"partner-region", "regions/bavaria"},
                                    {"event-organiser", "events/e1"}});
  EXPECT_THAT(viewer.clusters, ElementsAre("clusters/c1"));
  EXPECT_THAT(viewer.regions, ElementsAre("regions/bavaria"));
}

TEST(Viewer, AnInternalItemIsForItsClusterAndTheOperators) {
  for (const char* visibility : {"", "visibility: VISIBILITY_INTERNAL"}) {
    EXPECT_TRUE(MaySee(kOperator, {}, ItemWith(visibility)));
    EXPECT_TRUE(MaySee(kOwner, {}, ItemWith(visibility)));
    EXPECT_FALSE(MaySee(kPartner, {}, ItemWith(visibility)));
  }
  EXPECT_TRUE(MaySee(kPartner, {}, ItemWith("visibility: VISIBILITY_PUBLIC")));
  EXPECT_TRUE(MaySee(kPartner, {}, ItemWith("visibility: VISIBILITY_PARTNERS")));
}

TEST(Viewer, PartnersFactsAreForWhoeverReadsARegistry) {
  const auto partners = ItemWith("visibility: VISIBILITY_PARTNERS");
  const auto open = ItemWith("visibility: VISIBILITY_PUBLIC");
  for (const char* role : {"cluster-manager", "partner-region", "region-operator"}) {
    EXPECT_TRUE(MaySee(ViewerWith({{role, "clusters/c2"}}), {}, partners)) << role;
  }
  for (const Viewer& other : {ViewerWith({}), ViewerWith({{"attendee", "events/e1"}}),
                              ViewerWith({{"door-staff", "platform"}})}) {
    EXPECT_FALSE(MaySee(other, {}, partners));
    EXPECT_TRUE(MaySee(other, {}, open));
  }
}

TEST(Viewer, OthersSeeOpenItemsOnly) {
  for (const char* state :
       {"STATE_DRAFT", "STATE_IN_REVIEW", "STATE_MATCHED", "STATE_CLOSED", "STATE_EXPIRED"}) {
    const auto item = ItemWith(std::string("visibility: VISIBILITY_PUBLIC state: ") + state);
    EXPECT_FALSE(MaySee(kPartner, {}, item)) << state;
    EXPECT_TRUE(MaySee(kOwner, {}, item)) << state;
  }
}

TEST(Viewer, RegionsNarrowWhatIsShared) {
  const auto item =
      ItemWith(R"(visibility: VISIBILITY_PUBLIC visible_in_regions: "regions/bavaria")");
  EXPECT_FALSE(MaySee(kPartner, {}, item));
  EXPECT_FALSE(MaySee(kPartner, {"regions/mazovia"}, item));
  EXPECT_TRUE(MaySee(kPartner, {"regions/bavaria"}, item));
  // They never widen it.
  EXPECT_FALSE(
      MaySee(kPartner, {"regions/bavaria"}, ItemWith(R"(visible_in_regions: "regions/bavaria")")));
}

TEST(Viewer, AViewerBelongsToEveryRegionAroundItsOwn) {
  const std::vector<v1::Region> regions = {MakeRegion("bavaria", "DE", {{"2016", "DE2"}}),
                                           MakeRegion("upper-bavaria", "DE", {{"2016", "DE21"}}),
                                           MakeRegion("munich", "DE", {{"2016", "DE212"}}),
                                           MakeRegion("mazovia", "PL", {{"2016", "PL9"}})};
  EXPECT_THAT(RegionsOpenTo(ViewerWith({{"x", "regions/upper-bavaria"}}), regions),
              ElementsAre("regions/bavaria", "regions/upper-bavaria"));
  EXPECT_THAT(RegionsOpenTo(kPartner, regions), IsEmpty());
  // A region the registry does not know stands for itself.
  EXPECT_THAT(RegionsOpenTo(ViewerWith({{"x", "regions/atlantis"}}), regions),
              ElementsAre("regions/atlantis"));
}

TEST(Viewer, ADraftOfAClusterIsForItsManagersAndTheOperators) {
  v1::Cluster cluster =
      Parse<v1::Cluster>(R"(name: "clusters/c1" visibility: VISIBILITY_PUBLIC state: STATE_DRAFT)");
  EXPECT_FALSE(MaySee(kPartner, cluster));
  EXPECT_TRUE(MaySee(kOwner, cluster));
  EXPECT_TRUE(MaySee(kOperator, cluster));
  cluster.set_state(v1::Cluster::STATE_PUBLISHED);
  EXPECT_TRUE(MaySee(kPartner, cluster));
  cluster.set_visibility(v1::VISIBILITY_INTERNAL);
  EXPECT_FALSE(MaySee(kPartner, cluster));
  cluster.mutable_delete_time();
  EXPECT_FALSE(MaySee(kOperator, cluster));
}

}  // namespace
}  // namespace wici::cluster_registry
