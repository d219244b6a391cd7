#include "services/cluster_registry/imports/files/csv.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/csv.h"
#include "services/cluster_registry/imports/files/encoding.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(CsvTest, QuotedFieldsKeepCommasQuotesAndLineBreaks) {
  const auto records = ParseCsv("a,\"b, c\",\"say \"\"no\"\"\"\r\n\"two\nlines\",,x\n", 10);
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_THAT(records[0].fields, ElementsAre("a", "b, c", "say \"no\""));
  EXPECT_THAT(records[1].fields, ElementsAre("two\nlines", "", "x"));
  EXPECT_EQ(records[1].line, 2);
}

TEST(CsvTest, LinesAreCountedThroughQuotedBreaksAndEmptyLines) {
  const auto records = ParseCsv("\xEF\xBB\xBFh\n\"1\n2\"\n\nlast", 10);
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[0].fields[0], "h");
  EXPECT_EQ(records[2].line, 5);
  EXPECT_EQ(records[2].fields[0], "last");
}

TEST(CsvTest, ABrokenRecordIsNamedAndTheNextOneIsRead) {
  const auto records = ParseCsv("a,b\nx,\"open\nc,d\n\"e\"f,g\nh\"i,j\nk,l\n", 10);
  ASSERT_THAT(records, SizeIs(6));
  EXPECT_EQ(records[1].line, 2);
  EXPECT_THAT(records[1].fault, HasSubstr("text after a quoted field"));
}

TEST(CsvTest, AQuoteThatNeverEndsBreaksOneLineOnly) {
  const auto records = ParseCsv("a,b\nx,\"open\nc,d\n", 10);
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_THAT(records[1].fault, HasSubstr("does not end"));
  EXPECT_THAT(records[2].fields, ElementsAre("c", "d"));
}

TEST(CsvTest, TextMustBeUtf8) {
  const auto records = ParseCsv("BM³ ł\nM\xFCnchen\n", 10);
  EXPECT_THAT(records[0].fault, IsEmpty());
  EXPECT_EQ(records[1].fault, "not UTF-8");
}

TEST(EncodingTest, OverlongFormsAndSurrogatesAreNoUtf8) {
  EXPECT_FALSE(IsUtf8("\xC0\x80"));          // overlong
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80"));  // beyond Unicode
  EXPECT_TRUE(IsUtf8("\xF0\x9F\x8F\xAD"));
}

TEST(EncodingTest, AFileOfAnOldSpreadsheetIsExplained) {
  // "Łódź" and "śląski" as Windows-1250 and as ISO 8859-2 write them.
  EXPECT_EQ(EncodingFault("name\nx\n\xA3\xF3"
                          "d\x9F,\x9Cl\xB9ski\n"),
            "line 3 is not UTF-8; it looks like Windows-1250: save the file as \"CSV UTF-8\"");
  EXPECT_THAT(EncodingFault("\xA3\xF3"
                            "d\xBC,\xB6l\xB1ski"),
              HasSubstr("line 1 is not UTF-8; it looks like ISO 8859-2"));
  EXPECT_THAT(EncodingFault(std::string("\xFF\xFEn\0a\0", 6)), HasSubstr("UTF-16"));
  EXPECT_THAT(EncodingFault(std::string("a\nn\0a\0", 6)), HasSubstr("line 2 holds a NUL byte"));
  EXPECT_EQ(EncodingFault("Łódź, śląski\r\n"), "");
  EXPECT_EQ(EncodingFault(""), "");
}

TEST(CsvTest, WhatIsWrittenIsReadAgain) {
  const std::vector<std::string> fields = {"a", "b, c", "say \"no\"", "two\nlines", "", " x "};
  std::string text;
  AppendCsv(fields, text);
  AppendCsv({""}, text);
  const auto records = ParseCsv(text, 10);
  EXPECT_EQ(records[0].fields, fields);
  EXPECT_EQ(text.substr(text.size() - 3), "\"\"\n");
}

TEST(CsvTest, NoCellThatIsWrittenIsAFormula) {
  const std::vector<std::string> cells = {"=1+1", "+48", "-1",   "@SUM(A1)", "\tx",
                                          "\rx",  "\nx", "'=1",  "''@x",     "\"=1",
                                          "'Ł'",  "'",   "a=1",  "",         "=HYPERLINK(\"x\")",
                                          "'a",   "–1",  "=1|b", "- Łódź",   "O'Neil"};
  for (const std::string& cell : cells) {
    std::string text;
    AppendCsv({"first", cell}, text);
    const auto records = ParseCsv(text, 10);
    ASSERT_THAT(records, SizeIs(1));
    const std::string& written = records[0].fields[1];
    EXPECT_EQ(UnguardCell(written), cell);
    if (!written.empty()) {
      EXPECT_EQ(std::string("=+-@\t\r\n").find(written[0]), std::string::npos) << cell;
    }
  }
  // What is no formula stays as it is.
  EXPECT_EQ(GuardCell("'Ł'"), "'Ł'");
  EXPECT_EQ(GuardCell("a=1"), "a=1");
  EXPECT_EQ(UnguardCell("=1"), "=1");
}

TEST(CsvTest, TheNumberOfRowsIsBounded) {
  EXPECT_THAT(ParseCsv("1\n2\n3\n4\n", 2), SizeIs(3));
  EXPECT_EQ(ParseCsv("1\n2\n3\n4\n", 2).back().fault, "too many rows");
  EXPECT_THAT(ParseCsv("", 2), IsEmpty());
}

}  // namespace
}  // namespace wici::cluster_registry
