// The end of the waiting list: when the event is over.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/sql/migrate.h"
#include "services/registration/migrations.h"
#include "services/registration/registrations/expiry/expiry_sweep.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

// The event is from 12:00 to 16:00 of 2015-12-18.
class WaitingEndTest : public RegistrationTest {
 protected:
  static constexpr auto kSeated = v1::REGISTRATION_STATE_CONFIRMED;
  static constexpr auto kWaits = v1::REGISTRATION_STATE_WAITLISTED;
  static constexpr auto kOffered = v1::REGISTRATION_STATE_OFFERED;

  // A published event with one seat, which is offered for an hour when it comes free.
  std::string OfferingEvent(v1::OfferExpiry expiry) {
    v1::Event event = Meeting(1, 5, v1::ADMISSION_OPEN);
    event.mutable_offer_duration()->set_seconds(3600);
    event.set_offer_expiry(expiry);
    const std::string name = Create(event)->name();
    EXPECT_THAT(Publish(name), IsOk());
    return name;
  }
  // By the link of their mail.
  absl::StatusOr<v1::Registration> Withdraw(const std::string& registration) {
    v1::CancelOwnRegistrationRequest request;
    request.set_token(LinksOf(registration).manage_token());
    return CancelOwnRegistration(request, "");
  }
};
WICI_ON_EVERY_ENGINE(WaitingEndTest);

TEST_P(WaitingEndTest, WhoWaitsGetsAPlaceUntilTheEventEnds) {
  const std::string event = OpenEvent(1, 5);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  const auto second = SignUp(event, "c@example.org");
  clock().Set(Instant("2015-12-18T15:59:59Z"));
  ASSERT_THAT(Withdraw(seated->name()), IsOk());
  EXPECT_EQ(StateOf(first->name()), kSeated) << "people may come late";
  clock().Set(Instant("2015-12-18T16:00:00Z"));
  ASSERT_THAT(Withdraw(first->name()), IsOk());
  EXPECT_EQ(StateOf(second->name()), kWaits);
  v1::UpdateEventRequest larger;
  larger.mutable_event()->set_name(event);
  larger.mutable_event()->set_capacity(5);
  ASSERT_THAT(UpdateEvent(larger), IsOk());
  AddSession(event, "talk", 5, 12, 13);
  EXPECT_EQ(StateOf(second->name()), kWaits);
  EXPECT_EQ(Get(event)->seats().waitlisted(), 1);
}

TEST_P(WaitingEndTest, TheEndIsThatOfTheEventWhoeverHasMovedIt) {
  const std::string event = OpenEvent(1, 5);
  const auto seated = SignUp(event, "a@example.org");
  const auto waits = SignUp(event, "b@example.org");
  // As a process leaves it that does not know of the column.
  constexpr sql::Query kLeftBehind{"left_behind",
                                   "UPDATE event_seats SET end_at = $2 WHERE event = $1"};
  ASSERT_THAT(database().Write(machine_.Now() + absl::Seconds(10),
                               [&](sql::Transaction& tx) {
                                 return tx.Execute(kLeftBehind, {event, std::int64_t{1}}).status();
                               }),
              IsOk());
  clock().Set(Instant("2015-12-18T15:59:59Z"));
  ASSERT_THAT(Withdraw(seated->name()), IsOk());
  EXPECT_EQ(StateOf(waits->name()), kSeated);
}

TEST_P(WaitingEndTest, AnEventThatIsMovedTakesItsWaitingListAlong) {
  const std::string event = OpenEvent(1, 5);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  const auto second = SignUp(event, "c@example.org");
  v1::RescheduleEventRequest move;
  move.set_name(event);
  *move.mutable_start_time() = At("2015-12-18T09:00:00Z");  // until 13:00
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  clock().Set(Instant("2015-12-18T13:00:00Z"));
  ASSERT_THAT(Withdraw(seated->name()), IsOk());
  EXPECT_EQ(StateOf(first->name()), kWaits);
  *move.mutable_start_time() = At("2015-12-19T09:00:00Z");
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  EXPECT_EQ(StateOf(first->name()), kSeated) << "a seat has been free";
  EXPECT_EQ(StateOf(second->name()), kWaits);
}

TEST_P(WaitingEndTest, AnOfferEndsWithTheEventAndIsTheLast) {
  const std::string event = OfferingEvent(v1::OFFER_EXPIRY_END);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  const auto second = SignUp(event, "c@example.org");
  clock().Set(Instant("2015-12-18T15:30:00Z"));
  ASSERT_THAT(Withdraw(seated->name()), IsOk());
  const auto offered = GetRegistration(first->name());
  ASSERT_EQ(offered->state(), kOffered);
  EXPECT_EQ(TimeOf(offered->expire_time()), Instant("2015-12-18T16:00:00Z"));
  clock().Set(Instant("2015-12-18T16:00:00Z"));
  v1::AcceptOwnOfferRequest accept;
  accept.set_token(LinksOf(first->name()).manage_token());
  EXPECT_THAT(AcceptOwnOffer(accept, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("PLACE_EXPIRED")));
  EXPECT_THAT(service_->services.expiry_sweep().RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(StateOf(first->name()), v1::REGISTRATION_STATE_EXPIRED);
  EXPECT_EQ(StateOf(second->name()), kWaits);
}

TEST_P(WaitingEndTest, AnOfferIsNotAcceptedAfterAnEventThatWasMovedToEarlier) {
  const std::string event = OfferingEvent(v1::OFFER_EXPIRY_END);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  ASSERT_THAT(Withdraw(seated->name()), IsOk());
  ASSERT_EQ(StateOf(first->name()), kOffered);  // until 09:00
  v1::RescheduleEventRequest move;
  move.set_name(event);
  *move.mutable_start_time() = At("2015-12-18T08:10:00Z");
  *move.mutable_end_time() = At("2015-12-18T08:30:00Z");
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  clock().Set(Instant("2015-12-18T08:30:00Z"));
  v1::AcceptOwnOfferRequest accept;
  accept.set_token(LinksOf(first->name()).manage_token());
  EXPECT_THAT(AcceptOwnOffer(accept, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("PLACE_EXPIRED")));
}

TEST_P(WaitingEndTest, AsLongAsAnEventTakesRegistrationsItsWaitingListGoesOn) {
  v1::Event recorded = Meeting(1, 5, v1::ADMISSION_OPEN);
  *recorded.mutable_registration_close_time() = At("2015-12-20T12:00:00Z");
  const std::string event = Create(recorded)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  const auto second = SignUp(event, "c@example.org");
  clock().Set(Instant("2015-12-20T11:59:59Z"));
  ASSERT_THAT(Withdraw(seated->name()), IsOk());
  EXPECT_EQ(StateOf(first->name()), kSeated) << "nobody new overtakes them";
  clock().Set(Instant("2015-12-20T12:00:00Z"));
  ASSERT_THAT(Withdraw(first->name()), IsOk());
  EXPECT_EQ(StateOf(second->name()), kWaits);
}

// The database as it was before the hot row knew the end.
class EventEndMigrationTest : public testing::DatabaseTest {};
WICI_ON_EVERY_ENGINE(EventEndMigrationTest);

TEST_P(EventEndMigrationTest, EventsThereAreGetTheirEnd) {
  constexpr std::size_t kBefore = 9;
  const SystemClock machine;
  ASSERT_EQ(Migrations()[kBefore].name, "0010_event_end.sql");
  ASSERT_THAT(sql::Migrate(database(), Migrations().first(kBefore), machine), IsOk());
  constexpr sql::Query kEvent{"event", R"sql(
    INSERT INTO events (name, revision, state, start_at, end_at, body, created_at, updated_at, series)
    VALUES ($1, 1, 2, 1000, $2, $3, 0, 0, ''))sql"};
  constexpr sql::Query kSeats{"seats", R"sql(
    INSERT INTO event_seats (event, version, state, opens_at, closes_at, approval, admission,
      capacity, waiting_list_capacity, confirmed, waitlisted, pending, checked_in,
      next_waiting_number, held, reserved, categories, limited_sessions, offer_micros,
      offer_requeues, party_limit)
    VALUES ($1, 1, 2, 0, 1000, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0))sql"};
  constexpr sql::Query kEnds{"ends", "SELECT event, end_at FROM event_seats ORDER BY event"};
  const absl::Time deadline = machine.Now() + absl::Seconds(10);
  const auto insert = [&](sql::Transaction& tx) -> absl::Status {
    for (const std::int64_t end : {2000, 3000}) {
      const std::string name = absl::StrCat("events/", end);
      const absl::Status made = tx.Execute(kEvent, {name, end, sql::Bytes{""}}).status();
      if (!made.ok()) return made;
      const absl::Status seats = tx.Execute(kSeats, {name}).status();
      if (!seats.ok()) return seats;
    }
    return absl::OkStatus();
  };
  ASSERT_THAT(database().Write(deadline, insert), IsOk());
  ASSERT_THAT(sql::Migrate(database(), Migrations(), machine), IsOk());
  std::vector<std::pair<std::string, std::int64_t>> ends;
  const auto read = [&](sql::Transaction& tx) -> absl::Status {
    ends.clear();
    const absl::StatusOr<sql::Rows> rows = tx.Execute(kEnds);
    if (!rows.ok()) return rows.status();
    for (const sql::Row& row : *rows) ends.emplace_back(row.Text(0), row.Int(1));
    return absl::OkStatus();
  };
  ASSERT_THAT(database().Read(deadline, read), IsOk());
  EXPECT_THAT(ends, ::testing::ElementsAre(::testing::Pair("events/2000", 2000),
                                           ::testing::Pair("events/3000", 3000)));
}

}  // namespace
}  // namespace wici::registration
