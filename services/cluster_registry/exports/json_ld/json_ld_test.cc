// JSON-LD against golden files, and that it is JSON with the context it promises.
#include "services/cluster_registry/exports/json_ld/json_ld.h"

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/exports/csv_dump.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using testing::Parse;

constexpr char kBase[] = "https://registry.example/";

std::string Golden(const std::string& name) {
  std::ifstream in("services/cluster_registry/exports/testdata/" + name, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

google::protobuf::Struct Json(const std::string& text) {
  google::protobuf::Struct document;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &document).ok()) << text;
  return document;
}

std::vector<v1::Label> Labels() {
  return {Parse<v1::Label>(R"(
            name: "clusters/mkch/labels/silver" scheme: "labelSchemes/esca" kind: "SILVER"
            certificate_number: "POL016201511C150001" assessed_on: "2015-11"
            issued_on: "2015-12-01" valid_from: "2015-12-01" valid_until: "2017-11-30"
            issuer: "ESCA" provenances { source: "erice-project.eu" })"),
          Parse<v1::Label>(R"(
            name: "clusters/mkch/labels/old" scheme: "labelSchemes/esca" kind: "BRONZE"
            valid_until: "2015-02-11")"),
          Parse<v1::Label>(R"(
            name: "clusters/mkch/labels/unknown" scheme: "labelSchemes/esca" kind: "BRONZE"
            valid_until: "2016-12-11")"),
          Parse<v1::Label>(R"(
            name: "clusters/mkch/labels/revoked" scheme: "labelSchemes/kkk" kind: "KKK"
            valid_from: "2015-01-01" valid_until: "2017-12-31"
            events { type: TYPE_REVOCATION effective_on: "2015-12-18" reason: "merger" })")};
}

std::string LabelsOn(const std::string& day) {
  return LabelsAsJsonLd(Labels(), {{"labelSchemes/esca", testing::Esca()}}, Day(day), kBase);
}

TEST(JsonLdTest, ClustersAreOrganisationsAndAChangeOfTheLegalFormIsAnEvent) {
  const std::vector<v1::Cluster> clusters = {
      Parse<v1::Cluster>(R"(
        name: "clusters/mkch" display_name: "Mazowiecki Klaster Chemiczny \"MKCh\""
        acronym: "MKCh" aliases: "Klaster chemiczny"
        translated_names { key: "en" value: "Mazovian Chemical Cluster" }
        translated_names { key: "de" value: "Chemie-Cluster Masowien" }
        descriptions { key: "pl" value: "Kosmetyka, żywność\ni chemia." } founded_on: "2014-05"
        country: "PL" home_region: "regions/mazovia" operating_regions: "regions/lodz"
        sectors { scheme: "NACE" version: "Rev. 2" code: "C20" }
        ecosystems { scheme: "EU-ECOSYSTEM" code: "energy-intensive" }
        website: "klasterchemiczny.com" contact_email: "office@example.org" services: "Patents"
        external_ids { scheme: "ECCP" value: "17" } provenances { source: "pppt.pl" }
        mandates { organisation { legal_name: "Plock Industrial and Technological Park S.A."
                                  legal_form: "coordinator by agreement" }
                   mandate_from: "2014-05-14" mandate_until: "2015-10-06" }
        mandates { organisation { legal_name: "Mazowiecki Klaster Chemiczny"
                                  legal_form: "association"
                                  identifiers { scheme: "KRS" value: "0000000000" } }
                   mandate_from: "2015-10-07" })"),
      Parse<v1::Cluster>(R"(name: "clusters/bare" display_name: "Bare" country: "GR")")};
  EXPECT_EQ(ClustersAsJsonLd(clusters, {}, kBase), Golden("clusters.jsonld"));
}

// The nodes of type org:ChangeEvent.
std::vector<google::protobuf::Struct> ChangeEvents(const std::string& text) {
  std::vector<google::protobuf::Struct> events;
  const auto document = Json(text);
  for (const auto& node : document.fields().at("@graph").list_value().values()) {
    const auto& fields = node.struct_value().fields();
    if (fields.at("@type").string_value() == "org:ChangeEvent")
      events.push_back(node.struct_value());
  }
  return events;
}

TEST(JsonLdTest, AMergerIsAChangeEventFromItsClustersToTheNewOne) {
  const auto merger = Parse<v1::Succession>(R"(
    name: "successions/s1" kind: KIND_MERGE predecessors: "clusters/a" predecessors: "clusters/b"
    successors: "clusters/c" effective_on: "2015-12-18" provenances { source: "Łódź" })");
  const auto events = ChangeEvents(ClustersAsJsonLd({}, {merger}, kBase));
  ASSERT_EQ(events.size(), 1u);
  const auto& event = events[0].fields();
  const auto ids = [&](const char* property) {
    std::vector<std::string> names;
    for (const auto& node : event.at(property).list_value().values()) {
      names.push_back(node.struct_value().fields().at("@id").string_value());
    }
    return names;
  };
  EXPECT_EQ(event.at("@id").string_value(), "successions/s1");
  EXPECT_THAT(ids("org:originalOrganization"), ElementsAre("clusters/a", "clusters/b"));
  EXPECT_THAT(ids("org:resultingOrganization"), ElementsAre("clusters/c"));
  EXPECT_EQ(event.at("dct:date").string_value(), "2015-12-18");
  EXPECT_EQ(event.at("schema:additionalType").string_value(), "MERGE");
  EXPECT_EQ(event.at("dct:source").list_value().values(0).string_value(), "Łódź");
}

TEST(JsonLdTest, AChangeThatASuccessionTellsIsNotToldAgainByTheMandates) {
  const auto cluster = Parse<v1::Cluster>(R"(
    name: "clusters/mkch" display_name: "MKCh" country: "PL"
    mandates { organisation { legal_name: "Park S.A." } mandate_from: "2014-05-14" }
    mandates { organisation { legal_name: "MKCh" } mandate_from: "2015-10-07" }
    mandates { organisation { legal_name: "MKCh II" } mandate_from: "2018-01-01" })");
  const auto form = Parse<v1::Succession>(R"(
    name: "successions/form" kind: KIND_LEGAL_FORM predecessors: "clusters/mkch"
    successors: "clusters/mkch" effective_on: "2015-10-07" before: "partnership agreement"
    after: "association")");
  const auto events = ChangeEvents(ClustersAsJsonLd({cluster}, {form}, kBase));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].fields().at("dct:date").string_value(), "2018-01-01");
  const auto& told = events[1].fields();
  const auto text = [&](const char* property, const char* member) {
    return told.at(property).struct_value().fields().at(member).string_value();
  };
  EXPECT_EQ(text("schema:about", "@id"), "clusters/mkch");
  EXPECT_EQ(text("org:originalOrganization", "legal:companyType"), "partnership agreement");
  EXPECT_EQ(text("org:resultingOrganization", "legal:companyType"), "association");
  // Without it the mandates tell both.
  EXPECT_EQ(ChangeEvents(ClustersAsJsonLd({cluster}, {}, kBase)).size(), 2u);
}

TEST(JsonLdTest, LabelsAreCertificationsWithTheStatusOfTheDay) {
  EXPECT_EQ(LabelsOn("2015-12-18"), Golden("labels.jsonld"));
}

TEST(JsonLdTest, ALabelIsNeitherActiveNorInactiveWhenTheRecordsDoNotSay) {
  const auto status = [](const std::string& day, int label) {
    const auto document = Json(LabelsOn(day));
    const auto& nodes = document.fields().at("@graph").list_value();
    const auto& node = nodes.values(label).struct_value().fields();
    const auto found = node.find("schema:certificationStatus");
    return found == node.end() ? ""
                               : found->second.struct_value().fields().at("@id").string_value();
  };
  EXPECT_EQ(status("2015-11-30", 0), "schema:CertificationInactive");
  EXPECT_EQ(status("2017-11-30", 0), "schema:CertificationActive");
  EXPECT_EQ(status("2017-12-01", 0), "schema:CertificationInactive");
  EXPECT_EQ(status("2016-12-11", 2), "");
  EXPECT_EQ(status("2015-12-17", 3), "schema:CertificationActive");
}

TEST(JsonLdTest, MembersAreMembershipsOfW3cOrg) {
  const std::vector<v1::Member> members = {Parse<v1::Member>(R"(
        name: "clusters/mkch/members/m1" display_name: "Instytut Łąki"
        kind: KIND_RESEARCH_INSTITUTE role: ROLE_FOUNDER member_from: "2014-05-14"
        member_until: "2015-10-07" region: "regions/mazovia"
        sectors { scheme: "NACE" version: "Rev. 2" code: "M72" }
        identifiers { scheme: "NIP" value: "5252248481" } website: "laka.example"
        competences: "nano")"),
                                           Parse<v1::Member>(R"(
        name: "clusters/mkch/members/m2" display_name: "Politechnika" kind: KIND_UNIVERSITY)")};
  EXPECT_EQ(MembersAsJsonLd(members, kBase), Golden("members.jsonld"));
}

TEST(JsonLdTest, InitiativesAreProjectsAndCollaborations) {
  const std::vector<v1::Initiative> initiatives = {Parse<v1::Initiative>(R"(
        name: "initiatives/erice" acronym: "ERICE" kind: KIND_PROJECT
        display_name: "European Regions for Clusters Excellence" description: "Trains experts."
        programme: "CIP" grant_number: "SI2.668150" website: "erice-project.eu"
        budget { currency_code: "EUR" units: 361312 nanos: 940000000 }
        participants { display_name: "Finlombarda" role: ROLE_PARTNER
                       budget { currency_code: "EUR" units: 116083 nanos: 70000000 } }
        participants { participant: "clusters/mkch" role: ROLE_COUNCIL_MEMBER
                       participates_from: "2014-03-26" }
        source: "erice-project.eu")"),
                                                   Parse<v1::Initiative>(R"(
        name: "initiatives/ecrn" acronym: "ECRN" kind: KIND_NETWORK starts_on: "2004"
        display_name: "European Chemical Regions Network" ends_on: "2020"
        legal_form: "non-profit association under Belgian law")")};
  EXPECT_EQ(InitiativesAsJsonLd(initiatives, kBase), Golden("initiatives.jsonld"));
}

TEST(JsonLdTest, CountsAreObservations) {
  const std::vector<v1::Cluster> clusters = {Parse<v1::Cluster>(R"(
    name: "clusters/mkch" member_counts { value: 109 definition: "members" as_of: "2015-10-08"
                                          source: "pppt.pl" } member_counts { })")};
  const auto document = Json(MemberCountsAsJsonLd(clusters, ""));
  const auto& nodes = document.fields().at("@graph").list_value();
  ASSERT_EQ(nodes.values_size(), 2);
  const auto& node = nodes.values(0).struct_value().fields();
  EXPECT_EQ(node.at("@type").string_value(), "schema:Observation");
  EXPECT_EQ(node.at("schema:value").number_value(), 109);
  EXPECT_EQ(node.at("schema:observationDate").string_value(), "2015-10-08");
  EXPECT_EQ(nodes.values(1).struct_value().fields().at("schema:value").number_value(), 0);
}

TEST(JsonLdTest, AnEmptyPageIsADocumentWithTheContext) {
  const auto document = Json(ClustersAsJsonLd({}, {}, ""));
  const auto& context = document.fields().at("@context").struct_value().fields();
  EXPECT_EQ(context.at("schema").string_value(), "https://schema.org/");
  EXPECT_EQ(context.at("org").string_value(), "http://www.w3.org/ns/org#");
  EXPECT_EQ(context.at("legal").string_value(), "http://www.w3.org/ns/legal#");
  EXPECT_EQ(context.count("@base"), 0u);
  EXPECT_EQ(document.fields().at("@graph").list_value().values_size(), 0);
}

TEST(CsvDumpTest, AmountsHaveTwoDigitsOrMore) {
  EXPECT_EQ(AmountOf(Parse<v1::Money>("units: 1639000")), "1639000.00");
  EXPECT_EQ(AmountOf(Parse<v1::Money>("units: 1 nanos: 123400000")), "1.1234");
}

TEST(CsvDumpTest, InitiativesHaveARowForEachParticipant) {
  const std::vector<v1::Initiative> initiatives = {
      Parse<v1::Initiative>(R"(name: "initiatives/erice" acronym: "ERICE" kind: KIND_PROJECT
                               budget { currency_code: "EUR" units: 361312 nanos: 940000000 }
                               participants { display_name: "ARM, S.A." role: ROLE_LEAD }
                               participants { participant: "regions/mazovia" })"),
      Parse<v1::Initiative>(R"(name: "initiatives/vcp" acronym: "VCP")")};
  EXPECT_EQ(
      InitiativesAsCsv(initiatives),
      "initiative,acronym,display_name,translated_names,kind,programme,grant_number,"
      "starts_on,ends_on,legal_form,website,description,source,budget,participant.participant,"
      "participant.display_name,participant.role,participant.participates_from,"
      "participant.participates_until,participant.budget\n"
      "initiatives/erice,ERICE,,,PROJECT,,,,,,,,,361312.94 EUR,,\"ARM, S.A.\",LEAD,,,\n"
      "initiatives/erice,ERICE,,,PROJECT,,,,,,,,,361312.94 EUR,regions/mazovia,,,,,\n"
      "initiatives/vcp,VCP,,,,,,,,,,,,,,,,,,\n");
}

}  // namespace
}  // namespace wici::cluster_registry
