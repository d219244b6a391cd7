// That who was erased in the registry only is erased here too.
#include "services/notification/feed/registry_handler.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/feed/consumer.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/kept_mail_data.h"
#include "services/notification/feed/catch_up.h"
#include "services/notification/migrations.h"
#include "services/notification/people/erasures.h"
#include "services/notification/people/second_erasures.h"
#include "services/notification/testing/fake_peers.h"
#include "services/notification/timers/timer_store.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;

constexpr char kGone[] = "clusters/btm/contacts/gone";
constexpr char kStays[] = "clusters/btm/contacts/stays";

// The feed of the registry, in memory.
class RegistryFeed final : public feed::FeedSource {
 public:
  void Add(const std::string& kind, const std::string& contact) {
    feed::v1::Change& change = changes_.emplace_back();
    change.mutable_cursor()->set_epoch("epoch");
    change.mutable_cursor()->set_seq(static_cast<std::int64_t>(changes_.size()));
    change.set_aggregate("clusters/btm");
    change.set_kind(kind);
    change.set_resource(contact.empty() ? "clusters/btm" : contact);
    change.set_person(contact);
  }
  absl::StatusOr<feed::v1::Cursor> Head() override {
    feed::v1::Cursor head;
    head.set_epoch("epoch");
    head.set_seq(static_cast<std::int64_t>(changes_.size()));
    return head;
  }
  absl::StatusOr<std::vector<feed::v1::Change>> Read(const feed::v1::Cursor& after,
                                                     int /*limit*/) override {
    if (lost) return absl::OutOfRangeError("older than what is kept");
    return std::vector<feed::v1::Change>(changes_.begin() + after.seq(), changes_.end());
  }

  bool lost = false;

 private:
  std::vector<feed::v1::Change> changes_;
};

class RegistryHandlerTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    Hold(kGone);
    Hold(kStays);
  }

  // Something of `person`, as an attempt does whose end is not known.
  void Hold(const std::string& person) {
    constexpr sql::Query kKeepOne{"keep_one",
                                  "INSERT INTO kept_mails (delivery_id, person, fence, recipient, "
                                  "message) VALUES ($1, $2, 1, '', $3)"};
    EXPECT_THAT(database().Write(
                    absl::Now() + absl::Seconds(20),
                    [&](sql::Transaction& tx) {
                      return tx.Execute(kKeepOne, {"d-" + person, person, sql::Bytes{""}}).status();
                    }),
                IsOk());
  }
  std::vector<std::string> Held() {
    std::vector<std::string> held;
    EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  auto found = ListHeldPersons(tx, "", 100);
                                  if (found.ok()) held = *std::move(found);
                                  return found.status();
                                }),
                IsOk());
    return held;
  }
  // One round of a process that has just started.
  void Follow() {
    CatchUp catch_up(database(), peers_, people_, ids_, clock_);
    feed::Consumer consumer(
        database(), nullptr, feed_, clock_,
        {.source = kRegistryFeed, .group = "notification", .consumer = ids_.NewId()},
        [this](absl::Span<const feed::v1::Change> changes) { return handler_.Prepare(changes); },
        [&](const feed::v1::Cursor& head) { return catch_up.PrepareForRegistry(head); });
    EXPECT_THAT(consumer.RunOnce(), IsOk());
  }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  FakePeers peers_;
  KeptMailData kept_mails_;
  Erasures erasures_;
  AllPersonData people_{{&kept_mails_, &erasures_}, nullptr};
  RegistryFeed feed_;
  RegistryHandler handler_{peers_, people_, ids_, clock_};
};
WICI_ON_EVERY_ENGINE(RegistryHandlerTest);

TEST_P(RegistryHandlerTest, AContactThatWasDeletedIsErasedOnce) {
  feed_.Add("contact.created", kGone);
  feed_.Add("contact.updated", kStays);
  feed_.Add("cluster.without_manager", "");
  Follow();
  EXPECT_THAT(Held(), ElementsAre(kGone, kStays));
  feed_.Add("contact.deleted", kGone);
  Follow();
  EXPECT_THAT(Held(), ElementsAre(kStays));
  Hold(kGone);
  Follow();
  EXPECT_THAT(Held(), ElementsAre(kGone, kStays)) << "the change has had its effect";
}

TEST_P(RegistryHandlerTest, AContactThatWasMadeAnewUnderItsIdIsNotErasedByALateFeed) {
  Follow();
  feed_.Add("contact.deleted", kGone);
  feed_.Add("contact.created", kGone);
  peers_.AddPerson(kGone, "anew@example.org", "pl");
  Follow();
  EXPECT_THAT(Held(), ElementsAre(kGone, kStays));
}

TEST_P(RegistryHandlerTest, AContactThatWasMadeAnewUnderItsIdIsNotErasedASecondTime) {
  SecondErasures second(database(), peers_, people_, ids_, clock_);
  Follow();
  feed_.Add("contact.deleted", kGone);
  feed_.Add("contact.deleted", kStays);
  Follow();
  EXPECT_THAT(Held(), ::testing::IsEmpty());
  Hold(kGone);
  Hold(kStays);  // of an attempt that was on its way
  peers_.AddPerson(kGone, "anew@example.org", "pl");
  clock_.Advance(kEraseAgainAfter);
  peers_.error = absl::UnavailableError("away");
  EXPECT_FALSE(second.RunOnce().ok());
  peers_.error = absl::OkStatus();
  ASSERT_THAT(second.RunOnce(), IsOk());
  EXPECT_THAT(Held(), ElementsAre(kGone));
}

TEST_P(RegistryHandlerTest, WhereThePlaceIsLostWhoIsGoneIsErased) {
  peers_.AddPerson(kStays, "stays@example.org", "pl");
  feed_.lost = true;
  Follow();
  EXPECT_THAT(Held(), ElementsAre(kStays));
}

// Registration's place is not lost: who is gone there comes with its feed, and so do its events.
TEST_P(RegistryHandlerTest, WhereThePlaceIsLostWhatIsOfRegistrationStaysAsItIs) {
  Hold("persons/p1");
  peers_.AddEvent("events/e1");
  registration::v1::Event moved = peers_.events["events/e1"];
  SetTimestamp(clock_.Now() + absl::Hours(24 * 20), *moved.mutable_start_time());
  SetTimestamp(clock_.Now() + absl::Hours(24 * 20 + 6), *moved.mutable_end_time());
  moved.set_etag("\"9\"");
  EXPECT_THAT(
      database().Write(absl::Now() + absl::Seconds(20),
                       [&](sql::Transaction& tx) { return SetTimers(tx, {moved}, clock_.Now()); }),
      IsOk());
  // Read before the move was committed here.
  registration::v1::Event& read = peers_.events["events/e1"];
  SetTimestamp(clock_.Now() + absl::Hours(24 * 30), *read.mutable_start_time());
  SetTimestamp(clock_.Now() + absl::Hours(24 * 30 + 6), *read.mutable_end_time());
  read.set_etag("\"8\"");
  feed_.lost = true;
  Follow();
  EXPECT_THAT(Held(), ElementsAre("persons/p1"));
  std::vector<DueTimer> due;
  const absl::Time before_start = clock_.Now() + absl::Hours(24 * 19 + 12);
  EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                              [&](sql::Transaction& tx) -> absl::Status {
                                auto listed = ListDueTimers(tx, before_start, 10);
                                if (listed.ok()) due = *std::move(listed);
                                return listed.status();
                              }),
              IsOk());
  EXPECT_THAT(due, ::testing::SizeIs(2)) << "a week and a day before, as it was moved";
}

}  // namespace
}  // namespace wici::notification
