#include "services/notification/retention/old_data.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/testing/notification_server.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;

constexpr absl::Duration kDay = absl::Hours(24);

class OldDataTest : public NotificationFixture {
 protected:
  // A message to two, with all that hangs on its deliveries.
  std::string Accepted() {
    v1::SendNotificationRequest request = Request();
    request.mutable_notification()->clear_resource();
    request.mutable_notification()->add_persons("persons/p2");
    const auto sent = Send(request);
    EXPECT_THAT(sent, IsOk());
    for (const char* text :
         {"INSERT INTO mailed_addresses (delivery_id, notification_id, person, purpose, "
          "address_hash, readdressed) SELECT id, notification_id, person, 1, 'hash', FALSE "
          "FROM deliveries WHERE notification_id = $1",
          "INSERT INTO bounces (delivery_id, kind, address_hash, status, reported_at) "
          "SELECT id, 1, 'hash', '5.1.1', 0 FROM deliveries WHERE notification_id = $1",
          "INSERT INTO digest_items (delivery, digest, page) SELECT id, 'g', 1 FROM deliveries "
          "WHERE notification_id = $1",
          "INSERT INTO campaign_notifications (notification, campaign) VALUES ($1, 'c')"}) {
      Run(text, {IdOf(sent->name())});
    }
    return sent->name();
  }
  void Run(const char* text, std::vector<sql::Value> values) {
    const sql::Query query{"test", text};
    EXPECT_THAT(
        database().Write(Deadline(),
                         [&](sql::Transaction& tx) { return tx.Execute(query, values).status(); }),
        IsOk());
  }
  std::int64_t CountOf(const std::string& table) {
    const std::string text = "SELECT COUNT(*) FROM " + table;
    const sql::Query query{"test_count", text};
    std::int64_t count = -1;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  const auto rows = tx.Execute(query);
                                  if (rows.ok()) count = (*rows)[0].Int(0);
                                  return rows.status();
                                }),
                IsOk());
    return count;
  }
  // Of everything that hangs on deliveries.
  std::vector<std::int64_t> Left() {
    std::vector<std::int64_t> left;
    for (const char* table : {"notifications", "deliveries", "attempts", "mailed_addresses",
                              "bounces", "digest_items", "campaign_notifications"}) {
      left.push_back(CountOf(table));
    }
    return left;
  }
  // One round, at most so many rows a transaction.
  void DeleteOld(std::int64_t rows_max = 1) {
    for (const auto& deletion : DeletionsOfOldData({.ledger = 100 * kDay, .inbox = 50 * kDay})) {
      std::int64_t deleted = 1;
      while (deleted > 0) {
        ASSERT_THAT(database().Write(Deadline(),
                                     [&](sql::Transaction& tx) -> absl::Status {
                                       const auto done = deletion(tx, clock().Now(), rows_max);
                                       if (done.ok()) deleted = *done;
                                       return done.status();
                                     }),
                    IsOk());
        ASSERT_LE(deleted, rows_max);
      }
    }
  }
};
WICI_ON_EVERY_ENGINE(OldDataTest);

TEST_P(OldDataTest, WhatHasEndedIsDeletedWithAllThatHangsOnItWhenItIsOld) {
  Accepted();
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  clock().Advance(60 * kDay);
  Accepted();
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 550);
  ASSERT_THAT(Left(), ElementsAre(2, 4, 4, 4, 4, 4, 2));
  clock().Advance(40 * kDay);
  DeleteOld();
  EXPECT_THAT(Left(), ElementsAre(2, 4, 4, 4, 4, 4, 2)) << "not yet";
  clock().Advance(absl::Seconds(1));
  DeleteOld();
  EXPECT_THAT(Left(), ElementsAre(1, 2, 2, 2, 2, 2, 1));
}

TEST_P(OldDataTest, WhatIsOpenStaysHoweverOldItIs) {
  const std::string open = Accepted();
  const std::string cancelled = Accepted();
  v1::CancelNotificationRequest cancel;
  cancel.set_name(cancelled);
  ASSERT_THAT(Call<v1::Notification>("NotificationService/CancelNotification", cancel), IsOk());
  clock().Advance(1000 * kDay);
  DeleteOld(1000);
  v1::GetNotificationRequest get;
  get.set_name(open);
  EXPECT_THAT(Call<v1::Notification>("NotificationService/GetNotification", get), IsOk());
  EXPECT_THAT(Left(), ElementsAre(1, 2, 0, 2, 2, 2, 1));
}

// Who has an entry of its sessions, and who may be sent no invitation, is read until then.
TEST_P(OldDataTest, WhatIsAboutAnEventStaysUntilThatIsOver) {
  Accepted();
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  for (const std::int64_t kind : {1, 4}) {
    Run("INSERT INTO timers (event, kind, fire_at, look_at, failures, anchor_at, version, state, "
        "updated_at) VALUES ('events/e1', $1, 0, 0, 0, 0, 1, 1, 0)",
        {kind});
  }
  clock().Advance(1000 * kDay);
  Run("UPDATE timers SET state = 2 WHERE kind = $1", {1});
  DeleteOld();
  EXPECT_EQ(CountOf("deliveries"), 2);
  Run("UPDATE timers SET state = 2 WHERE kind = $1", {4});
  DeleteOld();
  EXPECT_EQ(CountOf("notifications"), 0);
}

TEST_P(OldDataTest, AMessageOfWhichOneDeliveryIsOpenStaysWhole) {
  const std::string name = Accepted();
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  Run("UPDATE deliveries SET state = 1 WHERE notification_id = $1 AND person = 'persons/p2'",
      {IdOf(name)});  // collected
  clock().Advance(1000 * kDay);
  DeleteOld();
  EXPECT_EQ(CountOf("deliveries"), 2);
}

TEST_P(OldDataTest, InboxesDigestsReplaysAndThePeopleOfCampaignsHaveTheirBounds) {
  const std::int64_t now = ToMicros(clock().Now());
  Run("INSERT INTO inbox_items (inbox, seq, changed, delivery, notification, title, body, url, "
      "created_at, read_at) VALUES ('i', 1, 1, '00', 'n', 't', 'b', '', $1, NULL)",
      {now});
  Run("INSERT INTO digests (id, person, digest_key, state, items, close_at, created_at) VALUES "
      "('00', 'p', '', 2, 1, 0, $1)",
      {now});
  Run("INSERT INTO digests (id, person, digest_key, state, items, close_at, created_at) VALUES "
      "('01', 'p', '', 1, 1, 0, $1)",
      {now});
  Run("INSERT INTO replays (id, principal, event, states, last_code, reason, ended_after, "
      "replayed, "
      "created_at) VALUES ('00', 'users/a', '', '5', 0, 0, 0, 1, $1)",
      {now});
  for (const std::int64_t state : {3, 5, 6}) {
    const std::string id = "00" + std::to_string(state);
    Run("INSERT INTO campaigns (id, revision, title, event, template, template_version, "
        "calendar_method, unknown_policy, channel, rate_per_minute, state, author, approver, "
        "persons, audience, audience_state, audience_token, expanded, chunks, created_at, "
        "updated_at) VALUES ($1, 1, '', '', '', '', 0, 0, 1, 0, $2, '', '', 2, '', 0, '', 2, 1, "
        "$3, $3)",
        {id, state, now});
    for (const std::int64_t position : {1, 2}) {
      Run("INSERT INTO campaign_persons (campaign, position, person) VALUES ($1, $2, $3)",
          {id, position, "persons/p" + std::to_string(position)});
    }
  }
  clock().Advance(50 * kDay + absl::Seconds(1));
  DeleteOld();
  EXPECT_EQ(CountOf("inbox_items"), 0);
  EXPECT_EQ(CountOf("digests"), 2);
  clock().Advance(50 * kDay);
  DeleteOld();
  EXPECT_EQ(CountOf("digests"), 1) << "one still collects";
  EXPECT_EQ(CountOf("replays"), 0);
  EXPECT_EQ(CountOf("campaign_persons"), 2) << "of the one that is being sent";
  EXPECT_EQ(CountOf("campaigns"), 3);
}

}  // namespace
}  // namespace wici::notification
