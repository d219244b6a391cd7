// Codes of tickets: what is written is read, and nothing else is.
#include "services/registration/check_in/check_in_code.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr const char* kEventId = "01890a5d-ac96-774b-bcce-b302099a8057";
constexpr const char* kPerson = "persons/01890a5d-ac96-774b-bcce-b302099a8058";

auth::SigningKey KeyOf(char fill) {
  return *auth::SigningKey::FromSeed(auth::EncodeBase64Url(std::string(32, fill)));
}

class CheckInCodeTest : public ::testing::Test {
 protected:
  absl::StatusOr<CheckInTicket> Read(std::string_view code) {
    return ReadCheckInCode(key_.Public(), code);
  }
  // `payload` with a good signature.
  std::string Signed(const std::string& payload) {
    return absl::StrCat(auth::EncodeBase64Url(payload), ".",
                        key_.Sign(absl::StrCat("wici-check-in-v1:", payload)));
  }
  std::string Payload(const std::string& code) {
    return *auth::DecodeBase64Url(code.substr(0, code.find('.')));
  }

  const auth::SigningKey key_ = KeyOf('w');
};

TEST_F(CheckInCodeTest, SaysWhoseTicketItIs) {
  const std::string name = absl::StrCat("events/", kEventId, "/registrations/", kEventId);
  const std::string code = CheckInCode(key_, name, kPerson);
  const auto ticket = Read(code);
  ASSERT_THAT(ticket, IsOk());
  EXPECT_EQ(ticket->registration, name);
  EXPECT_EQ(ticket->holder, TicketHolder(kPerson));
  EXPECT_EQ(code, CheckInCode(key_, name, kPerson));
  EXPECT_LE(code.size(), 160u);
}

TEST_F(CheckInCodeTest, StandsByteForByteAsDocumented) {
  const std::string code = CheckInCode(key_, "events/gala/registrations/r7", "persons/p1");
  const std::string payload = Payload(code);
  EXPECT_EQ(payload[0], '\1');
  EXPECT_EQ(auth::EncodeBase64Url(payload.substr(1, 4)), KeyId(key_.Public()));
  EXPECT_EQ(auth::EncodeBase64Url(payload.substr(5, 8)), TicketHolder("persons/p1"));
  EXPECT_EQ(payload.substr(13), std::string("\4gala\2r7"));
  const std::string uuid =
      Payload(CheckInCode(key_, absl::StrCat("events/gala/registrations/", kEventId), kPerson));
  EXPECT_EQ(uuid.size(), 13u + 5u + 17u);
  EXPECT_EQ(uuid[18], '\0');
}

TEST_F(CheckInCodeTest, EveryIdThatANameMayHaveSurvives) {
  std::mt19937 random(1218);
  const std::string alphabet = "ABCXYZabcxyz0189-_";
  for (int i = 0; i < 500; ++i) {
    std::string ids[2];
    for (std::string& id : ids) {
      const std::size_t size = 1 + random() % 128;
      while (id.size() < size) id.push_back(alphabet[random() % alphabet.size()]);
    }
    // Nearly a UUID: only the exact form is short.
    if (i % 5 == 0) ids[0] = absl::AsciiStrToUpper(kEventId);
    if (i % 5 == 1) ids[1] = std::string(kEventId).erase(8, 1);
    const std::string name = absl::StrCat("events/", ids[0], "/registrations/", ids[1]);
    const std::string person = absl::StrCat("persons/", i);
    const auto ticket = Read(CheckInCode(key_, name, person));
    ASSERT_THAT(ticket, IsOk()) << name;
    EXPECT_EQ(ticket->registration, name);
    EXPECT_EQ(ticket->holder, TicketHolder(person));
  }
}

TEST_F(CheckInCodeTest, ACodeOfAnotherKeyIsRefused) {
  const std::string name = "events/e1/registrations/r1";
  EXPECT_THAT(Read(CheckInCode(KeyOf('v'), name, kPerson)),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("TICKET_INVALID")));
}

TEST_F(CheckInCodeTest, ALinkOfAMailIsNoTicket) {
  const std::string link = auth::MakeLinkToken(key_, "manage", "events/e1/registrations/r1",
                                               absl::FromUnixSeconds(2'000'000'000));
  EXPECT_THAT(Read(link), StatusIs(absl::StatusCode::kPermissionDenied, Reason("TICKET_INVALID")));
}

TEST_F(CheckInCodeTest, NoChangeOfACodeIsACode) {
  const std::string code = CheckInCode(key_, "events/e1/registrations/r1", kPerson);
  ASSERT_THAT(Read(code), IsOk());
  std::mt19937 random(1218);
  for (std::size_t at = 0; at < code.size(); ++at) {
    std::string changed = code;
    changed[at] = static_cast<char>(random() % 256);
    if (changed == code) changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(Read(changed).ok()) << at;
    EXPECT_FALSE(Read(code.substr(0, at)).ok()) << at;
    EXPECT_FALSE(Read(code + code.substr(0, at + 1)).ok()) << at;
  }
  EXPECT_FALSE(Read(std::string(100'000, 'A')).ok());
}

TEST_F(CheckInCodeTest, WhatIsSignedButNotOfTheLayoutIsRefused) {
  const std::string good = Payload(CheckInCode(key_, "events/e1/registrations/r1", kPerson));
  ASSERT_THAT(Read(Signed(good)), IsOk());
  std::vector<std::string> payloads = {"",
                                       std::string(1, '\1'),
                                       good + "x",
                                       "\2" + good.substr(1),
                                       good.substr(0, 13) + "\2e/\2r1",
                                       good.substr(0, 13) + std::string("\0", 1) + "short\2r1"};
  // The long spelling of a UUID.
  payloads.push_back(absl::StrCat(good.substr(0, 13), "\x24", kEventId, "\2r1"));
  for (std::size_t size = 0; size < good.size(); ++size) payloads.push_back(good.substr(0, size));
  for (const std::string& payload : payloads) {
    EXPECT_THAT(Read(Signed(payload)),
                StatusIs(absl::StatusCode::kPermissionDenied, Reason("TICKET_INVALID")))
        << auth::EncodeBase64Url(payload);
  }
}

TEST_F(CheckInCodeTest, RandomBytesAreNoTicket) {
  std::mt19937 random(1218);
  for (int i = 0; i < 2000; ++i) {
    std::string payload(random() % 64, '\0');
    for (char& byte : payload) byte = static_cast<char>(random() % 256);
    // Even with a good signature: the key id and the layout must fit by chance.
    EXPECT_FALSE(Read(i % 2 == 0 ? payload : Signed(payload)).ok());
  }
}

}  // namespace
}  // namespace wici::registration
