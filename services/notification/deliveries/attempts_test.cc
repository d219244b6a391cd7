// GetDelivery and ListAttempts over real gRPC.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/testing/notification_server.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class AttemptsTest : public NotificationFixture {};
WICI_ON_EVERY_ENGINE(AttemptsTest);

TEST_P(AttemptsTest, ADeliveryTellsEachOfItsAttempts) {
  const auto sent = Send(Request());
  ASSERT_THAT(sent, IsOk());
  EndAll(v1::ATTEMPT_OUTCOME_DEFERRED, 451);
  clock().Advance(absl::Minutes(1));
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  v1::ListDeliveriesRequest deliveries;
  deliveries.set_parent(sent->name());
  const v1::Delivery listed = ListDeliveries(deliveries)->deliveries(0);
  v1::GetDeliveryRequest get;
  get.set_name(listed.name());
  const auto found = Call<v1::Delivery>("NotificationService/GetDelivery", get);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->SerializeAsString(), listed.SerializeAsString());
  v1::ListAttemptsRequest list;
  list.set_parent(listed.name());
  list.set_page_size(1);
  std::vector<v1::Attempt> attempts;
  do {
    const auto page = Call<v1::ListAttemptsResponse>("NotificationService/ListAttempts", list);
    ASSERT_THAT(page, IsOk());
    attempts.insert(attempts.end(), page->attempts().begin(), page->attempts().end());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].name(), listed.name() + "/attempts/1");
  EXPECT_EQ(attempts[0].outcome(), v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_EQ(attempts[0].code(), 451);
  EXPECT_TRUE(attempts[0].has_end_time());
  EXPECT_TRUE(attempts[0].committed());
  EXPECT_EQ(attempts[1].outcome(), v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(attempts[1].start_time().seconds() - attempts[0].start_time().seconds(), 60);
}

TEST_P(AttemptsTest, ADeliveryThatDoesNotExistHasNoAttempts) {
  const auto sent = Send(Request());
  const auto other = Send(Request());
  v1::ListDeliveriesRequest deliveries;
  deliveries.set_parent(other->name());
  const std::string id = IdOf(ListDeliveries(deliveries)->deliveries(0).name());
  const auto not_found = StatusIs(absl::StatusCode::kNotFound, Reason("DELIVERY_NOT_FOUND"));
  v1::GetDeliveryRequest get;
  v1::ListAttemptsRequest list;
  // The second is of another notification.
  for (const std::string& name :
       {sent->name() + "/deliveries/none", sent->name() + "/deliveries/" + id}) {
    get.set_name(name);
    EXPECT_THAT(Call<v1::Delivery>("NotificationService/GetDelivery", get), not_found);
    list.set_parent(name);
    EXPECT_THAT(Call<v1::ListAttemptsResponse>("NotificationService/ListAttempts", list),
                not_found);
  }
  get.set_name(sent->name());
  EXPECT_THAT(Call<v1::Delivery>("NotificationService/GetDelivery", get), HasViolation("name"));
  list.set_parent("");
  list.set_page_size(-1);
  EXPECT_THAT(Call<v1::ListAttemptsResponse>("NotificationService/ListAttempts", list),
              AllOf(HasViolation("parent"), HasViolation("page_size")));
}

}  // namespace
}  // namespace wici::notification
