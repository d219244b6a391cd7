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
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/feed/feed_handler.h"
#include "services/notification/migrations.h"
#include "services/notification/sending/mail_channel.h"
#include "services/notification/sending/worker/worker.h"
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
  void SetUp() override;

  std::unique_ptr<DeliveryWorker> MakeWorker(const std::string& owner,
                                             absl::Duration poll = absl::Milliseconds(200));

  // One that has a calendar entry, whose SEQUENCE it tells of.
  feed::v1::Change Change(const std::string& kind, const std::string& person,
                          const std::string& resource, int sequence = 0);

  // What the consumer does with a batch of changes.
  absl::Status Consume(const std::vector<feed::v1::Change>& changes);
  void Consume(const std::string& kind, const std::string& person, const std::string& resource,
               int sequence = 0);

  // Rounds until nothing is due.
  void SendAll();

  // Queues again what was refused for good and is about no event; how many.
  int ReplayWithoutEvent();

  void MoveByAnHour(const std::string& name);

  // The addresses of the mails that are kept.
  std::vector<std::string> KeptMails();

  // The deliveries of all notifications, the oldest first.
  std::vector<v1::Delivery> Ledger();

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
