// What goes out of a service whose database was restored from a backup.
#include "services/notification/restore/after_restore.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/feed/mutation.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/audit/audit.h"
#include "services/notification/audit/testing/read_audit.h"
#include "services/notification/campaigns/campaign_store.h"
#include "services/notification/errors.h"
#include "services/notification/sending/testing/worker_fixture.h"
#include "services/notification/timers/timer_worker.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;

class AfterRestoreTest : public WorkerFixture {
 protected:
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    mutation_ = std::make_unique<feed::Mutation>(
        kDomain, database(), clock_, ids_, [] {}, /*on_written=*/nullptr,
        AuditOf(MailKeys(*auth::SigningKey::FromSeed(auth::SigningKey::NewSeed()))));
    campaigns_ = std::make_unique<CampaignStore>(database(), *mutation_);
  }
  void Restore() { ASSERT_THAT(AfterRestore(database(), ids_, clock_, machine_), IsOk()); }
  absl::Time Deadline() const { return machine_.Now() + absl::Seconds(20); }
  // "DELIVERED UNSPECIFIED" for each delivery.
  std::vector<std::string> Ends() {
    std::vector<std::string> ends;
    for (const v1::Delivery& d : Ledger()) {
      ends.push_back(absl::StrCat(v1::DeliveryState_Name(d.state()).substr(15), " ",
                                  v1::DeliveryReason_Name(d.reason()).substr(16)));
    }
    return ends;
  }
  std::string Started(const v1::Campaign& wanted) {
    const std::string name = campaigns_->Create({{}, Deadline()}, "users/a", wanted)->name();
    EXPECT_THAT(campaigns_->Step({{}, Deadline()}, name, "", CampaignStep::kApprove, "users/b"),
                IsOk());
    if (wanted.has_schedule_time()) return name;
    EXPECT_THAT(campaigns_->Step({{}, Deadline()}, name, "", CampaignStep::kStart, "users/b"),
                IsOk());
    return name;
  }

  SystemClock machine_;
  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<CampaignStore> campaigns_;
};
WICI_ON_EVERY_ENGINE(AfterRestoreTest);

TEST_P(AfterRestoreTest, NothingThatWasDueGoesOutAndNoAddressIsKept) {
  peers_.AddPerson(kJan, "drop-data-jan@example.org", "pl");
  Consume("invitation.created", kJan, kInvitation);
  SendAll();
  ASSERT_THAT(KeptMails(), SizeIs(1));
  clock_.Advance(absl::Minutes(1));
  Consume("registration.confirmed", kEwa, kRegistration);
  Restore();
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  EXPECT_THAT(Ends(), ElementsAre("UNKNOWN RESTORED", "UNKNOWN RESTORED"));
  EXPECT_THAT(KeptMails(), IsEmpty());
}

TEST_P(AfterRestoreTest, EveryChannelIsHeld) {
  std::vector<NewNotification> plan;
  for (int number = 1; number <= v1::Channel_MAX; ++number) {
    NewNotification& notification = plan.emplace_back();
    notification.id = ids_.NewId();
    notification.template_name = "templates/digest";
    notification.channel = static_cast<v1::Channel>(number);
    notification.not_before = clock_.Now();
    notification.expires = clock_.Now() + kDefaultLifetime;
    notification.recipients.push_back({ids_.NewId(), kEwa, ""});
  }
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, plan, ids_.NewId(), clock_.Now());
                               }),
              IsOk());
  Restore();
  EXPECT_THAT(Ends(), ::testing::AllOf(SizeIs(static_cast<std::size_t>(v1::Channel_MAX)),
                                       ::testing::Each(std::string("UNKNOWN RESTORED"))));
}

TEST_P(AfterRestoreTest, NobodyIsRemindedAgain) {
  peers_.participants[kEvent] = {{kJan, kRegistration, true, true}};
  registration::v1::Event& event = peers_.events[kEvent];
  event.set_etag("\"1\"");
  const absl::Time start = clock_.Now() + absl::Hours(24 * 30);
  SetTimestamp(start, *event.mutable_start_time());
  SetTimestamp(start + absl::Hours(6), *event.mutable_end_time());
  Consume("event.published", "", kEvent);
  TimerWorker timers(database(), peers_, ids_, clock_, [] {});
  clock_.Set(start - absl::Hours(24 * 2));  // a week before has passed
  Restore();
  EXPECT_THAT(timers.RunOnce(), IsOkAndHolds(0));
  EXPECT_THAT(Ledger(), IsEmpty());
  clock_.Set(start - absl::Hours(1));
  EXPECT_THAT(timers.RunOnce(), IsOk());
  EXPECT_THAT(Ledger(), ::testing::Not(IsEmpty())) << "those that were not due stay";
}

TEST_P(AfterRestoreTest, CampaignsAreNotSentOnBeforeAHumanSaysSo) {
  v1::Campaign wanted;
  wanted.set_event(kEvent);
  wanted.set_template_("templates/event-follow-up");
  wanted.add_persons(kEwa);
  const std::string sending = Started(wanted);
  SetTimestamp(clock_.Now() + absl::Hours(1), *wanted.mutable_schedule_time());
  const std::string overdue = Started(wanted);
  SetTimestamp(clock_.Now() + absl::Hours(3), *wanted.mutable_schedule_time());
  const std::string later = Started(wanted);
  clock_.Advance(absl::Hours(2));
  Restore();
  EXPECT_THAT(campaigns_->ListDue(Deadline(), 10), IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(campaigns_->Get(Deadline(), sending)->state(), v1::Campaign::STATE_PAUSED);
  EXPECT_EQ(campaigns_->Get(Deadline(), overdue)->state(), v1::Campaign::STATE_PAUSED);
  EXPECT_EQ(campaigns_->Get(Deadline(), later)->state(), v1::Campaign::STATE_APPROVED);
  const auto resumed =
      campaigns_->Step({{}, Deadline()}, sending, "", CampaignStep::kResume, "users/b");
  EXPECT_THAT(resumed, IsOk());
  EXPECT_THAT(campaigns_->Advance(Deadline(), IdOf(sending)), IsOkAndHolds(1));
}

TEST_P(AfterRestoreTest, WhatCampaignsDoByThemselvesIsAudited) {
  v1::Campaign wanted;
  wanted.set_event(kEvent);
  wanted.set_template_("templates/event-follow-up");
  wanted.add_persons(kEwa);
  SetTimestamp(clock_.Now() + absl::Hours(1), *wanted.mutable_schedule_time());
  const std::string name = Started(wanted);
  clock_.Advance(absl::Hours(2));
  ASSERT_THAT(campaigns_->Advance(Deadline(), IdOf(name)), IsOk());
  ASSERT_EQ(campaigns_->Get(Deadline(), name)->state(), v1::Campaign::STATE_SENDING);
  Restore();
  EXPECT_THAT(AuditedKinds(database()),
              ElementsAre("campaign.approved", "campaign.started", "campaign.paused"));
  const sql::Rows rows =
      ReadAudit(database(), "SELECT detail, principal FROM audit_entries ORDER BY seq");
  for (const sql::Row& row : rows) EXPECT_THAT(row.Text(0), HasSubstr(name));
  EXPECT_EQ(rows[1].Text(1), "services/notification");
  EXPECT_EQ(rows[2].Text(1), "services/notification");
  EXPECT_THAT(VerifyAudit(database(), machine_), IsOk());
}

TEST_P(AfterRestoreTest, WhatTheFeedTellsAgainWaitsForAHumanToo) {
  EXPECT_THAT(LastRestore(database(), machine_), IsOkAndHolds(absl::InfinitePast()));
  feed::v1::Change before = Change("registration.confirmed", kEwa, kRegistration);
  SetTimestamp(clock_.Now(), *before.mutable_change_time());
  clock_.Advance(absl::Hours(2));
  Restore();
  const auto restored = LastRestore(database(), machine_);
  ASSERT_THAT(restored, IsOk());
  clock_.Advance(absl::Minutes(1));
  feed::v1::Change after = Change("registration.confirmed", kJan, kRegistration);
  SetTimestamp(clock_.Now(), *after.mutable_change_time());
  FeedHandler handler(peers_, people_, ids_, clock_, nullptr, *restored);
  const std::vector<feed::v1::Change> changes = {before, after};
  ASSERT_THAT(database().Write(Deadline(), *handler.Prepare(changes)), IsOk());
  SendAll();
  EXPECT_THAT(sink_.Facts(), ElementsAre(HasSubstr("jan@example.org")));
  EXPECT_THAT(Ends(), ElementsAre("UNKNOWN RESTORED", "DELIVERED UNSPECIFIED"));
}

}  // namespace
}  // namespace wici::notification
