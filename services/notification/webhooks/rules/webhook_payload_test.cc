#include "services/notification/webhooks/rules/webhook_payload.h"

#include "gtest/gtest.h"

namespace wici::notification {
namespace {

feed::v1::Change Confirmed() {
  feed::v1::Change change;
  change.mutable_cursor()->set_epoch("5272786a94000");
  change.mutable_cursor()->set_seq(12);
  change.set_aggregate("events/silver");
  change.set_version(7);
  change.set_kind("registration.confirmed");
  change.set_resource("events/silver/registrations/r1");
  change.set_person("persons/ewa");
  (*change.mutable_attributes())["offer"] = "1";
  (*change.mutable_attributes())["category"] = "a\"b";
  change.mutable_change_time()->set_seconds(1450425600);
  change.mutable_change_time()->set_nanos(5000);
  return change;
}

TEST(WebhookPayloadTest, AChangeIsTheSameJsonEveryTime) {
  EXPECT_EQ(ChangePayload("registration", Confirmed()),
            R"({"type":"registration.confirmed","timestamp":"2015-12-18T08:00:00.000005Z",)"
            R"("data":{"source":"registration","epoch":"5272786a94000","seq":12,)"
            R"("aggregate":"events/silver","version":7,)"
            R"("resource":"events/silver/registrations/r1","person":"persons/ewa",)"
            R"("attributes":{"category":"a\"b","offer":"1"}}})");
}

TEST(WebhookPayloadTest, AChangeOfNobodyHasTheSameMembers) {
  EXPECT_EQ(ChangePayload("registration", feed::v1::Change()),
            R"({"type":"","timestamp":"1970-01-01T00:00:00.000000Z","data":{)"
            R"("source":"registration","epoch":"","seq":0,"aggregate":"","version":0,)"
            R"("resource":"","person":"","attributes":{}}})");
}

TEST(WebhookPayloadTest, ASampleNamesItsSubscription) {
  EXPECT_EQ(SamplePayload("subscriptions/s1", absl::FromUnixSeconds(1450425600)),
            R"({"type":"subscription.test","timestamp":"2015-12-18T08:00:00.000000Z",)"
            R"("data":{"subscription":"subscriptions/s1"}})");
}

TEST(WebhookPayloadTest, ASubscriptionIsForItsKindsByTheirBeginning) {
  v1::Subscription subscription;
  EXPECT_FALSE(IsFor(subscription, Confirmed())) << "without a kind it is for nothing";
  subscription.add_kind_prefixes("event.");
  EXPECT_FALSE(IsFor(subscription, Confirmed()));
  subscription.add_kind_prefixes("registration.");
  EXPECT_TRUE(IsFor(subscription, Confirmed()));
  subscription.set_kind_prefixes(1, "registration.confirmed.not");
  EXPECT_FALSE(IsFor(subscription, Confirmed()));
}

TEST(WebhookPayloadTest, ASubscriptionOfAnEventIsForAllThatBelongsToIt) {
  v1::Subscription subscription;
  subscription.add_kind_prefixes("registration.");
  subscription.set_event("events/silver");
  feed::v1::Change change = Confirmed();
  EXPECT_TRUE(IsFor(subscription, change));
  change.set_aggregate("events/silver/meetings");
  EXPECT_EQ(EventOfChange(change), "events/silver");
  EXPECT_TRUE(IsFor(subscription, change));
  change.set_aggregate("events/silver2");
  EXPECT_FALSE(IsFor(subscription, change));
  change.set_aggregate("clusters/c1");
  EXPECT_EQ(EventOfChange(change), "");
  EXPECT_FALSE(IsFor(subscription, change));
}

}  // namespace
}  // namespace wici::notification
