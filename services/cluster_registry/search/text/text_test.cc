// How words are folded, stemmed and put into branches.
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cluster_registry/search/text/fold.h"
#include "services/cluster_registry/search/text/polish_stem.h"
#include "services/cluster_registry/search/text/thesaurus.h"

namespace wici::cluster_registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Fold, AccentsCaseAndSignsGo) {
  EXPECT_THAT(FoldWords("Łódź"), ElementsAre("lodz"));
  EXPECT_THAT(FoldWords("ZAŻÓŁĆ gęślą jaźń"), ElementsAre("zazolc", "gesla", "jazn"));
  EXPECT_THAT(FoldWords("BM³ – Chemie-Cluster (Bayern)"),
              ElementsAre("bm3", "chemie", "cluster", "bayern"));
  EXPECT_THAT(FoldWords("Querétaro, A.C. R&D"), ElementsAre("queretaro", "a", "c", "r", "d"));
  EXPECT_THAT(FoldWords("Straße Ærø Þingvellir"), ElementsAre("strasse", "aero", "thingvellir"));
  EXPECT_THAT(FoldWords("София"), ElementsAre("софия"));
  EXPECT_THAT(FoldWords(""), IsEmpty());
  EXPECT_THAT(FoldWords(" -,. \n\t"), IsEmpty());
}

TEST(Fold, ACombinedAccentIsTheSameAsAComposedOne) {
  EXPECT_EQ(FoldWords("Go\xCC\x81ra"), FoldWords("Góra"));
  EXPECT_EQ(FoldWords("Na\xCC\x88hr"), FoldWords("Nähr"));
}

TEST(Fold, UmlautsAreAlsoSpeltOut) {
  EXPECT_THAT(FoldVariants("Nährmittel für Öl"),
              ElementsAre(ElementsAre("nahrmittel", "naehrmittel"), ElementsAre("fur", "fuer"),
                          ElementsAre("ol", "oel")));
  EXPECT_THAT(FoldVariants("Łódź"), ElementsAre(ElementsAre("lodz")));
}

TEST(Fold, ALongWordIsCutAndBrokenTextIsNoMatter) {
  EXPECT_EQ(FoldWords(std::string(10'000, 'x'))[0].size(), kWordBytesMax);
  EXPECT_THAT(FoldWords("a\xFFz"), Contains("a"));
}

TEST(PolishStem, TheFormsOfAWordHaveOneStem) {
  const std::map<std::string, std::vector<std::string>> families = {
      {"chem",
       {"chemia", "chemii", "chemię", "chemią", "chemiczny", "chemiczna", "chemicznych",
        "chemicznego", "chemicznymi", "chemik", "chemicy"}},
      {"kosmet",
       {"kosmetyka", "kosmetyki", "kosmetyce", "kosmetyk", "kosmetyków", "kosmetykami",
        "kosmetyczny", "kosmetycznej"}},
      {"lodz", {"Łódź", "Łodzi", "Łodzią", "lodzi"}},
      {"klastr", {"klaster", "klastra", "klastry", "klastrów", "klastrze", "klastrami"}},
      {"przemysl", {"przemysł", "przemysłu", "przemysłowy", "przemysłowych", "przemysłowej"}},
      {"technolog",
       {"technologia", "technologii", "technologie", "technologiczny", "technologicznych"}},
      {"logist", {"logistyka", "logistyki", "logistyczny"}},
      {"odpad", {"odpad", "odpady", "odpadów", "odpadowy"}},
      {"innowacj", {"innowacja", "innowacji", "innowacje", "innowacyjny", "innowacyjnych"}},
      {"mebl", {"meble", "mebli", "meblami", "meblowy"}},
  };
  for (const auto& [stem, words] : families) {
    for (const std::string& word : words) {
      EXPECT_EQ(PolishStem(FoldWords(word)[0]), stem) << word;
    }
  }
}

TEST(PolishStem, WordsThatDifferStayApart) {
  EXPECT_NE(PolishStem("chemiczyn"), PolishStem("chemiczny"));
  EXPECT_NE(PolishStem("energia"), PolishStem("ekologia"));
  EXPECT_NE(PolishStem("medycyna"), PolishStem("media"));
}

TEST(PolishStem, ShortAndForeignWordsStay) {
  EXPECT_EQ(PolishStem(""), "");
  EXPECT_EQ(PolishStem("ict"), "ict");
  EXPECT_EQ(PolishStem("bm3"), "bm3");
  EXPECT_EQ(PolishStem("софия"), "софия");
}

std::vector<std::string> BranchesOf(const std::string& word) {
  std::vector<std::string> ids;
  for (const Branch* branch : BranchesOfWord(FoldWords(word)[0])) ids.emplace_back(branch->id);
  return ids;
}

TEST(Thesaurus, AWordOfEachLanguageLeadsToTheBranch) {
  for (const char* word :
       {"chemia", "Chemie", "chemistry", "chemical", "chemiczny", "Chemicznych"}) {
    EXPECT_THAT(BranchesOf(word), ElementsAre("chemistry")) << word;
  }
  for (const char* word : {"kosmetyka", "cosmetics", "Kosmetik", "Beauty", "kosmetyczny"}) {
    EXPECT_THAT(BranchesOf(word), ElementsAre("cosmetics")) << word;
  }
  for (const char* word : {"meble", "Möbel", "furniture", "nábytkářů"}) {
    EXPECT_THAT(BranchesOf(word), ElementsAre("furniture")) << word;
  }
  EXPECT_THAT(BranchesOf("Chemnitz"), IsEmpty());
}

TEST(Thesaurus, TheNameOfABranchLeadsToIt) {
  for (const Branch& branch : Branches()) {
    for (const std::string_view name : {branch.polish, branch.english, branch.german}) {
      bool found = false;
      for (const std::string& word : FoldWords(name)) {
        for (const Branch* one : BranchesOfWord(word)) found = found || one == &branch;
      }
      EXPECT_TRUE(found) << name;
    }
  }
}

TEST(Thesaurus, ACodeBelongsToItsBranchesInAnyVersion) {
  const auto ids = [](const std::string& scheme, const std::string& version,
                      const std::string& code) {
    v1::Code one;
    one.set_scheme(scheme);
    one.set_version(version);
    one.set_code(code);
    std::vector<std::string> result;
    for (const Branch* branch : BranchesOfCode(one)) result.emplace_back(branch->id);
    return result;
  };
  EXPECT_THAT(ids("NACE", "Rev. 2", "C20"), ElementsAre("chemistry"));
  EXPECT_THAT(ids("NACE", "Rev. 2.1", "C20.42"), ElementsAre("chemistry", "cosmetics"));
  EXPECT_THAT(ids("NACE", "Rev. 2", "C"), IsEmpty());
  EXPECT_THAT(ids("EU-ECOSYSTEM", "", "Energy-intensive industries"), ElementsAre("chemistry"));
  EXPECT_THAT(ids("ATI", "", "photonics"), ElementsAre("photonics"));
  EXPECT_THAT(ids("X", "", "C20"), IsEmpty());
}

TEST(Thesaurus, GenericWordsSayLittle) {
  for (const char* word : {"cluster", "clusters", "klastrów", "Netzwerk", "and", "i", "für"}) {
    const std::string folded = FoldWords(word)[0];
    EXPECT_TRUE(IsGenericWord(folded) || IsGenericWord(PolishStem(folded))) << word;
  }
  EXPECT_FALSE(IsGenericWord("chemie"));
}

}  // namespace
}  // namespace wici::cluster_registry
