#include "services/notification/sending/testing/worker_fixture.h"

#include "services/notification/deliveries/replay/replay_store.h"

namespace wici::notification {

void WorkerFixture::SetUp() {
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

std::unique_ptr<DeliveryWorker> WorkerFixture::MakeWorker(const std::string& owner,
                                                          absl::Duration poll) {
  return std::make_unique<DeliveryWorker>(*store_, *channel_, clock_,
                                          WorkerOptions{.owner = owner, .poll = poll});
}

feed::v1::Change WorkerFixture::Change(const std::string& kind, const std::string& person,
                                       const std::string& resource, int sequence) {
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

absl::Status WorkerFixture::Consume(const std::vector<feed::v1::Change>& changes) {
  const auto body = handler_.Prepare(changes);
  if (!body.ok()) return body.status();
  return database().Write(absl::Now() + absl::Seconds(20), *body);
}

void WorkerFixture::Consume(const std::string& kind, const std::string& person,
                            const std::string& resource, int sequence) {
  ASSERT_THAT(Consume({Change(kind, person, resource, sequence)}), testing::IsOk());
}

void WorkerFixture::SendAll() {
  while (true) {
    const auto sent = worker_->RunOnce();
    ASSERT_THAT(sent, testing::IsOk());
    if (*sent == 0) return;
  }
}

int WorkerFixture::ReplayWithoutEvent() {
  v1::ReplayDeliveriesRequest request;
  request.set_without_event(true);
  request.add_states(v1::DELIVERY_STATE_REJECTED);
  const auto replayed = ReplayStore(database(), ids_)
                            .Replay(absl::Now() + absl::Seconds(20), {}, request, clock_.Now());
  EXPECT_THAT(replayed, testing::IsOk());
  return replayed.ok() ? replayed->replayed() : -1;
}

void WorkerFixture::MoveByAnHour(const std::string& name) {
  registration::v1::Event& event = peers_.events[name];
  event.mutable_start_time()->set_seconds(event.start_time().seconds() + 3600);
  event.mutable_end_time()->set_seconds(event.end_time().seconds() + 3600);
}

std::vector<std::string> WorkerFixture::KeptMails() {
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

std::vector<v1::Delivery> WorkerFixture::Ledger() {
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

}  // namespace wici::notification
