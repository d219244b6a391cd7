// What the choices of people mean for mails, from a change in the feed to a real SMTP server.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
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
    store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check_});
    channel_ = *MailChannel::Make(peers_, *store_, clock_, sender,
                                  {.url = sink_.url(), .tls = TlsPolicy::kNone},
                                  WorkerOptions().sender_threads);
    worker_ = MakeWorker("worker-1");
    mutation_ = std::make_unique<feed::Mutation>(kDomain, database(), clock_, ids_, [] {});
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

// A night in the zone of the person, and how long it lasts from 23:00 on.
struct Night {
  const char* zone;
  const char* at_eleven;
  const char* at_seven;
};

TEST_P(AudienceMailTest, AnInvitationWaitsForTheMorningOfThePersonAlsoWhenTheClocksChange) {
  const Night nights[] = {
      {"Europe/Warsaw", "2015-03-28T23:00:00+01:00", "2015-03-29T07:00:00+02:00"},
      {"Europe/Warsaw", "2015-10-24T23:00:00+02:00", "2015-10-25T07:00:00+01:00"},
      {"Asia/Kolkata", "2015-11-01T23:00:00+05:30", "2015-11-02T07:00:00+05:30"},
      {"Pacific/Honolulu", "2015-11-10T23:00:00-10:00", "2015-11-11T07:00:00-10:00"}};
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
  clock_.Set(At("2015-03-28T23:30:00+01:00"));
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
          EXPECT_THAT(database().Write(ACall().deadline,
                                       [&](sql::Transaction& tx) {
                                         return people.Erase(tx, person, clock_.Now()).status();
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
