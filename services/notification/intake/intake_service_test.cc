// What came back to mails, over real gRPC.
#include <string>
#include <vector>

#include "libs/base/timestamp.h"
#include "services/notification/preferences/testing/preference_fixture.h"
#include "wici/notification/v1/intake_service.pb.h"

namespace wici::notification {
namespace {

using ::testing::HasSubstr;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class IntakeServiceTest : public PreferenceFixture {
 protected:
  template <class Response>
  absl::StatusOr<Response> Report(const std::string& method,
                                  const google::protobuf::Message& request,
                                  const std::string& role = "mail-intake") {
    return grpc().Call<Response>("wici.notification.v1.IntakeService/" + method, request,
                                 grpc().Token(role));
  }
  static v1::ReportBounceRequest BounceOf(const std::string& token,
                                          const std::string& status = "5.1.1",
                                          const std::string& action = "failed") {
    v1::ReportBounceRequest request;
    request.set_token(token);
    request.set_action(action);
    request.set_status(status);
    return request;
  }
  absl::StatusOr<v1::ReportBounceResponse> Bounce(const std::string& delivery,
                                                  const std::string& status = "5.1.1",
                                                  const std::string& action = "failed") {
    return Report<v1::ReportBounceResponse>("ReportBounce",
                                            BounceOf(keys_->BounceToken(delivery), status, action));
  }
  absl::StatusOr<v1::ReportComplaintResponse> Complain(const std::string& delivery,
                                                       const std::string& type) {
    v1::ReportComplaintRequest request;
    request.set_token(keys_->BounceToken(delivery));
    request.set_feedback_type(type);
    return Report<v1::ReportComplaintResponse>("ReportComplaint", request);
  }
  // A mail of `delivery` goes out.
  void Send(const std::string& person, const std::string& delivery,
            v1::Purpose purpose = v1::PURPOSE_SERVICE) {
    EXPECT_EQ(CheckOne(IntentFor(person, purpose, delivery)), v1::DELIVERY_REASON_UNSPECIFIED);
  }
};
WICI_ON_EVERY_ENGINE(IntakeServiceTest);

TEST_P(IntakeServiceTest, AHardBounceSuppressesTheAddressTheMailWentTo) {
  Send(kJan, "d1");
  peers().persons[kJan].set_email("jan.corrected@example.org");
  const auto answer = Bounce("d1");
  ASSERT_THAT(answer, IsOk());
  const auto suppressions = Suppressions(kJan);
  ASSERT_THAT(suppressions, SizeIs(1));
  EXPECT_EQ(answer->suppression(), suppressions[0].name());
  EXPECT_EQ(suppressions[0].cause(), v1::Suppression::CAUSE_HARD_BOUNCE);
  EXPECT_EQ(suppressions[0].evidence(), "5.1.1");
  EXPECT_EQ(suppressions[0].delivery(), "notifications/n1/deliveries/d1");
  Send(kJan, "d2");  // to the corrected address
  peers().persons[kJan].set_email("jan@example.org");
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MANDATORY, "d3")), v1::DELIVERY_REASON_SUPPRESSED);
}

// A mail comes back to its delivery, and does not say to which of two addresses it went.
TEST_P(IntakeServiceTest, ABounceOfAnEarlierAttemptDoesNotSuppressTheCorrectedAddress) {
  Send(kJan, "d1");
  peers().persons[kJan].set_email("jan.corrected@example.org");
  Send(kJan, "d1", v1::PURPOSE_MARKETING);  // the relay's answer to the first was lost
  EXPECT_EQ(Bounce("d1")->suppression(), "");
  EXPECT_EQ(Bounce("d1", "5.2.2")->suppression(), "");
  EXPECT_THAT(Suppressions(), IsEmpty());
  Send(kJan, "d2");
  EXPECT_NE(Bounce("d2")->suppression(), "") << "there is no doubt about this one";
  Send(kEwa, "d3", v1::PURPOSE_MARKETING);
  Send(kEwa, "d3", v1::PURPOSE_MARKETING);  // a repetition to the same address
  EXPECT_NE(Bounce("d3")->suppression(), "");
}

TEST_P(IntakeServiceTest, SoftBouncesCountWithinAWindow) {
  for (const char* delivery : {"d1", "d2", "d3", "d4"}) Send(kJan, delivery);
  EXPECT_EQ(Bounce("d1", "4.4.7")->suppression(), "");
  EXPECT_EQ(Bounce("d1", "4.4.7")->suppression(), "") << "the same mail twice";
  clock().Advance(absl::Hours(24 * 15));
  EXPECT_EQ(Bounce("d2", "5.2.2")->suppression(), "");
  EXPECT_EQ(Bounce("d3", "5.2.2")->suppression(), "") << "the first was too long ago";
  EXPECT_NE(Bounce("d4", "5.2.2")->suppression(), "");
  EXPECT_EQ(Suppressions(kJan)[0].cause(), v1::Suppression::CAUSE_SOFT_BOUNCE);
}

TEST_P(IntakeServiceTest, APolicyNeverSuppresses) {
  for (const char* delivery : {"d1", "d2", "d3", "d4"}) {
    Send(kJan, delivery);
    EXPECT_EQ(Bounce(delivery, "5.7.1")->suppression(), "");
  }
  EXPECT_EQ(Bounce("d1", "4.4.1", "delayed")->suppression(), "");
  EXPECT_EQ(Bounce("d1", "2.0.0", "delivered")->suppression(), "");
  EXPECT_THAT(Suppressions(), IsEmpty());
}

TEST_P(IntakeServiceTest, AComplaintStopsAudienceMail) {
  Send(kJan, "d1", v1::PURPOSE_MARKETING);
  EXPECT_EQ(Complain("d1", "not-spam")->suppression(), "");
  EXPECT_NE(Complain("d1", "abuse")->suppression(), "");
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_INVITATION, "d2")),
            v1::DELIVERY_REASON_SUPPRESSED);
  Send(kJan, "d3", v1::PURPOSE_SERVICE);
}

// The check notes the address before the mail is sent, so a bounce never comes too early.
TEST_P(IntakeServiceTest, F27_ABounceBeforeTheRecordOfItsOwnSendCounts) {
  NewNotification plan;
  plan.id = "n1";
  plan.template_name = "templates/registration-confirmed";
  plan.event = "events/e1";
  plan.not_before = clock().Now();
  plan.expires = plan.not_before + kDefaultLifetime;
  plan.recipients.push_back({"d1", kJan, "events/e1/registrations/r1"});
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, {plan}, "t1", clock().Now());
                               }),
              IsOk());
  Send(kJan, "d1");
  EXPECT_NE(Bounce("d1")->suppression(), "");
  const auto deliveries = store().ListDeliveries(Deadline(), {.notification_id = "n1"}, "", 10);
  ASSERT_THAT(deliveries, IsOk());
  EXPECT_EQ((*deliveries)[0].state(), v1::DELIVERY_STATE_QUEUED) << "its outcome is not recorded";
  EXPECT_THAT(Suppressions(kJan), SizeIs(1));
}

TEST_P(IntakeServiceTest, F28_ADuplicateForgedOrLateReportDoesNoHarm) {
  EXPECT_THAT(Bounce("d1"), StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")))
      << "no such mail was sent";
  Send(kJan, "d1");
  for (const std::string& forged :
       {std::string("d1.0123456789abcdef"), std::string("d1"), keys_->UnsubscribeToken("d1")}) {
    EXPECT_THAT(Report<v1::ReportBounceResponse>("ReportBounce", BounceOf(forged)),
                StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  }
  const std::string suppression = Bounce("d1")->suppression();
  EXPECT_EQ(Bounce("d1")->suppression(), "") << "known";
  EXPECT_THAT(Suppressions(), SizeIs(1));
  ASSERT_THAT(Lift(suppression), IsOk());
  clock().Advance(absl::Hours(24 * 30));
  EXPECT_EQ(Bounce("d1")->suppression(), "") << "a late one undoes no lifting";
  EXPECT_THAT(Suppressions(), IsEmpty());
  v1::ReportBounceRequest again = BounceOf(keys_->BounceToken("d1"), "4.4.7");
  again.set_request_id(kRequestId);
  EXPECT_EQ(Report<v1::ReportBounceResponse>("ReportBounce", again)->SerializeAsString(),
            Report<v1::ReportBounceResponse>("ReportBounce", again)->SerializeAsString());
}

TEST_P(IntakeServiceTest, ACalendarReplyGoesIntoTheFeedOnce) {
  NewNotification plan;
  plan.id = "n1";
  plan.template_name = "templates/invitation";
  plan.event = "events/silver";
  plan.calendar_method = v1::CALENDAR_METHOD_REQUEST;
  plan.not_before = clock().Now();
  plan.expires = plan.not_before + kDefaultLifetime;
  plan.recipients.push_back({"d1", kJan, "events/silver/invitations/i1"});
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, {plan}, "t1", clock().Now());
                               }),
              IsOk());
  Send(kJan, "d1", v1::PURPOSE_INVITATION);
  v1::ReportCalendarReplyRequest reply;
  reply.set_uid("silver@0190.events.wici");
  reply.set_attendee("JAN@example.org");
  reply.set_participation("ACCEPTED");
  reply.mutable_reply_time()->set_seconds(1450000000);
  const auto take = [&] {
    return Report<v1::ReportCalendarReplyResponse>("ReportCalendarReply", reply)->taken();
  };
  EXPECT_TRUE(take());
  EXPECT_FALSE(take()) << "the same again";
  reply.set_participation("DECLINED");
  reply.mutable_reply_time()->set_seconds(1449999999);
  EXPECT_FALSE(take()) << "an older one";
  reply.mutable_reply_time()->set_seconds(1450000001);
  EXPECT_TRUE(take()) << "they changed their mind";
  reply.set_attendee("eva@example.org");
  EXPECT_FALSE(take()) << "somebody who was not asked";
  reply.set_attendee("jan@example.org");
  reply.set_uid("gold@0190.events.wici");
  EXPECT_FALSE(take()) << "an event they were not asked to";
  people::v1::ExportPersonRequest ask;
  ask.set_person(kJan);
  EXPECT_THAT(grpc()
                  .Call<people::v1::ExportPersonResponse>(
                      "wici.people.v1.PersonalDataService/ExportPerson", ask, Operator())
                  ->json(),
              HasSubstr(R"("calendarReplies":{"events/silver":"DECLINED"})"));
  for (const std::string& text : AllTexts()) EXPECT_THAT(text, Not(HasSubstr("example.org")));
}

TEST_P(IntakeServiceTest, AnAnswerAboutASessionIsTaken) {
  NewNotification plan;
  plan.id = "n1";
  plan.template_name = "templates/session-rescheduled";
  plan.event = "events/silver/sessions/workshop";
  plan.calendar_method = v1::CALENDAR_METHOD_REQUEST;
  plan.not_before = clock().Now();
  plan.expires = plan.not_before + kDefaultLifetime;
  plan.recipients.push_back({"d1", kJan, "events/silver/registrations/r1"});
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, {plan}, "t1", clock().Now());
                               }),
              IsOk());
  Send(kJan, "d1");
  v1::ReportCalendarReplyRequest reply;
  reply.set_attendee("jan@example.org");
  reply.set_participation("ACCEPTED");
  SetTimestamp(clock().Now(), *reply.mutable_reply_time());
  const auto take = [&](const std::string& uid) {
    reply.set_uid(uid);
    return Report<v1::ReportCalendarReplyResponse>("ReportCalendarReply", reply)->taken();
  };
  EXPECT_FALSE(take("workshop@0190.events.wici"));
  EXPECT_FALSE(take("silver@0190.events.wici"));
  EXPECT_TRUE(take("workshop.silver@0190.events.wici"));
}

TEST_P(IntakeServiceTest, AnAnswerFromTheFutureIsNotTheLast) {
  NewNotification plan;
  plan.id = "n1";
  plan.template_name = "templates/invitation";
  plan.event = "events/silver";
  plan.calendar_method = v1::CALENDAR_METHOD_REQUEST;
  plan.not_before = clock().Now();
  plan.expires = plan.not_before + kDefaultLifetime;
  plan.recipients.push_back({"d1", kJan, "events/silver/invitations/i1"});
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, {plan}, "t1", clock().Now());
                               }),
              IsOk());
  Send(kJan, "d1", v1::PURPOSE_INVITATION);
  v1::ReportCalendarReplyRequest reply;
  reply.set_uid("silver@0190.events.wici");
  reply.set_attendee("jan@example.org");
  reply.set_participation("DECLINED");
  const auto take = [&](absl::Time time, int sequence) {
    SetTimestamp(time, *reply.mutable_reply_time());
    reply.set_sequence(sequence);
    return Report<v1::ReportCalendarReplyResponse>("ReportCalendarReply", reply)->taken();
  };
  EXPECT_TRUE(take(clock().Now() + absl::Hours(24 * 3650), 999'999)) << "a forged one";
  EXPECT_FALSE(take(clock().Now() - absl::Hours(1), 1)) << "older than what came in since";
  clock().Advance(absl::Minutes(1));
  EXPECT_TRUE(take(clock().Now(), 1)) << "a true one";
}

TEST_P(IntakeServiceTest, ANumberThatOptedOutIsSuppressedForSmsOnceAndMayBeLifted) {
  v1::ReportSmsOptOutRequest request;
  request.set_phone("+48 22 234-56-78");
  request.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c0e");
  const auto report = [&] {
    return Report<v1::ReportSmsOptOutResponse>("ReportSmsOptOut", request);
  };
  const auto answer = report();
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(report()->suppression(), answer->suppression());
  request.clear_request_id();
  request.set_phone("+48222345678");
  EXPECT_EQ(report()->suppression(), answer->suppression()) << "the same number";
  const auto suppressions = Suppressions();
  ASSERT_THAT(suppressions, SizeIs(1));
  EXPECT_EQ(suppressions[0].channel(), v1::CHANNEL_SMS);
  EXPECT_EQ(suppressions[0].cause(), v1::Suppression::CAUSE_OPTED_OUT);
  EXPECT_EQ(suppressions[0].person(), "");
  SendIntent sms = IntentFor(kJan, v1::PURPOSE_MANDATORY);
  EXPECT_EQ(CheckOne(sms), v1::DELIVERY_REASON_UNSPECIFIED) << "a mail";
  sms.channel = v1::CHANNEL_SMS;
  sms.address_hash = keys_->NumberHash("+48222345678");
  EXPECT_EQ(CheckOne(sms), v1::DELIVERY_REASON_SUPPRESSED);
  ASSERT_THAT(Lift(answer->suppression()), IsOk());
  EXPECT_EQ(CheckOne(sms), v1::DELIVERY_REASON_UNSPECIFIED);
}

TEST_P(IntakeServiceTest, EveryViolationIsSaidAtOnceAndOnlyTheIntakeMayReport) {
  const auto bounce = Report<v1::ReportBounceResponse>("ReportBounce", BounceOf("", "5", ""));
  for (const char* field : {"token", "action", "status"}) EXPECT_THAT(bounce, HasViolation(field));
  v1::ReportCalendarReplyRequest reply;
  reply.set_sequence(-1);
  reply.set_participation("MAYBE");
  reply.set_attendee("a@b\r\nRCPT TO:<x@y.pl>");
  const auto refused = Report<v1::ReportCalendarReplyResponse>("ReportCalendarReply", reply);
  for (const char* field : {"uid", "sequence", "participation", "reply_time", "attendee"}) {
    EXPECT_THAT(refused, HasViolation(field));
  }
  v1::ReportSmsOptOutRequest stop;
  stop.set_phone("22 234 56 78");
  stop.set_request_id("no uuid");
  const auto no_number = Report<v1::ReportSmsOptOutResponse>("ReportSmsOptOut", stop);
  for (const char* field : {"phone", "request_id"}) EXPECT_THAT(no_number, HasViolation(field));
  EXPECT_EQ(no_number.status().message().find("234 56"), std::string::npos);
  for (const char* role : {"attendee", "event-organiser", "service"}) {
    EXPECT_THAT(Report<v1::ReportBounceResponse>("ReportBounce", BounceOf("x"), role),
                StatusIs(absl::StatusCode::kPermissionDenied));
    EXPECT_THAT(Report<v1::ReportSmsOptOutResponse>("ReportSmsOptOut", stop, role),
                StatusIs(absl::StatusCode::kPermissionDenied));
  }
  v1::ListSuppressionsRequest list;
  EXPECT_THAT(
      Call<v1::ListSuppressionsResponse>("ListSuppressions", list, grpc().Token("mail-intake")),
      StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace wici::notification
