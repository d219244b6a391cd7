// A worker with a real SMTP server, fed by changes as the consumer would: for tests of what is
// sent.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_TESTING_WORKER_FIXTURE_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_TESTING_WORKER_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/kept_mail_data.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/feed/feed_handler.h"
#include "services/notification/migrations.h"
#include "services/notification/sending/mail_channel.h"
#include "services/notification/sending/worker.h"
#include "services/notification/testing/fake_peers.h"
#include "services/notification/testing/smtp_sink.h"

namespace wici::notification {

inline constexpr char kEvent[] = "events/silver";
inline constexpr char kJan[] = "clusters/btm/contacts/jan";
inline constexpr char kEwa[] = "persons/ewa";
inline constexpr char kMax[] = "clusters/ccb/contacts/max";
inline constexpr char kInvitation[] = "events/silver/invitations/i1";
inline constexpr char kRegistration[] = "events/silver/registrations/r1";

// On every engine: derive, and say WICI_ON_EVERY_ENGINE of the class.
class WorkerFixture : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  static void SetUpTestSuite() { shared_sink = new SmtpSink; }
  static void TearDownTestSuite() { delete shared_sink; }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    sink_.Clear();
    store_ = std::make_unique<SqlStore>(database(), ids_);
    channel_ =
        *MailChannel::Make(peers_, *store_, sender_, {.url = sink_.url(), .tls = TlsPolicy::kNone},
                           WorkerOptions().sender_threads);
    worker_ = MakeWorker("worker-1");
    peers_.AddEvent(kEvent);
    peers_.AddPerson(kJan, "jan@example.org", "pl");
    peers_.AddPerson(kEwa, "ewa@example.org", "en-GB");
    peers_.AddPerson(kMax, "max@example.org", "de");
    peers_.AddLinks(kInvitation);
    peers_.AddLinks(kRegistration);
  }

  std::unique_ptr<DeliveryWorker> MakeWorker(const std::string& owner,
                                             absl::Duration poll = absl::Milliseconds(200)) {
    return std::make_unique<DeliveryWorker>(*store_, *channel_, clock_,
                                            WorkerOptions{.owner = owner, .poll = poll});
  }

  // One that has a calendar entry, whose SEQUENCE it tells of.
  feed::v1::Change Change(const std::string& kind, const std::string& person,
                          const std::string& resource, int sequence = 0) {
    feed::v1::Change change;
    change.mutable_cursor()->set_epoch("epoch");
    change.mutable_cursor()->set_seq(++seq_);
    change.set_aggregate(kEvent);
    change.set_kind(kind);
    change.set_person(person);
    change.set_resource(resource);
    auto& attributes = *change.mutable_attributes();
    if (kind == "registration.cancelled") attributes["was"] = "CONFIRMED";
    attributes["sequence"] = std::to_string(sequence);
    return change;
  }

  // What the consumer does with a batch of changes.
  absl::Status Consume(const std::vector<feed::v1::Change>& changes) {
    const auto body = handler_.Prepare(changes);
    if (!body.ok()) return body.status();
    return database().Write(absl::Now() + absl::Seconds(20), *body);
  }
  void Consume(const std::string& kind, const std::string& person, const std::string& resource,
               int sequence = 0) {
    ASSERT_THAT(Consume({Change(kind, person, resource, sequence)}), testing::IsOk());
  }

  // Rounds until nothing is due.
  void SendAll() {
    while (true) {
      const auto sent = worker_->RunOnce();
      ASSERT_THAT(sent, testing::IsOk());
      if (*sent == 0) return;
    }
  }

  // Queues again what was refused for good and is about no event; how many.
  int ReplayWithoutEvent() {
    v1::ReplayDeliveriesRequest request;
    request.set_without_event(true);
    request.add_states(v1::DELIVERY_STATE_REJECTED);
    const auto replayed = ReplayStore(database(), ids_)
                              .Replay(absl::Now() + absl::Seconds(20), {}, request, clock_.Now());
    EXPECT_THAT(replayed, testing::IsOk());
    return replayed.ok() ? replayed->replayed() : -1;
  }

  void MoveByAnHour(const std::string& name) {
    registration::v1::Event& event = peers_.events[name];
    event.mutable_start_time()->set_seconds(event.start_time().seconds() + 3600);
    event.mutable_end_time()->set_seconds(event.end_time().seconds() + 3600);
  }

  // The addresses of the mails that are kept.
  std::vector<std::string> KeptMails() {
    constexpr sql::Query kAll{"all_kept_mails", "SELECT recipient FROM kept_mails ORDER BY person"};
    std::vector<std::string> addresses;
    EXPECT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kAll));
                                  addresses.clear();
                                  for (const sql::Row& row : rows) addresses.push_back(row.Text(0));
                                  return absl::OkStatus();
                                }),
                testing::IsOk());
    return addresses;
  }

  // The deliveries of all notifications, the oldest first.
  std::vector<v1::Delivery> Ledger() {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    std::vector<v1::Delivery> all;
    auto notifications = *store_->ListNotifications(deadline, "", "", "", 1000);
    for (auto item = notifications.rbegin(); item != notifications.rend(); ++item) {
      const auto deliveries =
          *store_->ListDeliveries(deadline, {.notification_id = IdOf(item->name())}, "", 1000);
      all.insert(all.end(), deliveries.begin(), deliveries.end());
    }
    return all;
  }

  inline static SmtpSink* shared_sink = nullptr;  // of all tests: it is slow to start

  SmtpSink& sink_ = *shared_sink;
  testing::FakeClock clock_{absl::Now()};
  testing::FakeIds ids_;
  FakePeers peers_;
  KeptMailData people_;
  FeedHandler handler_{peers_, people_, ids_, clock_};
  const Sender sender_{*Mailbox::Parse("events@wici.example.org"), "https://wici.example.org"};
  std::unique_ptr<SqlStore> store_;
  std::unique_ptr<MailChannel> channel_;
  std::unique_ptr<DeliveryWorker> worker_;
  std::int64_t seq_ = 0;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_TESTING_WORKER_FIXTURE_H_
