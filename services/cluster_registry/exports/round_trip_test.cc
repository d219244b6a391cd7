// A dump imported into an empty registry gives the same dump again, byte for byte.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "services/cluster_registry/imports/files/csv.h"
#include "services/cluster_registry/imports/import_worker.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using wici::testing::IsOk;

// A registry with regions and the scheme; each object is one of its own.
class Registry : public testing::RegistryTest {
 public:
  Registry() {
    AddRegions();
    AddEsca();
  }

  std::string Dump(const std::string& content) {
    if (content == "INITIATIVES") {
      const auto answer = ExportInitiatives("format: EXPORT_FORMAT_CSV page_size: 1000");
      EXPECT_THAT(answer, IsOk());
      return answer.ok() ? answer->content() : "";
    }
    const auto answer = ExportClusters("content: CONTENT_" + content +
                                       " format: EXPORT_FORMAT_CSV page_size: 1000");
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? answer->content() : "";
  }
  void Load(const std::string& content, const std::string& dump) {
    const std::string id = "i" + std::to_string(++imports_);
    ASSERT_THAT(CreateImport("import_id: \"imp-" + id + "\" import { content: CONTENT_" + content +
                             " format: FORMAT_CSV }"),
                IsOk());
    v1::AppendImportRowsRequest part;
    part.set_name("imports/imp-" + id);
    part.set_part(1);
    part.set_content(dump);
    ASSERT_THAT(AppendImportRows(part), IsOk());
    ASSERT_THAT(StartImport("name: \"" + part.name() + "\""), IsOk());
    for (absl::StatusOr<bool> worked = true; worked.ok() && *worked;) worked = worker_.RunOnce();
    const auto done = GetImport("name: \"" + part.name() + "\"");
    EXPECT_EQ(done->state(), v1::Import::STATE_SUCCEEDED);
    EXPECT_EQ(done->created_count() + done->updated_count(), done->row_count());
    const auto rows = ListImportRows("parent: \"" + part.name() + "\"");
    ASSERT_THAT(rows, IsOk());
    for (const auto& row : rows->rows()) {
      for (const std::string& fault : row.faults()) ADD_FAILURE() << row.line() << ": " << fault;
    }
  }
  // Two clusters with everything a dump holds, some of it like formulas.
  void Fill() {
    AddCluster(
        R"(acronym: "AŁ" aliases: "a|b" aliases: "c, \"d\"" aliases: "=1+1" founded_on: "1998"
                  translated_names { key: "pl" value: "Żółć" } translated_names { key: "de" value: "ß" }
                  descriptions { key: "pl" value: "Pierwszy wiersz. Drugi, ze \"znakami\"." }
                  home_region: "regions/mazovia" operating_regions: "regions/bavaria"
                  sectors { scheme: "NACE" version: "Rev. 2" code: "C20" } website: "a.example"
                  contact_email: "office@example.org" management_fte_centi: 250
                  services: "=1+1" target_countries: "DE" support_programmes: "go-cluster"
                  visibility: VISIBILITY_PUBLIC external_ids { scheme: "ECCP" value: "17" }
                  member_counts { value: 0 definition: "@members, at first" as_of: "2014" }
                  member_counts { value: 109 definition: "members" as_of: "2015-10-08" source: "x" }
                  mandates { organisation { legal_name: "Ł sp. z o.o." legal_form: "company" }
                             mandate_from: "2014-05-14" basis: BASIS_AGREEMENT }
                  provenances { source: "list" retrieved_on: "2015-12-18" })");
    AddCluster("", "bare");
    ASSERT_THAT(CreateLabel(R"(parent: "clusters/abc" label_id: "bronze" label {
                  scheme: "labelSchemes/esca" kind: "BRONZE" valid_until: "2016-12-08"
                  publication_consent: true evidences { uri: "https://x.example" } })"),
                IsOk());
    ASSERT_THAT(CreateLabel(R"(parent: "clusters/abc" label_id: "gold" label {
                  scheme: "labelSchemes/esca" kind: "GOLD" valid_from: "2014-03-01"
                  valid_until: "2016-02-29" issuer: "'+ESCA" assessed_on: "2014-02"
                  provenances { source: "Łódź" } })"),
                IsOk());
    ASSERT_THAT(RecordLabelEvent(R"(name: "clusters/abc/labels/gold"
                  event { type: TYPE_SUSPENSION effective_on: "2015-01-01" reason: "a, \"b\"" })"),
                IsOk());
    ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member_id: "laka" member {
                  display_name: "-Łąka" kind: KIND_SMALL_ENTERPRISE role: ROLE_FOUNDER
                  member_from: "2014-05-14" member_until: "2015-01-01" region: "regions/mazovia"
                  identifiers { scheme: "NIP" value: "5252248481" } website: "laka.example"
                  competences: "nano" competences: "x|y" })"),
                IsOk());
    ASSERT_THAT(CreateMember(R"(parent: "clusters/bare" member { display_name: "Uni"
                                                                 kind: KIND_UNIVERSITY })"),
                IsOk());
    ASSERT_THAT(CreateInitiative(R"(initiative_id: "erice" initiative {
                  acronym: "ERICE" display_name: "=Regions, \"Łódź\"" kind: KIND_PROJECT
                  translated_names { key: "pl" value: "Regiony" } programme: "CIP"
                  grant_number: "SI2.668150" starts_on: "2013" ends_on: "2015-12" source: "x"
                  description: "Trains experts." legal_form: "none" website: "erice.example"
                  budget { currency_code: "EUR" units: 361312 nanos: 940000000 }
                  participants { display_name: "ARM, S.A." role: ROLE_LEAD }
                  participants { display_name: "Finlombarda" role: ROLE_PARTNER
                                 budget { currency_code: "EUR" units: 116083 nanos: 70000000 } }
                  participants { participant: "clusters/abc" role: ROLE_MEMBER
                                 participates_from: "2014-05-14" } })"),
                IsOk());
    ASSERT_THAT(CreateInitiative(R"(initiative_id: "vcp" initiative {
                  acronym: "VCP" display_name: "Partnership" kind: KIND_PARTNERSHIP })"),
                IsOk());
  }

 private:
  void TestBody() override {}

  int imports_ = 0;
  SystemIdSource ids_;
  ImportWorker worker_{database_.get(), store_, system_clock_, ids_, {.owner = "test"}, [] {}};
};

TEST(RoundTripTest, ADumpImportedIntoAnEmptyRegistryGivesTheSameDump) {
  Registry full, empty;
  full.Fill();
  const std::string clusters = full.Dump("CLUSTERS");
  const std::string labels = full.Dump("LABELS");
  const std::string members = full.Dump("MEMBERS");
  const std::string counts = full.Dump("MEMBER_COUNTS");
  const std::string initiatives = full.Dump("INITIATIVES");
  empty.Load("CLUSTERS", clusters);
  empty.Load("CLUSTERS", labels);
  empty.Load("MEMBERS", members);
  empty.Load("MEMBER_COUNTS", counts);
  empty.Load("INITIATIVES", initiatives);
  EXPECT_EQ(empty.Dump("CLUSTERS"), clusters);
  EXPECT_EQ(empty.Dump("LABELS"), labels);
  EXPECT_EQ(empty.Dump("MEMBERS"), members);
  EXPECT_EQ(empty.Dump("MEMBER_COUNTS"), counts);
  EXPECT_EQ(empty.Dump("INITIATIVES"), initiatives);
  // They hold something, and nothing that a spreadsheet would run.
  for (const std::string& dump : {clusters, labels, members, counts, initiatives}) {
    EXPECT_GE(std::count(dump.begin(), dump.end(), '\n'), 3);
    for (const CsvRecord& record : ParseCsv(dump, 1000)) {
      for (const std::string& cell : record.fields) {
        EXPECT_FALSE(!cell.empty() && std::string("=+-@").find(cell[0]) != std::string::npos)
            << cell;
      }
    }
  }
}

}  // namespace
}  // namespace wici::cluster_registry
