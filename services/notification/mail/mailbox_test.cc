#include "services/notification/mail/mailbox.h"

#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MailboxTest, OrdinaryAddressesAreTaken) {
  for (const char* address : {"a@b.pl", "jan.kowalski+x@klaster.example.org", "o'neil@example.org",
                              "x_y-z@sub.example.com", "root@localhost"}) {
    EXPECT_TRUE(Mailbox::Parse(address).ok()) << address;
  }
}

TEST(MailboxTest, NonAsciiDomainTravelsInALabels) {
  const auto mailbox = Mailbox::Parse("biuro@żółw.pl", "Łukasz");
  ASSERT_TRUE(mailbox.ok());
  EXPECT_EQ(mailbox->wire_address(), "biuro@xn--w-uga1v8h.pl");
  EXPECT_EQ(mailbox->domain(), "xn--w-uga1v8h.pl");
  EXPECT_EQ(mailbox->address(), "biuro@żółw.pl");
  EXPECT_FALSE(mailbox->needs_smtputf8());
}

TEST(MailboxTest, NonAsciiLocalPartNeedsSmtpUtf8AndIsNotRewritten) {
  const auto mailbox = Mailbox::Parse("łukasz@example.org");
  ASSERT_TRUE(mailbox.ok());
  EXPECT_TRUE(mailbox->needs_smtputf8());
  EXPECT_EQ(mailbox->wire_address(), "łukasz@example.org");
}

TEST(MailboxTest, WhatCouldBecomeASecondSmtpCommandIsRefused) {
  const std::string nul("a\0b@example.org", 15);
  for (const std::string& address :
       {std::string("b@y>\r\nRCPT TO:<evil@z"), std::string("b@y\r\n"), std::string("b\n@y"),
        std::string("b@y>"), std::string("<b@y"), std::string("b@y,c@z"), std::string("b @y"),
        std::string("b@ y"), std::string("\"b c\"@y"), std::string("b@[127.0.0.1]"),
        std::string("b@y@z"), std::string("b\xc2\x85@y"), std::string("b\xff@y"), nul}) {
    const auto mailbox = Mailbox::Parse(address);
    EXPECT_EQ(mailbox.status().code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

TEST(MailboxTest, EmptyAndOverlongPartsAreRefused) {
  for (const std::string& address :
       {std::string(), std::string("@y.pl"), std::string("b@"), std::string("b"),
        std::string(".b@y.pl"), std::string("b.@y.pl"), std::string("b..c@y.pl"),
        std::string("b@y..pl"), std::string("b@-y.pl"), std::string("b@y_z.pl"),
        std::string(65, 'a') + "@y.pl", "b@" + std::string(64, 'a') + ".pl",
        std::string(10, 'a') + "@" + std::string(300, 'b')}) {
    EXPECT_FALSE(Mailbox::Parse(address).ok()) << address;
  }
}

TEST(MailboxTest, DisplayNameIsCheckedLikeAnyHeader) {
  EXPECT_TRUE(Mailbox::Parse("a@b.pl", "Łódzki Klaster \"Moda\"").ok());
  EXPECT_FALSE(Mailbox::Parse("a@b.pl", "Name\r\nBcc: evil@z").ok());
}

TEST(MailboxTest, ErrorDoesNotRepeatTheAddress) {
  EXPECT_THAT(std::string(Mailbox::Parse("secret name@example.org").status().message()),
              Not(HasSubstr("secret")));
}

TEST(HeaderValueTest, ControlCharactersBrokenUtf8AndOverlongTextAreRefused) {
  EXPECT_TRUE(HeaderValue::Parse("").ok());
  EXPECT_TRUE(HeaderValue::Parse("Zaproszenie: spotkanie klastrów").ok());
  EXPECT_TRUE(HeaderValue::Parse(std::string(998, 'a')).ok());
  EXPECT_FALSE(HeaderValue::Parse(std::string(999, 'a')).ok());
  EXPECT_FALSE(HeaderValue::Parse("a\nb").ok());
  EXPECT_FALSE(HeaderValue::Parse("a\rb").ok());
  EXPECT_FALSE(HeaderValue::Parse(std::string_view("a\0b", 3)).ok());
  EXPECT_FALSE(HeaderValue::Parse("a\x80").ok());
}

// Whatever bytes come in: what is accepted holds nothing that ends an SMTP command or a header.
TEST(MailboxTest, NoAcceptedTextCanEndALine) {
  std::mt19937 random(20151218);
  const std::string alphabet = std::string("ab.@@<>\r\n ,;:\"\\()[]-_+\t") + '\0' + "\xc4\x85\xff";
  std::uniform_int_distribution<std::size_t> pick(0, alphabet.size() - 1);
  std::uniform_int_distribution<std::size_t> length(3, 7);
  int accepted = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string address;
    for (std::size_t n = length(random); n > 0; --n) address += alphabet[pick(random)];
    const auto mailbox = Mailbox::Parse(address, "");
    if (!mailbox.ok()) continue;
    ++accepted;
    EXPECT_EQ(mailbox->wire_address().find_first_of(std::string("\r\n\0<> ,;:\"\\()[]\t", 16)),
              std::string::npos);
    const auto name = HeaderValue::Parse(address);
    EXPECT_TRUE(name.ok());
  }
  EXPECT_GT(accepted, 20);
}

}  // namespace
}  // namespace wici::notification
