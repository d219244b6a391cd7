// The ledger on every engine, with shorthand for what happens to a delivery.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_TESTING_STORE_FIXTURE_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_TESTING_STORE_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/migrations.h"

namespace wici::notification {

// Derive, and say WICI_ON_EVERY_ENGINE of the class.
class StoreFixture : public testing::DatabaseTest {
 protected:
  static constexpr char kJan[] = "clusters/btm/contacts/jan";
  static constexpr char kEwa[] = "persons/ewa";

  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  absl::Time Deadline() const { return absl::Now() + absl::Seconds(20); }
  absl::Time Now() const { return clock_.Now(); }

  NewNotification Plan(const std::vector<std::string>& persons,
                       v1::CalendarMethod method = v1::CALENDAR_METHOD_REQUEST) {
    NewNotification plan;
    plan.id = ids_.NewId();
    plan.template_name = "templates/invitation";
    plan.event = "events/e1";
    plan.calendar_method = method;
    plan.not_before = Now();
    plan.expires = Now() + kDefaultLifetime;
    for (const std::string& person : persons) {
      plan.recipients.push_back({ids_.NewId(), person, "events/e1/invitations/i1"});
    }
    return plan;
  }

  absl::Status Record(const std::vector<NewNotification>& plans) {
    const std::string id = ids_.NewId();
    return database().Write(Deadline(), [&](sql::Transaction& tx) {
      return RecordNotifications(tx, plans, id, Now());
    });
  }

  std::vector<ClaimedDelivery> Claim(std::int32_t limit = 100) {
    auto claimed = store().ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "worker",
                                           absl::Minutes(2), limit, Now());
    EXPECT_THAT(claimed, testing::IsOk());
    return *std::move(claimed);
  }

  PlannedAttempt Begin(const ClaimedDelivery& delivery, const std::string& message = "text") {
    std::vector<PlannedAttempt> attempts = {
        {delivery, {"example.org", "jan@example.org", message}, std::nullopt}};
    EXPECT_THAT(store().BeginAttempts(Deadline(), absl::MakeSpan(attempts), Now()),
                testing::IsOk());
    return attempts[0];
  }

  // Claims, and begins each.
  std::vector<ClaimedDelivery> Start() {
    std::vector<ClaimedDelivery> claimed = Claim();
    for (const ClaimedDelivery& delivery : claimed) Begin(delivery);
    return claimed;
  }

  AttemptRecord OutcomeOf(const ClaimedDelivery& delivery,
                          v1::AttemptOutcome outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY,
                          bool common_cause = false) {
    AttemptResult result;
    result.outcome = outcome;
    result.common_cause = common_cause;
    result.code = 250;
    return {.delivery = delivery,
            .result = result,
            .settlement = SettleAttempt(delivery, result, Now()),
            .ended = Now(),
            .begun = true};
  }

  int Settle(const ClaimedDelivery& delivery, v1::AttemptOutcome outcome,
             bool common_cause = false) {
    auto settled =
        store().RecordAttempts(Deadline(), {OutcomeOf(delivery, outcome, common_cause)}, Now());
    EXPECT_THAT(settled, testing::IsOk());
    return *settled;
  }

  // To so many people that it is not urgent.
  NewNotification ToMany(int persons) {
    std::vector<std::string> names;
    for (int i = 0; i < persons; ++i) names.push_back(absl::StrCat("persons/one-of-many", i));
    return Plan(names);
  }

  static std::vector<std::string> PersonsOf(const std::vector<ClaimedDelivery>& claimed) {
    std::vector<std::string> persons;
    for (const ClaimedDelivery& delivery : claimed) persons.push_back(delivery.person);
    return persons;
  }

  // As a check does that says not before a while.
  void PutOff(const ClaimedDelivery& claimed, v1::DeliveryReason reason, absl::Duration wait) {
    AttemptResult none;
    none.outcome = v1::ATTEMPT_OUTCOME_UNSPECIFIED;
    const AttemptRecord record{
        .delivery = claimed,
        .result = none,
        .settlement = *SettleByVerdict(claimed, {.reason = reason, .until = Now() + wait}),
        .ended = Now()};
    EXPECT_THAT(store().RecordAttempts(Deadline(), {record}, Now()), testing::IsOkAndHolds(1));
  }

  v1::Notification Get(const std::string& id) {
    auto found = store().GetNotification(Deadline(), "notifications/" + id);
    EXPECT_THAT(found, testing::IsOk());
    return *found;
  }

  std::int64_t VersionOf(const std::string& id) {
    constexpr sql::Query kVersion{"version", "SELECT version FROM notifications WHERE id = $1"};
    std::int64_t version = 0;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                                                        tx.Execute(kVersion, {id}));
                                  version = rows[0].Int(0);
                                  return absl::OkStatus();
                                }),
                testing::IsOk());
    return version;
  }

  // In the order of the ids.
  std::vector<std::int64_t> DeliveryVersionsOf(const std::string& id) {
    constexpr sql::Query kVersions{
        "versions", "SELECT version FROM deliveries WHERE notification_id = $1 ORDER BY id"};
    std::vector<std::int64_t> versions;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                                                        tx.Execute(kVersions, {id}));
                                  versions.clear();
                                  for (const sql::Row& row : rows) versions.push_back(row.Int(0));
                                  return absl::OkStatus();
                                }),
                testing::IsOk());
    return versions;
  }

  std::vector<v1::Delivery> Deliveries(const std::string& id) {
    auto found = store().ListDeliveries(Deadline(), {.notification_id = id}, "", 100);
    EXPECT_THAT(found, testing::IsOk());
    return *found;
  }

  SqlStore& store() {
    if (!store_) store_ = std::make_unique<SqlStore>(database(), ids_);
    return *store_;
  }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  std::unique_ptr<SqlStore> store_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_TESTING_STORE_FIXTURE_H_
