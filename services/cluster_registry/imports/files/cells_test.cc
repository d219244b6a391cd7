#include "services/cluster_registry/imports/files/cells.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {
namespace {

using ::testing::HasSubstr;
using testing::Parse;

// What the cell sets, as text format on one line, or the fault.
template <class T>
std::string Set(std::string_view path, const std::string& cell) {
  T message;
  const std::string fault = SetCellField(path, cell, message);
  return fault.empty() ? message.ShortDebugString() : fault;
}

TEST(CellsTest, TextNumbersFlagsAndEnumsAreWrittenPlainly) {
  EXPECT_EQ(Set<v1::Cluster>("acronym", "BTM"), R"(acronym: "BTM")");
  EXPECT_EQ(Set<v1::Cluster>("management_fte_centi", "250"), "management_fte_centi: 250");
  EXPECT_EQ(Set<v1::Cluster>("management_fte_centi", "2,5"), "not a number");
  EXPECT_EQ(Set<v1::Cluster>("visibility", "PUBLIC"), "visibility: VISIBILITY_PUBLIC");
  EXPECT_EQ(Set<v1::Cluster>("visibility", "VISIBILITY_PUBLIC"), "visibility: VISIBILITY_PUBLIC");
  EXPECT_THAT(Set<v1::Cluster>("visibility", "SECRET"), HasSubstr("PUBLIC, PARTNERS, INTERNAL"));
  EXPECT_EQ(Set<v1::Member>("kind", "UNIVERSITY"), "kind: KIND_UNIVERSITY");
  EXPECT_THAT(Set<v1::Member>("kind", "UNSPECIFIED"), HasSubstr("must be one of"));
  EXPECT_EQ(Set<v1::Cluster>("acronym", ""), "");
}

TEST(CellsTest, ListsOfTextsAreSeparatedByBars) {
  EXPECT_EQ(Set<v1::Cluster>("aliases", "Klaster | Kłaster"),
            "aliases: \"Klaster\" aliases: \"K\\305\\202aster\"");
  EXPECT_EQ(Set<v1::Cluster>("aliases", R"(["a|b","c"])"), R"(aliases: "a|b" aliases: "c")");
  EXPECT_EQ(Set<v1::Cluster>("aliases", "[a"), "not the JSON of this field");
}

TEST(CellsTest, IdentifiersAndCodesHaveAShortForm) {
  EXPECT_EQ(Set<v1::Member>("identifiers", "NIP=5252248481|KRS=0000012345"),
            R"(identifiers { scheme: "NIP" value: "5252248481" } )"
            R"(identifiers { scheme: "KRS" value: "0000012345" })");
  EXPECT_EQ(Set<v1::Member>("identifiers.NIP", "5252248481"),
            R"(identifiers { scheme: "NIP" value: "5252248481" })");
  EXPECT_EQ(Set<v1::Member>("sectors", "NACE@Rev. 2=C20"),
            R"(sectors { scheme: "NACE" version: "Rev. 2" code: "C20" })");
  EXPECT_EQ(Set<v1::Member>("sectors.NACE", "C20|C21"),
            R"(sectors { scheme: "NACE" code: "C20" } sectors { scheme: "NACE" code: "C21" })");
  EXPECT_EQ(Set<v1::Member>("identifiers", "5252248481"), "must be scheme=value");
}

TEST(CellsTest, TranslationsAreSetByLanguageOrAsJson) {
  EXPECT_EQ(Set<v1::Cluster>("translated_names.pl", "Mówi \"tak\""),
            R"(translated_names { key: "pl" value: "M\303\263wi \"tak\"" })");
  EXPECT_EQ(Set<v1::Cluster>("translated_names", R"({"pl":"x"})"),
            R"(translated_names { key: "pl" value: "x" })");
  EXPECT_EQ(Set<v1::Cluster>("translated_names", "x"), "must be JSON");
}

TEST(CellsTest, PlainTextIsTheSourceOfAFact) {
  EXPECT_EQ(Set<v1::Cluster>("provenances", "eucles.be"), R"(provenances { source: "eucles.be" })");
}

TEST(CellsTest, JsonThatEndsEarlySetsNoOtherField) {
  EXPECT_EQ(Set<v1::Cluster>("provenances", R"([],"country":"XX","aliases":["x"])"),
            "not the JSON of this field");
  EXPECT_EQ(Set<v1::Cluster>("provenances", R"([{"source":"x"})"), "not the JSON of this field");
}

TEST(CellsTest, OnlyFieldsAndTheirPartsAreFields) {
  const auto& cluster = *v1::Cluster::descriptor();
  for (const char* path : {"acronym", "translated_names", "translated_names.pl", "sectors.NACE"}) {
    EXPECT_TRUE(IsCellField(cluster, path)) << path;
  }
  for (const char* path : {"", "colour", "acronym.x", "translated_names.", "provenances.source"}) {
    EXPECT_FALSE(IsCellField(cluster, path)) << path;
  }
}

TEST(CellsTest, WhatIsWrittenIsReadAgain) {
  const auto cluster = Parse<v1::Cluster>(R"(
    display_name: "Łódź \"x\"\n\t, y" aliases: "a|b" aliases: "[c" aliases: "d"
    translated_names { key: "pl" value: "ł\\" } translated_names { key: "de" value: "ß" }
    sectors { scheme: "NACE" version: "Rev. 2" code: "C20" } management_fte_centi: 250
    provenances { source: "x" retrieved_on: "2015-12-18" } visibility: VISIBILITY_PARTNERS
    operating_regions: "regions/mazovia" external_ids { scheme: "KRS" value: "1" })");
  v1::Cluster read;
  for (const char* name :
       {"display_name", "aliases", "translated_names", "sectors", "management_fte_centi",
        "provenances", "visibility", "operating_regions", "external_ids", "acronym"}) {
    EXPECT_EQ(SetCellField(name, GetCellField(name, cluster), read), "") << name;
  }
  EXPECT_EQ(read.DebugString(), cluster.DebugString());
  EXPECT_EQ(GetCellField("translated_names", cluster), R"({"de":"ß","pl":"ł\\"})");
  EXPECT_EQ(GetCellField("visibility", cluster), "PARTNERS");
}

}  // namespace
}  // namespace wici::cluster_registry
