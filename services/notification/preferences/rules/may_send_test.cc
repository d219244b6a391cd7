#include "services/notification/preferences/rules/may_send.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

const absl::Time kNoon = absl::FromUnixSeconds(1450436400);   // 2015-12-18 12:00 in Warsaw
const absl::Time kNight = absl::FromUnixSeconds(1450476000);  // 23:00
const absl::Time kSevenInTheMorning = absl::FromUnixSeconds(1450504800);

constexpr v1::Purpose kPurposes[] = {v1::PURPOSE_MANDATORY, v1::PURPOSE_SERVICE,
                                     v1::PURPOSE_INVITATION, v1::PURPOSE_MARKETING};

v1::DeliveryReason Reason(v1::Purpose purpose, const SendFacts& facts, absl::Time now = kNoon,
                          v1::Channel channel = v1::CHANNEL_EMAIL) {
  return MaySend(purpose, channel, facts, now).reason;
}

// The reasons for mandatory, service, invitation and marketing mail.
std::vector<v1::DeliveryReason> Reasons(const SendFacts& facts, absl::Time now = kNoon) {
  std::vector<v1::DeliveryReason> reasons;
  for (const v1::Purpose purpose : kPurposes) reasons.push_back(Reason(purpose, facts, now));
  return reasons;
}

SendFacts Agreed() {
  SendFacts facts;
  facts.owner_consent = true;
  return facts;
}

void Suppress(v1::Suppression::Cause cause, v1::Purpose purpose, SendFacts& facts) {
  facts.suppressions.emplace_back().set_cause(cause);
  facts.suppressions.back().set_purpose(purpose);
}

void Choose(v1::Purpose purpose, v1::Channel channel, bool wanted, SendFacts& facts) {
  v1::Preferences::Choice& choice = *facts.preferences.add_choices();
  choice.set_purpose(purpose);
  choice.set_channel(channel);
  choice.set_wanted(wanted);
}

constexpr v1::DeliveryReason kGo = v1::DELIVERY_REASON_UNSPECIFIED;
constexpr v1::DeliveryReason kSuppressed = v1::DELIVERY_REASON_SUPPRESSED;
constexpr v1::DeliveryReason kNoConsent = v1::DELIVERY_REASON_NO_CONSENT;
constexpr v1::DeliveryReason kNotWanted = v1::DELIVERY_REASON_NOT_WANTED;
constexpr v1::DeliveryReason kQuiet = v1::DELIVERY_REASON_QUIET_HOURS;

TEST(MaySendTest, OnlyAudienceMailNeedsConsent) {
  EXPECT_THAT(Reasons(Agreed()), ::testing::ElementsAre(kGo, kGo, kGo, kGo));
  EXPECT_THAT(Reasons({}), ::testing::ElementsAre(kGo, kGo, kNoConsent, kNoConsent));
}

TEST(MaySendTest, ANoInEitherPlaceIsANo) {
  const auto invitation = [](std::optional<bool> owner, std::optional<bool> here) {
    SendFacts facts;
    facts.owner_consent = owner;
    facts.consent = here;
    return Reason(v1::PURPOSE_INVITATION, facts);
  };
  EXPECT_EQ(invitation(true, std::nullopt), kGo);
  EXPECT_EQ(invitation(true, true), kGo);
  EXPECT_EQ(invitation(true, false), kNoConsent);
  EXPECT_EQ(invitation(false, true), kNoConsent);
  EXPECT_EQ(invitation(false, std::nullopt), kNoConsent);
  EXPECT_EQ(invitation(std::nullopt, true), kGo) << "an owner that keeps no consents";
  EXPECT_EQ(invitation(std::nullopt, false), kNoConsent);
}

TEST(MaySendTest, AnAddressThatDoesNotWorkStopsEverything) {
  for (const auto cause : {v1::Suppression::CAUSE_HARD_BOUNCE, v1::Suppression::CAUSE_SOFT_BOUNCE,
                           v1::Suppression::CAUSE_MANUAL}) {
    SendFacts facts = Agreed();
    Suppress(cause, v1::PURPOSE_UNSPECIFIED, facts);
    EXPECT_THAT(Reasons(facts),
                ::testing::ElementsAre(kSuppressed, kSuppressed, kSuppressed, kSuppressed));
  }
}

TEST(MaySendTest, AComplaintStopsAudienceMailOnly) {
  SendFacts facts = Agreed();
  Suppress(v1::Suppression::CAUSE_COMPLAINT, v1::PURPOSE_UNSPECIFIED, facts);
  EXPECT_THAT(Reasons(facts), ::testing::ElementsAre(kGo, kGo, kSuppressed, kSuppressed));
}

TEST(MaySendTest, UnsubscribingStopsWhatTheMailWas) {
  SendFacts facts = Agreed();
  Suppress(v1::Suppression::CAUSE_UNSUBSCRIBED, v1::PURPOSE_MARKETING, facts);
  EXPECT_THAT(Reasons(facts), ::testing::ElementsAre(kGo, kGo, kGo, kSuppressed));
}

TEST(MaySendTest, AChoiceHoldsForItsPurposeAndChannelButNotForMandatoryMail) {
  SendFacts facts = Agreed();
  Choose(v1::PURPOSE_SERVICE, v1::CHANNEL_EMAIL, false, facts);
  Choose(v1::PURPOSE_INVITATION, v1::CHANNEL_EMAIL, true, facts);
  Choose(v1::PURPOSE_MARKETING, v1::CHANNEL_INBOX, false, facts);
  Choose(v1::PURPOSE_MANDATORY, v1::CHANNEL_EMAIL, false, facts);
  EXPECT_THAT(Reasons(facts), ::testing::ElementsAre(kGo, kNotWanted, kGo, kGo));
  EXPECT_EQ(Reason(v1::PURPOSE_SERVICE, facts, kNoon, v1::CHANNEL_INBOX), kGo);
  EXPECT_EQ(Reason(v1::PURPOSE_MARKETING, facts, kNoon, v1::CHANNEL_INBOX), kNotWanted);
}

TEST(MaySendTest, AConsentToMailsIsNoneToSmsAndPush) {
  SendFacts facts = Agreed();
  for (const v1::Channel channel : {v1::CHANNEL_SMS, v1::CHANNEL_WEB_PUSH}) {
    EXPECT_EQ(Reason(v1::PURPOSE_SERVICE, facts, kNoon, channel), kGo);
    EXPECT_EQ(Reason(v1::PURPOSE_INVITATION, facts, kNoon, channel), kNotWanted);
    EXPECT_EQ(Reason(v1::PURPOSE_MARKETING, facts, kNoon, channel), kNotWanted);
    Choose(v1::PURPOSE_MARKETING, channel, true, facts);
    EXPECT_EQ(Reason(v1::PURPOSE_MARKETING, facts, kNoon, channel), kGo);
    EXPECT_EQ(Reason(v1::PURPOSE_INVITATION, facts, kNoon, channel), kNotWanted);
  }
  facts.owner_consent = false;
  EXPECT_EQ(Reason(v1::PURPOSE_MARKETING, facts, kNoon, v1::CHANNEL_SMS), kNoConsent)
      << "a choice is no consent";
}

TEST(MaySendTest, OnlyAudienceMailWaitsForTheEndOfQuietHours) {
  SendFacts facts = Agreed();
  facts.preferences.set_quiet_from("22:00");
  facts.preferences.set_quiet_until("07:00");
  facts.preferences.set_time_zone("Europe/Warsaw");
  EXPECT_THAT(Reasons(facts), ::testing::ElementsAre(kGo, kGo, kGo, kGo));
  EXPECT_THAT(Reasons(facts, kNight), ::testing::ElementsAre(kGo, kGo, kQuiet, kQuiet));
  EXPECT_EQ(MaySend(v1::PURPOSE_INVITATION, v1::CHANNEL_EMAIL, facts, kNight).wait_until,
            kSevenInTheMorning);
  facts.owner_consent = false;
  EXPECT_THAT(Reasons(facts, kNight), ::testing::ElementsAre(kGo, kGo, kNoConsent, kNoConsent))
      << "nobody waits for what is never sent";
}

TEST(MaySendTest, OnlyTheRegistryKeepsConsents) {
  EXPECT_TRUE(OwnerKeepsConsents("clusters/btm/contacts/jan"));
  EXPECT_FALSE(OwnerKeepsConsents("persons/ewa"));
  EXPECT_FALSE(OwnerKeepsConsents(""));
}

TEST(MaySendTest, AnUnknownPurposeIsTheStrictest) {
  EXPECT_TRUE(IsAudience(v1::PURPOSE_UNSPECIFIED));
  EXPECT_TRUE(IsAudience(static_cast<v1::Purpose>(99)));
  EXPECT_EQ(Reason(static_cast<v1::Purpose>(99), {}), kNoConsent);
}

}  // namespace
}  // namespace wici::notification
