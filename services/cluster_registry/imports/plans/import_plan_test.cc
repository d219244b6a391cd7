// What an import does with rows, compared with what is there.
#include "services/cluster_registry/imports/plans/import_plan.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/imports/plans/validate_import.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Parse;
using ::testing::SizeIs;
using v1::Import;
using v1::ImportRow;

class ImportPlanTest : public ::testing::Test {
 protected:
  ImportPlanTest() { schemes_["labelSchemes/esca"] = testing::Esca(); }

  std::vector<ImportedRow> Read(Import::Content content, const std::string& csv) {
    v1::Import import;
    import.set_content(content);
    import.set_format(Import::FORMAT_CSV);
    const Table table = ReadTable(csv, FormatOf(import));
    EXPECT_THAT(table.faults, IsEmpty());
    const ImportWorld world = {.regions = regions_,
                               .schemes = schemes_,
                               .label_scheme = "labelSchemes/esca",
                               .nuts_version = "2016"};
    std::vector<ImportedRow> rows;
    for (const TableRow& row : table.rows) rows.push_back(ReadImportedRow(content, row, world));
    NameRows({}, rows);
    return rows;
  }
  ImportPlan Plan(Import::Content content, const std::string& csv, const KnownCluster& known) {
    rows_ = Read(content, csv);
    std::vector<const ImportedRow*> pointers;
    for (const ImportedRow& row : rows_) {
      EXPECT_THAT(row.faults, IsEmpty()) << row.line;
      pointers.push_back(&row);
    }
    return PlanImport(content, pointers, known, schemes_);
  }
  ImportPlan PlanClusters(const std::string& csv, const KnownCluster& known = {}) {
    return Plan(Import::CONTENT_CLUSTERS, csv, known);
  }
  ImportPlan PlanMembers(const std::string& rows, const std::vector<v1::Member>& members = {}) {
    return Plan(
        Import::CONTENT_MEMBERS,
        "cluster,display_name,kind,identifiers.NIP,member_from,member_until,website\n" + rows,
        {&cluster_, {}, members});
  }
  static std::vector<ImportRow::Action> Actions(const ImportPlan& plan) {
    std::vector<ImportRow::Action> actions;
    for (const ImportRow& row : plan.rows) actions.push_back(row.action());
    return actions;
  }

  const RegionMap regions_ = RegionMap(std::vector<v1::Region>{
      testing::MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}})});
  std::map<std::string, v1::LabelScheme> schemes_;
  v1::Cluster cluster_ =
      Parse<v1::Cluster>(R"(name: "clusters/x-cluster" display_name: "X Cluster" country: "PL")");
  std::vector<ImportedRow> rows_;
};

TEST_F(ImportPlanTest, ImportingAgainChangesNothing) {
  const std::string csv =
      "name,country,nuts,label,issued,valid_until,members,source\n"
      "X Cluster,PL,,BRONZE,,2016-12-08,12,list\nX Cluster,PL,PL9,SILVER,2015-11,,,news\n";
  const ImportPlan first = PlanClusters(csv);
  EXPECT_TRUE(first.insert);
  EXPECT_EQ(first.cluster.home_region(), "regions/mazovia");
  EXPECT_THAT(first.labels, SizeIs(2));
  EXPECT_THAT(Actions(first), ElementsAre(ImportRow::ACTION_CREATED, ImportRow::ACTION_CREATED));

  const ImportPlan again = PlanClusters(csv, {&first.cluster, first.labels, {}});
  EXPECT_FALSE(again.changes());
  EXPECT_THAT(Actions(again),
              ElementsAre(ImportRow::ACTION_UNCHANGED, ImportRow::ACTION_UNCHANGED));
}

TEST_F(ImportPlanTest, AnImportCompletesButNeverOverwrites) {
  cluster_.set_website("own.example");
  cluster_.add_aliases("Iks");
  const ImportPlan plan = PlanClusters(
      "name,country,nuts,website,aliases,translated_names.pl\n"
      "X Cluster,PL,PL9,other.example,Iks|Ix,Klaster X\n",
      {&cluster_, {}, {}});
  EXPECT_TRUE(plan.update);
  EXPECT_EQ(plan.cluster.website(), "own.example");
  EXPECT_EQ(plan.cluster.home_region(), "regions/mazovia");
  EXPECT_THAT(plan.cluster.aliases(), ElementsAre("Iks", "Ix"));
  EXPECT_EQ(plan.cluster.translated_names().at("pl"), "Klaster X");
  EXPECT_THAT(Actions(plan), ElementsAre(ImportRow::ACTION_UPDATED));
}

TEST_F(ImportPlanTest, ARowMayNameItsClusterAndLeaveOutTheRest) {
  const std::string csv =
      "cluster,label_id,label.kind,label.valid_until\n"
      "clusters/x-cluster,bronze-1,BRONZE,2016-12-08\n";
  const ImportPlan plan = PlanClusters(csv, {&cluster_, {}, {}});
  ASSERT_THAT(plan.labels, SizeIs(1));
  EXPECT_EQ(plan.labels[0].name(), "clusters/x-cluster/labels/bronze-1");
  EXPECT_EQ(plan.rows[0].resource(), plan.labels[0].name());
  EXPECT_THAT(PlanClusters(csv).rows[0].faults(),
              ElementsAre(HasSubstr("a new one needs a name and a country")));
}

TEST_F(ImportPlanTest, L1_AnAwardThatOverlapsAnotherIsRefused) {
  v1::Label held = testing::Bronze(R"(valid_from: "2016-01-01" valid_until: "2018-01-01")");
  const ImportPlan plan = PlanClusters(
      "name,country,label,valid_until\nX Cluster,PL,BRONZE,2016-12-08\n", {&cluster_, {held}, {}});
  EXPECT_EQ(plan.rows[0].action(), ImportRow::ACTION_REFUSED);
  EXPECT_THAT(plan.rows[0].faults(), ElementsAre(HasSubstr("valid_until: the validity overlaps")));
}

TEST_F(ImportPlanTest, L7_AnAwardWithoutItsEarlierKindIsNotedWhereverThatStandsInTheFile) {
  const std::string header = "name,country,label,issued\n";
  const std::string silver = "X Cluster,PL,SILVER,2015-11\n";
  const ImportPlan alone = PlanClusters(header + silver);
  EXPECT_THAT(alone.rows[0].notices(), ElementsAre("the earlier BRONZE is not recorded"));
  EXPECT_THAT(alone.labels[0].notices(), ElementsAre("the earlier BRONZE is not recorded"));
  const ImportPlan both = PlanClusters(header + silver + "X Cluster,PL,BRONZE,2014-01\n");
  EXPECT_THAT(both.rows[0].notices(), IsEmpty());
  const ImportPlan soon = PlanClusters(header + silver + "X Cluster,PL,BRONZE,2015-01\n");
  EXPECT_THAT(soon.rows[0].notices(), ElementsAre(HasSubstr("fewer than 18 months after BRONZE")));
  EXPECT_THAT(soon.rows[1].notices(), IsEmpty());
  const v1::Label known = testing::Bronze(R"(assessed_on: "2014-01-07")");
  EXPECT_THAT(PlanClusters(header + silver, {&cluster_, {known}, {}}).rows[0].notices(), IsEmpty());
}

TEST_F(ImportPlanTest, AnAwardRecordedOtherwiseIsLeftAndNoted) {
  v1::Label known = testing::Bronze(R"(valid_until: "2016-12-08" certificate_number: "A")", "b");
  known.set_name("clusters/x-cluster/labels/b");
  const ImportPlan plan = PlanClusters(
      "cluster,label_id,label.kind,label.valid_until,label.certificate_number\n"
      "clusters/x-cluster,b,BRONZE,2016-12-08,B\n",
      {&cluster_, {known}, {}});
  EXPECT_FALSE(plan.changes());
  EXPECT_THAT(plan.rows[0].notices(), ElementsAre(HasSubstr("another certificate_number")));
}

TEST_F(ImportPlanTest, ARowTwiceInAFileIsDoneOnce) {
  const ImportPlan plan = PlanClusters(
      "name,country,label,valid_until\nX Cluster,PL,BRONZE,2016-12-08\n"
      "X Cluster,PL,BRONZE,2016-12-08\n");
  EXPECT_THAT(plan.labels, SizeIs(1));
  EXPECT_THAT(Actions(plan), ElementsAre(ImportRow::ACTION_CREATED, ImportRow::ACTION_UNCHANGED));
  EXPECT_THAT(PlanMembers("x-cluster,Łąka,OTHER,,,,\nx-cluster,Łąka,OTHER,,,,\n").new_members,
              SizeIs(1));
}

TEST_F(ImportPlanTest, ADeletedClusterGetsNothing) {
  cluster_.mutable_delete_time()->set_seconds(1);
  const ImportPlan plan = PlanClusters("name,country\nX Cluster,PL\n", {&cluster_, {}, {}});
  EXPECT_FALSE(plan.changes());
  EXPECT_THAT(plan.rows[0].faults(),
              ElementsAre("name: the cluster was deleted; undelete it first"));
}

TEST_F(ImportPlanTest, ListsStayWithinTheirBounds) {
  for (int i = 0; i < 100; ++i) cluster_.add_aliases("alias " + std::to_string(i));
  const ImportPlan plan =
      PlanClusters("name,country,aliases\nX Cluster,PL,one more\n", {&cluster_, {}, {}});
  EXPECT_FALSE(plan.changes());
  EXPECT_THAT(plan.rows[0].faults(), ElementsAre("aliases: more than 100"));
}

TEST_F(ImportPlanTest, MembersAreAddedAndCompleted) {
  const ImportPlan first =
      PlanMembers("X Cluster,Łąka sp. z o.o.,SMALL_ENTERPRISE,5252248481,2014-05-14,,\n");
  ASSERT_THAT(first.new_members, SizeIs(1));
  EXPECT_EQ(first.new_members[0].name(),
            "clusters/x-cluster/members/laka-sp-z-o-o-from-2014-05-14");
  const ImportPlan more = PlanMembers(
      "X Cluster,Łąka sp. z o.o.,SMALL_ENTERPRISE,5252248481,2014-05-14,,laka.example\n",
      first.new_members);
  EXPECT_THAT(Actions(more), ElementsAre(ImportRow::ACTION_UPDATED));
  ASSERT_THAT(more.more_of_member, SizeIs(1));
  EXPECT_EQ(more.more_of_member[0].website(), "laka.example");
  const ImportPlan again = PlanMembers(
      "X Cluster,Łąka sp. z o.o.,SMALL_ENTERPRISE,5252248481,2014-05-14,,\n", more.more_of_member);
  EXPECT_THAT(Actions(again), ElementsAre(ImportRow::ACTION_UNCHANGED));
}

TEST_F(ImportPlanTest, C4_MembershipsOfOneOrganisationDoNotOverlap) {
  const ImportPlan plan = PlanMembers(
      "x-cluster,A,OTHER,5252248481,2014-05-14,2015-12-31,\n"
      "x-cluster,A again,OTHER,5252248481,2015-12-31,,\n"
      "x-cluster,A later,OTHER,5252248481,2016-01-01,,\n");
  EXPECT_THAT(Actions(plan), ElementsAre(ImportRow::ACTION_CREATED, ImportRow::ACTION_REFUSED,
                                         ImportRow::ACTION_CREATED));
  EXPECT_THAT(plan.rows[1].faults(), ElementsAre("member_from: overlaps the membership "
                                                 "clusters/x-cluster/members/a-from-2014-05-14"));
}

TEST_F(ImportPlanTest, MembersOfAClusterThatIsNotThereAreRefused) {
  const ImportPlan plan =
      Plan(Import::CONTENT_MEMBERS, "cluster,display_name,kind\natlantis,A,OTHER\n", {});
  EXPECT_THAT(plan.rows[0].faults(), ElementsAre("cluster: there is no such cluster"));
}

TEST_F(ImportPlanTest, CountsStandSideBySide) {
  const std::string csv =
      "cluster,value,definition,as_of,source\nx-cluster,43,members,2014-05-14,pppt.pl\n"
      "x-cluster,109,members,2015-10-08,pppt.pl\nx-cluster,43,members,2014-05-14,pppt.pl\n";
  const ImportPlan plan = Plan(Import::CONTENT_MEMBER_COUNTS, csv, {&cluster_, {}, {}});
  EXPECT_TRUE(plan.update);
  EXPECT_THAT(plan.cluster.member_counts(), SizeIs(2));
  EXPECT_THAT(Actions(plan), ElementsAre(ImportRow::ACTION_CREATED, ImportRow::ACTION_CREATED,
                                         ImportRow::ACTION_UNCHANGED));
}

TEST_F(ImportPlanTest, FaultsOfMembersAndCountsAreNamedByTheirColumns) {
  const auto members =
      Read(Import::CONTENT_MEMBERS,
           "cluster,display_name,kind,member_from,nuts\n,,SECRET,14.5.2014,PL12\n");
  ASSERT_THAT(members, SizeIs(1));
  EXPECT_THAT(members[0].faults, ::testing::UnorderedElementsAre(
                                     "cluster: required", HasSubstr("kind: must be one of"),
                                     HasSubstr("display_name: "), HasSubstr("member_from: "),
                                     HasSubstr("nuts: no region has PL12 in NUTS 2016")));
  const auto counts =
      Read(Import::CONTENT_MEMBER_COUNTS, "cluster,value,as_of\nx,-1,1889\nx,,\nx,many,2015\n");
  EXPECT_THAT(counts[0].faults, SizeIs(2));
  EXPECT_THAT(counts[1].faults, ElementsAre("value: required"));
  EXPECT_THAT(counts[2].faults, ElementsAre("value: not a number"));
}

TEST_F(ImportPlanTest, NoIdIsMadeOfAPersonsName) {
  const auto rows =
      Read(Import::CONTENT_MEMBERS,
           "cluster,member_id,display_name,kind\nclusters/abc,,Jan Przykład,INDIVIDUAL\n"
           "clusters/abc,m-17,Jan Przykład,INDIVIDUAL\n");
  EXPECT_THAT(rows[0].faults, ElementsAre(HasSubstr("member_id: required for an individual")));
  EXPECT_THAT(rows[1].faults, IsEmpty());
  EXPECT_EQ(rows[1].member.name(), "clusters/abc/members/m-17");
}

// What a dump leaves out on purpose: what the service sets, and what belongs to one registry.
TEST_F(ImportPlanTest, EveryFieldIsInAFileOrLeftOutOnPurpose) {
  const std::set<std::string> left_out = {"name",
                                          "etag",
                                          "create_time",
                                          "update_time",
                                          "delete_time",
                                          "state",
                                          "member_counts",
                                          "recorded_from_time",
                                          "recorded_until_time",
                                          "assessment",
                                          "management_organisation",
                                          "mandate_gaps",
                                          "review",
                                          "state_reason",
                                          "closed_on",
                                          "policy_valid_until",
                                          "notices",
                                          "verification_stale",
                                          "transferred_from",
                                          "held_from"};
  const auto check = [&](const google::protobuf::Descriptor& type, const auto& names) {
    for (int i = 0; i < type.field_count(); ++i) {
      const std::string& name = type.field(i)->name();
      const bool there = std::find(names.begin(), names.end(), name) != names.end();
      EXPECT_NE(there, left_out.count(name) != 0) << type.name() << "." << name;
    }
  };
  check(*v1::Cluster::descriptor(), kClusterFields);
  check(*v1::Label::descriptor(), kLabelFields);
  check(*v1::Member::descriptor(), kMemberFields);
}

}  // namespace
}  // namespace wici::cluster_registry
