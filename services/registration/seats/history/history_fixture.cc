#include "services/registration/seats/history/history_fixture.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/events/categories/category_store.h"
#include "services/registration/events/event_store.h"
#include "services/registration/names.h"
#include "services/registration/seats/history/stored_rows.h"
#include "services/registration/vouchers/voucher_store.h"

namespace wici::registration {

void HistoryTest::SetUp() {
  DatabaseTest::SetUp();
  if (IsSkipped()) return;
  auto second = sql::OpenDatabase(database_url());
  ASSERT_TRUE(second.ok());
  second_database_ = *std::move(second);
}

HistoryTest::Opened HistoryTest::Open(const Shape& shape, const std::string& id, unsigned seed) {
  Opened opened;
  opened.workload.event = "events/" + id;
  opened.workload.seed = seed;
  opened.workload.several = shape.several;
  opened.workload.groups = shape.groups;
  opened.workload.approval = !shape.approval.empty();
  opened.limits = {shape.capacity, shape.waiting, {}, {}, {}, {}};
  OpenEvent(shape, opened.workload.event);
  Mutation mutation(database(), clock_, ids_, [] {});
  CategoryStore categories(database(), mutation);
  for (const auto& [name, quota] : shape.categories) {
    v1::AdmissionCategory category;
    category.set_name(CategoryName(opened.workload.event, name));
    category.set_quota(static_cast<std::int32_t>(quota));
    category.set_approval_required(shape.approval.count(name) > 0);
    if (category.approval_required()) opened.limits.approval.insert(category.name());
    const auto priority = shape.priorities.find(name);
    if (priority != shape.priorities.end()) {
      category.set_waiting_priority(priority->second);
      opened.limits.priorities[category.name()] = priority->second;
    }
    EXPECT_THAT(categories.Create(NewCall(), category), testing::IsOk());
    opened.workload.categories.push_back(category.name());
    opened.limits.quotas[category.name()] = quota;
  }
  EventStore events(database(), mutation);
  std::int64_t hour = 0;
  for (const auto& [name, capacity] : shape.sessions) {
    v1::Session session;
    session.set_name(SessionName(opened.workload.event, name));
    session.set_capacity(static_cast<std::int32_t>(capacity));
    const absl::Time start = StartTime() + absl::Hours(hour++);
    SetTimestamp(start, *session.mutable_start_time());
    SetTimestamp(start + absl::Hours(1), *session.mutable_end_time());
    EXPECT_THAT(events.CreateSession(NewCall(), session), testing::IsOk());
    opened.workload.sessions.push_back(session.name());
    opened.limits.quotas[session.name()] = capacity;
  }
  for (const auto& [name, limit] : shape.vouchers) AddVoucher(name, limit, opened);
  return opened;
}

std::vector<std::string> HistoryTest::RunAndCheck(const Shape& shape, unsigned seed,
                                                  sql::Database& one, sql::Database& other) {
  Opened opened = Open(shape, absl::StrCat("history-", seed), seed);
  if (shape.resize) LetCapacityChange(shape.capacity, opened.workload);
  if (shape.resize_quotas) LetQuotasChange(opened.limits, opened.workload);
  RegistrationStore first(one, clock_, clock_, ids_, [] {});
  RegistrationStore second(other, clock_, clock_, ids_, [] {});
  const std::vector<Recorded> calls = RunClients(opened.workload, {&first, &second}, clock_);
  const auto succeeded = std::count_if(calls.begin(), calls.end(),
                                       [](const Recorded& call) { return call.succeeded(); });
  EXPECT_GT(succeeded, shape.capacity) << "too little happened to prove anything";
  return Check(opened, calls);
}

std::vector<std::string> HistoryTest::Check(const Opened& opened,
                                            const std::vector<Recorded>& calls) {
  const std::vector<feed::v1::Change> changes = ChangesOf(opened.workload.event);
  const auto rows = ReadStoredRows(database(), opened.workload.event);
  EXPECT_THAT(rows, testing::IsOk());
  return CheckHistory(opened.limits, calls, changes, rows.ok() ? &*rows : nullptr);
}

std::vector<feed::v1::Change> HistoryTest::ChangesOf(const std::string& event) {
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

void HistoryTest::LetCapacityChange(std::int64_t capacity, Workload& workload) {
  workload.capacity = capacity;
  workload.set_capacity = [this, event = workload.event](std::int64_t wanted) {
    Mutation mutation(second_database(), clock_, ids_, [] {});
    EventStore events(second_database(), mutation);
    return events
        .Change(NewCall(), event, "", "event.updated",
                [&](v1::Event& changed) {
                  changed.set_capacity(static_cast<std::int32_t>(wanted));
                  return absl::OkStatus();
                })
        .status();
  };
}

void HistoryTest::LetQuotasChange(const Limits& limits, Workload& workload) {
  workload.quotas = limits.quotas;
  workload.set_quota = [this](const std::string& quota, std::int64_t wanted) {
    const auto size = static_cast<std::int32_t>(wanted);
    Mutation mutation(second_database(), clock_, ids_, [] {});
    if (MatchesResourcePattern(quota, kSessionPattern)) {
      EventStore events(second_database(), mutation);
      return events
          .ChangeSession(NewCall(), quota, "", /*allow_overlaps=*/true,
                         [size](v1::Session& session) {
                           session.set_capacity(size);
                           return absl::OkStatus();
                         })
          .status();
    }
    CategoryStore categories(second_database(), mutation);
    return categories
        .Change(NewCall(), quota, "",
                [size](v1::AdmissionCategory& category) {
                  category.set_quota(size);
                  return absl::OkStatus();
                })
        .status();
  };
}

void HistoryTest::AddVoucher(const std::string& id, VoucherLimit limit, Opened& opened) {
  v1::Voucher like;
  like.set_uses_max(static_cast<std::int32_t>(limit.uses));
  like.set_reserves_places(limit.reserves);
  opened.workload.vouchers.push_back(limit.category.empty() ? id : id + "=" + limit.category);
  if (!limit.category.empty()) {
    limit.category = CategoryName(opened.workload.event, limit.category);
    like.add_admission_categories(limit.category);
  }
  const std::string name = VoucherName(opened.workload.event, id);
  Mutation mutation(database(), clock_, ids_, [] {});
  VoucherStore vouchers(database(), mutation);
  EXPECT_THAT(vouchers.Create(NewCall(), opened.workload.event, like, {{name, name}}),
              testing::IsOk());
  opened.limits.vouchers[name] = limit;
}

void HistoryTest::OpenEvent(const Shape& shape, const std::string& name) {
  v1::Event event;
  event.set_name(name);
  event.set_time_zone("Europe/Warsaw");
  event.set_capacity(static_cast<std::int32_t>(shape.capacity));
  event.set_waiting_list_capacity(static_cast<std::int32_t>(shape.waiting));
  event.set_admission(v1::ADMISSION_OPEN);
  SetTimestamp(StartTime(), *event.mutable_start_time());
  SetTimestamp(StartTime() + absl::Hours(20), *event.mutable_end_time());
  if (shape.offer > absl::ZeroDuration()) {
    event.mutable_offer_duration()->set_nanos(
        static_cast<std::int32_t>(absl::ToInt64Nanoseconds(shape.offer)));
    event.set_offer_expiry(shape.offer_expiry);
  }
  Mutation mutation(database(), clock_, ids_, [] {});
  EventStore events(database(), mutation);
  EXPECT_THAT(events.Create(NewCall(), event), testing::IsOk());
  EXPECT_THAT(events.Change(NewCall(), event.name(), "", "event.published",
                            [](v1::Event& changed) {
                              changed.set_state(v1::EVENT_STATE_PUBLISHED);
                              return absl::OkStatus();
                            }),
              testing::IsOk());
}

}  // namespace wici::registration
