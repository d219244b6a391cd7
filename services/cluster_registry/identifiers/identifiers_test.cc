// Identifiers: check digits, formats, one spelling. Expected values were computed by an independent
// implementation (python-stdnum) or are public examples.
#include "services/cluster_registry/identifiers/identifiers.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::cluster_registry {
namespace {

std::string Value(const std::string& scheme, const std::string& value) {
  const IdentifierCheck check = CheckIdentifier(scheme, value);
  return check.fault.empty() ? check.value : "fault: " + std::string(check.fault);
}
bool Holds(const std::string& scheme, const std::string& value) {
  return CheckIdentifier(scheme, value).fault.empty();
}

TEST(IdentifiersTest, C6_TheCheckDigitOfANipIsChecked) {
  for (const char* nip : {"5260001246", "7250018312", "5260250995", "5261040828", "1132191233"}) {
    EXPECT_TRUE(Holds("NIP", nip)) << nip;
    // Each other last digit is wrong.
    for (char last = '0'; last <= '9'; ++last) {
      std::string other = nip;
      if (other[9] == last) continue;
      other[9] = last;
      EXPECT_FALSE(Holds("NIP", other)) << other;
    }
  }
  EXPECT_FALSE(Holds("NIP", "526000124"));
  EXPECT_FALSE(Holds("NIP", "52600012466"));
  EXPECT_FALSE(Holds("NIP", "526000124X"));
  EXPECT_FALSE(Holds("NIP", "0000000000"));
  EXPECT_FALSE(Holds("NIP", ""));
}

// 100000016 leaves 10 modulo 11, for which there is no digit.
TEST(IdentifiersTest, C6_ANipWhoseDigitsLeaveTenHasNoCheckDigit) {
  for (char last = '0'; last <= '9'; ++last) {
    EXPECT_FALSE(Holds("NIP", std::string("100000016") + last)) << last;
  }
}

TEST(IdentifiersTest, C6_TheCheckDigitsOfARegonAreChecked) {
  for (const char* regon : {"123456785", "192598184", "151847156", "725763863", "175006691",
                            "525932421", "976309003", "294053474", "12345678512347"}) {
    EXPECT_TRUE(Holds("REGON", regon)) << regon;
  }
  for (const char* regon : {"123456784", "000288358", "010011545", "000000000", "12345678512348",
                            "12345678412347", "1234567851234", "12345678", "1234567855"}) {
    EXPECT_FALSE(Holds("REGON", regon)) << regon;
  }
}

TEST(IdentifiersTest, C6_TheCheckDigitsOfALeiAreChecked) {
  for (const char* lei : {"213800KUD8LAJWSQ9D15", "529900T8BM49AURSDO55", "5493001KJTIIGC8Y1R12",
                          "2594007XIACKNMUAW223", "549300GKFG0RYRRQ1414"}) {
    EXPECT_TRUE(Holds("LEI", lei)) << lei;
    std::string swapped = lei;
    std::swap(swapped[4], swapped[6]);
    EXPECT_EQ(Holds("LEI", swapped), swapped == lei) << swapped;
  }
  EXPECT_FALSE(Holds("LEI", "213800KUD8LAJWSQ9D16"));
  EXPECT_FALSE(Holds("LEI", "213800KUD8LAJWSQ9D1"));
  EXPECT_FALSE(Holds("LEI", "213800KUD8LAJWSQ9DXX"));
  EXPECT_FALSE(Holds("LEI", "213800KUD8LAJWSQ9Ł15"));
}

TEST(IdentifiersTest, C6_AKrsNumberHasTenDigitsAndNoCheck) {
  EXPECT_EQ(Value("KRS", "0000 123 456"), "0000123456");
  EXPECT_FALSE(Holds("KRS", "123456"));
  EXPECT_FALSE(Holds("KRS", "000012345X"));
}

TEST(IdentifiersTest, C6_AVatNumberHasTheFormOfItsCountry) {
  for (const char* vat :
       {"PL5260001246",  "EL094259216",     "DE136695976",    "ATU13585627",    "BE0403019261",
        "IE6433435F",    "IE8D79739I",      "NL004495445B01", "FR40303265045",  "ESX2482300W",
        "XI123456789",   "XIGD123",         "CY10259033P",    "SE123456789701", "MT11679112",
        "LT119511515",   "HU12892312",      "SK2022749619",   "SI50223054",     "RO18547290",
        "IT00743110157", "CHE107787577IVA", "NO987654321MVA"}) {
    EXPECT_TRUE(Holds("VAT", vat)) << vat;
  }
  EXPECT_FALSE(Holds("VAT", "PL5260001247")) << "the NIP after PL is checked";
  EXPECT_FALSE(Holds("VAT", "PL526000124"));
  EXPECT_FALSE(Holds("VAT", "GR094259216")) << "Greece is EL";
  EXPECT_FALSE(Holds("VAT", "5260001246"));
  EXPECT_FALSE(Holds("VAT", "DE12345678"));
  EXPECT_FALSE(Holds("VAT", "XI1234"));
  EXPECT_FALSE(Holds("VAT", "P"));
  EXPECT_FALSE(Holds("VAT", "PL"));
}

TEST(IdentifiersTest, C6_OtherSchemesHaveAFormOnly) {
  EXPECT_TRUE(Holds("EUID", "PLKRS.0000123456"));
  EXPECT_TRUE(Holds("EUID", "DEK1101R.HRB116737"));
  EXPECT_FALSE(Holds("EUID", "PLKRS0000123456"));
  EXPECT_FALSE(Holds("EUID", "PL.1"));
  EXPECT_FALSE(Holds("EUID", "PLKRS."));
  EXPECT_EQ(Value("ROR", "https://ror.org/05CGGB038"), "05cggb038");
  EXPECT_FALSE(Holds("ROR", "15cggb038"));
  EXPECT_FALSE(Holds("ROR", "05cggi038")) << "Crockford's digits have no i";
  EXPECT_TRUE(Holds("PIC", "999896955"));
  EXPECT_FALSE(Holds("PIC", "99989695"));
  EXPECT_EQ(Value("WIKIDATA", "http://www.wikidata.org/entity/q42"), "Q42");
  EXPECT_FALSE(Holds("WIKIDATA", "Q0"));
  EXPECT_FALSE(Holds("WIKIDATA", "42"));
}

TEST(IdentifiersTest, C6_SpacesDashesAndCaseDoNotMatter) {
  for (const char* nip : {"526-000-12-46", "PL 526 000 12 46", " 5260001246 ",
                          "526\xC2\xA0"
                          "000\xE2\x80\x93"
                          "12\xE2\x88\x92"
                          "46"}) {
    EXPECT_EQ(Value("nip", nip), "5260001246") << nip;
  }
  EXPECT_EQ(Value("lei", "2138-00ku d8la jwsq 9d15"), "213800KUD8LAJWSQ9D15");
  EXPECT_EQ(CheckIdentifier(" nip ", "5260001246").scheme, "NIP");
}

TEST(IdentifiersTest, C6_AnUnknownSchemePassesAsItIs) {
  EXPECT_EQ(Value("HRB", " München HRB 5-1a "), "München HRB 5-1a");
  EXPECT_EQ(CheckIdentifier("eccp", "x").scheme, "ECCP");
  EXPECT_FALSE(Holds("HRB", "  "));
  EXPECT_FALSE(Holds("", "1"));
}

TEST(IdentifiersTest, EqualIdentifiersOfOnePartyAreKeptOnce) {
  google::protobuf::RepeatedPtrField<v1::ExternalId> ids;
  for (const char* value : {"526-000-12-46", "5260001246", "broken"}) {
    v1::ExternalId& id = *ids.Add();
    id.set_scheme("nip");
    id.set_value(value);
  }
  NormalizeIdentifiers(ids);
  ASSERT_EQ(ids.size(), 2);
  EXPECT_EQ(ids[0].scheme(), "NIP");
  EXPECT_EQ(ids[0].value(), "5260001246");
  EXPECT_EQ(ids[1].value(), "broken");
}

// The same numbers in every run.
class Chance {
 public:
  std::uint32_t Below(std::uint32_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>(state_ >> 33U) % bound;
  }

 private:
  std::uint64_t state_ = 20151218;
};

TEST(IdentifiersTest, C6_AnyBytesAreAnsweredAndWhatWasAcceptedIsAcceptedAgainUnchanged) {
  const std::vector<std::string> schemes = {"NIP", "REGON", "LEI",      "VAT",   "KRS", "EUID",
                                            "ROR", "PIC",   "WIKIDATA", "OTHER", "\xFF"};
  const std::vector<std::string> seeds = {"PL 526-000-12-46",
                                          "5260001246",
                                          "12345678512347",
                                          "213800KUD8LAJWSQ9D15",
                                          "ATU13585627",
                                          "0000123456",
                                          "DEK1101R.HRB116737",
                                          "https://ror.org/05cggb038",
                                          "999896955",
                                          "https://www.wikidata.org/wiki/Q42",
                                          ""};
  Chance chance;
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string value = seeds[chance.Below(static_cast<std::uint32_t>(seeds.size()))];
    for (std::uint32_t edit = chance.Below(4); edit > 0; --edit) {
      const std::size_t at = chance.Below(static_cast<std::uint32_t>(value.size()) + 1);
      const char byte = static_cast<char>(chance.Below(256));
      if (chance.Below(2) == 0 || at == value.size()) {
        value.insert(at, 1, byte);
      } else {
        value[at] = byte;
      }
    }
    const std::string& scheme = schemes[chance.Below(static_cast<std::uint32_t>(schemes.size()))];
    const IdentifierCheck check = CheckIdentifier(scheme, value);
    if (!check.fault.empty()) continue;
    ++accepted;
    const IdentifierCheck again = CheckIdentifier(check.scheme, check.value);
    ASSERT_EQ(again.fault, "") << scheme << " " << value;
    ASSERT_EQ(again.scheme, check.scheme);
    ASSERT_EQ(again.value, check.value) << scheme << " " << value;
  }
  EXPECT_GT(accepted, 10'000);
}

}  // namespace
}  // namespace wici::cluster_registry
