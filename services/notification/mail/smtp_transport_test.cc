#include "services/notification/mail/smtp_transport.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/notification/testing/smtp_sink.h"

namespace wici::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kMessage = "Subject: x\r\n\r\n.a line that starts with a dot\r\nend\r\n";

SmtpSink* sink = nullptr;  // of all tests: it is slow to start

class SmtpTransportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { sink = new SmtpSink; }
  static void TearDownTestSuite() { delete sink; }
  void SetUp() override { sink_.Clear(); }
  SendResult Send(const std::string& to) {
    return transport_->Send(from_, *Mailbox::Parse(to), kMessage, [this] {
      ++ends_;
      return may_end_;
    });
  }
  static std::unique_ptr<SmtpTransport> Make(const std::string& url) {
    return *SmtpTransport::Make(
        {.url = url, .connect_timeout = absl::Seconds(5), .mail_timeout = absl::Seconds(10)});
  }

  SmtpSink& sink_ = *sink;
  int ends_ = 0;  // how often it asked whether the mail may end
  bool may_end_ = true;
  const Mailbox from_ = *Mailbox::Parse("events@wici.example.org");
  std::unique_ptr<SmtpTransport> transport_ = Make(sink_.url());
};

TEST_F(SmtpTransportTest, TakenMailIsDeliveredByteForByte) {
  const SendResult result = Send("jan@example.org");
  EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(result.code, 250);
  EXPECT_EQ(result.enhanced_code, "2.0.0");
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  EXPECT_EQ(sink_.Mails()[0],
            "X-Envelope-From: events@wici.example.org\r\nX-Envelope-To: jan@example.org\r\n" +
                std::string(kMessage));
}

TEST_F(SmtpTransportTest, RefusedRecipientIsRejectedAndTheNextMailGoesOut) {
  const SendResult result = Send("rcpt-550-x@example.org");
  EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_EQ(result.code, 550);
  EXPECT_EQ(result.enhanced_code, "5.1.1");
  EXPECT_EQ(Send("jan@example.org").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

TEST_F(SmtpTransportTest, TemporaryRefusalIsDeferredAndNotTheRelaysFault) {
  for (const char* to : {"rcpt-451-x@example.org", "data-452-x@example.org"}) {
    const SendResult result = Send(to);
    EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_DEFERRED) << to;
    EXPECT_FALSE(result.relay_failed) << to;
    EXPECT_GE(result.code, 451) << to;
  }
}

TEST_F(SmtpTransportTest, RelayThatWantsALoginFirstRefusesUsAndNotTheMail) {
  const SendResult result = Send("rcpt-530-x@example.org");
  EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_TRUE(result.relay_failed);
  EXPECT_EQ(result.code, 530);
}

TEST_F(SmtpTransportTest, RefusalAfterTheDotIsRejected) {
  const SendResult result = Send("data-554-x@example.org");
  EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_EQ(result.code, 554);
  EXPECT_EQ(result.enhanced_code, "5.6.0");
}

TEST_F(SmtpTransportTest, SilenceAfterTheDotIsUnknown) {
  EXPECT_EQ(Send("drop-data-x@example.org").outcome, v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  EXPECT_EQ(Send("jan@example.org").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

TEST_F(SmtpTransportTest, AMailThatMustNotEndIsBrokenOffAndTheNextGoesOut) {
  may_end_ = false;
  const SendResult broken_off = Send("jan@example.org");
  EXPECT_EQ(broken_off.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_EQ(ends_, 1);
  may_end_ = true;
  EXPECT_EQ(Send("ewa@example.org").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(ends_, 2);
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  EXPECT_THAT(sink_.Mails()[0], HasSubstr("ewa@example.org"));
  EXPECT_EQ(Send("rcpt-550-x@example.org").outcome, v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_EQ(ends_, 2) << "it had not come to that";
}

TEST_F(SmtpTransportTest, LostConnectionBeforeTheDotIsCertainlyNotSent) {
  const SendResult result = Send("drop-rcpt-x@example.org");
  EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_TRUE(result.relay_failed);
}

TEST_F(SmtpTransportTest, RelayThatIsDownDefersUntilItIsBack) {
  sink_.Stop();
  const SendResult down = Send("jan@example.org");
  EXPECT_EQ(down.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_TRUE(down.relay_failed);
  EXPECT_EQ(down.code, 0);
  sink_.Start();
  EXPECT_EQ(Send("jan@example.org").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

TEST_F(SmtpTransportTest, ConnectionLostBetweenMailsIsMadeAgain) {
  EXPECT_EQ(Send("jan@example.org").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  sink_.Stop();
  sink_.Start();
  EXPECT_EQ(Send("ewa@example.org").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

TEST_F(SmtpTransportTest, RelayThatRequiresNoTlsIsRefusedWhenTlsIsRequired) {
  auto strict = *SmtpTransport::Make({.url = sink_.url(), .tls = TlsPolicy::kRequired});
  const SendResult result =
      strict->Send(from_, *Mailbox::Parse("jan@example.org"), kMessage, [] { return true; });
  EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_TRUE(result.relay_failed);
  EXPECT_THAT(sink_.Mails(), IsEmpty());
}

TEST_F(SmtpTransportTest, Utf8LocalPartGoesToARelayThatOffersIt) {
  EXPECT_EQ(Send("łukasz@example.org").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  EXPECT_THAT(sink_.Mails()[0], HasSubstr("X-Envelope-To: łukasz@example.org"));
}

TEST_F(SmtpTransportTest, Utf8LocalPartIsRejectedWhereItIsNotOffered) {
  SmtpSink old_sink({.smtputf8 = false});
  auto transport = Make(old_sink.url());
  const auto may_end = [] { return true; };
  for (int i = 0; i < 2; ++i) {  // on a new connection and on a kept one
    const SendResult result =
        transport->Send(from_, *Mailbox::Parse("łukasz@example.org"), kMessage, may_end);
    EXPECT_EQ(result.outcome, v1::ATTEMPT_OUTCOME_REJECTED);
    EXPECT_EQ(result.reason, v1::DELIVERY_REASON_SMTPUTF8_NEEDED);
    EXPECT_EQ(transport->Send(from_, *Mailbox::Parse("jan@example.org"), kMessage, may_end).outcome,
              v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  }
}

TEST(SmtpOptionsTest, OnlySmtpUrlsAreTaken) {
  for (const char* url : {"", "http://x", "smtp://", "smtp://host:25/path", "smtp://a b"}) {
    EXPECT_EQ(SmtpTransport::Make({.url = url}).status().code(), absl::StatusCode::kInvalidArgument)
        << url;
  }
  EXPECT_EQ(*ParseTlsPolicy("required"), TlsPolicy::kRequired);
  EXPECT_FALSE(ParseTlsPolicy("sometimes").ok());
}

}  // namespace
}  // namespace wici::notification
