// What is asked just before sending, and what comes of the link to unsubscribe.
#include "services/notification/preferences/preference_check.h"

#include <string>
#include <thread>
#include <vector>

#include "services/notification/preferences/testing/preference_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr v1::DeliveryReason kFree = v1::DELIVERY_REASON_UNSPECIFIED;

class PreferenceCheckTest : public PreferenceFixture {};
WICI_ON_EVERY_ENGINE(PreferenceCheckTest);

TEST_P(PreferenceCheckTest, EachOfManyMailsIsJudgedByItself) {
  v1::Preferences preferences;
  preferences.set_name(NameOf(kJan));
  v1::Preferences::Choice& choice = *preferences.add_choices();
  choice.set_purpose(v1::PURPOSE_SERVICE);
  choice.set_channel(v1::CHANNEL_EMAIL);
  ASSERT_THAT(Update(preferences), IsOk());
  ASSERT_THAT(Record(ConsentOf(kEwa, false)), IsOk());
  peers().AddPerson("persons/max", "max@example.org", "de");
  ASSERT_THAT(Suppress(SuppressionOf("persons/max")), IsOk());
  std::vector<v1::DeliveryReason> reasons;
  SendIntent inbox = IntentFor(kJan, v1::PURPOSE_SERVICE, "d7");
  inbox.channel = v1::CHANNEL_INBOX;
  inbox.address_hash = "";
  for (const SendDecision& decision : Check({IntentFor(kJan, v1::PURPOSE_SERVICE, "d1"),
                                             IntentFor(kJan, v1::PURPOSE_MANDATORY, "d2"),
                                             IntentFor(kEwa, v1::PURPOSE_MARKETING, "d3"),
                                             IntentFor(kEwa, v1::PURPOSE_SERVICE, "d4"),
                                             IntentFor("persons/max", v1::PURPOSE_SERVICE, "d5"),
                                             IntentFor(kJan, v1::PURPOSE_SERVICE, "d6"), inbox})) {
    reasons.push_back(decision.reason);
  }
  EXPECT_THAT(
      reasons,
      ElementsAre(v1::DELIVERY_REASON_NOT_WANTED, kFree, v1::DELIVERY_REASON_NO_CONSENT, kFree,
                  v1::DELIVERY_REASON_SUPPRESSED, v1::DELIVERY_REASON_NOT_WANTED, kFree));
  EXPECT_THAT(Check({}), IsEmpty());
}

TEST_P(PreferenceCheckTest, OneClickEndsWhatTheMailWas) {
  const std::string token = keys_->UnsubscribeToken("d1");
  ASSERT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING)), kFree);
  const auto answer = Unsubscribe(token);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->purpose(), v1::PURPOSE_MARKETING);
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING)), v1::DELIVERY_REASON_SUPPRESSED);
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_INVITATION)), kFree);
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_SERVICE)), kFree);
  peers().persons[kEwa].set_email("jan@example.org");
  EXPECT_EQ(CheckOne(IntentFor(kEwa, v1::PURPOSE_MARKETING)), v1::DELIVERY_REASON_SUPPRESSED)
      << "the same address under another name";
  peers().persons[kJan].set_email("jan@example.net");
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING)), v1::DELIVERY_REASON_NO_CONSENT)
      << "the same person with another address";
  const std::vector<v1::Consent> consents = Consents(kJan);
  ASSERT_THAT(consents, SizeIs(1));
  EXPECT_FALSE(consents[0].given());
  EXPECT_EQ(consents[0].source(), "unsubscribe-link");
  ASSERT_THAT(Suppressions(kJan), SizeIs(1));
  EXPECT_EQ(Suppressions(kJan)[0].delivery(), "notifications/n1/deliveries/d1");
}

TEST_P(PreferenceCheckTest, F28_ADuplicateForgedOrLateUnsubscribeDoesNoHarm) {
  const std::string token = keys_->UnsubscribeToken("d1");
  EXPECT_THAT(Unsubscribe(token),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")))
      << "no such mail was sent";
  CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING));
  for (const std::string& forged : {std::string("d1.0123456789abcdef"), keys_->BounceToken("d1"),
                                    keys_->UnsubscribeToken("d2"), token + "0"}) {
    EXPECT_THAT(Unsubscribe(forged),
                StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  }
  EXPECT_THAT(Unsubscribe(""), HasViolation("token"));
  EXPECT_THAT(Unsubscribe(std::string(257, 'x')), HasViolation("token"));
  for (int i = 0; i < 3; ++i) ASSERT_THAT(Unsubscribe(token), IsOk());
  EXPECT_THAT(Consents(kJan), SizeIs(1));
  EXPECT_THAT(Suppressions(kJan), SizeIs(1));
  clock().Advance(absl::Hours(24 * 400));
  EXPECT_THAT(Unsubscribe(token), IsOk()) << "no mail is too old for it";
  EXPECT_THAT(Suppressions(kJan), SizeIs(1));
}

TEST_P(PreferenceCheckTest, TransactionalMailHasNoLinkToUnsubscribe) {
  CheckOne(IntentFor(kJan, v1::PURPOSE_SERVICE));
  EXPECT_THAT(Unsubscribe(keys_->UnsubscribeToken("d1")),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  EXPECT_THAT(Consents(kJan), IsEmpty());
}

TEST_P(PreferenceCheckTest, AgreeingAnewLiftsWhatUnsubscribingSuppressed) {
  CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING));
  ASSERT_THAT(Unsubscribe(keys_->UnsubscribeToken("d1")), IsOk());
  ASSERT_THAT(Record(ConsentOf(kJan, true, v1::PURPOSE_INVITATION)), IsOk());
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING)), v1::DELIVERY_REASON_SUPPRESSED);
  ASSERT_THAT(Record(ConsentOf(kJan, true, v1::PURPOSE_MARKETING)), IsOk());
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING)), kFree);
  EXPECT_THAT(Suppressions(kJan), IsEmpty());
}

// Every mail that is judged after the answer to the click is stopped, whatever ran beside it.
TEST_P(PreferenceCheckTest, F22_UnsubscribingRacesWithSending) {
  CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING));
  const std::string token = keys_->UnsubscribeToken("d1");
  std::vector<v1::DeliveryReason> beside;
  std::thread sender([&] {
    for (int i = 0; i < 20; ++i) {
      beside.push_back(
          CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING, absl::StrCat("beside-", i))));
    }
  });
  EXPECT_THAT(Unsubscribe(token), IsOk());
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING, "after")),
            v1::DELIVERY_REASON_SUPPRESSED);
  sender.join();
  bool stopped = false;
  for (const v1::DeliveryReason reason : beside) {
    EXPECT_FALSE(stopped && reason == kFree) << "sent again after it was stopped";
    stopped = stopped || reason == v1::DELIVERY_REASON_SUPPRESSED;
  }
}

}  // namespace
}  // namespace wici::notification
