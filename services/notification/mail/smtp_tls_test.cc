// What TLS makes sure of, and a relay that does not go on, against real servers.
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/notification/mail/smtp_transport.h"
#include "services/notification/testing/smtp_sink.h"

namespace wici::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kMessage = "Subject: x\r\n\r\ntext\r\n";

SendResult SendWith(SmtpTransport& transport, const std::string& to,
                    std::string_view message = kMessage) {
  return transport.Send(*Mailbox::Parse("events@wici.example.org"), *Mailbox::Parse(to), message,
                        [] { return true; });
}

SendResult SendOnce(const SmtpOptions& options, const std::string& to = "jan@example.org") {
  return SendWith(**SmtpTransport::Make(options), to);
}

// Of all tests: they are slow to start.
SmtpSink* starttls_sink = nullptr;
SmtpSink* smtps_sink = nullptr;

class SmtpTlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    starttls_sink = new SmtpSink({.tls = "starttls"});
    smtps_sink = new SmtpSink({.tls = "smtps"});
  }
  static void TearDownTestSuite() {
    delete starttls_sink;
    delete smtps_sink;
  }
  void SetUp() override {
    starttls_.Clear();
    smtps_.Clear();
  }
  static void ExpectRefused(const SendResult& result) {
    EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
    EXPECT_TRUE(result.relay_failed);
  }

  SmtpSink& starttls_ = *starttls_sink;  // the certificates are for localhost, not for 127.0.0.1
  SmtpSink& smtps_ = *smtps_sink;
};

TEST_F(SmtpTlsTest, RequiredTlsWithAValidCertificateDeliversEncrypted) {
  const SmtpOptions options{.url = starttls_.UrlBy("localhost"),
                            .tls = TlsPolicy::kRequired,
                            .ca_file = starttls_.ca_file()};
  EXPECT_EQ(SendOnce(options).outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(SendOnce(options, "łukasz@example.org").outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  ASSERT_THAT(starttls_.Mails(), SizeIs(2));
  for (const std::string& mail : starttls_.Mails()) EXPECT_THAT(mail, HasSubstr("X-Tls: yes"));
}

TEST_F(SmtpTlsTest, F17_RequiredTlsSendsNothingToAnotherHost) {
  ExpectRefused(SendOnce({.url = starttls_.UrlBy("127.0.0.1"),
                          .tls = TlsPolicy::kRequired,
                          .ca_file = starttls_.ca_file()}));
  EXPECT_THAT(starttls_.Mails(), IsEmpty());
}

TEST_F(SmtpTlsTest, F17_RequiredTlsSendsNothingUnderAnUnknownAuthority) {
  const std::string url = starttls_.UrlBy("localhost");
  ExpectRefused(SendOnce({.url = url, .tls = TlsPolicy::kRequired}));
  ExpectRefused(SendOnce({.url = url, .tls = TlsPolicy::kRequired, .ca_file = smtps_.ca_file()}));
  EXPECT_THAT(starttls_.Mails(), IsEmpty());
}

TEST_F(SmtpTlsTest, OpportunisticTlsEncryptsWhoeverAnswers) {
  EXPECT_EQ(SendOnce({.url = starttls_.UrlBy("127.0.0.1")}).outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  ASSERT_THAT(starttls_.Mails(), SizeIs(1));
  EXPECT_THAT(starttls_.Mails()[0], HasSubstr("X-Tls: yes"));
}

TEST_F(SmtpTlsTest, WithoutTlsNothingIsEncryptedThoughItIsOffered) {
  EXPECT_EQ(SendOnce({.url = starttls_.url(), .tls = TlsPolicy::kNone}).outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  ASSERT_THAT(starttls_.Mails(), SizeIs(1));
  EXPECT_THAT(starttls_.Mails()[0], Not(HasSubstr("X-Tls")));
}

TEST_F(SmtpTlsTest, SmtpsWithAValidCertificateDeliversEncrypted) {
  EXPECT_EQ(
      SendOnce({.url = smtps_.UrlBy("localhost"), .ca_file = smtps_.ca_file()}, "ł@example.org")
          .outcome,
      v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  ASSERT_THAT(smtps_.Mails(), SizeIs(1));
  EXPECT_THAT(smtps_.Mails()[0], HasSubstr("X-Tls: yes"));
}

TEST_F(SmtpTlsTest, F17_SmtpsIsVerifiedWhateverThePolicyIs) {
  for (const TlsPolicy tls : {TlsPolicy::kNone, TlsPolicy::kOpportunistic, TlsPolicy::kRequired}) {
    ExpectRefused(SendOnce({.url = smtps_.UrlBy("localhost"), .tls = tls}));
    ExpectRefused(
        SendOnce({.url = smtps_.UrlBy("127.0.0.1"), .tls = tls, .ca_file = smtps_.ca_file()}));
  }
  EXPECT_THAT(smtps_.Mails(), IsEmpty());
}

TEST_F(SmtpTlsTest, ACaFileThatIsNotThereIsRefusedAtOnce) {
  EXPECT_EQ(SmtpTransport::Make({.url = smtps_.url(), .ca_file = smtps_.ca_file() + ".not"})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

// A relay that does not go on: what is sure is said, what is not is UNKNOWN, and the next mail goes
// out on another connection.
class SmtpPatienceTest : public SmtpTlsTest {
 protected:
  // The shorter, the quicker; not too short for the sink to come to the point.
  std::unique_ptr<SmtpTransport> transport_ = *SmtpTransport::Make(
      {.url = starttls_.url(), .tls = TlsPolicy::kNone, .mail_timeout = absl::Seconds(2)});
};

TEST_F(SmtpPatienceTest, F17_SilenceBeforeTheMailIsCertainlyNotSent) {
  ExpectRefused(SendWith(*transport_, "hang-rcpt-x@example.org"));
  EXPECT_EQ(SendWith(*transport_, "jan@example.org").outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

TEST_F(SmtpPatienceTest, F17_AMailOfWhichTheEndDidNotLeaveIsCertainlyNotSent) {
  // More than the kernel takes for a reader that does not read.
  const std::string large = "Subject: x\r\n\r\n" + std::string(64 * 1024 * 1024, 'x') + "\r\n";
  ExpectRefused(SendWith(*transport_, "hang-body-x@example.org", large));
  EXPECT_EQ(SendWith(*transport_, "jan@example.org").outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

TEST_F(SmtpPatienceTest, F17_SilenceAfterTheFinalDotIsUnknown) {
  const SendResult result = SendWith(*transport_, "hang-data-x@example.org");
  EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_EQ(SendWith(*transport_, "jan@example.org").outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

TEST_F(SmtpPatienceTest, F17_AByteASecondIsSilence) {
  ExpectRefused(SendWith(*transport_, "slow-rcpt-x@example.org"));
  EXPECT_EQ(SendWith(*transport_, "slow-data-x@example.org").outcome, v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_EQ(SendWith(*transport_, "jan@example.org").outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

}  // namespace
}  // namespace wici::notification
