#include "services/notification/mail/dkim.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/temp_dir.h"
#include "services/notification/mail/mime.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::StatusIs;

// The keys and the message of RFC 8463, Appendix A.
constexpr char kRfcDomain[] = "football.example.com";
constexpr char kEd25519Key[] = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
)";
constexpr char kRsaKey[] = R"(-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
-----END RSA PRIVATE KEY-----
)";
constexpr char kRfcMessage[] = R"(From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
)";

std::string WithCrLf(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\n", "\r\n"}});
}

DkimSigner Ed25519() { return *DkimSigner::Make(kRfcDomain, "brisbane", kEd25519Key); }
DkimSigner Rsa() { return *DkimSigner::Make(kRfcDomain, "test", kRsaKey); }

// What python3-dkim says of each signature.
std::vector<std::string> Verify(const std::string& mail) {
  const testing::TempDir directory;
  const std::string path = directory.path() + "/mail.eml";
  std::ofstream(path, std::ios::binary) << mail;
  FILE* output =
      popen(("/usr/bin/python3 services/notification/testing/verify_dkim.py " + path).c_str(), "r");
  std::vector<std::string> lines;
  char line[256];
  while (std::fgets(line, sizeof line, output) != nullptr) {
    lines.emplace_back(line);
    lines.back().pop_back();  // the line feed
  }
  EXPECT_EQ(pclose(output), 0);
  return lines;
}

TEST(DkimTest, GivesTheSignaturesOfRfc8463) {
  const std::vector<std::string> names = {"from",       "to",   "subject", "date",
                                          "message-id", "from", "subject", "date"};
  EXPECT_EQ(
      Ed25519().SignFields(WithCrLf(kRfcMessage), names,
                           WithCrLf("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\n"
                                    " d=football.example.com; i=@football.example.com;\n"
                                    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\n"
                                    " subject : date : message-id : from : subject : date;\n"
                                    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n b=")),
      "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
  EXPECT_EQ(
      Rsa().SignFields(WithCrLf(kRfcMessage), names,
                       WithCrLf("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\n"
                                " d=football.example.com; i=@football.example.com;\n"
                                " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\n"
                                " date : message-id : from : subject : date;\n"
                                " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n b=")),
      "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1"
      "tFOeS9mPYQTnGdaSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=");
}

TEST(DkimTest, TheBodyHashIsThatOfTheRfc) {
  EXPECT_THAT(Ed25519().Sign(WithCrLf(kRfcMessage), absl::FromUnixSeconds(1528637909)),
              HasSubstr("bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;"));
}

// The examples of RFC 6376 section 3.4.5, and the edges.
TEST(DkimTest, RelaxesHeadersAndBodies) {
  EXPECT_EQ(RelaxHeader("A: X\r\n"), "a:X\r\n");
  EXPECT_EQ(RelaxHeader("B : Y\t\r\n\tZ  \r\n"), "b:Y Z\r\n");
  EXPECT_EQ(RelaxHeader("Empty:\r\n"), "empty:\r\n");
  EXPECT_EQ(RelaxHeader("Subject: za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87\r\n"),
            "subject:za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87\r\n");
  EXPECT_EQ(RelaxBody(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
  EXPECT_EQ(RelaxBody(""), "");
  EXPECT_EQ(RelaxBody("\r\n \r\n"), "");
  EXPECT_EQ(RelaxBody("a\r\n\r\nb"), "a\r\n\r\nb\r\n");
}

class SignedMailTest : public ::testing::Test {
 protected:
  SignedMailTest() {
    Mail mail{
        .from = *Mailbox::Parse("events@football.example.com", "Klaster Łódź"),
        .to = *Mailbox::Parse("jan@example.org"),
        .subject = *HeaderValue::Parse("Zażółć gęślą jaźń, a subject long enough to be folded"),
        .message_id = *HeaderValue::Parse("d1@football.example.com"),
        .thread_id = *HeaderValue::Parse("event.e1@football.example.com"),
        .date = absl::FromUnixSeconds(1450436400),
        .language = *HeaderValue::Parse("pl"),
        .text = "Dzień dobry,\n\n  to jest  treść. \n\n",
        .html = "<p>Dzień dobry</p>\n",
        .calendar = CalendarPart{"REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}};
    message_ = ComposeMail(mail);
    signed_ = SignMail({Rsa(), Ed25519()}, message_, mail.date);
  }
  std::string message_;
  std::string signed_;
};

TEST_F(SignedMailTest, AnotherLibraryFindsBothSignaturesValid) {
  EXPECT_THAT(Verify(signed_), ElementsAre("rsa-sha256 valid", "ed25519-sha256 valid"));
  for (std::size_t start = 0; start < signed_.size();) {
    const std::size_t end = signed_.find("\r\n", start);
    EXPECT_LE(end - start, 78u) << signed_.substr(start, end - start);
    start = end + 2;
  }
  EXPECT_EQ(SignMail({}, message_, absl::UnixEpoch()), message_);
}

TEST_F(SignedMailTest, NothingCanBeChangedOrAdded) {
  const std::vector<std::string> invalid = {"rsa-sha256 invalid", "ed25519-sha256 invalid"};
  EXPECT_EQ(Verify(absl::StrReplaceAll(signed_, {{"To: <jan@", "To: <eva@"}})), invalid);
  EXPECT_EQ(Verify(signed_ + "one more line\r\n"), invalid);
  const std::size_t header_end = signed_.find("\r\n\r\n") + 2;
  for (const char* added : {"From: evil@example.com\r\n", "Subject: won\r\n", "Date: now\r\n",
                            "Reply-To: evil@example.com\r\n", "Content-Type: text/html\r\n",
                            "List-Unsubscribe: <https://evil.example.com>\r\n"}) {
    std::string forged = signed_;
    forged.insert(header_end, added);
    EXPECT_EQ(Verify(forged), invalid) << added;
  }
  EXPECT_THAT(signed_, Not(HasSubstr(" l=")));
}

TEST(DkimTest, RefusesWhatIsNoKey) {
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(DkimSigner::Make(kRfcDomain, "s", ""), refused);
  EXPECT_THAT(DkimSigner::Make(kRfcDomain, "s", "-----BEGIN PRIVATE KEY-----\nAAAA\n"), refused);
  EXPECT_THAT(DkimSigner::Make("", "s", kEd25519Key), refused);
  EXPECT_THAT(DkimSigner::Make(kRfcDomain, "a;b", kEd25519Key), refused);
  EXPECT_THAT(DkimSigner::Make("exam\r\nple.com", "s", kEd25519Key), refused);
  // X25519 agrees on keys and signs nothing.
  EXPECT_THAT(DkimSigner::Make(kRfcDomain, "s",
                               "-----BEGIN PRIVATE KEY-----\n"
                               "MC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                               "-----END PRIVATE KEY-----\n"),
              refused);
}

}  // namespace
}  // namespace wici::notification
