#include "services/registration/people/likeness.h"

#include <string>

#include "gtest/gtest.h"

namespace wici::registration {
namespace {

std::string Of(const std::string& given_name, const std::string& family_name,
               const std::string& organisation) {
  v1::PersonDetails person;
  person.set_given_name(given_name);
  person.set_family_name(family_name);
  person.set_organisation(organisation);
  return Likeness(person);
}

TEST(LikenessTest, WhatPeopleWriteDifferentlyIsTheSame) {
  const std::string one = Of("Łucja Maria", "Żak", "Mazowiecki Klaster Chemiczny");
  EXPECT_EQ(one, Of("ŻAK", "lucja  maria", "mazowiecki-klaster chemiczny"));
  EXPECT_EQ(one, Of("Maria Łucja", "Zak", " Mazowiecki Klaster \"Chemiczny\" "));
  EXPECT_EQ(Of("Jörg", "Groß", "X"), Of("Jorg", "Gross", "x"));
}

TEST(LikenessTest, OtherNamesAndOrganisationsAreNot) {
  EXPECT_NE(Of("Jan", "Kot", "MKCh"), Of("Jan", "Kotek", "MKCh"));
  EXPECT_NE(Of("Jan", "Kot", "MKCh"), Of("Jan", "Kot", "CCB"));
  EXPECT_NE(Of("Jan", "Kot", "MKCh"), Of("Jan", "Kot MKCh", ""));
}

TEST(LikenessTest, ANameAloneSaysTooLittle) {
  EXPECT_EQ(Of("Jan", "Kot", ""), "");
  EXPECT_EQ(Of("Jan", "Kot", " - "), "");
}

}  // namespace
}  // namespace wici::registration
