// What an import does with rows of initiatives, compared with what is there.
#include "services/cluster_registry/imports/plans/initiative_plan.h"

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

constexpr char kInitiativeHeader[] =
    "initiative,acronym,display_name,kind,budget,participant.participant,"
    "participant.display_name,participant.role,participant.participates_from,"
    "participant.budget\n";

class InitiativePlanTest : public ::testing::Test {
 protected:
  std::vector<ImportedRow> Read(const std::string& csv) {
    v1::Import import;
    import.set_content(Import::CONTENT_INITIATIVES);
    import.set_format(Import::FORMAT_CSV);
    const Table table = ReadTable(csv, FormatOf(import));
    EXPECT_THAT(table.faults, IsEmpty());
    const ImportWorld world = {
        .regions = regions_, .schemes = schemes_, .label_scheme = "", .nuts_version = "2016"};
    std::vector<ImportedRow> rows;
    for (const TableRow& row : table.rows) {
      rows.push_back(ReadImportedRow(Import::CONTENT_INITIATIVES, row, world));
    }
    return rows;
  }
  ImportPlan Plan(const std::string& rows, const v1::Initiative* known = nullptr) {
    rows_ = Read(kInitiativeHeader + rows);
    std::vector<const ImportedRow*> pointers;
    for (const ImportedRow& row : rows_) {
      EXPECT_THAT(row.faults, IsEmpty()) << row.line;
      pointers.push_back(&row);
    }
    return PlanInitiative(pointers, known, {"clusters/mkch", "regions/mazovia"});
  }
  static std::vector<ImportRow::Action> Actions(const ImportPlan& plan) {
    std::vector<ImportRow::Action> actions;
    for (const ImportRow& row : plan.rows) actions.push_back(row.action());
    return actions;
  }

  const RegionMap regions_ = RegionMap(std::vector<v1::Region>{});
  const std::map<std::string, v1::LabelScheme> schemes_;
  std::vector<ImportedRow> rows_;
};

TEST_F(InitiativePlanTest, ARowForEachParticipantMakesOneInitiative) {
  const ImportPlan plan = Plan(
      ",ERICE,European Regions,PROJECT,361312.94 EUR,,\"ARM, S.A.\",LEAD,,\n"
      ",ERICE,European Regions,PROJECT,361312.94 EUR,,Finlombarda,PARTNER,2013-01-01,116083.07 "
      "EUR\n"
      "initiatives/erice,,,,,clusters/mkch,,MEMBER,,\n");
  EXPECT_TRUE(plan.insert);
  EXPECT_FALSE(plan.update);
  const v1::Initiative& initiative = plan.initiative;
  EXPECT_EQ(initiative.name(), "initiatives/erice");
  EXPECT_EQ(initiative.budget().units(), 361312);
  EXPECT_EQ(initiative.budget().nanos(), 940'000'000);
  EXPECT_EQ(initiative.budget().currency_code(), "EUR");
  ASSERT_THAT(initiative.participants(), SizeIs(3));
  EXPECT_EQ(initiative.participants(0).display_name(), "ARM, S.A.");
  EXPECT_EQ(initiative.participants(1).budget().nanos(), 70'000'000);
  EXPECT_EQ(initiative.participants(2).participant(), "clusters/mkch");
  EXPECT_THAT(Actions(plan), ElementsAre(ImportRow::ACTION_CREATED, ImportRow::ACTION_CREATED,
                                         ImportRow::ACTION_CREATED));
  EXPECT_EQ(plan.rows[2].resource(), "initiatives/erice");
  EXPECT_EQ(plan.rows[2].cluster(), "");
}

TEST_F(InitiativePlanTest, ImportingAgainChangesNothingAndAFactThatIsNewCompletes) {
  const std::string rows =
      ",ECRN,Chemical Regions,NETWORK,,clusters/mkch,,COUNCIL_MEMBER,,\n"
      ",ECRN,Chemical Regions,NETWORK,,regions/mazovia,,MEMBER,,\n";
  const ImportPlan first = Plan(rows);
  const ImportPlan again = Plan(rows, &first.initiative);
  EXPECT_FALSE(again.changes());
  EXPECT_THAT(Actions(again),
              ElementsAre(ImportRow::ACTION_UNCHANGED, ImportRow::ACTION_UNCHANGED));

  const ImportPlan more = Plan(",ECRN,Another Name,PROJECT,1639000 EUR,,,,,\n", &first.initiative);
  EXPECT_TRUE(more.update);
  EXPECT_FALSE(more.insert);
  EXPECT_THAT(Actions(more), ElementsAre(ImportRow::ACTION_UPDATED));
  EXPECT_EQ(more.initiative.display_name(), "Chemical Regions");
  EXPECT_EQ(more.initiative.kind(), v1::Initiative::KIND_NETWORK);
  EXPECT_EQ(more.initiative.budget().units(), 1639000);
}

TEST_F(InitiativePlanTest, EveryFaultOfARowIsNamedAfterItsColumn) {
  const std::vector<ImportedRow> rows =
      Read(std::string(kInitiativeHeader) +
           ",,,COMPANY,1000,,,BOSS,,5 z\n,ŁĄKA,x,PROJECT,1.5.1 EUR,,,,,\n"
           "projects/x,X,x,PROJECT,,,,,,\n");
  EXPECT_THAT(rows[0].faults,
              ::testing::UnorderedElementsAre(HasSubstr("kind: must be one of"),
                                              HasSubstr("budget: must be an amount"),
                                              HasSubstr("participant.role: must be one of"),
                                              HasSubstr("initiative: required")));
  EXPECT_THAT(rows[1].faults, ElementsAre(HasSubstr("budget: must be an amount")));
  EXPECT_EQ(rows[1].initiative.name(), "initiatives/laka");

  const ImportPlan plan = Plan(
      ",ABC,,,,clusters/nowhere,,,,7 euro\n"
      ",ABC,Name,PROJECT,,regions/atlantis,,,,\n"
      ",ABC,Name,PROJECT,,regions/mazovia,,,,\n"
      ",ABC,Name,PROJECT,,regions/mazovia,,,2015-01-01,\n");
  EXPECT_THAT(Actions(plan), ElementsAre(ImportRow::ACTION_REFUSED, ImportRow::ACTION_REFUSED,
                                         ImportRow::ACTION_CREATED, ImportRow::ACTION_REFUSED));
  EXPECT_THAT(plan.rows[0].faults(),
              ::testing::UnorderedElementsAre(HasSubstr("display_name: "), HasSubstr("kind: "),
                                              HasSubstr("participant.participant: no such cluster"),
                                              HasSubstr("participant.budget: must be ISO 4217")));
  EXPECT_THAT(plan.rows[1].faults(), ElementsAre("participant.participant: no such region"));
  EXPECT_THAT(plan.rows[3].faults(), ElementsAre(HasSubstr("at the same time")));
  EXPECT_THAT(plan.initiative.participants(), SizeIs(1));
  EXPECT_TRUE(plan.insert);
}

TEST_F(InitiativePlanTest, WhenEveryRowIsRefusedNothingIsWritten) {
  const ImportPlan plan = Plan(",ABC,,,,,,,,\n");
  EXPECT_THAT(Actions(plan), ElementsAre(ImportRow::ACTION_REFUSED));
  EXPECT_FALSE(plan.changes());
}

TEST_F(InitiativePlanTest, AParticipantWhoseClusterWasDeletedSinceStays) {
  const auto known = Parse<v1::Initiative>(R"(
    name: "initiatives/abc" acronym: "ABC" display_name: "Name" kind: KIND_PROJECT
    participants { participant: "clusters/gone" role: ROLE_LEAD })");
  const ImportPlan plan =
      Plan(",ABC,,,,clusters/gone,,LEAD,,\n,ABC,,,,clusters/mkch,,MEMBER,,\n", &known);
  EXPECT_THAT(Actions(plan), ElementsAre(ImportRow::ACTION_UNCHANGED, ImportRow::ACTION_CREATED));
  EXPECT_THAT(plan.initiative.participants(), SizeIs(2));
}

}  // namespace
}  // namespace wici::cluster_registry
