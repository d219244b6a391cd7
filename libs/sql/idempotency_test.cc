#include "libs/sql/idempotency.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "libs/sql/test_migrations/migrations.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace wici::sql {
namespace {

using ::testing::Optional;
using ::testing::SizeIs;
using ::wici::testing::HasViolation;
using ::wici::testing::IsOk;
using ::wici::testing::IsOkAndHolds;
using ::wici::testing::Reason;
using ::wici::testing::StatusIs;

constexpr std::string_view kDomain = "test.wici";

class IdempotencyTest : public testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_THAT(Migrate(database(), test_migrations::Migrations(), clock_), IsOk());
  }

  absl::Status Write(const Database::Body& body) {
    return database().Write(absl::Now() + absl::Seconds(10), body);
  }
  absl::Status Store(const std::vector<IdempotencyRecord>& records) {
    return Write([&](Transaction& tx) { return StoreAnswers(tx, records, clock_.Now()); });
  }
  absl::StatusOr<std::optional<std::string>> Find(const IdempotencyKey& key) {
    std::optional<std::string> answer;
    WICI_RETURN_IF_ERROR(Write([&](Transaction& tx) -> absl::Status {
      WICI_ASSIGN_OR_RETURN(answer, FindAnswer(tx, kDomain, key));
      return absl::OkStatus();
    }));
    return answer;
  }

  testing::FakeClock clock_;
  const IdempotencyKey key_{"users/u1", "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                            "wici.test.v1.Service/Create", RequestDigest("body")};
};
WICI_ON_EVERY_ENGINE(IdempotencyTest);

TEST(RequestDigestTest, IsSha256InHex) {
  EXPECT_EQ(RequestDigest("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_P(IdempotencyTest, ANewRequestHasNoAnswer) {
  EXPECT_THAT(Find(key_), IsOkAndHolds(std::nullopt));
}

TEST_P(IdempotencyTest, TheSameRequestGetsTheStoredAnswer) {
  ASSERT_THAT(Store({{key_, std::string("an\0swer", 7)}}), IsOk());
  EXPECT_THAT(Find(key_), IsOkAndHolds(Optional(std::string("an\0swer", 7))));
}

TEST_P(IdempotencyTest, TheSameIdWithAnotherBodyOrMethodIsRefused) {
  ASSERT_THAT(Store({{key_, "answer"}}), IsOk());
  IdempotencyKey other_body = key_;
  other_body.digest = RequestDigest("another body");
  IdempotencyKey other_method = key_;
  other_method.method = "wici.test.v1.Service/Delete";
  for (const IdempotencyKey& key : {other_body, other_method}) {
    const auto answer = Find(key);
    EXPECT_THAT(answer, StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
    EXPECT_THAT(answer, HasViolation("request_id"));
  }
}

TEST_P(IdempotencyTest, TheSameIdOfAnotherCallerIsAnotherRequest) {
  ASSERT_THAT(Store({{key_, "answer"}}), IsOk());
  IdempotencyKey other = key_;
  other.principal = "users/u2";
  EXPECT_THAT(Find(other), IsOkAndHolds(std::nullopt));
}

TEST_P(IdempotencyTest, WithoutARequestIdNothingIsKept) {
  IdempotencyKey none = key_;
  none.request_id = "";
  ASSERT_THAT(Store({{none, "one"}, {none, "two"}}), IsOk());
  EXPECT_THAT(Find(none), IsOkAndHolds(std::nullopt));
}

TEST_P(IdempotencyTest, ABatchIsAnsweredInItsOrder) {
  std::vector<IdempotencyKey> keys;
  std::vector<IdempotencyRecord> records;
  for (int i = 0; i < 700; ++i) {
    keys.push_back(key_);
    keys.back().request_id = absl::StrCat("request-", i);
    if (i % 2 == 0) records.push_back({keys.back(), absl::StrCat("answer-", i)});
  }
  keys[4].digest = "another";
  keys[5].request_id = "";
  ASSERT_THAT(Store(records), IsOk());
  std::vector<const IdempotencyKey*> wanted;
  for (const IdempotencyKey& key : keys) wanted.push_back(&key);
  EXPECT_THAT(Write([&](Transaction& tx) -> absl::Status {
                WICI_ASSIGN_OR_RETURN(const auto answers, FindAnswers(tx, kDomain, wanted));
                EXPECT_THAT(answers, SizeIs(700));
                EXPECT_THAT(answers[0], IsOkAndHolds(Optional(std::string("answer-0"))));
                EXPECT_THAT(answers[1], IsOkAndHolds(std::nullopt));
                EXPECT_THAT(answers[4], StatusIs(absl::StatusCode::kInvalidArgument));
                EXPECT_THAT(answers[5], IsOkAndHolds(std::nullopt));
                EXPECT_THAT(answers[698], IsOkAndHolds(Optional(std::string("answer-698"))));
                return absl::OkStatus();
              }),
              IsOk());
}

TEST_P(IdempotencyTest, AnIdThatIsThereAlreadyStoresNothingOfTheTransaction) {
  ASSERT_THAT(Store({{key_, "first"}}), IsOk());
  IdempotencyKey fresh = key_;
  fresh.request_id = "fresh";
  EXPECT_THAT(Store({{fresh, "x"}, {key_, "second"}}), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Find(key_), IsOkAndHolds(Optional(std::string("first"))));
  EXPECT_THAT(Find(fresh), IsOkAndHolds(std::nullopt));
}

TEST_P(IdempotencyTest, OldAnswersArePurgedInBoundedSteps) {
  for (int i = 0; i < 5; ++i) {
    IdempotencyKey key = key_;
    key.request_id = absl::StrCat("request-", i);
    ASSERT_THAT(Store({{key, "answer"}}), IsOk());
    clock_.Advance(absl::Hours(1));
  }
  const absl::Time before = clock_.Now() - absl::Hours(1);
  for (const std::int64_t expected : {3, 1, 0}) {
    EXPECT_THAT(Write([&](Transaction& tx) -> absl::Status {
                  WICI_ASSIGN_OR_RETURN(const std::int64_t purged, PurgeAnswers(tx, before, 3));
                  EXPECT_EQ(purged, expected);
                  return absl::OkStatus();
                }),
                IsOk());
  }
}

}  // namespace
}  // namespace wici::sql
