// The public methods over real gRPC.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/timestamp.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/testing/notification_server.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using testing::HasViolation;
using testing::IsOk;
using testing::kRequestId;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class NotificationServiceTest : public NotificationFixture {
 protected:
  absl::StatusOr<v1::Notification> Get(const std::string& name) {
    v1::GetNotificationRequest request;
    request.set_name(name);
    return Call<v1::Notification>("NotificationService/GetNotification", request);
  }
  absl::StatusOr<v1::Notification> Cancel(const std::string& name, const std::string& etag = "") {
    v1::CancelNotificationRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<v1::Notification>("NotificationService/CancelNotification", request);
  }
  absl::StatusOr<v1::ListNotificationsResponse> List(const v1::ListNotificationsRequest& request) {
    return Call<v1::ListNotificationsResponse>("NotificationService/ListNotifications", request);
  }
  absl::StatusOr<v1::BatchSendNotificationsResponse> SendBatch(
      const v1::BatchSendNotificationsRequest& request) {
    return Call<v1::BatchSendNotificationsResponse>("NotificationService/BatchSendNotifications",
                                                    request);
  }
};
WICI_ON_EVERY_ENGINE(NotificationServiceTest);

TEST_P(NotificationServiceTest, AConfirmationIsNotBehindRemindersToManyThatWereThereBefore) {
  std::vector<NewNotification> reminders(3);
  for (NewNotification& reminder : reminders) {
    reminder.id = ids_.NewId();
    reminder.template_name = "templates/event-reminder";
    reminder.event = "events/large";
    reminder.not_before = clock().Now();
    reminder.expires = clock().Now() + kDefaultLifetime;
    for (int i = 0; i < 100; ++i) {
      reminder.recipients.push_back({ids_.NewId(), absl::StrCat("persons/p", i), "events/large"});
    }
  }
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, reminders, ids_.NewId(),
                                                            clock().Now());
                               }),
              IsOk());
  clock().Advance(absl::Hours(1));
  const auto confirmation = Send(Request());
  ASSERT_THAT(confirmation, IsOk());
  v1::ListDeliveriesRequest of;
  of.set_parent(confirmation->name());
  EXPECT_EQ(TimeOf(ListDeliveries(of)->deliveries(0).next_attempt_time()), clock().Now());
  const auto claimed = store().ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "worker",
                                               absl::Minutes(2), 100, clock().Now());
  ASSERT_THAT(claimed, IsOk());
  ASSERT_THAT(*claimed, SizeIs(100));
  const auto found = std::find_if(claimed->begin(), claimed->end(), [&](const auto& delivery) {
    return NotificationName(delivery.notification_id) == confirmation->name();
  });
  EXPECT_NE(found, claimed->end());
}

TEST_P(NotificationServiceTest, WhatIsKeptForAPersonIsExportedAndErased) {
  const std::string service = "wici.people.v1.PersonalDataService/";
  const std::string jan = "clusters/c1/contacts/jan";
  const absl::Time deadline = Deadline();
  v1::SendNotificationRequest wanted = Request();
  wanted.mutable_notification()->clear_resource();
  wanted.mutable_notification()->set_persons(0, jan);
  wanted.mutable_notification()->add_persons("persons/ewa");
  ASSERT_THAT(Send(wanted), IsOk());
  std::vector<PlannedAttempt> attempts;
  const auto claimed =
      store().ClaimDeliveries(deadline, v1::CHANNEL_EMAIL, "w", absl::Minutes(2), 9, clock().Now());
  ASSERT_THAT(claimed, IsOk());
  for (const ClaimedDelivery& delivery : *claimed) {
    const std::string message = delivery.person == jan ? "To: jan\r\n\r\nżółć" : "To: ewa";
    attempts.push_back({delivery, {"example.org", "x@example.org", message}, std::nullopt});
  }
  ASSERT_THAT(store().BeginAttempts(deadline, absl::MakeSpan(attempts), clock().Now()), IsOk());
  people::v1::ExportPersonRequest ask;
  ask.set_person(jan);
  const auto held =
      server_->grpc.Call<people::v1::ExportPersonResponse>(service + "ExportPerson", ask, token_);
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->json(), R"({"mails":["To: jan\r\n\r\nżółć"]})");
  people::v1::ErasePersonRequest request;
  request.set_person("nobody");
  EXPECT_THAT(
      server_->grpc.Call<people::v1::ErasePersonResponse>(service + "ErasePerson", request, token_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("person")));
  request.set_person(jan);
  EXPECT_THAT(server_->grpc.Call<people::v1::ErasePersonResponse>(
                  service + "ErasePerson", request, server_->grpc.Token("event-organiser")),
              StatusIs(absl::StatusCode::kPermissionDenied));
  request.set_request_id(kRequestId);
  for (int i = 0; i < 2; ++i) {
    const auto erased = server_->grpc.Call<people::v1::ErasePersonResponse>(service + "ErasePerson",
                                                                            request, token_);
    ASSERT_THAT(erased, IsOk());
    EXPECT_TRUE(erased->erased()) << "the same answer twice";
  }
  EXPECT_THAT(*store().ListKeptMails(deadline, jan, 10), ::testing::IsEmpty());
  EXPECT_THAT(*store().ListKeptMails(deadline, "persons/ewa", 10), SizeIs(1));
}

TEST_P(NotificationServiceTest, AcceptedNotificationCanBeReadWithItsDeliveries) {
  const auto sent = Send(Request());
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(commits_, 1);
  const auto found = Get(sent->name());
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->SerializeAsString(), sent->SerializeAsString());
  EXPECT_EQ(found->state(), v1::Notification::STATE_ACTIVE);
  EXPECT_EQ(found->counts().pending(), 1);
  v1::ListDeliveriesRequest request;
  request.set_parent(sent->name());
  const auto deliveries = ListDeliveries(request);
  ASSERT_THAT(deliveries, IsOk());
  ASSERT_EQ(deliveries->deliveries_size(), 1);
  const v1::Delivery& delivery = deliveries->deliveries(0);
  EXPECT_EQ(delivery.person(), "clusters/c1/contacts/p1");
  EXPECT_EQ(delivery.resource(), "events/e1/invitations/i1");
  EXPECT_EQ(delivery.calendar_method(), v1::CALENDAR_METHOD_REQUEST);
  EXPECT_THAT(delivery.message_id(), HasSubstr("@wici.example.org"));
}

TEST_P(NotificationServiceTest, SameRequestIdGivesTheSameAnswerAndOneNotification) {
  v1::SendNotificationRequest request = Request();
  request.set_request_id(kRequestId);
  const auto first = Send(request);
  const auto second = Send(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->name(), second->name());
  EXPECT_EQ(List({})->notifications_size(), 1);
  request.mutable_notification()->set_event("events/e2");
  request.mutable_notification()->clear_resource();
  EXPECT_THAT(Send(request),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")),
                    HasViolation("request_id")));
}

TEST_P(NotificationServiceTest, ABatchIsAcceptedWholeOrNotAtAll) {
  v1::BatchSendNotificationsRequest batch;
  for (int i = 0; i < 3; ++i) *batch.add_requests() = Request();
  batch.set_request_id(kRequestId);
  const auto first = SendBatch(batch);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->notifications_size(), 3);
  EXPECT_EQ(SendBatch(batch)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(List({})->notifications_size(), 3);
  EXPECT_EQ(Get(first->notifications(2).name())->counts().pending(), 1);
  batch.mutable_requests(1)->mutable_notification()->set_event("events/e2");
  batch.mutable_requests(1)->mutable_notification()->clear_resource();
  EXPECT_THAT(SendBatch(batch),
              StatusIs(absl::StatusCode::kInvalidArgument, AllOf(Reason("REQUEST_ID_REUSED"))));
  batch.clear_request_id();
  batch.mutable_requests(1)->mutable_notification()->set_template_("templates/none");
  batch.mutable_requests(2)->mutable_notification()->clear_persons();
  EXPECT_THAT(SendBatch(batch), HasViolation("requests[2].notification.persons"));
  batch.mutable_requests(2)->mutable_notification()->add_persons("persons/ewa");
  EXPECT_THAT(SendBatch(batch), HasViolation("requests[1].notification.template"));
  EXPECT_EQ(List({})->notifications_size(), 3);
}

TEST_P(NotificationServiceTest, ABatchHasBounds) {
  v1::BatchSendNotificationsRequest batch;
  EXPECT_THAT(SendBatch(batch), HasViolation("requests"));
  for (int i = 0; i < 501; ++i) *batch.add_requests() = Request();
  EXPECT_THAT(SendBatch(batch), HasViolation("requests"));
  batch.mutable_requests()->RemoveLast();
  EXPECT_EQ(SendBatch(batch)->notifications_size(), 500);
  for (int i = 0; i < 6; ++i) {
    v1::Notification& n = *batch.mutable_requests(i)->mutable_notification();
    n.clear_resource();
    for (int p = 0; p < 900; ++p) n.add_persons(absl::StrCat("persons/p", p));
  }
  EXPECT_THAT(SendBatch(batch), HasViolation("requests"));
  token_ = server_->grpc.Token("event-organiser", "events/e1");
  EXPECT_THAT(SendBatch(batch), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(NotificationServiceTest, AChannelThatIsNotSetUpIsRefusedAtOnce) {
  v1::SendNotificationRequest request = Request();
  request.mutable_notification()->set_channel(v1::CHANNEL_SMS);
  const auto refused =
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CHANNEL_NOT_SET_UP"));
  EXPECT_THAT(Send(request), refused);
  v1::BatchSendNotificationsRequest batch;
  *batch.add_requests() = Request();
  *batch.add_requests() = request;
  EXPECT_THAT(SendBatch(batch), refused);
  EXPECT_EQ(List({})->notifications_size(), 0);
}

TEST_P(NotificationServiceTest, AMailOfTheServiceItselfCannotBeAskedFor) {
  v1::SendNotificationRequest request = Request();
  request.mutable_notification()->set_template_("templates/subscription-disabled");
  EXPECT_THAT(Send(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("notification.template")));
}

class SmsAcceptTest : public NotificationServiceTest {
 protected:
  std::set<v1::Channel> ServedChannels() const override {
    return {v1::CHANNEL_EMAIL, v1::CHANNEL_SMS};
  }
};
WICI_ON_EVERY_ENGINE(SmsAcceptTest);

TEST_P(SmsAcceptTest, AnSmsIsSentOnceAtMostUnlessTheCallerWantsOtherwise) {
  v1::SendNotificationRequest request = Request();
  request.mutable_notification()->set_channel(v1::CHANNEL_SMS);
  const auto once = Send(request);
  ASSERT_THAT(once, IsOk());
  EXPECT_EQ(once->channel(), v1::CHANNEL_SMS);
  EXPECT_EQ(once->unknown_policy(), v1::UNKNOWN_POLICY_AT_MOST_ONCE);
  request.mutable_notification()->set_unknown_policy(v1::UNKNOWN_POLICY_AT_LEAST_ONCE);
  EXPECT_EQ(Send(request)->unknown_policy(), v1::UNKNOWN_POLICY_AT_LEAST_ONCE);
  EXPECT_EQ(Send(Request())->unknown_policy(), v1::UNKNOWN_POLICY_AT_LEAST_ONCE) << "a mail";
  v1::ListDeliveriesRequest list;
  list.set_parent(once->name());
  const auto deliveries = ListDeliveries(list);
  ASSERT_THAT(deliveries->deliveries(), SizeIs(1));
  const std::string& name = deliveries->deliveries(0).name();
  EXPECT_EQ(deliveries->deliveries(0).message_id(), name.substr(name.rfind('/') + 1));
}

TEST_P(NotificationServiceTest, EverythingThatIsWrongIsSaidAtOnce) {
  v1::SendNotificationRequest request;
  request.set_request_id("not a uuid");
  v1::Notification& n = *request.mutable_notification();
  n.set_template_("none");
  n.set_event("Łódź");
  n.set_resource("clusters/c1");
  n.add_persons("clusters/c1/contacts/p1");
  n.add_persons("clusters/c1/contacts/p1");
  n.add_persons("jan@example.org");
  n.set_channel(v1::CHANNEL_WEBHOOK);
  n.set_unknown_policy(static_cast<v1::UnknownPolicy>(17));
  n.mutable_schedule_time()->set_seconds(-5);
  n.mutable_expire_time()->set_seconds(1);
  const auto refused = Send(request);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  std::vector<std::string> fields;
  for (const FieldViolation& violation : FieldViolations(refused.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields,
              ::testing::UnorderedElementsAre(
                  "request_id", "notification.template", "notification.event",
                  "notification.persons[1]", "notification.persons[2]", "notification.resource",
                  "notification.resource", "notification.channel", "notification.unknown_policy",
                  "notification.schedule_time", "notification.expire_time"));
  EXPECT_EQ(List({})->notifications_size(), 0);
}

TEST_P(NotificationServiceTest, AnEmptyServiceHasNoNotifications) {
  const auto list = List({});
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->notifications_size(), 0);
  EXPECT_EQ(list->next_page_token(), "");
  v1::ListDeliveriesRequest dead;
  dead.set_parent("notifications/-");
  dead.set_event("events/e1");
  dead.set_state(v1::DELIVERY_STATE_UNKNOWN);
  const auto deliveries = ListDeliveries(dead);
  ASSERT_THAT(deliveries, IsOk());
  EXPECT_EQ(deliveries->deliveries_size(), 0);
}

TEST_P(NotificationServiceTest, ADateBefore1900IsRefused) {
  constexpr std::int64_t kBefore1900 = -2208988801;
  v1::SendNotificationRequest request = Request();
  request.mutable_notification()->mutable_schedule_time()->set_seconds(kBefore1900);
  request.mutable_notification()->mutable_expire_time()->set_seconds(kBefore1900);
  EXPECT_THAT(Send(request), StatusIs(absl::StatusCode::kInvalidArgument,
                                      AllOf(HasViolation("notification.schedule_time"),
                                            HasViolation("notification.expire_time"))));
  EXPECT_EQ(List({})->notifications_size(), 0);
  v1::ListDeliveriesRequest deliveries;
  deliveries.set_parent("notifications/-");
  deliveries.set_event("events/e1");
  deliveries.set_state(v1::DELIVERY_STATE_UNKNOWN);
  deliveries.mutable_changed_after()->set_seconds(kBefore1900);
  EXPECT_THAT(ListDeliveries(deliveries),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("changed_after")));
}

TEST_P(NotificationServiceTest, AFieldThatIsTooLongIsRefusedAndNothingIsKept) {
  v1::SendNotificationRequest request = Request();
  request.mutable_notification()->set_persons(0, "persons/" + std::string(1 << 20, 'x'));
  EXPECT_THAT(Send(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(Reason("INVALID_ARGUMENT"), HasViolation("notification.persons[0]"))));
  // More than a message may hold: nobody reads it.
  request.mutable_notification()->set_persons(0, std::string(10'000'000, 'x'));
  EXPECT_THAT(Send(request), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(List({})->notifications_size(), 0);
}

TEST_P(NotificationServiceTest, EmptyAndOversizedRequestsAreRefused) {
  EXPECT_THAT(Send({}), HasViolation("notification"));
  v1::SendNotificationRequest request = Request();
  request.mutable_notification()->clear_resource();
  for (int i = 0; i < 1000; ++i) {
    request.mutable_notification()->add_persons(absl::StrCat("persons/p", i));
  }
  EXPECT_THAT(Send(request), HasViolation("notification.persons"));
  request.mutable_notification()->mutable_persons()->RemoveLast();
  EXPECT_THAT(Send(request), IsOk());
  request.mutable_notification()->set_event(std::string(3 << 20, 'x'));
  EXPECT_THAT(Send(request), HasViolation("notification.event"));
}

TEST_P(NotificationServiceTest, UnknownNamesAreNotFoundAndMalformedOnesInvalid) {
  const auto not_found = StatusIs(absl::StatusCode::kNotFound, Reason("NOTIFICATION_NOT_FOUND"));
  EXPECT_THAT(Get("notifications/none"), not_found);
  EXPECT_THAT(Cancel("notifications/none"), not_found);
  v1::ListDeliveriesRequest deliveries;
  deliveries.set_parent("notifications/none");
  EXPECT_THAT(ListDeliveries(deliveries), not_found);
  EXPECT_THAT(Get("none"), HasViolation("name"));
  EXPECT_THAT(Cancel(""), HasViolation("name"));
  deliveries.set_parent("x");
  deliveries.set_state(static_cast<v1::DeliveryState>(99));
  deliveries.set_page_size(-1);
  EXPECT_THAT(ListDeliveries(deliveries),
              AllOf(HasViolation("parent"), HasViolation("state"), HasViolation("page_size")));
}

TEST_P(NotificationServiceTest, CancelStopsAnActiveNotificationOnly) {
  const auto sent = Send(Request());
  ASSERT_THAT(sent, IsOk());
  EXPECT_THAT(Cancel(sent->name(), "\"9\""),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  const auto cancelled = Cancel(sent->name(), sent->etag());
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::Notification::STATE_CANCELLED);
  EXPECT_THAT(Cancel(sent->name()), IsOk());
  const auto done = Send(Request());
  ASSERT_THAT(done, IsOk());
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_THAT(Cancel(done->name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NOTIFICATION_COMPLETED")));
}

TEST_P(NotificationServiceTest, PagesHoldEachNotificationOnce) {
  for (int i = 0; i < 5; ++i) ASSERT_THAT(Send(Request()), IsOk());
  v1::ListNotificationsRequest request;
  request.set_event("events/e1");
  request.set_page_size(2);
  std::set<std::string> seen;
  int pages = 0;
  do {
    const auto page = List(request);
    ASSERT_THAT(page, IsOk());
    for (const auto& item : page->notifications()) EXPECT_TRUE(seen.insert(item.name()).second);
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(seen, SizeIs(5));
}

TEST_P(NotificationServiceTest, PageTokenOfAnotherQueryIsRefused) {
  for (int i = 0; i < 2; ++i) ASSERT_THAT(Send(Request()), IsOk());
  v1::ListNotificationsRequest request;
  request.set_page_size(1);
  request.set_page_token(List(request)->next_page_token());
  EXPECT_THAT(List(request), IsOk());
  request.set_event("events/e1");
  EXPECT_THAT(List(request), HasViolation("page_token"));
  request.clear_page_token();
  request.set_page_token(List(request)->next_page_token());
  EXPECT_THAT(List(request), IsOk());
  request.set_event("events/e2");
  EXPECT_THAT(List(request), HasViolation("page_token"));
}

TEST_P(NotificationServiceTest, NobodyAndTheUnentitledAreTurnedAway) {
  EXPECT_THAT(server_->grpc.Call<v1::Notification>(
                  "wici.notification.v1.NotificationService/SendNotification", Request()),
              StatusIs(absl::StatusCode::kUnauthenticated));
  token_ = server_->grpc.Token("door-staff", "events/e1");
  EXPECT_THAT(Send(Request()), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Get("notifications/none"), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(NotificationServiceTest, ATemplateThatDoesNotExistIsSaidTogetherWithWhatElseIsWrong) {
  v1::BatchSendNotificationsRequest batch;
  *batch.add_requests() = Request();
  *batch.add_requests() = Request();
  *batch.add_requests() = Request();
  batch.mutable_requests(0)->mutable_notification()->set_template_("templates/none");
  batch.mutable_requests(1)->mutable_notification()->set_event("Łódź");
  batch.mutable_requests(1)->mutable_notification()->set_template_("none");
  batch.mutable_requests(2)->clear_notification();
  const auto refused =
      Call<v1::BatchSendNotificationsResponse>("NotificationService/BatchSendNotifications", batch);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  std::vector<std::string> fields;
  for (const FieldViolation& violation : FieldViolations(refused.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre(
                          "requests[0].notification.template", "requests[1].notification.template",
                          "requests[1].notification.event", "requests[1].notification.resource",
                          "requests[2].notification"));
  v1::SendNotificationRequest one = Request();
  one.set_request_id("not a uuid");
  one.mutable_notification()->set_template_("templates/none");
  EXPECT_THAT(Send(one),
              ::testing::AllOf(HasViolation("request_id"), HasViolation("notification.template")));
  EXPECT_EQ(List({})->notifications_size(), 0);
}

TEST_P(NotificationServiceTest, WhatTheServiceSendsByItselfIsSentByNobodyElse) {
  for (const char* name :
       {"templates/consent-invitation", "templates/consent-marketing", "templates/digest",
        "templates/event-cancelled", "templates/event-rescheduled", "templates/event-updated",
        "templates/session-cancelled", "templates/session-rescheduled",
        "templates/meeting-cancelled", "templates/registration-cancelled",
        "templates/registration-offer-lapsed", "templates/registration-rejected"}) {
    v1::SendNotificationRequest request = Request();
    request.mutable_notification()->set_template_(name);
    EXPECT_THAT(Send(request), HasViolation("notification.template")) << name;
  }
}

TEST_P(NotificationServiceTest, WhatSpeaksOfOnesOwnNamesIt) {
  v1::SendNotificationRequest request = Request();
  request.mutable_notification()->clear_resource();
  for (const char* name : {"templates/registration-confirmed", "templates/meeting-requested",
                           "templates/invitation-delegated"}) {
    request.mutable_notification()->set_template_(name);
    EXPECT_THAT(Send(request), HasViolation("notification.resource")) << name;
  }
  request.mutable_notification()->set_template_("templates/event-reminder");
  EXPECT_THAT(Send(request), IsOk());
}

TEST_P(NotificationServiceTest, ATemplateThatDoesNotExistIsRefused) {
  v1::SendNotificationRequest request = Request();
  request.mutable_notification()->set_template_("templates/none");
  EXPECT_THAT(Send(request), AllOf(StatusIs(absl::StatusCode::kInvalidArgument),
                                   HasViolation("notification.template")));
  EXPECT_EQ(List({})->notifications_size(), 0);
}

// That the list only shrinks is what tests/contract/methods_test.py looks after.
TEST_P(NotificationServiceTest, TheMethodsWithoutHandlerAreThoseOfTheList) {
  std::ifstream file("services/notification/unimplemented_methods.txt");
  std::vector<std::string> listed;
  for (std::string line; std::getline(file, line);) listed.push_back(line);
  EXPECT_THAT(server_->grpc.server().UnimplementedMethods(), ElementsAreArray(listed));
}

}  // namespace
}  // namespace wici::notification
