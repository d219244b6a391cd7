// One transaction with operations of several events, as the committer makes them on SQLite.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/id.h"
#include "libs/testing/reasons.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/names.h"
#include "services/registration/seats/history/history_fixture.h"
#include "services/registration/seats/ops/seat_ops.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::Reason;
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
  std::vector<absl::Status> Apply(std::vector<SeatOp> ops) {
    std::vector<SeatOp*> batch;
    for (SeatOp& op : ops) batch.push_back(&op);
    EXPECT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) {
                                   return ApplySeatOps(tx, batch, absl::Now(), ids_);
                                 }),
                IsOk());
    std::vector<absl::Status> results;
    for (const SeatOp& op : ops) results.push_back(op.status);
    return results;
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

}  // namespace
}  // namespace wici::registration
