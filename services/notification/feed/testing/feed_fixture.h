// A feed of registration that a test fills, and the handler that follows it.
#ifndef WICI_SERVICES_NOTIFICATION_FEED_TESTING_FEED_FIXTURE_H_
#define WICI_SERVICES_NOTIFICATION_FEED_TESTING_FEED_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/feed/consumer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/kept_mail_data.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/feed/catch_up.h"
#include "services/notification/feed/feed_handler.h"
#include "services/notification/migrations.h"
#include "services/notification/testing/fake_peers.h"

namespace wici::notification {

// The feed of registration, in memory.
class RegistrationFeed final : public feed::FeedSource {
 public:
  void Add(const std::string& kind, const std::string& person) {
    feed::v1::Change& change = changes_.emplace_back();
    change.mutable_cursor()->set_epoch("epoch");
    change.mutable_cursor()->set_seq(static_cast<std::int64_t>(changes_.size()));
    change.set_aggregate("events/e1");
    change.set_kind(kind);
    change.set_person(person);
    change.set_resource("events/e1/registrations/r1");
  }
  void AddLinksRequested(const std::string& repeats, const std::string& person) {
    Add("registration.links_requested", person);
    (*changes_.back().mutable_attributes())["repeats"] = repeats;
  }
  // As registration records it for each of the two.
  void AddMeeting(const std::string& kind, const std::string& person, const std::string& sequence) {
    Add(kind, person);
    changes_.back().set_aggregate("events/e1/meetings");
    changes_.back().set_resource("events/e1/meetings/m1");
    (*changes_.back().mutable_attributes())["registration"] = "events/e1/registrations/r7";
    (*changes_.back().mutable_attributes())["sequence"] = sequence;
  }
  void AddMoved(const std::string& sequence, const std::string& kind = "event.rescheduled") {
    Add(kind, "");
    (*changes_.back().mutable_attributes())["sequence"] = sequence;
  }
  void AddUpdated(const std::string& updated) {
    Add("event.updated", "");
    (*changes_.back().mutable_attributes())["updated"] = updated;
    (*changes_.back().mutable_attributes())["sequence"] = "5";
  }
  void AddSession(const std::string& kind, const std::string& sequence) {
    Add(kind, "");
    changes_.back().set_resource("events/e1/sessions/s1");
    (*changes_.back().mutable_attributes())["sequence"] = sequence;
  }
  // A change of a registration with which its entries of sessions end.
  void AddSessionsOver(const std::string& kind, const std::string& resource,
                       const std::string& person, const std::string& sessions) {
    Add(kind, person);
    changes_.back().set_resource(resource);
    (*changes_.back().mutable_attributes())["sessions"] = sessions;
  }
  // The end of a registration that `was` in this state before.
  // The SEQUENCE says that its calendar entry ends too.
  void AddEnd(const std::string& kind, const std::string& person, const std::string& was,
              const std::string& sequence = "") {
    Add(kind, person);
    (*changes_.back().mutable_attributes())["was"] = was;
    if (!sequence.empty()) (*changes_.back().mutable_attributes())["sequence"] = sequence;
  }
  // As a restore from a backup does.
  void ForgetAllBut(std::size_t count) { changes_.resize(count); }
  absl::StatusOr<feed::v1::Cursor> Head() override {
    feed::v1::Cursor head;
    head.set_epoch("epoch");
    head.set_seq(static_cast<std::int64_t>(changes_.size()));
    return head;
  }
  absl::StatusOr<std::vector<feed::v1::Change>> Read(const feed::v1::Cursor& after,
                                                     int limit) override {
    if (after.seq() > static_cast<std::int64_t>(changes_.size())) {
      return absl::OutOfRangeError("ahead of the feed");
    }
    std::vector<feed::v1::Change> found;
    for (const feed::v1::Change& change : changes_) {
      if (change.cursor().seq() > after.seq() && found.size() < static_cast<std::size_t>(limit)) {
        found.push_back(change);
      }
    }
    return found;
  }

 private:
  std::vector<feed::v1::Change> changes_;
};

// Derive, and say WICI_ON_EVERY_ENGINE of the class.
class FeedFixture : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    store_ = std::make_unique<SqlStore>(database(), ids_);
    catch_up_.emplace(database(), peers_, people_, ids_, clock_);
  }

  // A process that starts, consumes what there is, and ends.
  void Consume() {
    feed::Consumer consumer(
        database(), nullptr, source_, clock_,
        {.source = "registration", .group = "notification", .consumer = ids_.NewId()},
        [this](absl::Span<const feed::v1::Change> changes) { return handler_.Prepare(changes); },
        [this](const feed::v1::Cursor& head) { return catch_up_->Prepare(head); });
    while (true) {
      const auto consumed = consumer.RunOnce();
      ASSERT_THAT(consumed, testing::IsOk());
      if (*consumed == 0) return;
    }
  }

  std::vector<v1::Notification> All() {
    return *store_->ListNotifications(absl::Now() + absl::Seconds(20), "", "", "", 1000);
  }

  // Of each delivery the template, the person, the method of its calendar part and its SEQUENCE.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const v1::Notification& notification : All()) {
      const auto deliveries = store_->ListDeliveries(
          absl::Now() + absl::Seconds(20), {.notification_id = IdOf(notification.name())}, "", 10);
      for (const v1::Delivery& delivery : *deliveries) {
        const char* method = delivery.calendar_method() == v1::CALENDAR_METHOD_REQUEST ? " REQUEST "
                             : delivery.calendar_method() == v1::CALENDAR_METHOD_CANCEL ? " CANCEL "
                                                                                        : " - ";
        told.push_back(notification.template_() + " " + delivery.person() + method +
                       std::to_string(delivery.calendar_sequence()));
      }
    }
    return told;
  }

  testing::FakeClock clock_{absl::Now()};
  testing::FakeIds ids_;
  FakePeers peers_;
  RegistrationFeed source_;
  KeptMailData people_;
  FeedHandler handler_{peers_, people_, ids_, clock_};
  std::optional<CatchUp> catch_up_;
  std::unique_ptr<SqlStore> store_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_FEED_TESTING_FEED_FIXTURE_H_
