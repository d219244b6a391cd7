#include "services/registration/documents/exports/list_writer.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/temp_dir.h"
#include "services/registration/documents/exports/lists.h"
#include "services/registration/documents/paper.h"

namespace wici::registration {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

const std::vector<std::string> kColumns = {"name", "note"};
const absl::Time kMadeAt = absl::FromUnixSeconds(1'450'440'000);

std::unique_ptr<ListWriter> Writer(v1::ListFormat format) {
  auto writer = MakeListWriter(format, kColumns, kMadeAt);
  EXPECT_THAT(writer, IsOk());
  return *std::move(writer);
}

// The file of some rows.
std::string Written(v1::ListFormat format, const std::vector<std::vector<std::string>>& rows) {
  const auto writer = Writer(format);
  for (const auto& row : rows) EXPECT_THAT(writer->Add(row), IsOk());
  EXPECT_THAT(writer->Finish(), IsOk());
  std::string file;
  for (auto piece = writer->Take(); piece.ok() && !piece->empty(); piece = writer->Take()) {
    file += *piece;
  }
  return file;
}

TEST(ListWriterTest, CsvIsQuotedAndNoCellIsAFormula) {
  EXPECT_EQ(Written(v1::LIST_FORMAT_CSV, {{"Żak, Łucja", "say \"no\""}, {"=1+1", ""}}),
            "name,note\n\"Żak, Łucja\",\"say \"\"no\"\"\"\n'=1+1,\n");
  EXPECT_EQ(Written(v1::LIST_FORMAT_CSV, {}), "name,note\n");
}

TEST(ListWriterTest, JsonLinesHaveTheColumnsInTheirOrder) {
  EXPECT_EQ(Written(v1::LIST_FORMAT_JSON_LINES, {{"Żak \"Ł\"", "a\nb"}, {"=1+1", ""}}),
            "{\"name\":\"Żak \\\"Ł\\\"\",\"note\":\"a\\nb\"}\n{\"name\":\"=1+1\",\"note\":\"\"}\n");
}

TEST(ListWriterTest, AWorkbookHoldsTexts) {
  const Paper file(Written(v1::LIST_FORMAT_XLSX, {{"Żak <Łucja> & Co", "=1+1"}, {"", "00-661"}}));
  const std::string sheet = file.Member("xl/worksheets/sheet1.xml");
  EXPECT_THAT(sheet, HasSubstr("Żak &lt;Łucja&gt; &amp; Co"));
  EXPECT_THAT(sheet, HasSubstr("=1+1"));
  EXPECT_THAT(sheet, HasSubstr("00-661"));
  EXPECT_THAT(sheet, Not(HasSubstr("<f>")));
  EXPECT_THAT(file.Member("docProps/core.xml"), HasSubstr("2015-12-18T"));
}

TEST(ListWriterTest, AWorkbookComesInPieces) {
  const auto writer = Writer(v1::LIST_FORMAT_XLSX);
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_THAT(writer->Add({absl::StrCat("events/e/registrations/", i * 7919), "Łódź"}), IsOk());
    ASSERT_TRUE(writer->Take()->empty());
  }
  ASSERT_THAT(writer->Finish(), IsOk());
  std::string file;
  for (auto piece = writer->Take(); !piece->empty(); piece = writer->Take()) {
    ASSERT_LE(piece->size(), 256u * 1024);
    file += *piece;
  }
  EXPECT_THAT(Paper(file).Member("xl/worksheets/sheet1.xml"), HasSubstr("r=\"A20001\""));
}

TEST(ListWriterTest, AWorkbookCutsWhatACellCannotHoldAndSaysSo) {
  const std::string longest(32767, 'x');
  const Paper file(Written(v1::LIST_FORMAT_XLSX, {{longest, longest + "y"}}));
  const std::string sheet = file.Member("xl/worksheets/sheet1.xml");
  EXPECT_THAT(sheet, HasSubstr(longest + "<"));
  EXPECT_THAT(sheet, HasSubstr("x…<"));
  EXPECT_THAT(sheet, Not(HasSubstr("y<")));
}

TEST(ListWriterTest, AWorkbookThatIsLeftLeavesNothingBehind) {
  const testing::TempDir directory;
  ::setenv("TMPDIR", directory.path().c_str(), 1);
  {
    const auto left = Writer(v1::LIST_FORMAT_XLSX);
    EXPECT_THAT(left->Add({"a", "b"}), IsOk());
    EXPECT_FALSE(std::filesystem::is_empty(directory.path()));
    const auto taken = Writer(v1::LIST_FORMAT_XLSX);
    EXPECT_THAT(taken->Finish(), IsOk());
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  ::unsetenv("TMPDIR");
}

TEST(ListsTest, CellsStandUnderTheirColumns) {
  v1::Registration registration;
  registration.set_name("events/e/registrations/r");
  registration.set_state(v1::REGISTRATION_STATE_CHECKED_IN);
  registration.set_source(v1::REGISTRATION_SOURCE_OPEN);
  registration.set_person("persons/p");
  registration.add_sessions("events/e/sessions/a");
  registration.add_sessions("events/e/sessions/b");
  registration.mutable_check_in_time()->set_seconds(1'450'440'000);
  for (const Content content : {v1::ExportRegistrationsRequest::CONTENT_REGISTRATIONS,
                                v1::ExportRegistrationsRequest::CONTENT_ATTENDANCE}) {
    EXPECT_EQ(RegistrationColumns(content).size(), RegistrationCells(content, registration).size());
  }
  const auto cells =
      RegistrationCells(v1::ExportRegistrationsRequest::CONTENT_REGISTRATIONS, registration);
  EXPECT_EQ(cells[1], "CHECKED_IN");
  EXPECT_EQ(cells[2], "OPEN");
  EXPECT_EQ(cells[6], "events/e/sessions/a|events/e/sessions/b");
  EXPECT_EQ(cells[10], "2015-12-18T12:00:00Z");

  v1::Invitation invitation;
  invitation.set_state(v1::INVITATION_STATE_OPEN);
  v1::InvitationReason& reason = *invitation.add_reasons();
  reason.set_cluster("clusters/c");
  reason.add_predicates("role MANAGER");
  reason.add_predicates("label ESCA BRONZE");
  invitation.add_reasons()->add_predicates("special guest");
  const auto invited = InvitationCells(invitation);
  EXPECT_EQ(invited.size(), InvitationColumns().size());
  EXPECT_EQ(invited[1], "OPEN");
  EXPECT_EQ(invited[4], "clusters/c: role MANAGER, label ESCA BRONZE|special guest");
  EXPECT_EQ(invited[5], "");
}

}  // namespace
}  // namespace wici::registration
