// The chain of the audit over real gRPC, on every engine.
#include "services/notification/audit/audit.h"

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "libs/base/timestamp.h"
#include "services/notification/audit/testing/read_audit.h"
#include "services/notification/feed/feed_handler.h"
#include "services/notification/preferences/testing/preference_fixture.h"
#include "wici/notification/v1/subscription_service.pb.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;

class AuditTest : public PreferenceFixture {
 protected:
  absl::StatusOr<AuditHead> Verify() { return VerifyAudit(database(), machine_); }
  std::string Broken() { return std::string(Verify().status().message()); }
  sql::Rows Read(const char* text) { return ReadAudit(database(), text); }
  std::vector<std::string> Kinds() { return AuditedKinds(database()); }
  void Damage(const char* text) {
    const sql::Query query{"test_damage_audit", text};
    ASSERT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) { return tx.Execute(query).status(); }),
                IsOk());
  }
  absl::Status Append(const std::string& detail) {
    return database().Write(Deadline(), [&](sql::Transaction& tx) {
      return AppendAudit(tx, {{"test.act", "", detail, "users/test", "r1"}}, clock().Now());
    });
  }
  void AppendThree() {
    for (const char* detail : {"a", "b", "c"}) ASSERT_THAT(Append(detail), IsOk());
    ASSERT_THAT(Verify(), IsOk());
  }
  // A message is on its way to somebody, and its text is kept.
  void BeginOne() {
    ASSERT_THAT(Send(Request()), IsOk());
    const auto claimed = store().ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "worker",
                                                 absl::Minutes(2), 1, clock().Now());
    ASSERT_THAT(claimed, IsOk());
    std::vector<PlannedAttempt> attempts = {
        {claimed->at(0), {"example.org", "x@example.org", "text"}, std::nullopt}};
    ASSERT_THAT(store().BeginAttempts(Deadline(), absl::MakeSpan(attempts), clock().Now()), IsOk());
  }
  absl::Status Erase(const std::string& person) {
    people::v1::ErasePersonRequest request;
    request.set_person(person);
    return grpc()
        .Call<people::v1::ErasePersonResponse>("wici.people.v1.PersonalDataService/ErasePerson",
                                               request, Operator())
        .status();
  }
};
WICI_ON_EVERY_ENGINE(AuditTest);

TEST_P(AuditTest, ActsAreChainedInTheirOrderWithoutAPerson) {
  EXPECT_EQ(Verify()->seq, 0);
  ASSERT_THAT(Record(ConsentOf(kEwa, true)), IsOk());
  const auto suppressed = Suppress(SuppressionOf(kEwa));
  ASSERT_THAT(suppressed, IsOk());
  ASSERT_THAT(Lift(suppressed->name()), IsOk());
  ASSERT_THAT(Record(ConsentOf(kEwa, false)), IsOk());
  EXPECT_THAT(Kinds(), ElementsAre("consent.given", "suppression.created", "suppression.lifted",
                                   "consent.withdrawn"));
  const auto head = Verify();
  ASSERT_THAT(head, IsOk());
  EXPECT_EQ(head->seq, 4);
  EXPECT_EQ(head->hash.size(), 64U);
  for (const sql::Row& row : Read("SELECT subject, detail FROM audit_entries")) {
    EXPECT_EQ(row.Text(0), keys_->Pseudonym(kEwa));
    EXPECT_THAT(row.Text(1), Not(HasSubstr("ewa")));
  }
}

TEST_P(AuditTest, EachActSaysWhoDidItByWhichRequest) {
  v1::RecordConsentRequest request = ConsentOf(kEwa, true);
  request.set_request_id(kRequestId);
  ASSERT_THAT(Record(request), IsOk());
  ASSERT_THAT(Record(ConsentOf(kEwa, false)), IsOk());
  const sql::Rows rows = Read("SELECT principal, request_id FROM audit_entries ORDER BY seq");
  ASSERT_EQ(rows.size(), 2U);
  for (const sql::Row& row : rows) EXPECT_EQ(row.Text(0), "users/test");
  EXPECT_EQ(rows[0].Text(1), kRequestId);
  EXPECT_EQ(rows[1].Text(1), "");
}

TEST_P(AuditTest, WhoComesByALinkIsAPseudonym) {
  CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING));
  ASSERT_THAT(Unsubscribe(keys_->UnsubscribeToken("d1")), IsOk());
  const sql::Rows rows = Read("SELECT principal FROM audit_entries");
  ASSERT_FALSE(rows.empty());
  for (const sql::Row& row : rows) EXPECT_EQ(row.Text(0), keys_->Pseudonym(kJan));
}

TEST_P(AuditTest, WhoIsNeitherAUserNorAServiceIsAPseudonym) {
  const feed::Also audit = AuditOf(*keys_);
  const feed::Changes changes = {
      {"campaigns/c1", 1, "campaign.started", "campaigns/c1", "", {{"event", "events/e1"}}}};
  const std::vector<std::string> principals = {"users/anna", "services/registration",
                                               "users/ewa@example.org", kEwa};
  for (const std::string& principal : principals) {
    ASSERT_THAT(
        database().Write(Deadline(),
                         [&](sql::Transaction& tx) {
                           return audit(tx, changes, {principal, "", "", ""}, clock().Now());
                         }),
        IsOk());
  }
  const sql::Rows rows = Read("SELECT principal, detail FROM audit_entries ORDER BY seq");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].Text(0), "users/anna");
  EXPECT_EQ(rows[1].Text(0), "services/registration");
  EXPECT_EQ(rows[2].Text(0), keys_->Pseudonym("users/ewa@example.org"));
  EXPECT_EQ(rows[3].Text(0), keys_->Pseudonym(kEwa));
  EXPECT_EQ(rows[0].Text(1), "campaigns/c1 event=events/e1");
}

TEST_P(AuditTest, AChangedDoerOrRequestIsFound) {
  AppendThree();
  Damage("UPDATE audit_entries SET request_id = 'r2' WHERE seq = 3");
  EXPECT_EQ(Broken(), "audit entry 3 is not what was appended");
  Damage("UPDATE audit_entries SET principal = 'users/other' WHERE seq = 2");
  EXPECT_EQ(Broken(), "audit entry 2 is not what was appended");
}

TEST_P(AuditTest, ARepeatedRequestIsOneAct) {
  v1::RecordConsentRequest request = ConsentOf(kEwa, true);
  request.set_request_id(kRequestId);
  ASSERT_THAT(Record(request), IsOk());
  ASSERT_THAT(Record(request), IsOk());
  EXPECT_THAT(Kinds(), ElementsAre("consent.given"));
}

TEST_P(AuditTest, AnErasureLeavesTheChainWhole) {
  ASSERT_THAT(Record(ConsentOf(kEwa, true)), IsOk());
  const auto before = Verify();
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(Erase(kEwa), IsOk());
  ASSERT_THAT(Erase(kEwa), IsOk());
  EXPECT_THAT(Kinds(), ElementsAre("consent.given", "person.erased"));
  EXPECT_THAT(Verify(), IsOk());
  const sql::Rows rows = Read("SELECT subject, prev_hash FROM audit_entries ORDER BY seq");
  EXPECT_EQ(rows[0].Text(0), keys_->Pseudonym(kEwa));
  EXPECT_EQ(rows[1].Text(0), rows[0].Text(0)) << "whoever knows the person can prove both";
  EXPECT_EQ(rows[1].Text(1), before->hash);
}

TEST_P(AuditTest, WhoIsOnlyKnownByAKeptMailIsErasedProvably) {
  BeginOne();
  ASSERT_THAT(Erase("clusters/c1/contacts/p1"), IsOk());
  ASSERT_THAT(Erase("clusters/c1/contacts/p1"), IsOk());
  EXPECT_THAT(Kinds(), ElementsAre("person.erased"));
  EXPECT_EQ(Read("SELECT subject FROM audit_entries")[0].Text(0),
            keys_->Pseudonym("clusters/c1/contacts/p1"));
  EXPECT_THAT(Read("SELECT 1 FROM changes WHERE kind = 'person.erased'"), IsEmpty());
  EXPECT_THAT(Verify(), IsOk());
}

TEST_P(AuditTest, AReplayIsOneActHoweverManyDeliveriesItQueues) {
  v1::SendNotificationRequest wanted = Request();
  wanted.mutable_notification()->clear_resource();
  wanted.mutable_notification()->add_persons("clusters/c1/contacts/p2");
  ASSERT_THAT(Send(wanted), IsOk());
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 550);
  v1::ReplayDeliveriesRequest request;
  request.set_event("events/e1");
  request.add_states(v1::DELIVERY_STATE_REJECTED);
  request.set_request_id(kRequestId);
  for (int i = 0; i < 2; ++i) {
    const auto replayed = NotificationFixture::Call<v1::ReplayDeliveriesResponse>(
        "NotificationService/ReplayDeliveries", request);
    ASSERT_THAT(replayed, IsOk());
    EXPECT_EQ(replayed->replayed(), 2);
  }
  EXPECT_THAT(Kinds(), ElementsAre("deliveries.replayed"));
  const sql::Rows rows = Read("SELECT detail, principal, request_id FROM audit_entries");
  EXPECT_THAT(rows[0].Text(0), HasSubstr(" event=events/e1 replayed=2"));
  EXPECT_EQ(rows[0].Text(1), "users/test");
  EXPECT_EQ(rows[0].Text(2), kRequestId);
}

TEST_P(AuditTest, AReplayOfWebhooksIsInTheChain) {
  v1::CreateSubscriptionRequest wanted;
  wanted.mutable_subscription()->set_title("Hook");
  wanted.mutable_subscription()->set_url("https://example.org/hook");
  wanted.mutable_subscription()->add_kind_prefixes("registration.");
  const auto created = NotificationFixture::Call<v1::CreateSubscriptionResponse>(
      "SubscriptionService/CreateSubscription", wanted);
  ASSERT_THAT(created, IsOk());
  feed::v1::Change change;
  change.mutable_cursor()->set_epoch("epoch");
  change.mutable_cursor()->set_seq(1);
  change.set_aggregate("events/e1");
  change.set_version(1);
  change.set_kind("registration.created");
  change.set_resource("events/e1/registrations/r1");
  SetTimestamp(clock().Now(), *change.mutable_change_time());
  FeedHandler handler(peers(), server_->handlers.person_data(), ids_, clock(),
                      &server_->webhooks.fan_out());
  const auto body = handler.Prepare(absl::MakeConstSpan(&change, 1));
  ASSERT_THAT(body, IsOk());
  ASSERT_THAT(database().Write(Deadline(), *body), IsOk());
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 500, v1::CHANNEL_WEBHOOK);
  v1::ReplaySubscriptionRequest request;
  request.set_name(created->subscription().name());
  SetTimestamp(clock().Now() - absl::Hours(1), *request.mutable_start_time());
  SetTimestamp(clock().Now() + absl::Hours(1), *request.mutable_end_time());
  const auto replayed = NotificationFixture::Call<v1::ReplaySubscriptionResponse>(
      "SubscriptionService/ReplaySubscription", request);
  ASSERT_THAT(replayed, IsOk());
  ASSERT_EQ(replayed->queued(), 1);
  EXPECT_THAT(Kinds(), ElementsAre("subscription.replayed"));
  EXPECT_EQ(Read("SELECT detail FROM audit_entries")[0].Text(0), request.name() + " queued=1");
}

TEST_P(AuditTest, AChangedEntryIsFound) {
  AppendThree();
  Damage("UPDATE audit_entries SET detail = 'x' WHERE seq = 2");
  EXPECT_EQ(Broken(), "audit entry 2 is not what was appended");
}

TEST_P(AuditTest, TheFirstOfSeveralIsTold) {
  AppendThree();
  Damage("UPDATE audit_entries SET hash = 'x' WHERE seq = 1");
  EXPECT_EQ(Broken(), "audit entry 1 is not what was appended");
  Damage("UPDATE audit_entries SET at = at + 1 WHERE seq = 3");
  EXPECT_EQ(Broken(), "audit entry 1 is not what was appended");
}

TEST_P(AuditTest, ADeletedEntryIsFoundWhereverItStood) {
  AppendThree();
  Damage("DELETE FROM audit_entries WHERE seq = 3");
  EXPECT_EQ(Broken(), "audit entry 3 is missing");
  Damage("DELETE FROM audit_entries WHERE seq = 1");
  EXPECT_EQ(Broken(), "audit entry 1 is missing");
}

TEST_P(AuditTest, AnEntryThatWasAddedOutsideOfTheChainIsFound) {
  AppendThree();
  Damage("UPDATE audit_heads SET seq = 2, hash = (SELECT hash FROM audit_entries WHERE seq = 2)");
  EXPECT_EQ(Broken(), "audit entry 3 was not appended");
  Damage("UPDATE audit_heads SET seq = 3, hash = (SELECT hash FROM audit_entries WHERE seq = 3)");
  ASSERT_THAT(Verify(), IsOk());
  for (const char* seq : {"9", "0"}) {
    Damage(absl::StrCat("INSERT INTO audit_entries SELECT ", seq,
                        ", at, kind, subject, detail, principal, request_id, prev_hash, hash "
                        "FROM audit_entries WHERE seq = 3")
               .c_str());
    EXPECT_EQ(Broken(), absl::StrCat("audit entry ", seq, " was not appended"));
  }
}

TEST_P(AuditTest, AnEndThatIsNotThatOfTheChainIsFound) {
  AppendThree();
  Damage("UPDATE audit_heads SET hash = 'x'");
  EXPECT_EQ(Broken(), "audit entry 3 is not the end of the chain");
}

TEST_P(AuditTest, WritersAtOnceMakeOneChain) {
  std::vector<std::thread> writers;
  std::vector<absl::Status> ends(4);
  for (absl::Status& end : ends) {
    writers.emplace_back([this, &end] {
      for (int i = 0; i < 10 && end.ok(); ++i) end = Append("one of many");
    });
  }
  for (std::thread& writer : writers) writer.join();
  for (const absl::Status& end : ends) EXPECT_THAT(end, IsOk());
  EXPECT_EQ(Verify()->seq, 40);
}

}  // namespace
}  // namespace wici::notification
