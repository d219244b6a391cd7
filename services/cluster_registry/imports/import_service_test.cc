// ImportService over gRPC; the background work is done by the test, step by step.
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "services/cluster_registry/imports/import_worker.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::Import;
using v1::ImportRow;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;
constexpr auto kInvalidRequest = absl::StatusCode::kInvalidArgument;

class ImportServiceTest : public testing::RegistryTest {
 protected:
  ImportServiceTest() {
    AddRegions();
    AddEsca();
  }

  absl::StatusOr<Import> Create(const std::string& fields) {
    return CreateImport("import_id: \"file\" import { label_scheme: \"labelSchemes/esca\" " +
                        fields + " }");
  }
  absl::StatusOr<Import> Append(int part, const std::string& content) {
    v1::AppendImportRowsRequest request;
    request.set_name("imports/file");
    request.set_part(part);
    request.set_content(content);
    return AppendImportRows(request);
  }
  absl::StatusOr<Import> Start() { return StartImport(R"(name: "imports/file")"); }
  Import Get() { return *GetImport(R"(name: "imports/file")"); }
  // One step of the work.
  bool Step() {
    const absl::StatusOr<bool> worked = worker_.RunOnce();
    EXPECT_THAT(worked, IsOk());
    return worked.ok() && *worked;
  }
  Import Finish() {
    int steps = 0;
    while (Step()) {
      if (++steps == kStepsMax) {
        ADD_FAILURE() << "never done: " << Get().ShortDebugString();
        break;
      }
    }
    FollowTheClock();
    return Get();
  }
  // The work has the machine's clock; what it recorded must not lie ahead of the service's.
  void FollowTheClock() { services_.clock().Set(absl::Now()); }
  // An import of `parts`, to its end.
  Import Run(const std::string& fields, const std::vector<std::string>& parts) {
    FollowTheClock();  // two imports of one name are not created in the same instant
    EXPECT_THAT(Create(fields), IsOk());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      EXPECT_THAT(Append(static_cast<int>(i) + 1, parts[i]), IsOk());
    }
    EXPECT_THAT(Start(), IsOk());
    return Finish();
  }
  std::vector<ImportRow> Rows(const std::string& more = "") {
    const auto answer = ListImportRows("parent: \"imports/file\" " + more);
    EXPECT_THAT(answer, IsOk());
    if (!answer.ok()) return {};
    return {answer->rows().begin(), answer->rows().end()};
  }

  static constexpr int kStepsMax = 100;  // far more than any import here has
  static constexpr char kClusters[] = "content: CONTENT_CLUSTERS format: FORMAT_CSV ";
  static constexpr char kMembers[] = "content: CONTENT_MEMBERS format: FORMAT_CSV ";
  static constexpr char kHeader[] = "name,country,nuts,label,valid_until\n";

  SystemIdSource ids_;
  ImportWorker worker_{database_.get(), store_, system_clock_, ids_, {.owner = "test"}, [] {}};
};

TEST_F(ImportServiceTest, AFileComesInPartsAndIsWorkedOffInTheBackground) {
  ASSERT_THAT(Create(std::string(kClusters) + "skip_invalid_rows: true"), IsOk());
  ASSERT_THAT(Append(1, std::string(kHeader) + "Łódź,PL,,BRONZE,2016-12-08\nB,PL,,,\n"), IsOk());
  ASSERT_THAT(Append(2, std::string(kHeader) + "Łódź,PL,,SILVER,2018-12-08\n"), IsOk());
  const auto started = Start();
  ASSERT_THAT(started, IsOk());
  EXPECT_EQ(started->state(), Import::STATE_RUNNING);
  EXPECT_EQ(started->row_count(), 3);

  ASSERT_TRUE(Step());
  EXPECT_EQ(Get().done_part_count(), 1);
  EXPECT_EQ(Get().done_row_count(), 2);
  const Import done = Finish();
  EXPECT_EQ(done.state(), Import::STATE_SUCCEEDED);
  EXPECT_EQ(done.created_count(), 3);
  EXPECT_EQ(done.refused_count(), 0);
  EXPECT_EQ(GetCluster(R"(name: "clusters/lodz")")->display_name(), "Łódź");
  EXPECT_THAT(ListLabels(R"(parent: "clusters/lodz")")->labels(), SizeIs(2));
}

TEST_F(ImportServiceTest, TwoClustersOfOneNameAreTwoWhateverPartsTheyComeIn) {
  const Import done =
      Run(std::string(kClusters) + "skip_invalid_rows: true",
          {std::string(kHeader) + "Klaster,PL,,,\n", std::string(kHeader) + "Klaster,DE,,,\n",
           std::string(kHeader) + "Klaster,PL,PL9,,\n"});
  EXPECT_EQ(done.created_count(), 2);
  EXPECT_EQ(done.updated_count(), 1);
  EXPECT_EQ(GetCluster(R"(name: "clusters/klaster")")->country(), "PL");
  EXPECT_EQ(GetCluster(R"(name: "clusters/de-klaster")")->country(), "DE");
}

TEST_F(ImportServiceTest, InitiativesComeWithARowForEachParticipant) {
  AddCluster();
  const std::string file =
      "acronym,display_name,kind,budget,participant.participant,participant.role\n"
      "ERICE,European Regions,PROJECT,361312.94 EUR,clusters/abc,LEAD\n"
      "ERICE,European Regions,PROJECT,361312.94 EUR,regions/mazovia,PARTNER\n"
      "ERICE,European Regions,PROJECT,361312.94 EUR,clusters/nowhere,PARTNER\n";
  const std::string fields =
      "content: CONTENT_INITIATIVES format: FORMAT_CSV skip_invalid_rows: true";
  const Import done = Run(fields, {file});
  EXPECT_EQ(done.created_count(), 2);
  EXPECT_EQ(done.refused_count(), 1);
  EXPECT_THAT(Rows("action: ACTION_REFUSED")[0].faults(),
              ElementsAre("participant.participant: no such cluster"));
  EXPECT_EQ(Rows()[0].resource(), "initiatives/erice");
  const auto initiative = GetInitiative(R"(name: "initiatives/erice")");
  ASSERT_THAT(initiative, IsOk());
  EXPECT_THAT(initiative->participants(), SizeIs(2));
  EXPECT_THAT(ListInitiatives(R"(participant: "clusters/abc")")->initiatives(), SizeIs(1));

  ASSERT_THAT(DeleteImport(R"(name: "imports/file")"), IsOk());
  const Import again = Run(fields, {file});
  EXPECT_EQ(again.unchanged_count(), 2);
  EXPECT_EQ(GetInitiative(R"(name: "initiatives/erice")")->etag(), initiative->etag());
}

TEST_F(ImportServiceTest, TheReportNamesEveryRowInTheOrderOfTheFile) {
  Run(std::string(kClusters) + "skip_invalid_rows: true",
      {std::string(kHeader) + "A,PL,,BRONZE,2016-12-08\nB,Poland,PL12,,\nC,PL,,,\n",
       std::string(kHeader) + "A,PL,,BRONZE,2016-12-08\n"});
  const std::vector<ImportRow> rows = Rows();
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_EQ(rows[0].part(), 1);
  EXPECT_EQ(rows[0].line(), 2);
  EXPECT_EQ(rows[0].resource(),
            "clusters/" + rows[0].cluster().substr(9) + "/labels/esca-bronze-until-2016-12-08");
  EXPECT_EQ(rows[1].action(), ImportRow::ACTION_REFUSED);
  EXPECT_THAT(rows[1].faults(), ElementsAre(HasSubstr("nuts: no region has PL12 in NUTS 2016"),
                                            HasSubstr("country: ")));
  EXPECT_EQ(rows[2].action(), ImportRow::ACTION_CREATED);
  EXPECT_EQ(rows[3].part(), 2);
  EXPECT_EQ(rows[3].action(), ImportRow::ACTION_UNCHANGED);
  EXPECT_THAT(Rows("action: ACTION_REFUSED"), SizeIs(1));

  const auto page = ListImportRows(R"(parent: "imports/file" page_size: 3)");
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Rows("page_size: 3 page_token: \"" + page->next_page_token() + "\""), SizeIs(1));
  EXPECT_THAT(ListImportRows("parent: \"imports/file\" action: ACTION_CREATED page_size: 3 "
                             "page_token: \"" +
                             page->next_page_token() + "\""),
              StatusIs(kInvalidRequest, HasViolation("page_token")));
}

TEST_F(ImportServiceTest, OneBrokenRowStopsAllUnlessTheOthersAreAskedFor) {
  const std::string file = std::string(kHeader) + "A,PL,,,\nB,Poland,,,\n";
  const Import failed = Run(kClusters, {file});
  EXPECT_EQ(failed.state(), Import::STATE_FAILED);
  EXPECT_EQ(failed.created_count(), 1);
  EXPECT_EQ(failed.refused_count(), 1);
  EXPECT_EQ(failed.failure(), "1 of 2 rows are broken, so nothing was imported");
  EXPECT_THAT(Rows(), SizeIs(2));
  EXPECT_THAT(ListClusters("")->clusters(), IsEmpty());

  ASSERT_THAT(DeleteImport(R"(name: "imports/file")"), IsOk());
  const Import done = Run(std::string(kClusters) + "skip_invalid_rows: true", {file});
  EXPECT_EQ(done.state(), Import::STATE_SUCCEEDED);
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(1));
}

TEST_F(ImportServiceTest, ADryRunReportsAndChangesNothing) {
  const Import done = Run(std::string(kClusters) + "validate_only: true",
                          {std::string(kHeader) + "A,PL,,BRONZE,2016-12-08\nB,Poland,,,\n"});
  EXPECT_EQ(done.state(), Import::STATE_SUCCEEDED);
  EXPECT_EQ(done.created_count(), 1);
  EXPECT_EQ(done.refused_count(), 1);
  EXPECT_THAT(Rows(), SizeIs(2));
  EXPECT_THAT(ListClusters("")->clusters(), IsEmpty());
}

TEST_F(ImportServiceTest, WhatIsCheckedWithoutFaultIsThenImported) {
  const Import done = Run(kClusters, {std::string(kHeader) + "A,PL,PL9,,\nB,PL,,,\n"});
  EXPECT_EQ(done.state(), Import::STATE_SUCCEEDED);
  EXPECT_EQ(done.created_count(), 2);
  EXPECT_EQ(done.done_row_count(), 2);
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(2));
}

TEST_F(ImportServiceTest, ImportingAgainChangesNothing) {
  const std::string file = std::string(kHeader) + "A,PL,PL9,BRONZE,2016-12-08\n";
  Run(kClusters, {file});
  ASSERT_THAT(DeleteImport(R"(name: "imports/file")"), IsOk());
  const Import again = Run(kClusters, {file});
  EXPECT_EQ(again.unchanged_count(), 1);
  EXPECT_EQ(again.created_count(), 0);
}

TEST_F(ImportServiceTest, AMappingAndJsonFeedMembers) {
  AddCluster();
  const Import done = Run(R"(content: CONTENT_MEMBERS format: FORMAT_JSON
      columns { field: "cluster" default_value: "clusters/abc" }
      columns { source: "firma.nazwa" field: "display_name" }
      columns { source: "rodzaj" field: "kind" values { key: "uczelnia" value: "UNIVERSITY" }
                default_value: "OTHER" }
      columns { source: "nip" field: "identifiers.NIP" transform: TRANSFORM_DIGITS }
      columns { source: "od" field: "member_from" transform: TRANSFORM_DAY_FIRST })",
                          {R"([{"firma":{"nazwa":"Łąka"},"nip":"525-22-48-481","od":"14.5.2014"},
                               {"firma":{"nazwa":"Politechnika"},"rodzaj":"uczelnia"}])"});
  EXPECT_EQ(done.created_count(), 2);
  const auto members = ListMembers(R"(parent: "clusters/abc")");
  ASSERT_THAT(members->members(), SizeIs(2));
  EXPECT_EQ(members->members(0).name(), "clusters/abc/members/laka-from-2014-05-14");
  EXPECT_EQ(members->members(0).identifiers(0).value(), "5252248481");
  EXPECT_EQ(members->members(1).kind(), v1::Member::KIND_UNIVERSITY);
}

TEST_F(ImportServiceTest, MembersOfClustersThatAreNotThereAreRefusedAndTheOthersImported) {
  AddCluster();
  const Import done = Run(std::string(kMembers) + "skip_invalid_rows: true",
                          {"cluster,display_name,kind\nclusters/abc,A,OTHER\natlantis,B,OTHER\n"});
  EXPECT_EQ(done.created_count(), 1);
  EXPECT_EQ(done.refused_count(), 1);
}

TEST_F(ImportServiceTest, CountsAreAddedToTheirClusters) {
  AddCluster();
  const Import done =
      Run("content: CONTENT_MEMBER_COUNTS format: FORMAT_CSV",
          {"cluster,value,definition,as_of,source\nclusters/abc,43,members,2014-05-14,pppt.pl\n"});
  EXPECT_EQ(done.created_count(), 1);
  EXPECT_EQ(GetCluster(R"(name: "clusters/abc")")->member_counts(0).as_of(), "2014-05-14");
}

TEST_F(ImportServiceTest, ACancelledImportStopsAndKeepsWhatItDid) {
  ASSERT_THAT(Create(std::string(kClusters) + "skip_invalid_rows: true"), IsOk());
  ASSERT_THAT(Append(1, std::string(kHeader) + "A,PL,,,\n"), IsOk());
  ASSERT_THAT(Append(2, std::string(kHeader) + "B,PL,,,\n"), IsOk());
  ASSERT_THAT(Start(), IsOk());
  ASSERT_TRUE(Step());
  ASSERT_THAT(CancelImport(R"(name: "imports/file")"), IsOk());
  const Import done = Finish();
  EXPECT_EQ(done.state(), Import::STATE_CANCELLED);
  EXPECT_EQ(done.created_count(), 1);
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(1));
  EXPECT_THAT(CancelImport(R"(name: "imports/file")"),
              StatusIs(kPrecondition, Reason("IMPORT_NOT_OPEN")));
}

TEST_F(ImportServiceTest, StepsComeInTheirOrder) {
  ASSERT_THAT(Create(kClusters), IsOk());
  EXPECT_THAT(Start(), StatusIs(kPrecondition, Reason("IMPORT_EMPTY")));
  const auto early = Append(2, std::string(kHeader) + "A,PL,,,\n");
  EXPECT_THAT(early, StatusIs(kPrecondition, Reason("IMPORT_PART_OUT_OF_ORDER")));
  EXPECT_EQ(ErrorMetadataValue(early.status(), "next_part"), "1");
  ASSERT_THAT(Append(1, std::string(kHeader) + "A,PL,,,\n"), IsOk());
  ASSERT_THAT(Start(), IsOk());
  EXPECT_THAT(Append(2, std::string(kHeader) + "B,PL,,,\n"),
              StatusIs(kPrecondition, Reason("IMPORT_NOT_OPEN")));
  EXPECT_THAT(Start(), StatusIs(kPrecondition, Reason("IMPORT_NOT_OPEN")));
  EXPECT_THAT(DeleteImport(R"(name: "imports/file")"),
              StatusIs(kPrecondition, Reason("IMPORT_NOT_OPEN")));
  Finish();
  EXPECT_THAT(StartImport(R"(name: "imports/file" etag: "\"1\"")"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  ASSERT_THAT(DeleteImport(R"(name: "imports/file")"), IsOk());
  EXPECT_THAT(GetImport(R"(name: "imports/file")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_F(ImportServiceTest, APartThatCannotBeReadIsRefusedAtOnce) {
  ASSERT_THAT(Create(kClusters), IsOk());
  EXPECT_THAT(Append(1, ""), StatusIs(kInvalidRequest, HasViolation("content")));
  EXPECT_THAT(Append(1, kHeader), StatusIs(kInvalidRequest, HasViolation("content")));
  EXPECT_THAT(Append(1, "name,colour\nA,red\n"),
              StatusIs(kInvalidRequest, HasViolation("content")));
  EXPECT_THAT(Append(1, std::string(kHeader) + "\x9Cl\xB9ski,PL,,,\n"),
              StatusIs(kInvalidRequest, HasViolation("content")));
  EXPECT_EQ(Get().part_count(), 0);
}

TEST_F(ImportServiceTest, AnImportIsCheckedWhenItIsCreated) {
  EXPECT_THAT(
      CreateImport(R"(import_id: "X" request_id: "y" import {
                               nuts_version: "2016 and a very long version of it"
                               columns { source: "a" field: "colour" } })"),
      AllOf(StatusIs(kInvalidRequest, HasViolation("import_id")), HasViolation("request_id"),
            HasViolation("import.content"), HasViolation("import.format"),
            HasViolation("import.nuts_version"), HasViolation("import.columns[0].field")));
  EXPECT_THAT(CreateImport(R"(import { content: CONTENT_CLUSTERS format: FORMAT_CSV
                                       label_scheme: "labelSchemes/none" })"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_F(ImportServiceTest, TheSameRequestAppendsOnce) {
  ASSERT_THAT(Create(kClusters), IsOk());
  v1::AppendImportRowsRequest request;
  request.set_name("imports/file");
  request.set_part(1);
  request.set_content(std::string(kHeader) + "A,PL,,,\n");
  request.set_request_id("3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d");
  ASSERT_THAT(AppendImportRows(request), IsOk());
  EXPECT_EQ(AppendImportRows(request)->part_count(), 1);
  EXPECT_EQ(Get().row_count(), 1);
}

TEST_F(ImportServiceTest, OnlyAdministratorsImport) {
  v1::GetImportRequest request;
  request.set_name("imports/file");
  EXPECT_THAT(services_.Call<Import>("wici.cluster_registry.v1.ImportService/GetImport", request,
                                     services_.Token("partner-region")),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
}

TEST_F(ImportServiceTest, ImportsAreListedByName) {
  for (const char* id : {"one", "two"}) {
    ASSERT_THAT(CreateImport("import_id: \"" + std::string(id) + "\" import { " + kClusters + " }"),
                IsOk());
  }
  const auto page = ListImports("page_size: 1");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->imports(0).name(), "imports/one");
  EXPECT_EQ(ListImports("page_size: 1 page_token: \"" + page->next_page_token() + "\"")
                ->imports(0)
                .name(),
            "imports/two");
}

}  // namespace
}  // namespace wici::cluster_registry
