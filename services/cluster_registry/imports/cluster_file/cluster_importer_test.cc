// ImportClusters over gRPC.
#include <string>

#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::Reason;
using wici::testing::StatusIs;

class ImportTest : public testing::RegistryTest {
 protected:
  ImportTest() {
    AddRegions();
    AddEsca();
  }

  static constexpr char kHeader[] =
      "name,country,nuts,website,label,issued,valid_until,members,founded,source\n";
  // Three good rows of two clusters; line 3 is broken.
  static std::string File() {
    return std::string(kHeader) + "BM³ Klaster,PL,PL9,,BRONZE,,2016-12-08,,,list\n" +
           "Zły,PL,PL12,,BRONZE,,8.12.2016,,,list\n" +
           "Chemie,DE,DE2,,GOLD,2013-03,,250,2006,news\nChemie,DE,DE2,,SILVER,2020,,,,news\n";
  }
  v1::ImportClustersRequest Request() {
    v1::ImportClustersRequest request;
    request.set_content(File());
    request.set_label_scheme("labelSchemes/esca");
    return request;
  }
};

TEST_F(ImportTest, ABrokenRowIsNamedAndNothingIsImported) {
  const auto refused = ImportClusters(Request());
  EXPECT_THAT(refused, AllOf(StatusIs(kInvalid, Reason("IMPORT_ROW_INVALID")),
                             HasViolation("line[3].nuts"), HasViolation("line[3].valid_until")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "refused_count"), "1");
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "importable_count"), "3");
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(0));
}

TEST_F(ImportTest, TheOtherRowsAreOfferedAndImportedOnRequest) {
  auto request = Request();
  request.set_skip_invalid_rows(true);
  request.set_validate_only(true);
  const auto offered = ImportClusters(request);
  ASSERT_THAT(offered, IsOk());
  EXPECT_EQ(offered->created_count(), 3);
  EXPECT_EQ(offered->refused_count(), 1);
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(0));

  request.set_validate_only(false);
  const auto imported = ImportClusters(request);
  ASSERT_THAT(imported, IsOk());
  ASSERT_THAT(imported->rows(), SizeIs(4));
  EXPECT_EQ(imported->rows(1).action(), v1::ImportClustersResponse::ACTION_REFUSED);
  EXPECT_THAT(imported->rows(1).faults(), SizeIs(2));
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(2));
  EXPECT_THAT(ListLabels(R"(parent: "clusters/chemie")")->labels(), SizeIs(2));
}

TEST_F(ImportTest, DeletedClusterIsRefusedAndTheOthersAreImported) {
  auto request = Request();
  request.set_skip_invalid_rows(true);
  ASSERT_THAT(CreateCluster(R"(cluster_id: "chemie"
                               cluster { display_name: "Chemie" country: "DE" })"),
              IsOk());
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/chemie")"), IsOk());
  const auto imported = ImportClusters(request);
  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(imported->created_count(), 1);
  EXPECT_EQ(imported->refused_count(), 3);
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(1));
}

TEST_F(ImportTest, ImportingAgainChangesNothing) {
  auto request = Request();
  request.set_skip_invalid_rows(true);
  ASSERT_THAT(ImportClusters(request), IsOk());
  const auto etag = GetCluster(R"(name: "clusters/chemie")")->etag();
  const auto again = ImportClusters(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->unchanged_count(), 3);
  EXPECT_EQ(again->created_count(), 0);
  EXPECT_EQ(GetCluster(R"(name: "clusters/chemie")")->etag(), etag);
}

TEST_F(ImportTest, TheSameRequestIdGivesTheSameReport) {
  auto request = Request();
  request.set_skip_invalid_rows(true);
  request.set_request_id("3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d");
  const auto first = ImportClusters(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(ImportClusters(request)->SerializeAsString(), first->SerializeAsString());
  request.set_nuts_version("2013");
  EXPECT_THAT(ImportClusters(request), StatusIs(kInvalid, Reason("REQUEST_ID_REUSED")));
}

TEST_F(ImportTest, AFileThatIsNoneIsRefused) {
  v1::ImportClustersRequest request;
  request.set_request_id("x");
  EXPECT_THAT(ImportClusters(request), AllOf(HasViolation("content"), HasViolation("label_scheme"),
                                             HasViolation("request_id")));
  request = Request();
  request.set_content("one,two\n1,2\n");
  EXPECT_THAT(ImportClusters(request), StatusIs(kInvalid, HasViolation("content")));
  request.set_label_scheme("labelSchemes/none");
  EXPECT_THAT(ImportClusters(request),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_F(ImportTest, ACellCanBeLongButNotTooLong) {
  auto request = Request();
  request.set_content(std::string(kHeader) + std::string(3'000'000, 'x') + ",PL,,,,,,,,\n");
  const auto refused = ImportClusters(request);
  EXPECT_THAT(refused, StatusIs(kInvalid, HasViolation("line[2].name")));
  EXPECT_THAT(std::string(refused.status().message()), Not(HasSubstr("xxx")));
}

}  // namespace
}  // namespace wici::cluster_registry
