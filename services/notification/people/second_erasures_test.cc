// Who is erased a second time, and who is spared.
#include "services/notification/people/second_erasures.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/audit/testing/read_audit.h"
#include "services/notification/feed/feed_handler.h"
#include "services/notification/feed/registry_handler.h"
#include "services/notification/people/erasures.h"
#include "services/notification/testing/notification_server.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;

constexpr char kContact[] = "clusters/btm/contacts/ewa";

// Lets the test wait for erasures that another thread does.
class AwaitedErasures final : public PersonData {
 public:
  explicit AwaitedErasures(PersonData& people) : people_(people) {}
  absl::Status Export(sql::Transaction& tx, std::string_view person,
                      google::protobuf::Struct& held) override {
    return people_.Export(tx, person, held);
  }
  absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                             feed::Changes& changes) override {
    MutexLock lock(mutex_);
    erased_.insert(std::string(person));
    changed_.NotifyAll();
    return people_.Erase(tx, person, now, changes);
  }
  void WaitFor(std::size_t persons) {
    MutexLock lock(mutex_);
    while (erased_.size() < persons) changed_.Wait(mutex_);
  }

 private:
  PersonData& people_;
  Mutex mutex_;
  CondVar changed_;
  Names erased_ ABSL_GUARDED_BY(mutex_);
};

class SecondErasuresTest : public NotificationFixture {
 protected:
  // Something of `person`, as what is being sent while they are erased leaves it.
  void LeaveTraces(const std::string& person = kContact) {
    constexpr sql::Query kKeep{"keep",
                               "INSERT INTO kept_mails (delivery_id, person, fence, recipient, "
                               "message) VALUES ($1, $2, 1, '', $3)"};
    ASSERT_THAT(database().Write(
                    Deadline(),
                    [&](sql::Transaction& tx) {
                      return tx.Execute(kKeep, {ids_.NewId(), person, sql::Bytes{"mail"}}).status();
                    }),
                IsOk());
  }
  std::vector<std::string> Held() {
    std::vector<std::string> held;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  auto found = ListHeldPersons(tx, "", 100);
                                  if (found.ok()) held = *std::move(found);
                                  return found.status();
                                }),
                IsOk());
    return held;
  }

  FakePeers& owners() { return server_->peers; }
  void OwnerKnowsThem() { owners().AddPerson(kContact, "ewa@example.org", "pl"); }

  void CallErasePerson() {
    people::v1::ErasePersonRequest request;
    request.set_person(kContact);
    ASSERT_THAT(server_->grpc.Call<people::v1::ErasePersonResponse>(
                    "wici.people.v1.PersonalDataService/ErasePerson", request, token_),
                IsOk());
  }
  // What `handler` does about the one change.
  template <class Handler>
  void Take(Handler& handler, const std::string& kind, const std::string& cause = "",
            const std::string& person = kContact) {
    feed::v1::Change change;
    change.set_kind(kind);
    change.set_aggregate("events/e1");
    change.set_person(person);
    if (!cause.empty()) (*change.mutable_attributes())["cause"] = cause;
    const auto body = handler.Prepare(absl::MakeConstSpan(&change, 1));
    ASSERT_THAT(body, IsOk());
    ASSERT_THAT(database().Write(Deadline(), *body), IsOk());
  }
  void OwnerDeletesThem() {
    owners().persons.erase(kContact);
    RegistryHandler handler(owners(), people(), ids_, clock());
    Take(handler, "contact.deleted");
  }
  void RegistrationErasesThem(const std::string& cause, const std::string& person = kContact) {
    FeedHandler handler(owners(), people(), ids_, clock());
    Take(handler, "invitation.person_erased", cause, person);
  }

  PersonData& people() { return server_->handlers.person_data(); }
  // Has been erased a while ago, and is due.
  void NoteDue(int persons) {
    ASSERT_THAT(
        database().Write(
            Deadline(),
            [&](sql::Transaction& tx) -> absl::Status {
              feed::Changes changes;
              for (int i = 0; i < persons; ++i) {
                WICI_RETURN_IF_ERROR(
                    people().Erase(tx, absl::StrCat(kContact, i), clock().Now(), changes).status());
              }
              return absl::OkStatus();
            }),
        IsOk());
    clock().Advance(kEraseAgainAfter);
  }
  // One round.
  absl::StatusOr<std::int64_t> EraseAgain() {
    return SecondErasures(database(), owners(), people(), ids_, clock()).RunOnce();
  }
};
WICI_ON_EVERY_ENGINE(SecondErasuresTest);

TEST_P(SecondErasuresTest, WhomErasePersonAskedForIsErasedAgainWhileTheirOwnerKnowsThem) {
  OwnerKnowsThem();
  CallErasePerson();
  LeaveTraces();
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(0)) << "it may still be on its way";
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  EXPECT_THAT(Held(), IsEmpty());
  LeaveTraces();
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(0)) << "twice, and not for ever";
  EXPECT_THAT(Held(), ElementsAre(kContact));
}

TEST_P(SecondErasuresTest, AReplicaOfAnEarlierVersionDoesNotEndWhatErasePersonAskedFor) {
  // It asks the owner about everybody it finds, and ends it for whom they know.
  constexpr sql::Query kEndAll{"end_all", "DELETE FROM erasures"};
  OwnerKnowsThem();
  CallErasePerson();
  LeaveTraces();
  clock().Advance(kEraseAgainAfter);
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) { return tx.Execute(kEndAll).status(); }),
              IsOk());
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  EXPECT_THAT(Held(), IsEmpty());
}

TEST_P(SecondErasuresTest, WhomErasePersonAskedRegistrationForIsErasedAgainWhileTheRegistryKnows) {
  OwnerKnowsThem();
  RegistrationErasesThem("requested");
  LeaveTraces();
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  EXPECT_THAT(Held(), IsEmpty());
}

TEST_P(SecondErasuresTest, WhomTheRegistryDeletedAndKnowsAgainIsSparedByWhatRegistrationSays) {
  LeaveTraces();
  RegistrationErasesThem("registry");
  EXPECT_THAT(Held(), IsEmpty());
  LeaveTraces();
  OwnerKnowsThem();
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  EXPECT_THAT(Held(), ElementsAre(kContact));
  RegistrationErasesThem("registry");
  EXPECT_THAT(Held(), ElementsAre(kContact)) << "of before they were made anew";
}

TEST_P(SecondErasuresTest, WithoutACauseAnErasureIsRequestedForPersonsAndNotForContacts) {
  constexpr char kPerson[] = "persons/ewa";
  OwnerKnowsThem();
  owners().AddPerson(kPerson, "ewa@example.com", "pl");
  for (const char* person : {kContact, kPerson}) {
    RegistrationErasesThem("", person);
    LeaveTraces(person);
  }
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(2));
  EXPECT_THAT(Held(), ElementsAre(kContact));
}

TEST_P(SecondErasuresTest, EachErasureThatFoundSomethingIsAudited) {
  LeaveTraces();
  RegistrationErasesThem("requested");
  EXPECT_THAT(AuditedKinds(database()), SizeIs(1));
  LeaveTraces();
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  EXPECT_THAT(AuditedKinds(database()), SizeIs(2));
  LeaveTraces();
  OwnerDeletesThem();
  OwnerDeletesThem();
  EXPECT_THAT(AuditedKinds(database()),
              ElementsAre("person.erased", "person.erased", "person.erased"));
}

TEST_P(SecondErasuresTest, WhomTheirOwnerDeletedAndKnowsAgainIsSpared) {
  OwnerDeletesThem();
  LeaveTraces();
  OwnerKnowsThem();
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  EXPECT_THAT(Held(), ElementsAre(kContact));
  owners().persons.clear();
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(0)) << "that is over";
}

TEST_P(SecondErasuresTest, WhereBothCameAboutErasePersonHoldsWhicheverWasFirst) {
  for (const bool asked_first : {true, false}) {
    OwnerKnowsThem();
    if (asked_first) CallErasePerson();
    OwnerDeletesThem();
    if (!asked_first) CallErasePerson();
    OwnerKnowsThem();
    LeaveTraces();
    clock().Advance(kEraseAgainAfter);
    EXPECT_THAT(EraseAgain(), IsOkAndHolds(1)) << asked_first;
    EXPECT_THAT(Held(), IsEmpty()) << asked_first;
  }
}

TEST_P(SecondErasuresTest, AfterErasePersonADeletionIsJudgedByItself) {
  CallErasePerson();
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  OwnerDeletesThem();
  OwnerKnowsThem();
  LeaveTraces();
  clock().Advance(kEraseAgainAfter);
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  EXPECT_THAT(Held(), ElementsAre(kContact));
}

TEST_P(SecondErasuresTest, AnErasureByAClockThatIsBehindDoesNotBringTheSecondForward) {
  CallErasePerson();
  clock().Advance(-absl::Minutes(5));
  OwnerDeletesThem();
  clock().Advance(absl::Minutes(5) + kEraseAgainAfter - absl::Seconds(1));
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(0));
  clock().Advance(absl::Seconds(1));
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
}

TEST_P(SecondErasuresTest, WhileOwnersAreAwayThoseAreErasedAgainWhomErasePersonAskedFor) {
  CallErasePerson();
  LeaveTraces();
  clock().Advance(kEraseAgainAfter);
  owners().error = absl::UnavailableError("away");
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1));
  EXPECT_THAT(Held(), IsEmpty());
  owners().error = absl::OkStatus();
  OwnerDeletesThem();
  LeaveTraces();
  clock().Advance(kEraseAgainAfter);
  owners().error = absl::UnavailableError("away");
  EXPECT_FALSE(EraseAgain().ok());
  EXPECT_THAT(Held(), ElementsAre(kContact));
  owners().error = absl::OkStatus();
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(1)) << "it was put off";
  EXPECT_THAT(Held(), IsEmpty());
}

TEST_P(SecondErasuresTest, TheThreadLooksAtOnceAndAgainWhileThereAreMore) {
  constexpr int kMoreThanOneRound = 120;
  NoteDue(kMoreThanOneRound);
  AwaitedErasures awaited(people());
  {
    SecondErasures second(database(), owners(), awaited, ids_, clock());
    second.Start();
    awaited.WaitFor(kMoreThanOneRound);  // before a minute is over
  }
  EXPECT_THAT(EraseAgain(), IsOkAndHolds(0)) << "it ended with its round";
}

}  // namespace
}  // namespace wici::notification
