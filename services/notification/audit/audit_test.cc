// The chain of the audit over real gRPC, on every engine.
#include "services/notification/audit/audit.h"

#include <string>
#include <thread>
#include <vector>

#include "services/notification/preferences/testing/preference_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

class AuditTest : public PreferenceFixture {
 protected:
  absl::StatusOr<AuditHead> Verify() { return VerifyAudit(database(), machine_); }
  std::string Broken() { return std::string(Verify().status().message()); }
  sql::Rows Read(const char* text) {
    const sql::Query query{"test_read_audit", text};
    sql::Rows rows;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  auto found = tx.Execute(query);
                                  if (found.ok()) rows = *std::move(found);
                                  return found.status();
                                }),
                IsOk());
    return rows;
  }
  std::vector<std::string> Kinds() {
    std::vector<std::string> kinds;
    for (const sql::Row& row : Read("SELECT kind FROM audit_entries ORDER BY seq")) {
      kinds.push_back(row.Text(0));
    }
    return kinds;
  }
  void Damage(const char* text) {
    const sql::Query query{"test_damage_audit", text};
    ASSERT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) { return tx.Execute(query).status(); }),
                IsOk());
  }
  absl::Status Append(const std::string& detail) {
    return database().Write(Deadline(), [&](sql::Transaction& tx) {
      return AppendAudit(tx, {{"test.act", "", detail}}, clock().Now());
    });
  }
  void AppendThree() {
    for (const char* detail : {"a", "b", "c"}) ASSERT_THAT(Append(detail), IsOk());
    ASSERT_THAT(Verify(), IsOk());
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
