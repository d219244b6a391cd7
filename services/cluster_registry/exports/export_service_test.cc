// ExportService over gRPC: pages, and who gets what.
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/successions/succession_store.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kInvalid;
using wici::testing::StatusIs;
using Request = v1::ExportClustersRequest;

class ExportTest : public testing::RegistryTest {
 protected:
  ExportTest() {
    AddRegions();
    AddEsca();
    AddVisible("public", v1::VISIBILITY_PUBLIC);
    AddVisible("partners", v1::VISIBILITY_PARTNERS);
    AddVisible("internal", v1::VISIBILITY_INTERNAL);
    AddVisible("draft", v1::VISIBILITY_PUBLIC, v1::Cluster::STATE_DRAFT);
  }

  // A cluster in this state with a label with and one without consent, two members, a contact.
  void AddVisible(const std::string& id, v1::Visibility visibility,
                  v1::Cluster::State state = v1::Cluster::STATE_PUBLISHED) {
    const std::string name = "clusters/" + id;
    AddCluster("visibility: " + v1::Visibility_Name(visibility) +
                   " member_counts { value: 12 definition: \"members\" }",
               id);
    ASSERT_THAT(CreateLabel("parent: \"" + name + R"(" label_id: "consent" label {
                  scheme: "labelSchemes/esca" kind: "BRONZE" valid_until: "2016-12-08"
                  publication_consent: true })"),
                IsOk());
    ASSERT_THAT(CreateLabel("parent: \"" + name + R"(" label_id: "silent" label {
                  scheme: "labelSchemes/esca" kind: "GOLD" valid_until: "2016-12-08" })"),
                IsOk());
    ASSERT_THAT(CreateMember("parent: \"" + name + R"(" member_id: "firm" member {
                  display_name: "Łąka" kind: KIND_SMALL_ENTERPRISE })"),
                IsOk());
    ASSERT_THAT(CreateMember("parent: \"" + name + R"(" member_id: "person" member {
                  display_name: "Jan Przykład" kind: KIND_INDIVIDUAL })"),
                IsOk());
    ASSERT_THAT(CreateContact("parent: \"" + name + R"(" contact_id: "manager" contact {
                  role: ROLE_MANAGER display_name: "Ewa Przykładowa" email: "ewa@example.org" })"),
                IsOk());
    SetState(name, state);
  }
  void SetState(const std::string& name, v1::Cluster::State state) {
    v1::Cluster cluster;
    ASSERT_THAT(store_.Write({.principal = "users/test",
                              .request_id = "",
                              .method = "Service/Method",
                              .request = "",
                              .transaction_id = services_.ids().NewId(),
                              .now = services_.clock().Now(),
                              .deadline = absl::Now() + absl::Seconds(20)},
                             cluster,
                             [&](Writer& writer) -> absl::Status {
                               WICI_ASSIGN_OR_RETURN(cluster, LockCluster(writer, name, false));
                               cluster.set_state(state);
                               return SaveCluster(writer, cluster, "cluster.updated");
                             }),
                IsOk());
  }

  std::string Export(Request::Content content, const std::string& role,
                     v1::ExportFormat format = v1::EXPORT_FORMAT_CSV) {
    Request request;
    request.set_content(content);
    request.set_format(format);
    const auto answer = services_.Call<v1::ExportClustersResponse>(
        "wici.cluster_registry.v1.ExportService/ExportClusters", request,
        role.empty() ? "" : services_.Token(role));
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? answer->content() : "";
  }
};

TEST_F(ExportTest, AnybodyGetsWhatIsPublicAndNoMore) {
  for (const Request::Content content :
       {Request::CONTENT_CLUSTERS, Request::CONTENT_LABELS, Request::CONTENT_MEMBERS,
        Request::CONTENT_MEMBER_COUNTS}) {
    for (const v1::ExportFormat format : {v1::EXPORT_FORMAT_CSV, v1::EXPORT_FORMAT_JSON_LD}) {
      const std::string dump = Export(content, "", format);
      EXPECT_THAT(dump,
                  AllOf(HasSubstr("clusters/public"), Not(HasSubstr("clusters/partners")),
                        Not(HasSubstr("clusters/internal")), Not(HasSubstr("clusters/draft"))));
    }
  }
}

TEST_F(ExportTest, PartnersGetWhatIsForThemAndOperatorsEverything) {
  const std::string partner = Export(Request::CONTENT_CLUSTERS, "partner-region");
  EXPECT_THAT(partner,
              AllOf(HasSubstr("clusters/public"), HasSubstr("clusters/partners"),
                    Not(HasSubstr("clusters/internal")), Not(HasSubstr("clusters/draft"))));
  const std::string all = Export(Request::CONTENT_CLUSTERS, "platform-operator");
  EXPECT_THAT(all, AllOf(HasSubstr("clusters/partners"), HasSubstr("clusters/internal"),
                         HasSubstr("clusters/draft")));
}

TEST_F(ExportTest, ARoleOnOneClusterOpensNoDump) {
  Request request;
  request.set_content(Request::CONTENT_CLUSTERS);
  request.set_format(v1::EXPORT_FORMAT_CSV);
  const auto answer = services_.Call<v1::ExportClustersResponse>(
      "wici.cluster_registry.v1.ExportService/ExportClusters", request,
      services_.Token("cluster-manager", "clusters/internal"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(answer->content(), Not(HasSubstr("clusters/internal")));
}

TEST_F(ExportTest, ASuccessionIsDumpedWithoutClustersThatAreNotForTheCaller) {
  v1::Succession succession;
  ASSERT_THAT(store_.Write({.principal = "users/test",
                            .request_id = "",
                            .method = "Service/Method",
                            .request = "",
                            .transaction_id = services_.ids().NewId(),
                            .now = services_.clock().Now(),
                            .deadline = absl::Now() + absl::Seconds(20)},
                           succession,
                           [&](Writer& writer) -> absl::Status {
                             succession = testing::Parse<v1::Succession>(R"(
                               name: "successions/merger" kind: KIND_MERGE
                               effective_on: "2015-10-07" predecessors: "clusters/public"
                               predecessors: "clusters/internal"
                               successors: "clusters/partners")");
                             return InsertSuccession(writer, succession);
                           }),
              IsOk());
  const auto dump = [&](const std::string& role) {
    return Export(Request::CONTENT_CLUSTERS, role, v1::EXPORT_FORMAT_JSON_LD);
  };
  EXPECT_THAT(dump(""),
              AllOf(HasSubstr("org:ChangeEvent"), HasSubstr("successions/merger"),
                    Not(HasSubstr("clusters/internal")), Not(HasSubstr("clusters/partners"))));
  EXPECT_THAT(dump("partner-region"),
              AllOf(HasSubstr("org:resultingOrganization"), Not(HasSubstr("clusters/internal"))));
  EXPECT_THAT(dump("platform-operator"), HasSubstr("clusters/internal"));
}

TEST_F(ExportTest, LabelsWithoutConsentStayInside) {
  EXPECT_THAT(Export(Request::CONTENT_LABELS, ""),
              AllOf(HasSubstr("clusters/public,consent"), Not(HasSubstr("silent"))));
  EXPECT_THAT(Export(Request::CONTENT_LABELS, "platform-operator"),
              HasSubstr("clusters/public,silent"));
}

TEST_F(ExportTest, NoDumpHoldsPeople) {
  for (const std::string role : {"", "partner-region", "platform-operator"}) {
    for (const Request::Content content : {Request::CONTENT_CLUSTERS, Request::CONTENT_MEMBERS}) {
      EXPECT_THAT(Export(content, role),
                  AllOf(Not(HasSubstr("Ewa")), Not(HasSubstr("ewa@example.org"))));
    }
  }
  EXPECT_THAT(Export(Request::CONTENT_MEMBERS, "partner-region"),
              AllOf(HasSubstr("Łąka"), Not(HasSubstr("Jan Przykład"))));
  EXPECT_THAT(Export(Request::CONTENT_MEMBERS, "platform-operator"), HasSubstr("Jan Przykład"));
}

TEST_F(ExportTest, DeletedClustersAreInNoDump) {
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/public")"), IsOk());
  for (const Request::Content content : {Request::CONTENT_CLUSTERS, Request::CONTENT_MEMBERS}) {
    EXPECT_THAT(Export(content, "platform-operator"), Not(HasSubstr("clusters/public")));
  }
}

TEST_F(ExportTest, EachPageIsADocumentAndTogetherTheyAreAll) {
  for (const char* content : {"CONTENT_CLUSTERS", "CONTENT_LABELS", "CONTENT_MEMBERS"}) {
    const std::string request = "content: " + std::string(content) + " format: EXPORT_FORMAT_CSV ";
    const auto whole = ExportClusters(request);
    ASSERT_THAT(whole, IsOk());
    EXPECT_EQ(whole->next_page_token(), "");
    std::string joined, token;
    int pages = 0;
    do {
      const auto page = ExportClusters(request + "page_size: 3 page_token: \"" + token + "\"");
      ASSERT_THAT(page, IsOk());
      const std::size_t header = page->content().find('\n') + 1;
      joined += pages == 0 ? page->content() : page->content().substr(header);
      token = page->next_page_token();
    } while (++pages < 10 && !token.empty());
    EXPECT_GT(pages, 1);
    EXPECT_EQ(joined, whole->content()) << content;
  }
}

TEST_F(ExportTest, ATokenBelongsToItsQuery) {
  const auto page =
      ExportClusters("content: CONTENT_CLUSTERS format: EXPORT_FORMAT_CSV page_size: 1");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->media_type(), "text/csv; charset=utf-8");
  EXPECT_THAT(ExportClusters("content: CONTENT_LABELS format: EXPORT_FORMAT_CSV page_size: 1 "
                             "page_token: \"" +
                             page->next_page_token() + "\""),
              StatusIs(kInvalid, HasViolation("page_token")));
  EXPECT_THAT(ExportClusters(""),
              AllOf(StatusIs(kInvalid, HasViolation("content")), HasViolation("format")));
}

TEST_F(ExportTest, InitiativesAreDumpedWithoutClustersThatAreNotForTheCaller) {
  ASSERT_THAT(CreateInitiative(R"(
                initiative_id: "ecrn" initiative {
                  acronym: "ECRN" display_name: "Network" kind: KIND_NETWORK
                  participants { participant: "clusters/public" role: ROLE_MEMBER }
                  participants { participant: "clusters/internal" role: ROLE_MEMBER }
                  participants { participant: "regions/bavaria" role: ROLE_MEMBER } })"),
              IsOk());
  v1::ExportInitiativesRequest request;
  request.set_format(v1::EXPORT_FORMAT_JSON_LD);
  const auto answer = services_.Call<v1::ExportInitiativesResponse>(
      "wici.cluster_registry.v1.ExportService/ExportInitiatives", request);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->media_type(), "application/ld+json");
  EXPECT_THAT(answer->content(), AllOf(HasSubstr("clusters/public"), HasSubstr("regions/bavaria"),
                                       Not(HasSubstr("clusters/internal"))));
  EXPECT_THAT(ExportInitiatives("format: EXPORT_FORMAT_CSV")->content(),
              HasSubstr("clusters/internal"));
  EXPECT_THAT(ExportInitiatives(""), StatusIs(kInvalid, HasViolation("format")));
}

}  // namespace
}  // namespace wici::cluster_registry
