// One transaction with many operations, as the committer makes them: of several events on SQLite,
// and how often it waits on PostgreSQL.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/id.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/reasons.h"
#include "libs/testing/rewriting_database.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/names.h"
#include "services/registration/seats/history/history_fixture.h"
#include "services/registration/seats/ops/seat_ops.h"

namespace wici::registration {
namespace {

using ::testing::Each;
using testing::IsOk;
using testing::Reason;
using testing::RoundTrips;
using testing::StatusIs;

class SeatBatchesTest : public HistoryTest {
 protected:
  std::string OpenEventCalled(const std::string& id) {
    return Open({}, id, /*seed=*/0).workload.event;
  }
  NewRegistration Registration(const std::string& event, const std::string& person) {
    NewRegistration added;
    added.id = absl::StrCat(IdOf(event), "-", person, "-", ++made_);
    added.person.emplace();
    added.person_id = absl::StrCat("persons/", added.id);
    added.active_key = absl::StrCat(event, " ", person);
    return added;
  }
  SeatOp Add(const std::string& event, const std::string& person) {
    SeatOp op;
    op.event = event;
    op.what = Registration(event, person);
    return op;
  }
  SeatOp AddTogether(const std::string& event, const std::vector<std::string>& people) {
    NewGroup group;
    group.id = absl::StrCat("group-", ++made_);
    for (const std::string& person : people) group.members.push_back(Registration(event, person));
    SeatOp op;
    op.event = event;
    op.what = std::move(group);
    return op;
  }
  std::vector<absl::Status> Apply(std::vector<SeatOp> ops) { return Apply(database(), ops); }
  std::vector<absl::Status> Apply(sql::Database& on, std::vector<SeatOp>& ops) {
    std::vector<SeatOp*> batch;
    for (SeatOp& op : ops) batch.push_back(&op);
    EXPECT_THAT(
        on.Write(absl::Now() + absl::Seconds(20),
                 [&](sql::Transaction& tx) { return ApplySeatOps(tx, batch, absl::Now(), ids_); }),
        IsOk());
    std::vector<absl::Status> results;
    for (const SeatOp& op : ops) results.push_back(op.status);
    return results;
  }

  // Registers so many new people, and returns how often that waited for the server.
  double WaitsOfRegistrations(sql::Database& on, const std::string& event, int count) {
    std::vector<SeatOp> ops;
    for (int i = 0; i < count; ++i) {
      ops.push_back(Add(event, absl::StrCat("person-", made_)));
      ops.back().key = {"principals/p", absl::StrCat("request-", made_), "method", "digest"};
    }
    const double before = RoundTrips();
    EXPECT_THAT(Apply(on, ops), Each(IsOk()));
    return RoundTrips() - before;
  }

 private:
  SystemIdSource ids_;
  int made_ = 0;
};
WICI_ON_EVERY_ENGINE(SeatBatchesTest);

TEST_P(SeatBatchesTest, EachOperationIsDecidedByWhatItsOwnEventHolds) {
  const std::string one = OpenEventCalled("one");
  const std::string two = OpenEventCalled("two");
  for (const absl::Status& status : Apply({Add(one, "ann"), Add(two, "bob")})) {
    EXPECT_THAT(status, IsOk());
  }
  const std::vector<absl::Status> results =
      Apply({Add(two, "ann"), Add("events/gone", "ann"), Add(one, "ann"),
             AddTogether(two, {"cid", "bob"}), Add(one, "bob"), AddTogether(one, {"dan", "eve"})});
  EXPECT_THAT(results[0], IsOk());
  EXPECT_THAT(results[1], StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  EXPECT_THAT(results[2], StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  EXPECT_THAT(results[3], StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  EXPECT_THAT(results[4], IsOk());
  EXPECT_THAT(results[5], IsOk());
}

TEST_P(SeatBatchesTest, OnPostgresABatchWaitsThreeTimesHoweverMuchIsInIt) {
  if (GetParam() == sql::Engine::kSqlite) GTEST_SKIP() << "nothing to wait for";
  const std::string event = OpenEventCalled("waits");
  WaitsOfRegistrations(database(), event, 1);  // learns the statements
  for (const int count : {1, 20}) {
    EXPECT_EQ(WaitsOfRegistrations(database(), event, count), 3);
  }
  // Through what does one statement after the other, as a control: it waits for each.
  testing::RewritingDatabase one_by_one(database(), "", {});
  WaitsOfRegistrations(one_by_one, event, 1);
  EXPECT_GT(WaitsOfRegistrations(one_by_one, event, 1), 3);
}

}  // namespace
}  // namespace wici::registration
