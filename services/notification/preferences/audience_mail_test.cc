// What the choices of people mean for mails, from a change in the feed to a real SMTP server.
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/audit/audit.h"
#include "services/notification/audit/testing/read_audit.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/person_preferences.h"
#include "services/notification/preferences/preference_check.h"
#include "services/notification/preferences/preference_store.h"
#include "services/notification/preferences/rules/validate_preferences.h"
#include "services/notification/preferences/suppression_store.h"
#include "services/notification/sending/testing/worker_fixture.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

class AudienceMailTest : public WorkerFixture {
 protected:
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    Sender sender{*Mailbox::Parse("events@wici.example.org"), "https://wici.example.org", keys_,
                  "bounce.wici.example.org"};
    store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check_},
                                        sql::CommitterOptions(), AuditOf(keys_));
    channel_ =
        *MailChannel::Make(peers_, *store_, sender, {.url = sink_.url(), .tls = TlsPolicy::kNone},
                           WorkerOptions().sender_threads);
    worker_ = MakeWorker("worker-1");
    mutation_ = std::make_unique<feed::Mutation>(
        kDomain, database(), clock_, ids_, [] {}, /*on_written=*/nullptr, AuditOf(keys_));
    preferences_ = std::make_unique<PreferenceStore>(database(), *mutation_);
    suppressions_ = std::make_unique<SuppressionStore>(database(), *mutation_);
  }

  feed::Call ACall() const { return {.key = {}, .deadline = absl::Now() + absl::Seconds(20)}; }
  void Suppress(const std::string& person, const std::string& address) {
    v1::Suppression suppression;
    suppression.set_person(person);
    suppression.set_channel(v1::CHANNEL_EMAIL);
    suppression.set_cause(v1::Suppression::CAUSE_MANUAL);
    EXPECT_THAT(
        suppressions_->Create(ACall(), suppression, keys_.AddressHash(*Mailbox::Parse(address))),
        IsOk());
  }
  void Quiet(const std::string& person, const std::string& from, const std::string& until,
             const std::string& zone) {
    v1::UpdatePreferencesRequest request;
    v1::Preferences& preferences = *request.mutable_preferences();
    preferences.set_name(PreferencesName(person));
    preferences.set_quiet_from(from);
    preferences.set_quiet_until(until);
    preferences.set_time_zone(zone);
    ASSERT_THAT(preferences_->Update(ACall(), request), IsOk());
  }
  static v1::Consent ConsentOf(const std::string& person, v1::Purpose purpose, bool given) {
    v1::Consent consent;
    consent.set_person(person);
    consent.set_purpose(purpose);
    consent.set_given(given);
    consent.set_notice("newsletter/3");
    consent.set_source("form:events/e1");
    return consent;
  }
  // Somebody says that the person agrees.
  v1::Consent Ask(const std::string& person, v1::Purpose purpose) {
    v1::Consent consent = ConsentOf(person, purpose, true);
    consent.set_confirmation_needed(true);
    const auto recorded = preferences_->Record(ACall(), consent);
    EXPECT_THAT(recorded, IsOk());
    return recorded.ok() ? *recorded : v1::Consent();
  }
  static std::string NotificationIdOf(const v1::Delivery& delivery) {
    const std::string rest = delivery.name().substr(delivery.name().find('/') + 1);
    return rest.substr(0, rest.find('/'));
  }
  static absl::Time At(const std::string& text) {
    absl::Time time;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
    return time;
  }
  static std::string IdOfDelivery(const v1::Delivery& delivery) {
    return delivery.name().substr(delivery.name().rfind('/') + 1);
  }

  const auth::SigningKey key_ = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  const MailKeys keys_{key_};
  PreferenceCheck check_{keys_, ids_};
  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<PreferenceStore> preferences_;
  std::unique_ptr<SuppressionStore> suppressions_;
};
WICI_ON_EVERY_ENGINE(AudienceMailTest);

TEST_P(AudienceMailTest, OnlyAudienceMailCarriesTheLinkToUnsubscribe) {
  Consume("invitation.created", kJan, kInvitation);
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(2));
  const bool jan_first = sink_.Mails()[0].find("jan@example.org") != std::string::npos;
  const std::string invitation = sink_.Mails()[jan_first ? 0 : 1];
  const std::string confirmation = sink_.Mails()[jan_first ? 1 : 0];
  const std::string id = IdOfDelivery(Ledger()[0]);
  const std::string token = keys_.UnsubscribeToken(id);
  EXPECT_THAT(
      invitation,
      AllOf(HasSubstr("List-Id: <invitation.wici.example.org>\r\n"),
            HasSubstr("List-Unsubscribe: <https://wici.example.org/unsubscribe?token=" + token +
                      ">,\r\n <mailto:u+" + token + "@bounce.wici.example.org>\r\n"),
            HasSubstr("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")));
  EXPECT_THAT(confirmation, Not(HasSubstr("List-")));
  EXPECT_THAT(invitation, HasSubstr("X-Envelope-From: b+" + keys_.BounceToken(id) +
                                    "@bounce.wici.example.org\r\n"));
  EXPECT_THAT(confirmation, HasSubstr("@bounce.wici.example.org\r\n"));
  ASSERT_THAT(suppressions_->Unsubscribe(ACall(), id), IsOk());
  Consume("invitation.created", kJan, kInvitation);
  Consume("registration.confirmed", kJan, kRegistration);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(3)) << "the confirmation still comes";
  EXPECT_EQ(Ledger()[2].reason(), v1::DELIVERY_REASON_SUPPRESSED);
  EXPECT_EQ(Ledger()[2].state(), v1::DELIVERY_STATE_SUPPRESSED);
}

TEST_P(AudienceMailTest, AnAddressTheRelayDoesNotKnowIsSuppressed) {
  peers_.AddPerson(kJan, "rcpt-550-jan@example.org", "pl");
  peers_.AddPerson(kEwa, "rcpt-451-ewa@example.org", "en");
  Consume("registration.confirmed", kJan, kRegistration);
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_REJECTED);
  const auto suppressions = suppressions_->List(ACall().deadline, "", "", 10);
  ASSERT_THAT(suppressions, IsOk());
  ASSERT_THAT(*suppressions, SizeIs(1));
  EXPECT_EQ((*suppressions)[0].person(), kJan);
  EXPECT_EQ((*suppressions)[0].cause(), v1::Suppression::CAUSE_HARD_BOUNCE);
  EXPECT_EQ((*suppressions)[0].evidence(), "5.1.1");
  Consume("registration.confirmed", kJan, kRegistration);
  SendAll();
  EXPECT_EQ(Ledger().back().reason(), v1::DELIVERY_REASON_SUPPRESSED);
  ASSERT_THAT(suppressions_->Lift(ACall(), (*suppressions)[0].name(), "ticket 17"), IsOk());
  EXPECT_THAT(AuditedKinds(database()), ElementsAre("suppression.created", "suppression.lifted"));
  const sql::Rows rows =
      ReadAudit(database(), "SELECT subject, detail, principal FROM audit_entries ORDER BY seq");
  EXPECT_EQ(rows[0].Text(2), "services/notification");
  for (const sql::Row& row : rows) {
    EXPECT_EQ(row.Text(0), keys_.Pseudonym(kJan));
    EXPECT_EQ(row.Text(1), (*suppressions)[0].name());
  }
}

TEST_P(AudienceMailTest, AnInvitationWaitsForTheEndOfQuietHours) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  Quiet(kJan, absl::FormatTime("%H:%M", clock_.Now() - absl::Hours(1), utc),
        absl::FormatTime("%H:%M", clock_.Now() + absl::Hours(2), utc), "UTC");
  Consume("invitation.created", kJan, kInvitation);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_QUIET_HOURS);
  EXPECT_EQ(Ledger()[0].attempt_count(), 0);
  clock_.Advance(absl::Hours(2));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

// A night in the zone of the person, from 23:00 to 7:00 by its clock. The calendar of 2037 is that
// of 2015, and deadlines that go by this clock have not passed.
struct Night {
  const char* zone;
  const char* at_eleven;
  const char* at_seven;
};

TEST_P(AudienceMailTest, AnInvitationWaitsForTheMorningOfThePersonAlsoWhenTheClocksChange) {
  const Night nights[] = {
      {"Europe/Warsaw", "2037-03-28T23:00:00+01:00", "2037-03-29T07:00:00+02:00"},
      {"Europe/Warsaw", "2037-10-24T23:00:00+02:00", "2037-10-25T07:00:00+01:00"},
      {"Asia/Kolkata", "2037-11-01T23:00:00+05:30", "2037-11-02T07:00:00+05:30"},
      {"Pacific/Honolulu", "2037-11-10T23:00:00-10:00", "2037-11-11T07:00:00-10:00"}};
  std::size_t sent = 0;
  for (const Night& night : nights) {
    Quiet(kJan, "22:00", "07:00", night.zone);
    clock_.Set(At(night.at_eleven));
    Consume("invitation.created", kJan, kInvitation);
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(sent)) << night.zone;
    EXPECT_EQ(Ledger().back().reason(), v1::DELIVERY_REASON_QUIET_HOURS);
    EXPECT_EQ(Ledger().back().next_attempt_time().seconds(),
              absl::ToUnixSeconds(At(night.at_seven)))
        << night.at_eleven;
    clock_.Set(At(night.at_seven) - absl::Seconds(1));
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(sent)) << night.zone;
    clock_.Set(At(night.at_seven));
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(++sent)) << night.zone;
  }
}

TEST_P(AudienceMailTest, WhatIsMandatoryOrConcernsARegistrationIsSentAtNight) {
  Quiet(kJan, "22:00", "07:00", "Europe/Warsaw");
  clock_.Set(At("2037-03-28T23:30:00+01:00"));
  Consume("registration.confirmed", kJan, kRegistration);
  peers_.participants[kEvent] = {{kJan, kRegistration}};
  Consume("event.rescheduled", "", kEvent);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(2));
}

TEST_P(AudienceMailTest, WhoRegisteredIsInvitedOnlyAfterAgreeing) {
  peers_.persons[kEwa].set_audience_consent(false);  // registration keeps none
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_NO_CONSENT);
  v1::Consent consent;
  consent.set_person(kEwa);
  consent.set_purpose(v1::PURPOSE_INVITATION);
  consent.set_given(true);
  ASSERT_THAT(preferences_->Record(ACall(), consent), IsOk());
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
}

// The token of the link in the mail number `at`.
std::string ConsentTokenOf(const SmtpSink& sink, std::size_t at) {
  std::string mail = sink.Mails()[at];
  for (std::size_t end; (end = mail.find("=\r\n")) != std::string::npos;) mail.erase(end, 3);
  const std::string link = "https://wici.example.org/confirm-consent?consent_token=3D";
  const std::size_t start = mail.find(link);
  if (start == std::string::npos) return "";
  return mail.substr(start + link.size(), mail.find("\r\n", start) - start - link.size());
}

TEST_P(AudienceMailTest, WhoIsSaidToAgreeIsAskedAndCountsOnceTheLinkOfTheMailWasUsed) {
  const std::string consent = Ask(kEwa, v1::PURPOSE_INVITATION).name();
  SendAll();
  ASSERT_THAT(
      sink_.Facts(),
      ElementsAre(HasSubstr("ewa@example.org | en | Please confirm: invitations to events")));
  EXPECT_THAT(sink_.Mails()[0], AllOf(Not(HasSubstr("List-")), Not(HasSubstr("In-Reply-To"))));
  EXPECT_THAT(sink_.Mails()[0], HasSubstr("The link works for 14 days."));
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_EQ(Ledger().back().reason(), v1::DELIVERY_REASON_NO_CONSENT) << "not yet";
  const std::string token = ConsentTokenOf(sink_, 0);
  EXPECT_THAT(keys_.ReadConsentToken(token + "x", clock_.Now()), testing::Reason("LINK_INVALID"));
  EXPECT_THAT(keys_.ReadConsentToken(token, clock_.Now() + absl::Hours(24 * 15)),
              testing::Reason("LINK_EXPIRED"));
  const auto read = keys_.ReadConsentToken(token, clock_.Now());
  ASSERT_THAT(read, testing::IsOkAndHolds(consent));
  ASSERT_THAT(preferences_->Confirm(ACall(), *read), IsOk());
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_EQ(Ledger().back().state(), v1::DELIVERY_STATE_DELIVERED);
  const auto evidence = *preferences_->ListConsents(ACall().deadline, kEwa, "", 10);
  ASSERT_THAT(evidence, SizeIs(2));
  EXPECT_EQ(evidence[0].confirms(), consent);
  EXPECT_EQ(evidence[0].source(), "double-opt-in");
  EXPECT_EQ(evidence[0].create_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_EQ(evidence[1].notification(), "notifications/" + NotificationIdOf(Ledger()[0]));
}

TEST_P(AudienceMailTest, TheQuestionComesInTheLanguageOfThePerson) {
  const std::pair<const char*, const char*> all[] = {{"pl", "Prosimy o potwierdzenie: aktualności"},
                                                     {"en", "Please confirm: news"},
                                                     {"de", "Bitte bestätigen: Neuigkeiten"},
                                                     {"cs", "Potvrďte prosím: novinky"},
                                                     {"uk", "Підтвердьте, будь ласка: новини"}};
  for (const auto& [language, subject] : all) {
    const std::string person = absl::StrCat("persons/", language);
    peers_.AddPerson(person, absl::StrCat(language, "@example.org"), language);
    Ask(person, v1::PURPOSE_MARKETING);
    SendAll();
    EXPECT_THAT(sink_.Facts().back(), HasSubstr(subject));
    EXPECT_NE(ConsentTokenOf(sink_, sink_.Mails().size() - 1), "") << language;
  }
}

TEST_P(AudienceMailTest, AQuestionThatWasRefusedIsAskedAgainWhenAHumanSaysSo) {
  peers_.AddPerson(kEwa, "data-554-ewa@example.org", "en");
  const std::string consent = Ask(kEwa, v1::PURPOSE_MARKETING).name();
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_REJECTED);
  peers_.AddPerson(kEwa, "ewa@example.org", "en");
  clock_.Advance(absl::Hours(24 * 20));  // longer than a link works
  EXPECT_EQ(ReplayWithoutEvent(), 1);
  SendAll();
  ASSERT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_THAT(sink_.Mails()[0], HasSubstr("The link works for 3 days."));
  EXPECT_THAT(keys_.ReadConsentToken(ConsentTokenOf(sink_, 0), clock_.Now()),
              testing::IsOkAndHolds(consent));
}

TEST_P(AudienceMailTest, NobodyIsFloodedWithQuestions) {
  const auto sent = [&] {
    SendAll();
    return sink_.Mails().size();
  };
  EXPECT_NE(Ask(kEwa, v1::PURPOSE_MARKETING).notification(), "");
  EXPECT_EQ(Ask(kEwa, v1::PURPOSE_MARKETING).notification(), "")
      << "the record stands all the same";
  EXPECT_EQ(sent(), 1);
  Ask(kEwa, v1::PURPOSE_INVITATION);
  Ask(kMax, v1::PURPOSE_MARKETING);
  EXPECT_EQ(sent(), 3) << "another purpose, another person";
  for (int hour = 1; hour <= 23; ++hour) {
    clock_.Advance(absl::Hours(1));
    Ask(kEwa, v1::PURPOSE_MARKETING);
  }
  EXPECT_EQ(sent(), 5) << "three in a day";
  clock_.Advance(absl::Hours(1));
  Ask(kEwa, v1::PURPOSE_MARKETING);
  EXPECT_EQ(sent(), 6);
  ASSERT_THAT(preferences_->Record(ACall(), ConsentOf(kEwa, v1::PURPOSE_MARKETING, false)), IsOk());
  EXPECT_NE(Ask(kEwa, v1::PURPOSE_MARKETING).notification(), "") << "the old link is worth nothing";
}

TEST_P(AudienceMailTest, OfManyRequestsAtOnceOneAsks) {
  std::vector<std::thread> requests;
  for (int i = 0; i < 4; ++i) {
    requests.emplace_back([&] { Ask(kEwa, v1::PURPOSE_MARKETING); });
  }
  for (std::thread& request : requests) request.join();
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  EXPECT_THAT(*preferences_->ListConsents(ACall().deadline, kEwa, "", 10), SizeIs(4));
}

TEST_P(AudienceMailTest, NobodyIsAskedWhatIsSettled) {
  Ask(kEwa, v1::PURPOSE_MARKETING);
  ASSERT_THAT(preferences_->Record(ACall(), ConsentOf(kEwa, v1::PURPOSE_MARKETING, false)), IsOk());
  const v1::Consent confirmed = Ask(kMax, v1::PURPOSE_MARKETING);
  ASSERT_THAT(preferences_->Confirm(ACall(), confirmed.name()), IsOk());
  Ask("persons/erased", v1::PURPOSE_MARKETING);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_OVERTAKEN);
  EXPECT_EQ(Ledger()[1].reason(), v1::DELIVERY_REASON_OVERTAKEN);
  EXPECT_EQ(Ledger()[2].reason(), v1::DELIVERY_REASON_PERSON_UNKNOWN);
}

// Whatever runs beside a send: the mail is sent, or it is not and the ledger says why; and nothing
// is sent after the answer to whoever stopped it.
TEST_P(AudienceMailTest, F22_CancelUnsubscribeSuppressAndEraseRaceWithSending) {
  PersonPreferences people(keys_);
  std::vector<std::string> stopped;
  for (int i = 0; i < 8; ++i) {
    const std::string person = absl::StrCat("clusters/race/contacts/p", i);
    const std::string address = absl::StrCat("p", i, "@example.org");
    peers_.AddPerson(person, address, "pl");
    Consume("invitation.created", person, kInvitation);
    const v1::Delivery delivery = Ledger().back();
    std::thread stop([&] {
      switch (i % 4) {
        case 0:
          EXPECT_THAT(
              store_->CancelNotification(
                  ACall().deadline, {},
                  delivery.name().substr(0, delivery.name().find("/deliveries")), "", clock_.Now()),
              ::testing::AnyOf(IsOk(), testing::Reason("NOTIFICATION_COMPLETED")));
          break;
        case 1:
          // Without a mail there is nothing to unsubscribe from.
          EXPECT_THAT(suppressions_->Unsubscribe(ACall(), IdOfDelivery(delivery)),
                      ::testing::AnyOf(IsOk(), testing::Reason("LINK_INVALID")));
          break;
        case 2:
          Suppress(person, address);
          break;
        default:
          EXPECT_THAT(
              database().Write(ACall().deadline,
                               [&](sql::Transaction& tx) {
                                 feed::Changes changes;
                                 return people.Erase(tx, person, clock_.Now(), changes).status();
                               }),
              IsOk());
      }
    });
    SendAll();
    stop.join();
    const v1::DeliveryState state = Ledger().back().state();
    EXPECT_TRUE(state == v1::DELIVERY_STATE_DELIVERED || state == v1::DELIVERY_STATE_CANCELLED ||
                state == v1::DELIVERY_STATE_SUPPRESSED)
        << v1::DeliveryState_Name(state);
    if (i % 4 == 2) stopped.push_back(person);
  }
  std::size_t delivered = 0;
  for (const v1::Delivery& delivery : Ledger()) {
    if (delivery.state() == v1::DELIVERY_STATE_DELIVERED) ++delivered;
  }
  EXPECT_THAT(sink_.Mails(), SizeIs(delivered)) << "what the ledger says is what was sent";
  for (const std::string& person : stopped) {
    Consume("invitation.created", person, kInvitation);
    SendAll();
    EXPECT_EQ(Ledger().back().reason(), v1::DELIVERY_REASON_SUPPRESSED);
  }
}

}  // namespace
}  // namespace wici::notification
