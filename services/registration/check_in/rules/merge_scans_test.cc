// The merge of scans: what counts, which scans contradict each other, and that nothing but the set
// of the scans matters.
#include "services/registration/check_in/rules/merge_scans.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/check_in/testing/scans.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;

constexpr const char* kScannedEvent = "events/e1";
constexpr const char* kWorkshop = "events/e1/sessions/workshop";
constexpr auto kCounted = v1::CHECK_IN_OUTCOME_COUNTED;
const absl::Time kMorning = absl::FromUnixSeconds(1'450'422'000);

TestTicket NewTicket(const std::string& id) {
  TestTicket ticket;
  ticket.registration.set_name(absl::StrCat(kScannedEvent, "/registrations/", id));
  ticket.registration.add_sessions(kWorkshop);
  ticket.holder = "holder-" + id;
  return ticket;
}

void Note(TestTicket& ticket, absl::Time time, v1::RegistrationState state) {
  v1::RegistrationLogEntry& entry = *ticket.log.add_entries();
  SetTimestamp(time, *entry.mutable_entry_time());
  entry.set_state(state);
}

class MergeScansTest : public ::testing::Test {
 protected:
  MergeScansTest() { Note(ticket_, kMorning - absl::Hours(24), v1::REGISTRATION_STATE_CONFIRMED); }

  // A scan of the ticket `seconds` into the morning, the next of its gate.
  v1::DoorScan At(std::int64_t seconds, const std::string& gate = "A",
                  v1::ScanDirection direction = v1::SCAN_DIRECTION_ENTRY) {
    v1::DoorScan scan;
    scan.set_registration(ticket_.registration.name());
    scan.set_list(kScannedEvent);
    scan.set_gate(gate);
    scan.set_sequence(++sequence_);
    scan.set_direction(direction);
    scan.set_holder(ticket_.holder);
    SetTimestamp(kMorning + absl::Seconds(seconds), *scan.mutable_scan_time());
    return scan;
  }
  v1::DoorScan ExitAt(std::int64_t seconds, const std::string& gate = "A") {
    return At(seconds, gate, v1::SCAN_DIRECTION_EXIT);
  }
  v1::DoorScan UndoAt(std::int64_t seconds) {
    v1::DoorScan scan = At(seconds, "", v1::SCAN_DIRECTION_UNDO);
    scan.set_online(true);
    return scan;
  }
  MergedScans Merge(const std::vector<v1::DoorScan>& scans) {
    return MergeScans({ticket_.registration, ticket_.log, ticket_.holder, closes_}, scans);
  }
  // The one attendance they come to.
  v1::Attendance AttendanceOf(const std::vector<v1::DoorScan>& scans) {
    const MergedScans merged = Merge(scans);
    EXPECT_EQ(merged.attendances.size(), 1u);
    return merged.attendances[0];
  }

  TestTicket ticket_ = NewTicket("r1");
  absl::Time closes_ = kMorning + absl::Hours(12);
  std::int64_t sequence_ = 0;
};

TEST_F(MergeScansTest, AnEntryCountsOutsideAndAnExitInside) {
  const std::vector<v1::DoorScan> scans = {At(0), At(300), ExitAt(600), ExitAt(601, "B"),
                                           At(900, "B")};
  const MergedScans merged = Merge(scans);
  EXPECT_THAT(merged.outcomes, ElementsAre(kCounted, v1::CHECK_IN_OUTCOME_ALREADY_IN, kCounted,
                                           v1::CHECK_IN_OUTCOME_NOT_INSIDE, kCounted));
  const v1::Attendance& attendance = merged.attendances[0];
  EXPECT_TRUE(attendance.inside());
  EXPECT_EQ(attendance.first_entry().sequence(), scans[0].sequence());
  ASSERT_EQ(attendance.gates_size(), 2);
  EXPECT_EQ(attendance.gates(0).entries(), 1);
  EXPECT_EQ(attendance.gates(0).exits(), 1);
  EXPECT_EQ(attendance.gates(1).gate(), "B");
  EXPECT_EQ(attendance.gates(1).entries(), 1);
  EXPECT_EQ(attendance.conflicts_size(), 0);
}

TEST_F(MergeScansTest, NoScansAreNoAttendance) { EXPECT_TRUE(Merge({}).attendances.empty()); }

TEST_F(MergeScansTest, EveryListStandsForItself) {
  v1::DoorScan workshop = At(60);
  workshop.set_list(kWorkshop);
  const MergedScans merged = Merge({At(0), workshop});
  EXPECT_THAT(merged.outcomes, ElementsAre(kCounted, kCounted));
  ASSERT_EQ(merged.attendances.size(), 2u);
  EXPECT_EQ(merged.attendances[1].list(), kWorkshop);
}

TEST_F(MergeScansTest, ASessionThatIsGivenUpAndTakenAgainCountsWhileThePersonHadIt) {
  std::vector<v1::DoorScan> scans = {At(60), At(600), At(1200)};
  for (v1::DoorScan& scan : scans) scan.set_list(kWorkshop);
  scans.push_back(scans[2]);
  scans[3].set_direction(v1::SCAN_DIRECTION_EXIT);
  EXPECT_THAT(Merge({scans[0]}).outcomes, ElementsAre(kCounted));
  Note(ticket_, kMorning + absl::Seconds(300), v1::REGISTRATION_STATE_CONFIRMED);
  ticket_.log.mutable_entries()->rbegin()->add_dropped_sessions(kWorkshop);
  ticket_.registration.clear_sessions();
  EXPECT_THAT(Merge({scans[0], scans[1]}).outcomes,
              ElementsAre(kCounted, v1::CHECK_IN_OUTCOME_NOT_ON_LIST));
  EXPECT_TRUE(AttendanceOf({scans[0], scans[1]}).inside());
  EXPECT_THAT(Merge({scans[0], scans[3]}).outcomes, ElementsAre(kCounted, kCounted));
  Note(ticket_, kMorning + absl::Seconds(900), v1::REGISTRATION_STATE_CONFIRMED);
  ticket_.log.mutable_entries()->rbegin()->add_added_sessions(kWorkshop);
  ticket_.registration.add_sessions(kWorkshop);
  EXPECT_THAT(Merge({scans[1], scans[2]}).outcomes,
              ElementsAre(v1::CHECK_IN_OUTCOME_NOT_ON_LIST, kCounted));
}

TEST_F(MergeScansTest, AnUndoTakesBackWhatWasBeforeIt) {
  const v1::DoorScan early = At(0);
  const v1::DoorScan undo = UndoAt(60);
  EXPECT_FALSE(AttendanceOf({early, undo}).has_first_entry());
  EXPECT_FALSE(AttendanceOf({undo, early}).inside());
  EXPECT_EQ(AttendanceOf({early, undo}).gates_size(), 0);
  const v1::DoorScan late = At(120);
  EXPECT_EQ(AttendanceOf({late, undo, early}).first_entry().sequence(), late.sequence());
}

TEST_F(MergeScansTest, AtOneInstantTheServiceComesFirstInItsOwnOrder) {
  v1::DoorScan entry = At(0, "Z");
  entry.set_online(true);
  const v1::DoorScan undo = UndoAt(0);
  EXPECT_FALSE(AttendanceOf({undo, entry}).inside());
  EXPECT_TRUE(AttendanceOf({undo, At(0)}).inside());
}

TEST_F(MergeScansTest, OneTicketAtTwoGatesWithinAMinuteIsAConflictOfBothScans) {
  const v1::DoorScan first = At(0, "A");
  const v1::DoorScan second = At(59, "B");
  const v1::Attendance attendance = AttendanceOf({second, first});
  ASSERT_EQ(attendance.conflicts_size(), 1);
  EXPECT_EQ(attendance.conflicts(0).kind(), v1::CHECK_IN_CONFLICT_KIND_TWO_GATES);
  EXPECT_EQ(attendance.conflicts(0).scan().SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(attendance.conflicts(0).other().SerializeAsString(), second.SerializeAsString());
  EXPECT_TRUE(attendance.inside());

  EXPECT_EQ(AttendanceOf({first, At(60, "B")}).conflicts_size(), 0);
  EXPECT_EQ(AttendanceOf({first, At(5, "A")}).conflicts_size(), 0);
  EXPECT_EQ(AttendanceOf({first, ExitAt(5, "A"), At(20, "B")}).conflicts_size(), 0);
}

TEST_F(MergeScansTest, AnExitBeforeTheEntryIsAConflict) {
  const v1::DoorScan exit = ExitAt(0);
  v1::Attendance attendance = AttendanceOf({exit});
  ASSERT_EQ(attendance.conflicts_size(), 1);
  EXPECT_EQ(attendance.conflicts(0).kind(), v1::CHECK_IN_CONFLICT_KIND_EXIT_BEFORE_ENTRY);
  EXPECT_FALSE(attendance.conflicts(0).has_other());
  const v1::DoorScan entry = At(30);
  attendance = AttendanceOf({entry, exit});
  ASSERT_EQ(attendance.conflicts_size(), 1);
  EXPECT_EQ(attendance.conflicts(0).other().sequence(), entry.sequence());
  EXPECT_TRUE(attendance.inside());
}

TEST_F(MergeScansTest, WhatWasCancelledBeforeTheScanIsAConflictAndWhatWasLaterIsNone) {
  Note(ticket_, kMorning + absl::Seconds(100), v1::REGISTRATION_STATE_CANCELLED);
  const MergedScans merged = Merge({At(200), At(50)});
  EXPECT_THAT(merged.outcomes, ElementsAre(v1::CHECK_IN_OUTCOME_CANCELLED, kCounted));
  ASSERT_EQ(merged.attendances[0].conflicts_size(), 1);
  EXPECT_EQ(merged.attendances[0].conflicts(0).kind(), v1::CHECK_IN_CONFLICT_KIND_CANCELLED);
  EXPECT_TRUE(merged.attendances[0].inside());
}

TEST_F(MergeScansTest, TheCodeOfAFormerHolderIsAConflict) {
  v1::DoorScan former = At(0);
  former.set_holder("somebody else");
  const MergedScans merged = Merge({former});
  EXPECT_THAT(merged.outcomes, ElementsAre(v1::CHECK_IN_OUTCOME_SUPERSEDED));
  ASSERT_EQ(merged.attendances[0].conflicts_size(), 1);
  EXPECT_EQ(merged.attendances[0].conflicts(0).kind(), v1::CHECK_IN_CONFLICT_KIND_SUPERSEDED);
  former.clear_holder();  // by name
  EXPECT_THAT(Merge({former}).outcomes, ElementsAre(kCounted));
  // Or the registration itself went on to another one.
  Note(ticket_, kMorning + absl::Seconds(10), v1::REGISTRATION_STATE_CANCELLED);
  ticket_.log.mutable_entries()->rbegin()->set_kind("transferred");
  EXPECT_THAT(Merge({At(5), At(20)}).outcomes,
              ElementsAre(kCounted, v1::CHECK_IN_OUTCOME_SUPERSEDED));
}

TEST_F(MergeScansTest, TheTicketMustHoldAtTheTimeOfTheScan) {
  TestTicket waiting = NewTicket("r2");
  Note(waiting, kMorning, v1::REGISTRATION_STATE_WAITLISTED);
  Note(waiting, kMorning + absl::Seconds(100), v1::REGISTRATION_STATE_CONFIRMED);
  ticket_ = waiting;
  EXPECT_THAT(Merge({At(-1), At(99), At(100)}).outcomes,
              ElementsAre(v1::CHECK_IN_OUTCOME_NOT_CONFIRMED, v1::CHECK_IN_OUTCOME_NOT_CONFIRMED,
                          kCounted));
  v1::DoorScan other = At(200);
  other.set_list("events/e1/sessions/other");
  EXPECT_THAT(Merge({other}).outcomes, ElementsAre(v1::CHECK_IN_OUTCOME_NOT_ON_LIST));
  closes_ = kMorning + absl::Seconds(300);
  EXPECT_THAT(Merge({At(299), At(300), ExitAt(400)}).outcomes,
              ElementsAre(kCounted, v1::CHECK_IN_OUTCOME_EVENT_OVER, kCounted));
}

TEST_F(MergeScansTest, AClockThatWentBackShowsBetweenNeighboursOfOneGate) {
  const v1::DoorScan first = At(100);
  const v1::DoorScan next = At(40);
  const auto skew = FindSkew(first, next);
  ASSERT_TRUE(skew.has_value());
  EXPECT_EQ(skew->kind(), v1::CHECK_IN_CONFLICT_KIND_CLOCK_SKEW);
  EXPECT_EQ(skew->scan().sequence(), first.sequence());
  EXPECT_EQ(skew->other().sequence(), next.sequence());
  EXPECT_FALSE(FindSkew(next, first).has_value());
  EXPECT_FALSE(FindSkew(At(100), At(100)).has_value());
  const v1::DoorScan one = At(100);
  EXPECT_FALSE(FindSkew(one, At(40, "B")).has_value());
  EXPECT_FALSE(FindSkew(one, At(40)).has_value());  // not the next
}

// The property: a store that takes scans in any order, in any cut and repeated, and merges what it
// has after each upload, ends with the same.
TEST_F(MergeScansTest, AnyOrderOfUploadsGivesTheSameResult) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    TestTickets tickets;
    for (int i = 0; i < 8; ++i) {
      TestTicket ticket = NewTicket(absl::StrCat("r", i));
      Note(ticket, kMorning - absl::Hours(1), v1::REGISTRATION_STATE_CONFIRMED);
      if (i % 4 == 0) {
        Note(ticket, kMorning + absl::Minutes(5), v1::REGISTRATION_STATE_CANCELLED);
      }
      tickets[ticket.registration.name()] = ticket;
    }
    const std::vector<v1::DoorScan> scans =
        RandomScans(random, 150, tickets, {kScannedEvent, kWorkshop}, kMorning);
    const Attendances expected = MergeAll(scans, tickets, closes_);

    std::vector<v1::DoorScan> sent = scans;
    for (int i = 0; i < 60; ++i) sent.push_back(scans[random() % scans.size()]);
    std::shuffle(sent.begin(), sent.end(), random);
    std::map<std::pair<std::string, std::int64_t>, v1::DoorScan> kept;
    Attendances result;
    for (std::size_t at = 0; at < sent.size();) {
      const std::size_t end = std::min(sent.size(), at + 1 + random() % 40);
      for (; at < end; ++at) kept.try_emplace({sent[at].gate(), sent[at].sequence()}, sent[at]);
      std::vector<v1::DoorScan> all;
      for (const auto& [key, scan] : kept) all.push_back(scan);
      result = MergeAll(all, tickets, closes_);
    }
    ASSERT_EQ(result.size(), expected.size());
    for (const auto& [key, attendance] : expected) {
      EXPECT_EQ(result.at(key).SerializeAsString(), attendance.SerializeAsString())
          << "seed " << seed << ", " << key.second << " at " << key.first;
    }
  }
}

}  // namespace
}  // namespace wici::registration
