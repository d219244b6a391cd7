#include "services/registration/registrations/rules/calendar_entry.h"

#include <string>

#include "gtest/gtest.h"

namespace wici::registration {
namespace {

class CalendarEntryTest : public ::testing::Test {
 protected:
  static v1::Registration Of(const std::string& person, const std::string& invitation = "") {
    v1::Registration registration;
    registration.set_person(person);
    registration.set_invitation(invitation);
    return registration;
  }
  // What it adds to the SEQUENCE once it is in `state`.
  int Step(v1::Registration& registration, v1::RegistrationState state) {
    const v1::RegistrationState from = registration.state();
    registration.set_state(state);
    CountCalendarChange(from, floor_, registration);
    return registration.calendar_changes();
  }

  std::int64_t floor_ = 0;
};

TEST_F(CalendarEntryTest, OnlyWhatTheCalendarShowsIsCounted) {
  v1::Registration one = Of("persons/a");
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_PENDING_APPROVAL), 0);
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_WAITLISTED), 0);
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_OFFERED), 0);
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_CONFIRMED), 1);
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_UNDER_REVIEW), 1);
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_CONFIRMED), 1);
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_CHECKED_IN), 1);
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_CONFIRMED), 1);
  EXPECT_EQ(Step(one, v1::REGISTRATION_STATE_WITHDRAWN), 2);
}

TEST_F(CalendarEntryTest, WhoWasInvitedHasAnEntryAlready) {
  v1::Registration invited = Of("clusters/c/contacts/a", "events/e/invitations/i");
  EXPECT_EQ(Step(invited, v1::REGISTRATION_STATE_WAITLISTED), 1);
  EXPECT_TRUE(IsInCalendars(invited, invited.state()));
  EXPECT_FALSE(IsInCalendars(Of("persons/a"), v1::REGISTRATION_STATE_WAITLISTED));
  EXPECT_TRUE(IsInCalendars(Of("persons/a"), v1::REGISTRATION_STATE_CONFIRMED));
}

TEST_F(CalendarEntryTest, WhoComesBackBeginsAboveWhatTheyHad) {
  v1::Registration first = Of("persons/a");
  Step(first, v1::REGISTRATION_STATE_CONFIRMED);
  const int ended = Step(first, v1::REGISTRATION_STATE_WITHDRAWN);
  v1::Registration again = Of("persons/b");
  EXPECT_GT(Step(again, v1::REGISTRATION_STATE_CONFIRMED), ended);
}

TEST_F(CalendarEntryTest, DroppedSessionsAreRememberedAndNoMoreThanAHundred) {
  v1::Registration before = Of("persons/a");
  before.add_sessions("events/e/sessions/a");
  v1::Registration after = before;
  CountSessionChoice(before, after);
  EXPECT_EQ(after.calendar_changes(), 0) << "the same choice";
  for (int i = 0; i < 200; ++i) {
    after.set_sessions(0, "events/e/sessions/" + std::to_string(i));
    CountSessionChoice(before, after);
    before = after;
  }
  EXPECT_EQ(after.calendar_changes(), 200);
  EXPECT_EQ(after.dropped_sessions_size(), 100);
  EXPECT_EQ(after.dropped_sessions(99), "events/e/sessions/198");
  after.set_sessions(0, "events/e/sessions/198");
  CountSessionChoice(before, after);
  EXPECT_EQ(after.dropped_sessions(99), "events/e/sessions/199");
  EXPECT_EQ(after.dropped_sessions_size(), 100);
}

TEST_F(CalendarEntryTest, WhatWasInNoCalendarMovesNothing) {
  v1::Registration held = Of("persons/a");
  Step(held, v1::REGISTRATION_STATE_HELD);
  Step(held, v1::REGISTRATION_STATE_EXPIRED);
  EXPECT_EQ(floor_, 0);
  v1::Registration completed = Of("persons/b");
  Step(completed, v1::REGISTRATION_STATE_HELD);
  EXPECT_EQ(Step(completed, v1::REGISTRATION_STATE_CONFIRMED), 0) << "the first they hear of it";
}

TEST_F(CalendarEntryTest, APlaceBesideOnesOwnIsNoEntryOfItsOwn) {
  v1::Registration ticket = Of("clusters/c/contacts/a", "events/e/invitations/i");
  ticket.set_plus_one(true);
  EXPECT_FALSE(IsInCalendars(ticket, v1::REGISTRATION_STATE_CONFIRMED));
  ticket.set_person("persons/b");
  EXPECT_TRUE(IsInCalendars(ticket, v1::REGISTRATION_STATE_CONFIRMED));
  EXPECT_FALSE(IsInCalendars(ticket, v1::REGISTRATION_STATE_WAITLISTED));
  EXPECT_EQ(Step(ticket, v1::REGISTRATION_STATE_CONFIRMED), 0);
}

}  // namespace
}  // namespace wici::registration
