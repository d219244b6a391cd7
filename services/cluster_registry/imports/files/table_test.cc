#include "services/cluster_registry/imports/files/table.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::Parse;
using ::testing::SizeIs;

// Fields are "name", "kind" and "until"; "alias" is another word for "name".
std::string FieldOfName(std::string_view name) {
  if (name == "alias") return "name";
  return name == "name" || name == "kind" || name == "until" ? std::string(name) : "";
}

Table Read(const std::string& content, v1::Import::Format format, const v1::Import& import) {
  return ReadTable(content,
                   {.format = format, .columns = &import.columns(), .field_of = FieldOfName});
}
Table ReadCsv(const std::string& content, const std::string& mapping = "") {
  return Read(content, v1::Import::FORMAT_CSV, Parse<v1::Import>(mapping));
}
Table ReadJson(const std::string& content, const std::string& mapping = "") {
  return Read(content, v1::Import::FORMAT_JSON, Parse<v1::Import>(mapping));
}

TEST(TableTest, WithoutAMappingColumnsAreNamedAfterFields) {
  const Table table = ReadCsv("alias,kind\r\n Łódź , X\r\n,\r\n");
  ASSERT_THAT(table.faults, IsEmpty());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_THAT(table.rows[0].cells, ElementsAre(Pair("kind", "X"), Pair("name", "Łódź")));
  EXPECT_EQ(table.rows[0].line, 2);
  EXPECT_THAT(table.rows[1].cells, IsEmpty());
  EXPECT_EQ(table.rows[0].NameColumn("name: required"), "alias: required");
  EXPECT_EQ(table.rows[0].NameColumn("other: required"), "other: required");
}

TEST(TableTest, TheGuardOfADumpIsTakenOffTheCellsOfCsvOnly) {
  const Table table = ReadCsv("name,kind\n'=1+1, '+48 \n''-1,'Ł'\n");
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_THAT(table.rows[0].cells, ElementsAre(Pair("kind", "+48"), Pair("name", "=1+1")));
  EXPECT_THAT(table.rows[1].cells, ElementsAre(Pair("kind", "'Ł'"), Pair("name", "'-1")));
  EXPECT_THAT(ReadJson(R"([{"name": "'=1"}])").rows[0].cells, ElementsAre(Pair("name", "'=1")));
}

TEST(TableTest, AMappingSaysWhichColumnFeedsWhichField) {
  const Table table = ReadCsv("Nazwa,Rodzaj,Do,Uwagi\nŁódź,brąz,8.12.2015,x\n", R"(
    columns { source: "Nazwa" field: "name" transform: TRANSFORM_UPPER_CASE }
    columns { source: "Rodzaj" field: "kind" values { key: "brąz" value: "BRONZE" } }
    columns { source: "Do" field: "until" transform: TRANSFORM_DAY_FIRST })");
  ASSERT_THAT(table.rows, SizeIs(1));
  // Letters beyond ASCII stay as they are: case depends on the language.
  EXPECT_THAT(table.rows[0].cells, ElementsAre(Pair("kind", "BRONZE"), Pair("name", "ŁóDź"),
                                               Pair("until", "2015-12-08")));
}

TEST(TableTest, DefaultsFillEmptyCellsAndMissingColumns) {
  const Table table = ReadCsv("n,k\na,\nb,SILVER\n", R"(
    columns { source: "n" field: "name" }
    columns { source: "k" field: "kind" default_value: "BRONZE" }
    columns { source: "gone" field: "until" default_value: "2015" })");
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[0].Get("kind"), "BRONZE");
  EXPECT_EQ(table.rows[1].Get("kind"), "SILVER");
  EXPECT_EQ(table.rows[1].Get("until"), "2015");
  EXPECT_THAT(ReadCsv("n\na\n", R"(columns { source: "gone" field: "name" })").faults,
              ElementsAre("header: column gone is missing"));
}

TEST(TableTest, TransformsLeaveWhatTheyCannotRead) {
  const auto map = [](v1::ImportColumn::Transform transform, const std::string& cell) {
    v1::ImportColumn column;
    column.set_transform(transform);
    return MapCell(column, cell);
  };
  EXPECT_EQ(map(v1::ImportColumn::TRANSFORM_DIGITS, "525-22-48-481"), "5252248481");
  EXPECT_EQ(map(v1::ImportColumn::TRANSFORM_DIGITS, "1 200"), "1200");
  EXPECT_EQ(map(v1::ImportColumn::TRANSFORM_DAY_FIRST, "8.12.2015"), "2015-12-08");
  EXPECT_EQ(map(v1::ImportColumn::TRANSFORM_MONTH_FIRST, "12/8/2015"), "2015-12-08");
  EXPECT_EQ(map(v1::ImportColumn::TRANSFORM_DAY_FIRST, "grudzień 2015"), "grudzień 2015");
  EXPECT_EQ(map(v1::ImportColumn::TRANSFORM_DAY_FIRST, "2015-12-08"), "2015-12-08");
  EXPECT_EQ(map(v1::ImportColumn::TRANSFORM_LOWER_CASE, " A "), "a");
}

TEST(TableTest, AFileThatCannotBeReadIsRefusedAsAWhole) {
  EXPECT_THAT(ReadCsv("").faults, ElementsAre("header: the file is empty"));
  EXPECT_THAT(ReadCsv("name,name,colour\n").faults,
              ElementsAre("header: column name is there twice", "header: unknown column 'colour'"));
  EXPECT_THAT(ReadCsv("name\n\xA3\xF3"
                      "d\x9F\n")
                  .faults,
              ElementsAre(HasSubstr("file: line 2 is not UTF-8; it looks like Windows-1250")));
  EXPECT_THAT(ReadJson("[{]").faults, ElementsAre(HasSubstr("file: not JSON")));
  EXPECT_THAT(ReadJson(" \n").faults, ElementsAre("file: the file is empty"));
}

TEST(TableTest, AHeaderAloneHasNoRows) {
  const Table table = ReadCsv("\xEF\xBB\xBFname,kind\r\n");
  EXPECT_THAT(table.faults, IsEmpty());
  EXPECT_THAT(table.rows, IsEmpty());
}

TEST(TableTest, RowsOfAnotherShapeAreNamedAndTheOthersAreRead) {
  const Table table = ReadCsv("name,kind\na\nb,c\nd,\"e\nf,g\n");
  ASSERT_THAT(table.rows, SizeIs(4));
  EXPECT_THAT(table.rows[0].faults, ElementsAre("row: has 1 cells, not 2"));
  EXPECT_THAT(table.rows[1].faults, IsEmpty());
  EXPECT_THAT(table.rows[2].faults, ElementsAre("row: a quoted field does not end"));
  EXPECT_EQ(table.rows[3].Get("name"), "f");
}

TEST(TableTest, JsonIsAnArrayOrAnObjectALine) {
  for (const std::string content : {"[{\"name\":\"Łódź\",\"kind\":null},\n{\"alias\":5}]",
                                    "{\"name\":\"Łódź\",\"kind\":null}\n\n{\"alias\":5}\r\n"}) {
    const Table table = ReadJson(content);
    ASSERT_THAT(table.rows, SizeIs(2)) << content;
    EXPECT_THAT(table.rows[0].cells, ElementsAre(Pair("name", "Łódź")));
    EXPECT_THAT(table.rows[1].cells, ElementsAre(Pair("name", "5")));
  }
}

TEST(TableTest, BrokenLinesOfJsonAreNamedAndTheOthersAreRead) {
  const Table table = ReadJson("{\"name\":\"a\"}\n{\"name\":\n5\n{\"colour\":\"x\"}\n");
  ASSERT_THAT(table.rows, SizeIs(4));
  EXPECT_THAT(table.rows[0].faults, IsEmpty());
  EXPECT_THAT(table.rows[1].faults, ElementsAre(HasSubstr("row: not JSON")));
  EXPECT_THAT(table.rows[2].faults, ElementsAre("row: not a JSON object"));
  EXPECT_THAT(table.rows[3].faults, ElementsAre("colour: there is no such field"));
  EXPECT_EQ(table.rows[3].line, 4);
}

TEST(TableTest, JsonFieldsInsideOthersAreFoundByTheirPath) {
  const Table table = ReadJson(R"([{"who":{"name":"a"},"tags":["x","y"],"flag":true}])", R"(
    columns { source: "who.name" field: "name" }
    columns { source: "tags" field: "kind" }
    columns { source: "flag" field: "until" })");
  ASSERT_THAT(table.rows, SizeIs(1));
  EXPECT_THAT(table.rows[0].cells,
              ElementsAre(Pair("kind", "x|y"), Pair("name", "a"), Pair("until", "true")));
}

TEST(TableTest, TheNumberOfRowsIsBounded) {
  std::string content = "name\n";
  for (std::size_t i = 0; i <= kImportRowsMax; ++i) content += "x\n";
  EXPECT_THAT(ReadCsv(content).faults, ElementsAre("file: more than 5000 rows"));
  content.resize(content.size() - 2);
  EXPECT_THAT(ReadCsv(content).faults, IsEmpty());
}

TEST(TableTest, AHugeCellAndTenMegabytesAreRead) {
  const std::string huge(10 * 1024 * 1024, 'x');
  const Table table = ReadCsv("name,kind\n\"" + huge + "\",y\n");
  ASSERT_THAT(table.rows, SizeIs(1));
  EXPECT_EQ(table.rows[0].Get("name").size(), huge.size());
}

TEST(TableTest, AMappingIsCheckedAsAWhole) {
  const auto import = Parse<v1::Import>(R"(
    columns { source: "a" field: "colour" } columns { source: "b" field: "name" }
    columns { source: "c" field: "alias" } columns { field: "kind" })");
  Violations violations;
  ValidateColumns("import.columns", import.columns(), FieldOfName, violations);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations.list()) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("import.columns[0].field", "import.columns[2].field",
                                  "import.columns[3].default_value"));
}

// Every cut and many changes of a good file: it is read, or refused, and never more than that.
TEST(TableTest, NoFileBreaksTheReader) {
  const std::string good =
      "\xEF\xBB\xBFname,kind,until\r\n\"Łódź, \"\"x\"\"\",\"two\nlines\",2015\r\n,,\r\na,b,c";
  const std::string json = R"([{"name":"Łódź","kind":{"a":[1,null,"x|y"]}},{"until":1e300}])";
  for (const std::string& file : {good, json}) {
    const bool is_json = &file != &good && file[0] == '[';
    for (std::size_t cut = 0; cut <= file.size(); ++cut) {
      const std::string content = file.substr(0, cut);
      const Table table = is_json ? ReadJson(content) : ReadCsv(content);
      EXPECT_LE(table.rows.size(), 4u);
    }
    // A fixed sequence of bytes takes the place of chance.
    std::uint32_t state = 12345;
    for (int round = 0; round < 2000; ++round) {
      std::string content = file;
      for (int change = 0; change < 3; ++change) {
        state = state * 1664525u + 1013904223u;
        content[(state >> 8) % content.size()] = static_cast<char>(state >> 24);
      }
      const Table table = is_json ? ReadJson(content) : ReadCsv(content);
      EXPECT_LE(table.rows.size(), content.size());
    }
  }
}

}  // namespace
}  // namespace wici::cluster_registry
