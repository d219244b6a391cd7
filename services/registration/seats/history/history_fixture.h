// An event, two stores on one database, and the check of what happened.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_FIXTURE_H_
#define WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_FIXTURE_H_

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "libs/base/id.h"
#include "libs/base/timestamp.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/events/event_store.h"
#include "services/registration/migrations.h"
#include "services/registration/seats/history/history.h"

namespace wici::registration {

class HistoryTest : public testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(sql::Migrate(database(), Migrations(), clock_).ok());
    auto second = sql::OpenDatabase(database_url());
    ASSERT_TRUE(second.ok());
    second_database_ = *std::move(second);
  }

  sql::Database& second_database() { return *second_database_; }

  // Runs clients on a new event over two stores and returns the faults.
  std::vector<std::string> RunAndCheck(std::int64_t capacity, std::int64_t waiting, unsigned seed) {
    Workload workload;
    workload.event = OpenEvent(capacity, waiting, absl::StrCat("history-", seed));
    workload.seed = seed;
    RegistrationStore first(database(), clock_, clock_, ids_, [] {});
    RegistrationStore second(*second_database_, clock_, clock_, ids_, [] {});
    const std::vector<Recorded> calls = RunClients(workload, {&first, &second});
    const auto succeeded = std::count_if(calls.begin(), calls.end(),
                                         [](const Recorded& call) { return call.status.ok(); });
    EXPECT_GT(succeeded, capacity) << "too little happened to prove anything";
    return CheckHistory(capacity, waiting, calls, ChangesOf(workload.event));
  }

 private:
  std::string OpenEvent(std::int64_t capacity, std::int64_t waiting, const std::string& id) {
    v1::Event event;
    event.set_name("events/" + id);
    event.set_time_zone("Europe/Warsaw");
    event.set_capacity(static_cast<std::int32_t>(capacity));
    event.set_waiting_list_capacity(static_cast<std::int32_t>(waiting));
    event.set_admission(v1::ADMISSION_OPEN);
    SetTimestamp(clock_.Now() + absl::Hours(24), *event.mutable_start_time());
    SetTimestamp(clock_.Now() + absl::Hours(25), *event.mutable_end_time());
    Mutation mutation(database(), clock_, ids_, [] {});
    EventStore events(database(), mutation);
    const Call call{{}, clock_.Now() + absl::Seconds(10)};
    EXPECT_THAT(events.Create(call, event), testing::IsOk());
    EXPECT_THAT(events.Change(call, event.name(), "", "event.published",
                              [](v1::Event& changed) {
                                changed.set_state(v1::EVENT_STATE_PUBLISHED);
                                return absl::OkStatus();
                              }),
                testing::IsOk());
    return event.name();
  }

  std::vector<feed::v1::Change> ChangesOf(const std::string& event) {
    feed::Sequencer sequencer(database(), nullptr, clock_,
                              {.source = "registration", .owner = ids_.NewId()},
                              [](const feed::v1::Cursor&) {});
    while (sequencer.RunOnce().value_or(0) > 0) {
    }
    std::vector<feed::v1::Change> all;
    feed::v1::Cursor after;
    for (;;) {
      std::vector<feed::v1::Change> page;
      const absl::Status status = database().Read(
          clock_.Now() + absl::Seconds(10), [&](sql::Transaction& tx) -> absl::Status {
            WICI_ASSIGN_OR_RETURN(page, feed::ReadChanges(tx, after, 1000));
            return absl::OkStatus();
          });
      EXPECT_THAT(status, testing::IsOk());
      if (page.empty()) return all;
      after = page.back().cursor();
      for (feed::v1::Change& change : page) {
        if (change.aggregate() == event) all.push_back(std::move(change));
      }
    }
  }

  const SystemClock clock_;
  SystemIdSource ids_;
  std::unique_ptr<sql::Database> second_database_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_FIXTURE_H_
