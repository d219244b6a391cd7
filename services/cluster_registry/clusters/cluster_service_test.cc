// ClusterService over gRPC: clusters, and the rights to their contacts.
#include <string>
#include <vector>

#include "libs/base/limits.h"
#include "services/cluster_registry/testing/registry_fixture.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::SizeIs;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::kNotFound;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;

class ClusterServiceTest : public testing::EngineRegistryTest {};
WICI_ON_EVERY_ENGINE(ClusterServiceTest);

TEST_P(ClusterServiceTest, AnEmptyRegistryHasNoClusters) {
  const auto list = ListClusters("");
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(list->clusters(), SizeIs(0));
  EXPECT_THAT(GetCluster(R"(name: "clusters/atlantis")"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(ClusterServiceTest, ACreatedClusterIsADraftWithAnIdFromItsName) {
  const auto created =
      CreateCluster(R"(cluster { display_name: "Klaster Łódź" country: "PL" founded_on: "2014-05"
                                 state: STATE_PUBLISHED name: "clusters/mine" })");
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->name(), "clusters/klaster-lodz");
  EXPECT_EQ(created->state(), v1::Cluster::STATE_DRAFT);
  const auto read = GetCluster(R"(name: "clusters/klaster-lodz")");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->SerializeAsString(), created->SerializeAsString());
  EXPECT_THAT(CreateCluster(R"(cluster { display_name: "Klaster Łódź" country: "PL" })"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
}

TEST_P(ClusterServiceTest, EveryViolationIsNamedAtOnceAndNothingIsWritten) {
  const auto refused = CreateCluster(R"(
    cluster_id: "C 1" request_id: "7"
    cluster { country: "Poland" founded_on: "1815" home_region: "PL12" contact_email: "a b"
              website: "line\nbreak" member_counts { value: -1 as_of: "2015-02-30" }
              sectors { scheme: "NACE" } target_countries: "xx" visibility: 99
              translated_names { key: "??" value: "x" }
              mandates { mandate_from: "yesterday" }
              no_home_region_reason: "a\tb"
              provenances { source: "list" field_paths: "founded_on" field_paths: "descriptions.pl"
                            field_paths: "colour" confidence: 9 } })");
  EXPECT_THAT(refused, StatusIs(kInvalid, Reason("INVALID_ARGUMENT")));
  for (const char* field :
       {"cluster_id", "request_id", "cluster.display_name", "cluster.country", "cluster.founded_on",
        "cluster.home_region", "cluster.contact_email", "cluster.website",
        "cluster.member_counts[0].value", "cluster.member_counts[0].as_of",
        "cluster.sectors[0].code", "cluster.target_countries[0]", "cluster.visibility",
        "cluster.translated_names[??]", "cluster.mandates[0].organisation.legal_name",
        "cluster.mandates[0].mandate_from", "cluster.no_home_region_reason",
        "cluster.provenances[0].field_paths[2]", "cluster.provenances[0].confidence"}) {
    EXPECT_THAT(refused, HasViolation(field));
  }
  EXPECT_THAT(refused, Not(HasViolation("cluster.provenances[0].field_paths[0]")));
  EXPECT_THAT(refused, Not(HasViolation("cluster.provenances[0].field_paths[1]")));
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(0));
}

TEST_P(ClusterServiceTest, AFieldThatIsTooLongIsRefused) {
  v1::CreateClusterRequest request;
  request.mutable_cluster()->set_display_name(std::string(kTitleBytesMax + 1, 'x'));
  request.mutable_cluster()->set_country("PL");
  EXPECT_THAT(CreateCluster(request), StatusIs(kInvalid, HasViolation("cluster.display_name")));
  request.mutable_cluster()->set_display_name(std::string(10'000'000, 'x'));
  EXPECT_THAT(CreateCluster(request), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_P(ClusterServiceTest, CodesOfNaceAreCheckedLooselyAndThoseOfOtherSchemesPass) {
  const auto create = [&](const std::string& version, const std::string& code,
                          const std::string& scheme = "NACE") {
    return CreateCluster(
        "cluster { display_name: \"Klaster\" country: \"PL\" sectors { scheme: \"" + scheme +
        "\" version: \"" + version + "\" code: \"" + code + "\" } }");
  };
  for (const std::string code : {"20", "c20", "C2", "C20.", "C20.145", "C20,1", "W01", "C20.1.4"}) {
    EXPECT_THAT(create("Rev. 2.1", code),
                StatusIs(kInvalid, HasViolation("cluster.sectors[0].code")))
        << code;
  }
  EXPECT_THAT(create("Rev. 2", "V98"), StatusIs(kInvalid, HasViolation("cluster.sectors[0].code")));
  EXPECT_THAT(create("Rev. 9", "20", "OTHER"), IsOk());
  AddCluster(R"(sectors { scheme: "NACE" version: "Rev. 2" code: "C20" }
                sectors { scheme: "NACE" version: "Rev. 2.1" code: "V98.10" }
                sectors { scheme: "NACE" code: "C" } sectors { scheme: "NACE" code: "C20.1" })");
}

TEST_P(ClusterServiceTest, ARegionMustExist) {
  EXPECT_THAT(CreateCluster(R"(cluster { display_name: "x" country: "PL"
                                         home_region: "regions/atlantis"
                                         operating_regions: "regions/nowhere" })"),
              ::testing::AllOf(StatusIs(kInvalid, HasViolation("cluster.home_region")),
                               HasViolation("cluster.operating_regions[0]")));
}

TEST_P(ClusterServiceTest, AnUpdateChangesWhatItsMaskNames) {
  AddRegions();
  AddCluster(R"(website: "old.example" acronym: "K")");
  const auto updated = UpdateCluster(R"(
    cluster { name: "clusters/abc" home_region: "regions/mazovia" website: "new.example" }
    update_mask { paths: "home_region" })");
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->home_region(), "regions/mazovia");
  EXPECT_EQ(updated->website(), "old.example");
  EXPECT_EQ(updated->acronym(), "K");
  EXPECT_EQ(updated->etag(), "\"2\"");
  EXPECT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" } update_mask { paths: "colour" })"),
              StatusIs(kInvalid, HasViolation("update_mask")));
  EXPECT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" } update_mask { paths: "country" })"),
              StatusIs(kInvalid, HasViolation("cluster.country")));
  EXPECT_THAT(UpdateCluster(R"(cluster { name: "clusters/c9" website: "x" })"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(ClusterServiceTest, AChangeInBetweenIsNotOverwritten) {
  AddCluster();
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" acronym: "A" etag: "\"1\"" })"),
              IsOk());
  EXPECT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" acronym: "B" etag: "\"1\"" })"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_EQ(GetCluster(R"(name: "clusters/abc")")->acronym(), "A");
}

TEST_P(ClusterServiceTest, TheSameRequestIdIsDoneOnce) {
  const std::string request =
      R"(request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d"
         cluster { display_name: "Once" country: "PL" })";
  const auto first = CreateCluster(request);
  ASSERT_THAT(first, IsOk());
  const auto second = CreateCluster(request);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(CreateCluster(R"(request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d"
                               cluster { display_name: "Other" country: "PL" })"),
              StatusIs(kInvalid, Reason("REQUEST_ID_REUSED")));
}

TEST_P(ClusterServiceTest, ADeletedClusterIsHiddenUntilUndeleted) {
  AddCluster();
  const auto deleted = DeleteCluster(R"(name: "clusters/abc")");
  ASSERT_THAT(deleted, IsOk());
  EXPECT_TRUE(deleted->has_delete_time());
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(0));
  EXPECT_THAT(ListClusters("show_deleted: true")->clusters(), SizeIs(1));
  EXPECT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" acronym: "A" })"),
              StatusIs(kPrecondition, Reason("CLUSTER_DELETED")));
  const auto back = UndeleteCluster(R"(name: "clusters/abc")");
  ASSERT_THAT(back, IsOk());
  EXPECT_FALSE(back->has_delete_time());
  EXPECT_THAT(ListClusters("")->clusters(), SizeIs(1));
  EXPECT_EQ(UndeleteCluster(R"(name: "clusters/abc")")->etag(), back->etag())
      << "there was nothing to do";
}

TEST_P(ClusterServiceTest, AnIncompleteClusterIsNotPublishedAndAllThatIsMissingIsSaid) {
  AddRegions();
  AddCluster();
  EXPECT_THAT(PublishCluster(R"(name: "clusters/abc")"),
              StatusIs(kPrecondition, Reason("CLUSTER_INCOMPLETE")));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/abc" home_region: "regions/mazovia"
                                         website: "c1.example"
                                         contact_email: "office@example.org" })"),
              IsOk());
  EXPECT_THAT(PublishCluster(R"(name: "clusters/abc")"),
              StatusIs(kPrecondition, Reason("CLUSTER_INCOMPLETE")));
  ASSERT_THAT(CreateContact(R"(parent: "clusters/abc" contact { role: ROLE_MANAGER
                                 display_name: "Manager" email: "manager@example.org" })"),
              IsOk());
  const auto published = PublishCluster(R"(name: "clusters/abc")");
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->state(), v1::Cluster::STATE_PUBLISHED);
}

TEST_P(ClusterServiceTest, PagesContinueAndAreBoundToTheirQuery) {
  for (const std::string id : {"aaa", "bbb", "ccc"}) AddCluster("", id);
  const auto first = ListClusters("page_size: 2");
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->clusters(), SizeIs(2));
  v1::ListClustersRequest next;
  next.set_page_size(2);
  next.set_page_token(first->next_page_token());
  const auto second = ListClusters(next);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(second->clusters(), SizeIs(1));
  EXPECT_EQ(second->clusters(0).name(), "clusters/ccc");
  EXPECT_EQ(second->next_page_token(), "");
  next.set_country("DE");
  EXPECT_THAT(ListClusters(next), StatusIs(kInvalid, HasViolation("page_token")));
  EXPECT_THAT(ListClusters("page_size: -1 country: \"x\" home_region: \"y\" state: 77"),
              ::testing::AllOf(HasViolation("page_size"), HasViolation("country"),
                               HasViolation("home_region"), HasViolation("state")));
}

TEST_P(ClusterServiceTest, ABatchIsInTheOrderAskedOrNotAtAll) {
  AddCluster("", "aaa");
  AddCluster("", "bbb");
  const auto batch = BatchGetClusters(R"(names: "clusters/bbb" names: "clusters/aaa")");
  ASSERT_THAT(batch, IsOk());
  EXPECT_EQ(batch->clusters(0).name(), "clusters/bbb");
  EXPECT_THAT(BatchGetClusters(R"(names: "clusters/bbb" names: "clusters/bbb")")->clusters(),
              SizeIs(2));
  EXPECT_THAT(BatchGetClusters(R"(names: "clusters/aaa" names: "clusters/zzz")"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(BatchGetClusters(""), StatusIs(kInvalid, HasViolation("names")));
}

TEST_P(ClusterServiceTest, AContactIsAnsweredWholeButNotKeptInTheAnswerOfARequest) {
  AddCluster();
  const std::string request = R"(
    parent: "clusters/abc" contact_id: "manager"
    request_id: "3b0f2f0c-5b3c-4a55-9d4b-5a4a3f2b1c0d"
    contact { role: ROLE_MANAGER display_name: "Menedżer" email: "manager@example.org"
              language: "pl" primary: true })";
  const auto created = CreateContact(request);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->email(), "manager@example.org");
  EXPECT_EQ(CreateContact(request)->SerializeAsString(), created->SerializeAsString());
  const sql::Query kAnswers{"answers", "SELECT response FROM idempotency"};
  ASSERT_THAT(database_.get().Read(absl::Now() + absl::Seconds(5),
                                   [&](sql::Transaction& tx) {
                                     const auto rows = tx.Execute(kAnswers);
                                     EXPECT_THAT(*rows, SizeIs(1));
                                     EXPECT_EQ((*rows)[0].Blob(0).find("example.org"),
                                               std::string::npos);
                                     return rows.status();
                                   }),
              IsOk());
  EXPECT_THAT(ListContacts(R"(parent: "clusters/abc")")->contacts(), SizeIs(1));
  EXPECT_THAT(DeleteContact(R"(name: "clusters/abc/contacts/manager")"), IsOk());
  EXPECT_THAT(GetContact(R"(name: "clusters/abc/contacts/manager")"),
              StatusIs(kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(ClusterServiceTest, AClusterHasOnePrimaryManagerOnAnyDay) {
  AddCluster();
  const auto create = [&](const std::string& more) {
    return CreateContact(R"(parent: "clusters/abc" contact { display_name: "M" primary: true
                              email: "m@example.org" )" +
                         more + " }");
  };
  ASSERT_THAT(create(R"(role: ROLE_MANAGER role_until: "2015-06-30")"), IsOk());
  EXPECT_THAT(create(R"(role: ROLE_MANAGER role_from: "2015-06-30")"),
              StatusIs(kPrecondition, Reason("PRIMARY_MANAGER_EXISTS")));
  EXPECT_THAT(create(R"(role: ROLE_DEPUTY role_from: "2015-06-30")"), IsOk());
  const auto next = create(R"(role: ROLE_MANAGER role_from: "2015-07-01")");
  ASSERT_THAT(next, IsOk());
  EXPECT_THAT(UpdateContact("contact { name: \"" + next->name() + "\" role_from: \"2015-01-01\" }"),
              StatusIs(kPrecondition, Reason("PRIMARY_MANAGER_EXISTS")));
}

TEST_P(ClusterServiceTest, AnAddressThatCouldBreakAMailIsRefused) {
  AddCluster();
  EXPECT_THAT(
      CreateContact(R"(parent: "clusters/abc" contact {
                                 email: "a@example.org\r\nBcc: b@example.org" language: "klingon!"
                                 role_from: "2015-01-01" role_until: "2014-01-01" })"),
      ::testing::AllOf(StatusIs(kInvalid, HasViolation("contact.email")),
                       HasViolation("contact.role"), HasViolation("contact.display_name"),
                       HasViolation("contact.language"), HasViolation("contact.role_until")));
}

TEST_P(ClusterServiceTest, AManagerReadsTheContactsOfTheOwnClusterOnly) {
  AddCluster("", "own");
  AddCluster("", "other");
  const auto list = [&](const std::string& cluster) {
    v1::ListContactsRequest request;
    request.set_parent("clusters/" + cluster);
    return services_.Call<v1::ListContactsResponse>(
        "wici.cluster_registry.v1.ClusterService/ListContacts", request,
        services_.Token("cluster-manager", "clusters/own"));
  };
  EXPECT_THAT(list("own"), IsOk());
  EXPECT_THAT(list("other"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(list("none"), StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace wici::cluster_registry
