// Scans of scanners without network, over gRPC and on both engines: what they come to, what is
// refused, and that order, cut and repetition do not matter.
#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/check_in/testing/scans.h"
#include "services/registration/names.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr const char* kUploadId = "0c6f7a3e-0f0b-4f3d-8a51-5d6f6f0f4c22";
constexpr auto kIn = v1::CHECK_IN_OUTCOME_COUNTED;

// Counts the statements that reach a database.
class CountingDatabase final : public sql::Database {
 public:
  explicit CountingDatabase(sql::Database& database) : database_(database) {}
  // Since the last time.
  int Take() { return count_.exchange(0); }

  absl::Status Write(absl::Time deadline, const Body& body) override {
    return database_.Write(deadline, [&](sql::Transaction& tx) { return Run(tx, body); });
  }
  absl::Status Read(absl::Time deadline, const Body& body) override {
    return database_.Read(deadline, [&](sql::Transaction& tx) { return Run(tx, body); });
  }
  sql::Engine engine() const override { return database_.engine(); }

 private:
  struct Counted final : sql::Transaction {
    Counted(sql::Transaction& tx_in, std::atomic<int>& count_in) : tx(tx_in), count(count_in) {}
    absl::StatusOr<sql::Rows> Execute(const sql::Query& query,
                                      absl::Span<const sql::Value> values) override {
      ++count;
      return tx.Execute(query, values);
    }
    absl::StatusOr<sql::Rows> InsertMany(const sql::Query& prefix, std::string_view suffix,
                                         absl::Span<const std::vector<sql::Value>> rows) override {
      ++count;
      return tx.InsertMany(prefix, suffix, rows);
    }
    absl::StatusOr<sql::Rows> SelectMany(const sql::Query& prefix, std::string_view suffix,
                                         absl::Span<const std::vector<sql::Value>> keys) override {
      ++count;
      return tx.SelectMany(prefix, suffix, keys);
    }
    sql::Engine engine() const override { return tx.engine(); }
    sql::Transaction& tx;
    std::atomic<int>& count;
  };
  absl::Status Run(sql::Transaction& tx, const Body& body) {
    Counted counted(tx, count_);
    return body(counted);
  }

  sql::Database& database_;
  std::atomic<int> count_{0};
};

class BatchCheckInTest : public RegistrationTest {
 protected:
  // A scan by name, `minutes` from now by the clock of its gate.
  v1::Scan ScanOf(const std::string& registration, const std::string& gate, std::int64_t sequence,
                  std::int64_t minutes, v1::ScanDirection direction = v1::SCAN_DIRECTION_ENTRY) {
    v1::Scan scan;
    scan.set_gate(gate);
    scan.set_sequence(sequence);
    scan.set_registration(registration);
    SetTimestamp(clock().Now() + absl::Minutes(minutes), *scan.mutable_scan_time());
    scan.set_direction(direction);
    return scan;
  }
  absl::StatusOr<v1::BatchCheckInResponse> Upload(const std::string& event,
                                                  const std::vector<v1::Scan>& scans) {
    v1::BatchCheckInRequest request;
    request.set_parent(event);
    *request.mutable_scans() = {scans.begin(), scans.end()};
    return BatchCheckIn(request, Door());
  }
  std::vector<v1::CheckInOutcome> OutcomesOf(const std::string& event,
                                             const std::vector<v1::Scan>& scans) {
    const auto response = Upload(event, scans);
    EXPECT_THAT(response, IsOk());
    std::vector<v1::CheckInOutcome> outcomes;
    if (!response.ok()) return outcomes;
    for (const auto& result : response->results()) outcomes.push_back(result.outcome());
    return outcomes;
  }
  // Everything stored of an event.
  Attendances StoredOf(const std::string& event, const std::vector<std::string>& lists) {
    Attendances stored;
    for (const std::string& list : lists) {
      v1::ListAttendancesRequest request;
      request.set_parent(event);
      request.set_page_size(7);
      if (list != event) request.set_list(list);
      do {
        const auto page = ListAttendances(request, Door());
        EXPECT_THAT(page, IsOk());
        if (!page.ok()) break;
        for (const v1::Attendance& attendance : page->attendances()) {
          stored[{list, attendance.registration()}] = attendance;
        }
        request.set_page_token(page->next_page_token());
      } while (!request.page_token().empty());
    }
    return stored;
  }
  TestTicket TicketOf(const std::string& name) {
    TestTicket ticket;
    ticket.registration = *GetRegistration(name);
    v1::GetRegistrationLogRequest request;
    request.set_name(name);
    ticket.log = *GetRegistrationLog(request);
    ticket.holder = TicketHolder(ticket.registration.person());
    return ticket;
  }
  absl::Time CloseTimeOf(const std::string& event) {
    v1::GetCheckInManifestRequest request;
    request.set_parent(event);
    return TimeOf(GetCheckInManifest(request, Door())->close_time());
  }
  // The live counts of an event are those of `attendances`.
  void ExpectCounts(const std::string& event, const Attendances& attendances) {
    using Counts = std::map<std::string, std::vector<std::int64_t>>;  // of "list gate"
    Counts expected;
    const auto at = [&expected](const std::string& list, const std::string& gate) -> auto& {
      std::vector<std::int64_t>& counts = expected[absl::StrCat(list, " ", gate)];
      counts.resize(4);
      return counts;
    };
    for (const auto& [key, attendance] : attendances) {
      const std::string list = key.first == event ? "" : IdOf(key.first);
      for (const v1::Attendance::Gate& gate : attendance.gates()) {
        at(list, gate.gate())[0] += gate.entries();
        at(list, gate.gate())[1] += gate.exits();
      }
      at(list, "")[2] += attendance.inside() ? 1 : 0;
      at(list, "")[3] += attendance.has_first_entry() ? 1 : 0;
    }
    static constexpr sql::Query kCounts{
        "counts",
        "SELECT list, gate, entries, exits, inside, came FROM check_in_counts WHERE event = $1"};
    Counts stored;
    ASSERT_THAT(database().Read(machine_.Now() + absl::Seconds(10),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                                                        tx.Execute(kCounts, {event}));
                                  for (const sql::Row& row : rows) {
                                    stored[absl::StrCat(row.Text(0), " ", row.Text(1))] = {
                                        row.Int(2), row.Int(3), row.Int(4), row.Int(5)};
                                  }
                                  return absl::OkStatus();
                                }),
                IsOk());
    for (Counts* counts : {&stored, &expected}) {
      std::erase_if(*counts,
                    [](const auto& one) { return one.second == std::vector<std::int64_t>(4); });
    }
    EXPECT_EQ(stored, expected);
  }
  // As a scanner sends it.
  v1::Scan SentAs(const v1::DoorScan& scan) {
    v1::Scan sent;
    sent.set_gate(scan.gate());
    sent.set_sequence(scan.sequence());
    if (scan.holder().empty()) {
      sent.set_registration(scan.registration());
    } else {
      sent.set_check_in_token(tokens_.at(scan.registration()));
    }
    *sent.mutable_scan_time() = scan.scan_time();
    if (scan.list() != EventOf(scan.registration())) sent.set_list(scan.list());
    sent.set_direction(scan.direction());
    return sent;
  }

  std::map<std::string, std::string> tokens_;  // registration -> code
};

WICI_ON_EVERY_ENGINE(BatchCheckInTest);

TEST_P(BatchCheckInTest, ScansOfAGateWithoutNetworkCheckPeopleIn) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  const std::string other = SignUp(event, "b@example.org")->name();
  clock().Advance(absl::Hours(1));
  v1::Scan by_code = ScanOf(name, "Brama Łódzka", 1, -30);
  by_code.set_check_in_token(LinksOf(name).check_in_token());
  EXPECT_THAT(OutcomesOf(event, {by_code, ScanOf(name, "Brama Łódzka", 2, -20),
                                 ScanOf(other, "Brama Łódzka", 3, -10),
                                 ScanOf(other, "Brama Łódzka", 4, -5, v1::SCAN_DIRECTION_EXIT)}),
              ElementsAre(kIn, v1::CHECK_IN_OUTCOME_ALREADY_IN, kIn, kIn));
  EXPECT_EQ(Get(event)->seats().checked_in(), 2);
  const auto in = GetRegistration(name);
  EXPECT_EQ(in->state(), v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_EQ(TimeOf(in->check_in_time()), clock().Now() - absl::Minutes(30));
  // An earlier scan that comes later moves the first entry.
  EXPECT_THAT(OutcomesOf(event, {ScanOf(name, "B", 1, -40)}), ElementsAre(kIn));
  EXPECT_EQ(TimeOf(GetRegistration(name)->check_in_time()), clock().Now() - absl::Minutes(40));
  EXPECT_EQ(Get(event)->seats().checked_in(), 2);
}

TEST_P(BatchCheckInTest, SendingScansAgainChangesNothing) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  clock().Advance(absl::Hours(1));
  const std::vector<v1::Scan> scans = {ScanOf(name, "A", 1, -30), ScanOf(name, "B", 1, -10)};
  ASSERT_THAT(Upload(event, scans), IsOk());
  const std::int64_t version = Get(event)->seats().version();
  const std::size_t changes = Changes().size();
  EXPECT_THAT(OutcomesOf(event, {scans[1], scans[0], scans[1]}),
              ElementsAre(v1::CHECK_IN_OUTCOME_ALREADY_IN, kIn, v1::CHECK_IN_OUTCOME_ALREADY_IN));
  EXPECT_EQ(Get(event)->seats().version(), version);
  EXPECT_EQ(Changes().size(), changes);
}

TEST_P(BatchCheckInTest, TheSameRequestGetsTheSameAnswer) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  v1::BatchCheckInRequest request;
  request.set_parent(event);
  request.set_request_id(kUploadId);
  *request.add_scans() = ScanOf(name, "A", 1, 0);
  const auto first = BatchCheckIn(request, Door());
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Upload(event, {ScanOf(name, "B", 1, 0)}), IsOk());
  const auto again = BatchCheckIn(request, Door());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  request.mutable_scans(0)->set_sequence(2);
  EXPECT_THAT(BatchCheckIn(request, Door()),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

TEST_P(BatchCheckInTest, WhatCannotBeKeptSaysWhy) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  const std::string elsewhere = SignUp(OpenEvent(1), "a@example.org")->name();
  v1::Scan unknown = ScanOf(name, "A", 1, 0);
  unknown.set_check_in_token("no-code");
  v1::Scan wrong = ScanOf(name, "A", 2, 0);
  wrong.set_check_in_token(LinksOf(elsewhere).check_in_token());
  EXPECT_THAT(
      OutcomesOf(event,
                 {unknown, wrong, ScanOf(event + "/registrations/none", "A", 3, 0),
                  ScanOf(name, "A", 4, 3), ScanOf(name, "A", 5, 2), ScanOf(name, "A", 5, 1)}),
      ElementsAre(v1::CHECK_IN_OUTCOME_UNKNOWN_CODE, v1::CHECK_IN_OUTCOME_WRONG_EVENT,
                  v1::CHECK_IN_OUTCOME_UNKNOWN_REGISTRATION, v1::CHECK_IN_OUTCOME_TIME_AHEAD, kIn,
                  v1::CHECK_IN_OUTCOME_SEQUENCE_REUSED));
  // The number of a scan that was not kept is free, and later its time has come.
  clock().Advance(absl::Minutes(5));
  EXPECT_THAT(OutcomesOf(event, {ScanOf(name, "A", 4, -2)}),
              ElementsAre(v1::CHECK_IN_OUTCOME_ALREADY_IN));
}

TEST_P(BatchCheckInTest, AConflictShowsBothScans) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  const std::string other = SignUp(event, "b@example.org")->name();
  clock().Advance(absl::Hours(2));
  const auto first = Upload(event, {ScanOf(name, "A", 1, -60)});
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->results(0).conflict());
  const auto second = Upload(event, {ScanOf(name, "B", 1, -60), ScanOf(other, "A", 2, -70)});
  ASSERT_THAT(second, IsOk());
  EXPECT_TRUE(second->results(0).conflict());
  EXPECT_TRUE(second->results(1).conflict());
  v1::ListAttendancesRequest request;
  request.set_parent(event);
  request.set_selection(v1::ATTENDANCE_SELECTION_CONFLICTS);
  const auto found = ListAttendances(request, Door());
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->attendances_size(), 2);
  const v1::CheckInConflict& gates = found->attendances(0).conflicts(0);
  EXPECT_EQ(gates.kind(), v1::CHECK_IN_CONFLICT_KIND_TWO_GATES);
  EXPECT_EQ(gates.scan().gate(), "A");
  EXPECT_EQ(gates.other().gate(), "B");
  const v1::CheckInConflict& skew = found->attendances(1).conflicts(0);
  EXPECT_EQ(skew.kind(), v1::CHECK_IN_CONFLICT_KIND_CLOCK_SKEW);
  EXPECT_EQ(skew.scan().registration(), name);
  EXPECT_EQ(skew.other().registration(), other);
}

TEST_P(BatchCheckInTest, AScanFromBeforeACancellationCountsAndOneFromAfterIsAConflict) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  clock().Advance(absl::Hours(1));
  ASSERT_THAT(CancelRegistration(name), IsOk());
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(OutcomesOf(event, {ScanOf(name, "A", 1, -90), ScanOf(name, "A", 2, -30)}),
              ElementsAre(kIn, v1::CHECK_IN_OUTCOME_CANCELLED));
  EXPECT_EQ(StateOf(name), v1::REGISTRATION_STATE_CANCELLED);
  EXPECT_EQ(Get(event)->seats().checked_in(), 0);
  const Attendances stored = StoredOf(event, {event});
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored.begin()->second.conflicts(0).kind(), v1::CHECK_IN_CONFLICT_KIND_CANCELLED);
}

TEST_P(BatchCheckInTest, AScanCountsTheSameBeforeAndAfterItsSessionIsGivenUp) {
  const std::string event = OpenEvent(5);
  const std::string workshop = AddSession(event, "workshop", 5, 12, 14);
  const std::string early = SignUp(event, "a@example.org", "", {workshop})->name();
  const std::string late = SignUp(event, "b@example.org", "", {workshop})->name();
  const auto of_workshop = [&](v1::Scan scan) {
    scan.set_list(workshop);
    return scan;
  };
  clock().Advance(absl::Hours(1));
  EXPECT_THAT(OutcomesOf(event, {of_workshop(ScanOf(early, "W", 1, -30))}), ElementsAre(kIn));
  for (const std::string& name : {early, late}) {
    v1::UpdateOwnRegistrationRequest drop;
    drop.set_token(LinksOf(name).manage_token());
    drop.mutable_update_mask()->add_paths("sessions");
    ASSERT_THAT(UpdateOwnRegistration(drop, ""), IsOk());
  }
  EXPECT_THAT(OutcomesOf(event, {of_workshop(ScanOf(late, "W", 2, -30))}), ElementsAre(kIn));
  clock().Advance(absl::Hours(1));
  constexpr auto kExit = v1::SCAN_DIRECTION_EXIT;
  EXPECT_THAT(OutcomesOf(event, {of_workshop(ScanOf(early, "W", 3, -20, kExit)),
                                 of_workshop(ScanOf(late, "W", 4, -10))}),
              ElementsAre(kIn, v1::CHECK_IN_OUTCOME_NOT_ON_LIST));
  const Attendances stored = StoredOf(event, {workshop});
  ASSERT_EQ(stored.size(), 2u);
  for (const std::string& name : {early, late}) {
    const v1::Attendance& attendance = stored.at({workshop, name});
    EXPECT_TRUE(attendance.has_first_entry()) << name;
    EXPECT_EQ(attendance.inside(), name == late) << name;
  }
}

TEST_P(BatchCheckInTest, AnUndoAlsoTakesBackScansThatArriveLater) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  clock().Advance(absl::Hours(1));
  v1::CheckInRequest in;
  in.set_parent(event);
  in.set_registration(name);
  ASSERT_THAT(CheckIn(in, Door()), IsOk());
  v1::UndoCheckInRequest undo;
  undo.set_name(name);
  ASSERT_THAT(UndoCheckIn(undo, Door()), IsOk());
  clock().Advance(absl::Hours(1));
  ASSERT_THAT(Upload(event, {ScanOf(name, "A", 1, -90)}), IsOk());
  EXPECT_EQ(StateOf(name), v1::REGISTRATION_STATE_CONFIRMED);
  ASSERT_THAT(Upload(event, {ScanOf(name, "A", 2, -30)}), IsOk());
  EXPECT_EQ(StateOf(name), v1::REGISTRATION_STATE_CHECKED_IN);
}

TEST_P(BatchCheckInTest, ABadUploadLearnsEveryViolationAndKeepsNothing) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  v1::Scan wrong = ScanOf("events/other/registrations/r1", "", 0, 0, v1::SCAN_DIRECTION_UNDO);
  wrong.clear_scan_time();
  wrong.set_list("events/other/sessions/s1");
  EXPECT_THAT(
      Upload(event, {ScanOf(name, "A", 1, 0), wrong}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               ::testing::AllOf(HasViolation("scans[1].gate"), HasViolation("scans[1].sequence"),
                                HasViolation("scans[1].registration"),
                                HasViolation("scans[1].scan_time"), HasViolation("scans[1].list"),
                                HasViolation("scans[1].direction"))));
  EXPECT_THAT(Upload(event, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("scans")));
  EXPECT_THAT(Upload(event, std::vector<v1::Scan>(1001, ScanOf(name, "A", 1, 0))),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("scans")));
  EXPECT_TRUE(StoredOf(event, {event}).empty());
  EXPECT_THAT(Upload("events/none", {ScanOf("events/none/registrations/r1", "A", 1, 0)}),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(Upload(event, {ScanOf(name, "A", 1, 0)}),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(BatchCheckInTest, ScansOfARegistrationAndGatesOfAnEventHaveABound) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  std::vector<v1::Scan> scans;
  for (int i = 1; i <= 501; ++i) scans.push_back(ScanOf(name, "A", i, 0));
  const std::vector<v1::CheckInOutcome> outcomes = OutcomesOf(event, scans);
  ASSERT_EQ(outcomes.size(), 501u);
  EXPECT_EQ(outcomes[499], v1::CHECK_IN_OUTCOME_ALREADY_IN);
  EXPECT_EQ(outcomes[500], v1::CHECK_IN_OUTCOME_TOO_MANY_SCANS);

  std::vector<std::string> names;
  const std::string crowded = OpenEvent(5);
  for (int i = 0; i < 3; ++i) {
    names.push_back(SignUp(crowded, absl::StrCat(i, "@example.org"))->name());
  }
  scans.clear();
  clock().Advance(absl::Hours(1));
  // Each goes in at one gate and out at the next, so that every gate counts something.
  for (int i = 0; i < 999; ++i) {
    v1::Scan scan = ScanOf(names[static_cast<std::size_t>(i % 3)], absl::StrCat("gate ", i), 1, 0,
                           i / 3 % 2 == 0 ? v1::SCAN_DIRECTION_ENTRY : v1::SCAN_DIRECTION_EXIT);
    SetTimestamp(clock().Now() + absl::Seconds(i - 1000), *scan.mutable_scan_time());
    scans.push_back(scan);
  }
  ASSERT_THAT(Upload(crowded, scans), IsOk());
  EXPECT_THAT(Upload(crowded, {ScanOf(names[0], "gate 7", 2, 0)}), IsOk());
  v1::CheckInRequest in;
  in.set_parent(crowded);
  in.set_registration(SignUp(crowded, "late@example.org")->name());
  in.set_gate("gate 8");
  EXPECT_THAT(CheckIn(in, Door()), IsOk());
  EXPECT_THAT(Upload(crowded, {ScanOf(names[0], "one more", 1, 0)}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("scans")));
  in.set_registration(SignUp(crowded, "later@example.org")->name());
  in.set_gate("two more");
  EXPECT_THAT(CheckIn(in, Door()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("gate")));
}

// The promise of the merge, against the store: any order of uploads, in any cut and repeated, gives
// what the pure function gives for the set of the scans.
TEST_P(BatchCheckInTest, WhatIsStoredIsWhatTheSetOfTheScansComesTo) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    std::mt19937 random(seed);
    const std::string event = OpenEvent(10);
    const std::string workshop = AddSession(event, "workshop", 10, 13, 14);
    std::vector<std::string> names;
    for (int i = 0; i < 10; ++i) {
      const std::vector<std::string> sessions =
          i % 2 == 0 ? std::vector<std::string>{workshop} : std::vector<std::string>{};
      const std::string email = absl::StrCat(i, "@example.org");
      names.push_back(SignUp(event, email, "", sessions)->name());
      tokens_[names.back()] = LinksOf(names.back()).check_in_token();
    }
    const absl::Time start = clock().Now();
    clock().Advance(absl::Minutes(10));
    ASSERT_THAT(CancelRegistration(names[0]), IsOk());
    ASSERT_THAT(CancelRegistration(names[1]), IsOk());
    clock().Advance(absl::Minutes(80));
    TestTickets tickets;
    for (const std::string& name : names) tickets[name] = TicketOf(name);
    const std::vector<v1::DoorScan> scans =
        RandomScans(random, 200, tickets, {event, workshop}, start);

    std::vector<v1::DoorScan> sent = scans;
    for (int i = 0; i < 80; ++i) sent.push_back(scans[random() % scans.size()]);
    std::shuffle(sent.begin(), sent.end(), random);
    for (std::size_t at = 0; at < sent.size();) {
      std::vector<v1::Scan> upload;
      const std::size_t end = std::min(sent.size(), at + 1 + random() % 60);
      for (; at < end; ++at) upload.push_back(SentAs(sent[at]));
      ASSERT_THAT(Upload(event, upload), IsOk());
    }

    const Attendances expected = MergeAll(scans, tickets, CloseTimeOf(event));
    const Attendances stored = StoredOf(event, {event, workshop});
    ASSERT_EQ(stored.size(), expected.size());
    int came = 0;
    for (const auto& [key, attendance] : expected) {
      EXPECT_EQ(stored.at(key).DebugString(), attendance.DebugString())
          << "seed " << seed << ", " << key.second << " at " << key.first;
      const bool seated = key.second != names[0] && key.second != names[1];
      if (key.first != event || !seated) continue;
      came += attendance.has_first_entry() ? 1 : 0;
      EXPECT_EQ(StateOf(key.second) == v1::REGISTRATION_STATE_CHECKED_IN,
                attendance.has_first_entry());
    }
    EXPECT_EQ(Get(event)->seats().checked_in(), came);
    ExpectCounts(event, expected);
    clock().Advance(-absl::Minutes(90));
  }
}

// A thousand rows take as many statements as ten.
TEST_P(BatchCheckInTest, TheNumberOfStatementsDoesNotGrowWithTheRows) {
  CountingDatabase counting(database());
  RegistrationServer counted(counting, machine_);
  for (int i = 0; i < 10'000; ++i) counted.grpc.ids().NewId();  // those the other server gives
  const std::string token = counted.grpc.Token("event-organiser");
  const std::string event = OpenEvent(2000);
  v1::BatchCreateRegistrationsRequest people;
  people.set_parent(event);
  for (int i = 0; i < 1000; ++i) {
    *people.add_requests() = RequestFor("", absl::StrCat(i, "@example.org"));
  }
  const auto made = BatchCreateRegistrations(people);
  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(Upload(event, {ScanOf(made->results(0).registration().name(), "first", 1, 0)}),
              IsOk());
  std::vector<int> uploads;
  std::vector<int> pages;
  for (const int rows : {10, 1000}) {
    v1::BatchCheckInRequest upload;
    upload.set_parent(event);
    for (int i = 0; i < rows; ++i) {
      *upload.add_scans() =
          ScanOf(made->results(i).registration().name(), absl::StrCat("gate ", rows), i + 1, 0);
    }
    counting.Take();
    ASSERT_THAT(counted.grpc.Call<v1::BatchCheckInResponse>(
                    "wici.registration.v1.CheckInService/BatchCheckIn", upload, token),
                IsOk());
    uploads.push_back(counting.Take());
    v1::GetCheckInManifestRequest manifest;
    manifest.set_parent(event);
    manifest.set_page_size(rows);
    manifest.set_with_names(true);
    const auto page = counted.grpc.Call<v1::GetCheckInManifestResponse>(
        "wici.registration.v1.CheckInService/GetCheckInManifest", manifest, token);
    ASSERT_THAT(page, IsOk());
    EXPECT_EQ(page->entries_size(), rows);
    pages.push_back(counting.Take());
  }
  EXPECT_EQ(uploads[0], uploads[1]);
  EXPECT_EQ(pages[0], pages[1]);
}

}  // namespace
}  // namespace wici::registration
