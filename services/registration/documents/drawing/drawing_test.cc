// What is drawn, as a reader of PDF and a scanner see it.
#include <algorithm>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/documents/drawing/pdf.h"
#include "services/registration/documents/drawing/qr_code.h"
#include "services/registration/documents/drawing/sheets.h"
#include "services/registration/documents/paper.h"

namespace wici::registration {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'450'440'000);  // 2015-12-18T12:00:00Z

// The whole file of what `draw` draws on one A4 page.
std::string Draw(const std::function<void(Canvas&)>& draw) {
  PdfDocument pdf(kA4Width, kA4Height, {"Test", kNow});
  pdf.AddPage(draw);
  EXPECT_THAT(pdf.Finish(), IsOk());
  return pdf.Take();
}

Badge BadgeFor(const std::string& name, const std::string& code) {
  return {.event = "Spotkanie klastrów w Łodzi",
          .name = name,
          .organisation = "Klaster Chemiczny Żółwia",
          .category = "Prelegenci",
          .code = code};
}

TEST(PdfTest, PolishAndGermanLettersAreReadBackFromEmbeddedFonts) {
  const Paper paper(Draw([](Canvas& page) {
    page.Text({20, 20, 170, 20}, "Zażółć gęślą jaźń", {});
    page.Text({20, 50, 170, 20}, "ZAŻÓŁĆ GĘŚLĄ JAŹŃ", {.bold = true});
    page.Text({20, 80, 170, 20}, "Größe, Übung, Ärzte, Öl, Straße", {});
  }));
  const std::string text = paper.Text();
  EXPECT_THAT(text, HasSubstr("Zażółć gęślą jaźń"));
  EXPECT_THAT(text, HasSubstr("ZAŻÓŁĆ GĘŚLĄ JAŹŃ"));
  EXPECT_THAT(text, HasSubstr("Größe, Übung, Ärzte, Öl, Straße"));
  // After two lines of head: name, type, encoding, embedded, subset, unicode.
  const std::string fonts = paper.Fonts();
  const std::regex font(R"(\n\S+\+DejaVuSans\S*\s.*\s(yes|no) +(yes|no) +(yes|no) +\d+ +\d+)");
  int count = 0;
  for (auto at = std::sregex_iterator(fonts.begin(), fonts.end(), font);
       at != std::sregex_iterator(); ++at) {
    EXPECT_EQ((*at)[1], "yes") << fonts;
    EXPECT_EQ((*at)[3], "yes") << fonts;
    ++count;
  }
  EXPECT_GE(count, 2) << fonts;
  EXPECT_THAT(fonts, Not(HasSubstr(" no ")));
}

TEST(PdfTest, WhatIsLongShrinksThenWrapsAndNeverLeavesItsBox) {
  const Box box{50, 50, 60, 12};
  const TextStyle style{.size_max = 20, .size_min = 6};
  const std::vector<std::string> texts = {
      "Ewa Żak",
      "Bartholomäus Maximilian von Wolfeschlegelsteinhausen zu Nürnberg",
      "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafers",
      std::string(500, 'W'),
      "słowo " + std::string(2000, 'i') + " i jeszcze wiele słów dalej",
      "",
      "z\nłamaniem\twiersza",
  };
  std::vector<DrawnText> drawn;
  const std::string file = Draw([&](Canvas& page) {
    for (const std::string& text : texts) drawn.push_back(page.Text(box, text, style));
  });
  EXPECT_EQ(drawn[0].size, 20);
  EXPECT_LT(drawn[1].size, 20);
  EXPECT_FALSE(drawn[1].cut);
  EXPECT_TRUE(drawn[3].cut);
  EXPECT_TRUE(drawn[4].cut);
  for (const DrawnText& text : drawn) {
    EXPECT_LE(text.width, box.width + 0.01);
    EXPECT_LE(text.height, box.height + 0.01);
    EXPECT_GE(text.size, style.size_min);
  }
  // Another program says so too. The box in points, with room for how letters lean out of a line.
  const std::string boxes = Paper(file).Boxes();
  const std::regex word(R"re(xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)")re");
  int words = 0;
  for (auto at = std::sregex_iterator(boxes.begin(), boxes.end(), word);
       at != std::sregex_iterator(); ++at, ++words) {
    const auto mm = [&](int group) { return std::stod((*at)[group]) * 25.4 / 72; };
    EXPECT_GE(mm(1), box.x - 0.5);
    EXPECT_GE(mm(2), box.y - 1.0);
    EXPECT_LE(mm(3), box.x + box.width + 0.5);
    EXPECT_LE(mm(4), box.y + box.height + 1.0);
  }
  EXPECT_GT(words, 10);
}

TEST(PdfTest, TheSameDrawingIsTheSameFile) {
  const auto draw = [](Canvas& page) {
    page.Text({20, 20, 170, 20}, "Łódź", {});
    page.Qr({20, 50, 40, 40}, "kod");
  };
  const std::string file = Draw(draw);
  EXPECT_EQ(file, Draw(draw));
  EXPECT_THAT(Paper(file).Info(), ContainsRegex("Title: +Test"));
}

TEST(PdfTest, ADocumentOfNothingHasAnEmptyPage) {
  PdfDocument pdf(kA4Width, kA4Height, {"Nobody", kNow});
  ASSERT_THAT(pdf.Finish(), IsOk());
  EXPECT_THAT(Paper(pdf.Take()).Info(), ContainsRegex("Pages: +1\n"));
}

TEST(PdfTest, PagesAreHandedOnAsTheyAreDrawn) {
  PdfDocument pdf(kA4Width, kA4Height, {"Many", kNow});
  std::string file;
  std::size_t largest = 0;
  for (int i = 0; i < 20; ++i) {
    pdf.AddPage([&](Canvas& page) {
      page.Qr({20, 20, 80, 80}, absl::StrCat(i, std::string(800, 'x')));
    });
    const std::string ready = pdf.Take();
    EXPECT_FALSE(ready.empty());
    largest = std::max(largest, ready.size());
    file += ready;
  }
  ASSERT_THAT(pdf.Finish(), IsOk());
  const std::string rest = pdf.Take();
  // What comes last does not hold the pages.
  EXPECT_LT(rest.size(), 4 * largest);
  EXPECT_THAT(Paper(file + rest).Info(), ContainsRegex("Pages: +20\n"));
}

TEST(QrCodeTest, WhatCannotBeACodeIsNone) {
  EXPECT_EQ(MakeQrCode("").side, 0);
  EXPECT_EQ(MakeQrCode(std::string(2331, 'a')).side, 177);
  EXPECT_EQ(MakeQrCode(std::string(2332, 'a')).side, 0);
}

TEST(SheetsTest, AScannerReadsTheCodesOfAFullSheet) {
  std::vector<Badge> badges;
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < kBadgesPerPage; ++i) {
    // As long as a code of a ticket is.
    codes.push_back(absl::StrCat("token-", i, "-", std::string(150, 'x')));
    badges.push_back(BadgeFor(absl::StrCat("Łucja Żak ", i), codes.back()));
  }
  PdfDocument pdf(kA4Width, kA4Height, {"Badges", kNow});
  AddBadges(pdf, badges);
  ASSERT_THAT(pdf.Finish(), IsOk());
  const Paper paper(pdf.Take());
  EXPECT_THAT(paper.Codes(), ::testing::UnorderedElementsAreArray(codes));
  const std::string text = paper.Text();
  for (std::size_t i = 0; i < kBadgesPerPage; ++i) {
    EXPECT_THAT(text, HasSubstr(absl::StrCat("Łucja Żak ", i)));
  }
  EXPECT_THAT(text, HasSubstr("Klaster Chemiczny Żółwia"));
  EXPECT_THAT(text, HasSubstr("Prelegenci"));
}

TEST(SheetsTest, ATicketHasItsCodeAndACertificateItsFacts) {
  PdfDocument ticket(kA5Width, kA5Height, {"Ticket", kNow});
  AddTicket(ticket,
            {.event = "Spotkanie",
             .name = "Łucja Żak",
             .organisation = "Klaster",
             .category = "Goście",
             .times = "18 grudnia 2015, 13:00–17:00 (Europe/Warsaw)",
             .place = "CZIiTT, Rektorska 4, Warszawa",
             .code = "kod-biletu"},
            WordsIn("pl"));
  ASSERT_THAT(ticket.Finish(), IsOk());
  const Paper paper(ticket.Take());
  EXPECT_THAT(paper.Codes(), UnorderedElementsAre("kod-biletu"));
  EXPECT_THAT(paper.Text(), HasSubstr("18 grudnia 2015, 13:00–17:00 (Europe/Warsaw)"));

  PdfDocument certificate(kA4Height, kA4Width, {"Certificate", kNow});
  AddCertificate(certificate,
                 {.name = "Jürgen Groß",
                  .organisation = "Chemie-Cluster Bayern",
                  .event = "Spotkanie klastrów",
                  .days = "18. Dezember 2015",
                  .place = "Warschau",
                  .organisers = "BioTechMed Cluster Mazovia"},
                 WordsIn("de"));
  ASSERT_THAT(certificate.Finish(), IsOk());
  const std::string text = Paper(certificate.Take()).Text();
  for (const char* fact :
       {"Teilnahmebescheinigung", "Jürgen Groß", "Chemie-Cluster Bayern", "Spotkanie klastrów",
        "18. Dezember 2015", "Warschau", "BioTechMed Cluster Mazovia"}) {
    EXPECT_THAT(text, HasSubstr(fact));
  }
}

}  // namespace
}  // namespace wici::registration
