#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "libs/feed/changes.h"
#include "services/notification/inbox/inbox_store.h"
#include "services/notification/preferences/testing/preference_fixture.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class PreferenceServiceTest : public PreferenceFixture {
 protected:
  v1::Preferences NightOf(const std::string& person) {
    v1::Preferences preferences;
    preferences.set_name(NameOf(person));
    v1::Preferences::Choice& choice = *preferences.add_choices();
    choice.set_purpose(v1::PURPOSE_SERVICE);
    choice.set_channel(v1::CHANNEL_EMAIL);
    preferences.set_quiet_from("22:00");
    preferences.set_quiet_until("07:00");
    preferences.set_time_zone("Europe/Warsaw");
    return preferences;
  }
  absl::StatusOr<v1::GetConsentTokenResponse> TokenOf(const std::string& consent) {
    v1::GetConsentTokenRequest request;
    request.set_name(consent);
    return Call<v1::GetConsentTokenResponse>("GetConsentToken", request, grpc().Token("service"));
  }
  absl::StatusOr<v1::ConfirmConsentResponse> Confirm(const std::string& token) {
    v1::ConfirmConsentRequest request;
    request.set_token(token);
    return Call<v1::ConfirmConsentResponse>("ConfirmConsent", request, "");
  }
  void Erase(const std::string& person) {
    people::v1::ErasePersonRequest request;
    request.set_person(person);
    ASSERT_THAT(grpc().Call<people::v1::ErasePersonResponse>(
                    "wici.people.v1.PersonalDataService/ErasePerson", request, Operator()),
                IsOk());
  }
  // Of the changes, in their order.
  std::vector<std::string> Kinds() {
    constexpr sql::Query kKinds{"kinds", "SELECT kind FROM changes ORDER BY transaction_id"};
    std::vector<std::string> kinds;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  const auto rows = tx.Execute(kKinds);
                                  if (!rows.ok()) return rows.status();
                                  kinds.clear();
                                  for (const sql::Row& row : *rows) kinds.push_back(row.Text(0));
                                  return absl::OkStatus();
                                }),
                IsOk());
    return kinds;
  }
  absl::StatusOr<v1::Suppression> GetSuppression(const std::string& name) {
    v1::GetSuppressionRequest request;
    request.set_name(name);
    return Call<v1::Suppression>("GetSuppression", request);
  }
};
WICI_ON_EVERY_ENGINE(PreferenceServiceTest);

TEST_P(PreferenceServiceTest, PreferencesAreTheDefaultsUntilTheyAreSet) {
  const auto before = GetPreferences(kJan);
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->name(), "preferences/clusters~btm~contacts~jan");
  EXPECT_EQ(before->person(), kJan);
  EXPECT_EQ(before->choices_size(), 0);
  EXPECT_FALSE(before->has_create_time());
  v1::Preferences wanted = NightOf(kJan);
  wanted.set_etag(before->etag());
  const auto set = Update(wanted);
  ASSERT_THAT(set, IsOk());
  EXPECT_NE(set->etag(), before->etag());
  EXPECT_TRUE(set->has_create_time());
  EXPECT_EQ(GetPreferences(kJan)->SerializeAsString(), set->SerializeAsString());
  EXPECT_EQ(set->quiet_from(), "22:00");
  EXPECT_EQ(GetPreferences(kEwa)->choices_size(), 0);
  EXPECT_EQ(commits_, 1);
}

TEST_P(PreferenceServiceTest, AMaskChangesWhatItNames) {
  ASSERT_THAT(Update(NightOf(kEwa)), IsOk());
  v1::Preferences later;
  later.set_name(NameOf(kEwa));
  later.set_quiet_until("08:30");
  const auto changed = Update(later, {"quiet_until", "choices"});
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->quiet_until(), "08:30");
  EXPECT_EQ(changed->quiet_from(), "22:00");
  EXPECT_EQ(changed->choices_size(), 0);
  EXPECT_THAT(Update(later, {"person"}), HasViolation("update_mask"));
  EXPECT_THAT(Update(later, {"quiet_until", "time_zone"}), HasViolation("preferences.time_zone"));
  later.set_etag("\"1\"");
  EXPECT_THAT(Update(later), StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_P(PreferenceServiceTest, EveryViolationOfPreferencesIsSaidAtOnce) {
  v1::Preferences wrong = NightOf(kJan);
  *wrong.add_choices() = wrong.choices(0);
  wrong.add_choices()->set_purpose(v1::PURPOSE_MANDATORY);
  wrong.mutable_choices(0)->set_purpose(static_cast<v1::Purpose>(77));
  wrong.mutable_choices(1)->set_purpose(static_cast<v1::Purpose>(77));
  wrong.set_quiet_from("25:00");
  wrong.set_quiet_until("25:00");
  wrong.set_time_zone("../etc/passwd");
  wrong.set_digest_at("8 o'clock");
  const auto refused = Update(wrong);
  for (const char* field :
       {"preferences.choices[0].purpose", "preferences.choices[1]", "preferences.choices[2].wanted",
        "preferences.choices[2].channel", "preferences.quiet_from", "preferences.quiet_until",
        "preferences.time_zone", "preferences.digest_at"}) {
    EXPECT_THAT(refused, HasViolation(field));
  }
  v1::Preferences many;
  many.set_name(NameOf(kJan));
  for (int i = 0; i < 200; ++i) many.add_choices();
  EXPECT_THAT(Update(many), HasViolation("preferences.choices"));
  for (const char* name : {"", "preferences/jan", "preferences/clusters/btm/contacts/jan",
                           "preferences/clusters~btm~contacts~", "preferences/persons~Łukasz"}) {
    many.set_name(name);
    EXPECT_THAT(Update(many), HasViolation("preferences.name")) << name;
  }
}

TEST_P(PreferenceServiceTest, TheSameRequestTwiceIsDoneOnce) {
  v1::UpdatePreferencesRequest update;
  *update.mutable_preferences() = NightOf(kJan);
  update.set_request_id(kRequestId);
  const auto first = Call<v1::Preferences>("UpdatePreferences", update);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Call<v1::Preferences>("UpdatePreferences", update)->etag(), first->etag());
  update.mutable_preferences()->set_quiet_until("08:00");
  EXPECT_THAT(Call<v1::Preferences>("UpdatePreferences", update),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));

  v1::RecordConsentRequest consent = ConsentOf(kJan, true);
  consent.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a02");
  EXPECT_EQ(Record(consent)->name(), Record(consent)->name());
  EXPECT_THAT(Consents(kJan), SizeIs(1));

  v1::CreateSuppressionRequest suppression = SuppressionOf(kJan);
  suppression.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a03");
  const std::string name = Suppress(suppression)->name();
  ASSERT_THAT(Lift(name), IsOk());
  EXPECT_EQ(Suppress(suppression)->name(), name) << "the stored answer";
  EXPECT_THAT(Suppressions(), IsEmpty());
}

TEST_P(PreferenceServiceTest, ConsentsAreEvidenceOfWhichTheLastDecides) {
  const SendIntent news = IntentFor(kEwa, v1::PURPOSE_MARKETING);
  const SendIntent invitation = IntentFor(kEwa, v1::PURPOSE_INVITATION);
  EXPECT_EQ(CheckOne(news), v1::DELIVERY_REASON_UNSPECIFIED);
  const auto withdrawn = Record(ConsentOf(kEwa, false));
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_EQ(CheckOne(news), v1::DELIVERY_REASON_NO_CONSENT);
  EXPECT_EQ(CheckOne(invitation), v1::DELIVERY_REASON_UNSPECIFIED) << "another purpose";
  clock().Advance(absl::Seconds(5));
  const auto given = Record(ConsentOf(kEwa, true));
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(CheckOne(news), v1::DELIVERY_REASON_UNSPECIFIED);
  const std::vector<v1::Consent> all = Consents(kEwa);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].SerializeAsString(), given->SerializeAsString()) << "the newest first";
  EXPECT_EQ(all[1].SerializeAsString(), withdrawn->SerializeAsString());
  EXPECT_EQ(all[0].notice(), "newsletter/3");
  EXPECT_EQ(all[0].source(), "form:events/e1");
  EXPECT_EQ(all[0].create_time().seconds() - all[1].create_time().seconds(), 5);
  EXPECT_THAT(Consents(kJan), IsEmpty());
}

TEST_P(PreferenceServiceTest, ADoubleOptInCountsOnceItIsConfirmed) {
  SendIntent news = IntentFor(kEwa, v1::PURPOSE_MARKETING);
  news.owner_consent = std::nullopt;
  v1::RecordConsentRequest request = ConsentOf(kEwa, true);
  request.mutable_consent()->set_confirmation_needed(true);
  const std::string name = Record(request)->name();
  EXPECT_EQ(CheckOne(news), v1::DELIVERY_REASON_NO_CONSENT);
  const auto token = TokenOf(name);
  ASSERT_THAT(token, IsOk());
  for (int i = 0; i < 2; ++i) {
    const auto confirmed = Confirm(token->token());
    ASSERT_THAT(confirmed, IsOk());
    EXPECT_EQ(confirmed->purpose(), v1::PURPOSE_MARKETING);
  }
  EXPECT_EQ(CheckOne(news), v1::DELIVERY_REASON_UNSPECIFIED);
  const std::vector<v1::Consent> all = Consents(kEwa);
  ASSERT_THAT(all, SizeIs(2)) << "confirming twice leaves one record";
  EXPECT_EQ(all[0].confirms(), name);
  EXPECT_EQ(all[0].source(), "double-opt-in");
  EXPECT_EQ(all[0].notice(), "newsletter/3");
  EXPECT_TRUE(all[1].confirmation_needed());
}

TEST_P(PreferenceServiceTest, AConfirmationNeedsTheTokenOfTheMailInItsTime) {
  v1::RecordConsentRequest request = ConsentOf(kEwa, true);
  const std::string plain = Record(request)->name();
  EXPECT_THAT(TokenOf(plain), StatusIs(absl::StatusCode::kNotFound, Reason("CONSENT_NOT_FOUND")));
  EXPECT_THAT(TokenOf("consents/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("CONSENT_NOT_FOUND")));
  request.mutable_consent()->set_confirmation_needed(true);
  const std::string token = TokenOf(Record(request)->name())->token();
  EXPECT_THAT(Confirm(token + "x"),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  EXPECT_THAT(Confirm(""), HasViolation("token"));
  ASSERT_THAT(Record(ConsentOf(kEwa, false)), IsOk());
  EXPECT_THAT(Confirm(token),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CONSENT_WITHDRAWN")));
  const std::string late = TokenOf(Record(request)->name())->token();
  clock().Advance(absl::Hours(24 * 14) + absl::Seconds(1));
  EXPECT_THAT(Confirm(late), StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_EXPIRED")));
}

TEST_P(PreferenceServiceTest, EveryViolationOfAConsentIsSaidAtOnce) {
  v1::RecordConsentRequest wrong;
  EXPECT_THAT(Record(wrong), HasViolation("consent"));
  wrong.set_request_id("no-uuid");
  wrong.mutable_consent()->set_person("jan");
  wrong.mutable_consent()->set_purpose(v1::PURPOSE_SERVICE);
  wrong.mutable_consent()->set_source("a\nb");
  wrong.mutable_consent()->set_confirmation_needed(true);
  const auto refused = Record(wrong);
  for (const char* field : {"request_id", "consent.person", "consent.purpose", "consent.notice",
                            "consent.source", "consent.confirmation_needed"}) {
    EXPECT_THAT(refused, HasViolation(field));
  }
  wrong = ConsentOf(kJan, true);
  wrong.mutable_consent()->set_notice(std::string(257, 'x'));
  EXPECT_THAT(Record(wrong), HasViolation("consent.notice"));
  wrong.mutable_consent()->set_notice("Zażółć gęślą jaźń");
  EXPECT_THAT(Record(wrong), IsOk());
}

TEST_P(PreferenceServiceTest, ASuppressedAddressGetsNothingWhoeverHasIt) {
  const auto made = Suppress(SuppressionOf(kJan));
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(Suppress(SuppressionOf(kJan))->name(), made->name()) << "suppressed already";
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MANDATORY)), v1::DELIVERY_REASON_SUPPRESSED);
  peers().persons[kEwa].set_email("JAN@Example.org");
  EXPECT_EQ(CheckOne(IntentFor(kEwa, v1::PURPOSE_SERVICE)), v1::DELIVERY_REASON_SUPPRESSED);
  peers().persons[kJan].set_email("jan@example.net");
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_SERVICE)), v1::DELIVERY_REASON_UNSPECIFIED)
      << "the person has another address now";
  EXPECT_EQ(GetSuppression(made->name())->SerializeAsString(), made->SerializeAsString());
  for (const std::string& text : AllTexts()) {
    EXPECT_THAT(text, Not(HasSubstr("@example"))) << "no address is kept";
  }
  ASSERT_THAT(Lift(made->name()), IsOk());
  EXPECT_THAT(Lift(made->name()),
              StatusIs(absl::StatusCode::kNotFound, Reason("SUPPRESSION_NOT_FOUND")));
  EXPECT_THAT(GetSuppression(made->name()),
              StatusIs(absl::StatusCode::kNotFound, Reason("SUPPRESSION_NOT_FOUND")));
  EXPECT_EQ(CheckOne(IntentFor(kEwa, v1::PURPOSE_SERVICE)), v1::DELIVERY_REASON_UNSPECIFIED);
  EXPECT_NE(Suppress(SuppressionOf(kEwa))->name(), made->name()) << "and again";
}

TEST_P(PreferenceServiceTest, AnAddressNobodyKnowsCannotBeSuppressed) {
  EXPECT_THAT(Suppress(SuppressionOf("persons/nobody")),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ADDRESS_UNKNOWN")));
  peers().persons[kEwa].set_email("no address");
  EXPECT_THAT(Suppress(SuppressionOf(kEwa)),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ADDRESS_UNKNOWN")));
  v1::CreateSuppressionRequest wrong;
  EXPECT_THAT(Suppress(wrong), HasViolation("suppression"));
  wrong.mutable_suppression()->set_channel(v1::CHANNEL_INBOX);
  wrong.mutable_suppression()->set_cause(v1::Suppression::CAUSE_HARD_BOUNCE);
  wrong.mutable_suppression()->set_purpose(v1::PURPOSE_SERVICE);
  wrong.mutable_suppression()->set_evidence(std::string(501, 'x'));
  const auto refused = Suppress(wrong);
  for (const char* field : {"suppression.person", "suppression.channel", "suppression.cause",
                            "suppression.purpose", "suppression.evidence"}) {
    EXPECT_THAT(refused, HasViolation(field));
  }
  peers().error = absl::UnavailableError("the registry is away");
  EXPECT_THAT(Suppress(SuppressionOf(kJan)), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_P(PreferenceServiceTest, ListsComeInPagesBoundToTheirQuery) {
  for (int i = 0; i < 5; ++i) {
    const std::string person = absl::StrCat("persons/p", i);
    peers().AddPerson(person, absl::StrCat("p", i, "@example.org"), "pl");
    ASSERT_THAT(Suppress(SuppressionOf(person)), IsOk());
    ASSERT_THAT(Record(ConsentOf(kEwa, i % 2 == 0)), IsOk());
  }
  v1::ListSuppressionsRequest request;
  request.set_page_size(2);
  std::vector<std::string> persons;
  do {
    const auto page = Call<v1::ListSuppressionsResponse>("ListSuppressions", request);
    ASSERT_THAT(page, IsOk());
    for (const auto& suppression : page->suppressions()) persons.push_back(suppression.person());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(persons,
              ElementsAre("persons/p4", "persons/p3", "persons/p2", "persons/p1", "persons/p0"));
  request.set_page_token(
      Call<v1::ListSuppressionsResponse>("ListSuppressions", request)->next_page_token());
  request.set_person("persons/p3");
  EXPECT_THAT(Call<v1::ListSuppressionsResponse>("ListSuppressions", request),
              HasViolation("page_token"));
  EXPECT_THAT(Suppressions("persons/p3"), SizeIs(1));
  v1::ListConsentsRequest consents;
  consents.set_person(kEwa);
  consents.set_page_size(3);
  const auto first = Call<v1::ListConsentsResponse>("ListConsents", consents);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->consents(), SizeIs(3));
  consents.set_page_token(first->next_page_token());
  EXPECT_THAT(Call<v1::ListConsentsResponse>("ListConsents", consents)->consents(), SizeIs(2));
}

TEST_P(PreferenceServiceTest, WhoMayDoWhat) {
  v1::GetPreferencesRequest get;
  get.set_name(NameOf(kEwa));
  for (const char* role : {"event-organiser", "auditor", "door-staff", "service"}) {
    EXPECT_THAT(Call<v1::Preferences>("GetPreferences", get, grpc().Token(role)),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << role;
  }
  EXPECT_THAT(Call<v1::Preferences>("GetPreferences", get, ""),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(Call<v1::Preferences>("GetPreferences", get, grpc().Token("attendee", NameOf(kEwa))),
              IsOk());
  const std::string ewa = grpc().Token("attendee", kEwa);
  EXPECT_THAT(Call<v1::Consent>("RecordConsent", ConsentOf(kEwa, false), ewa), IsOk());
  EXPECT_THAT(Call<v1::Consent>("RecordConsent", ConsentOf(kJan, false), ewa),
              StatusIs(absl::StatusCode::kPermissionDenied));
  v1::DeleteSuppressionRequest lift;
  lift.set_name("suppressions/s1");
  lift.set_evidence("I want mails again");
  EXPECT_THAT(Call<v1::DeleteSuppressionResponse>("DeleteSuppression", lift, ewa),
              StatusIs(absl::StatusCode::kPermissionDenied));
  v1::GetConsentTokenRequest token;
  token.set_name("consents/c1");
  EXPECT_THAT(Call<v1::GetConsentTokenResponse>("GetConsentToken", token),
              StatusIs(absl::StatusCode::kPermissionDenied))
      << "an operator could confirm for the person";
}

TEST_P(PreferenceServiceTest, ErasureKeepsTheEvidenceAndTheSuppressedAddressOnly) {
  const std::string people = "wici.people.v1.PersonalDataService/";
  ASSERT_THAT(Update(NightOf(kEwa)), IsOk());
  ASSERT_THAT(Record(ConsentOf(kEwa, true)), IsOk());
  ASSERT_THAT(Suppress(SuppressionOf(kEwa)), IsOk());
  people::v1::ExportPersonRequest ask;
  ask.set_person(kEwa);
  const auto held =
      grpc().Call<people::v1::ExportPersonResponse>(people + "ExportPerson", ask, Operator());
  ASSERT_THAT(held, IsOk());
  EXPECT_THAT(held->json(), AllOf(HasSubstr("\"quietFrom\":\"22:00\""), HasSubstr("newsletter/3"),
                                  HasSubstr("CAUSE_MANUAL")));
  people::v1::ErasePersonRequest erase;
  erase.set_person(kEwa);
  const auto erased = [&] {
    return grpc()
        .Call<people::v1::ErasePersonResponse>(people + "ErasePerson", erase, Operator())
        ->erased();
  };
  EXPECT_TRUE(erased());
  EXPECT_FALSE(erased());
  EXPECT_EQ(GetPreferences(kEwa)->quiet_from(), "");
  EXPECT_THAT(Consents(kEwa), IsEmpty());
  EXPECT_THAT(Suppressions(kEwa), IsEmpty());
  EXPECT_EQ(grpc()
                .Call<people::v1::ExportPersonResponse>(people + "ExportPerson", ask, Operator())
                ->json(),
            "{}");
  const auto suppressions = Suppressions();
  ASSERT_THAT(suppressions, SizeIs(1));
  EXPECT_EQ(suppressions[0].person(), "");
  EXPECT_EQ(CheckOne(IntentFor(kEwa, v1::PURPOSE_SERVICE)), v1::DELIVERY_REASON_SUPPRESSED);
  EXPECT_THAT(AllTexts(), ::testing::Contains(keys_->Pseudonym(kEwa)))
      << "whoever knows the person can prove the consent";
}

TEST_P(PreferenceServiceTest, AnExportIsWholeHoweverMuchThereIs) {
  constexpr sql::Query kMany{"many_consents", R"sql(
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
    INSERT INTO consents (id, person, purpose, given, notice, source, confirmation_needed, confirms,
                          notification, created_at)
    SELECT 'c' || i, 'persons/ewa', 3, TRUE, 'news', 'form', FALSE, '', '', 0 FROM n)sql"};
  constexpr sql::Query kFull{"full_inbox", R"sql(
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
    INSERT INTO inbox_items (inbox, seq, changed, delivery, notification, title, body, url,
                             created_at, read_at)
    SELECT $1, i, i, 'd' || i, 'n', 'titled', 'text', '', 0, NULL FROM n)sql"};
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) -> absl::Status {
                                 const absl::Status made = tx.Execute(kMany).status();
                                 if (!made.ok()) return made;
                                 return tx.Execute(kFull, {InboxIdOf(kEwa)}).status();
                               }),
              IsOk());
  people::v1::ExportPersonRequest ask;
  ask.set_person(kEwa);
  const auto held = grpc().Call<people::v1::ExportPersonResponse>(
      "wici.people.v1.PersonalDataService/ExportPerson", ask, Operator());
  ASSERT_THAT(held, IsOk());
  const std::vector<std::string> consents = absl::StrSplit(held->json(), "\"news\"");
  EXPECT_EQ(consents.size(), 1002U);
  const std::vector<std::string> items = absl::StrSplit(held->json(), "\"titled\"");
  EXPECT_EQ(items.size(), 1002U);
}

TEST_P(PreferenceServiceTest, WhatAPersonWantsIsNotKeptForRepeatedRequests) {
  v1::UpdatePreferencesRequest update;
  *update.mutable_preferences() = NightOf(kEwa);
  update.mutable_preferences()->set_quiet_from("21:47");
  update.set_request_id(kRequestId);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Call<v1::Preferences>("UpdatePreferences", update)->quiet_from(), "21:47");
  }
  Erase(kEwa);
  for (const std::string& text : AllTexts()) EXPECT_THAT(text, Not(HasSubstr("21:47")));
  EXPECT_EQ(Call<v1::Preferences>("UpdatePreferences", update)->quiet_from(), "");
}

TEST_P(PreferenceServiceTest, TheAnswersKeptOfConsentsAndSuppressionsNameNobody) {
  v1::RecordConsentRequest consent = ConsentOf(kEwa, true);
  consent.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a02");
  v1::CreateSuppressionRequest suppression = SuppressionOf(kEwa);
  suppression.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a03");
  const auto recorded = Record(consent);
  const auto suppressed = Suppress(suppression);
  ASSERT_THAT(recorded, IsOk());
  ASSERT_THAT(suppressed, IsOk());
  EXPECT_EQ(Record(consent)->SerializeAsString(), recorded->SerializeAsString());
  EXPECT_EQ(Suppress(suppression)->SerializeAsString(), suppressed->SerializeAsString());
  constexpr sql::Query kAnswers{"answers", "SELECT response FROM idempotency"};
  ASSERT_THAT(database().Read(Deadline(),
                              [&](sql::Transaction& tx) -> absl::Status {
                                const auto rows = tx.Execute(kAnswers);
                                if (!rows.ok()) return rows.status();
                                EXPECT_EQ(rows->size(), 2U);
                                for (const sql::Row& row : *rows) {
                                  EXPECT_THAT(row.Blob(0), Not(HasSubstr(kEwa)));
                                  EXPECT_THAT(row.Blob(0), Not(HasSubstr("newsletter")));
                                }
                                return absl::OkStatus();
                              }),
              IsOk());
  Erase(kEwa);
  EXPECT_EQ(Record(consent)->name(), recorded->name());
  EXPECT_EQ(Record(consent)->person(), "") << "neither the person nor their pseudonym";
  EXPECT_EQ(Suppress(suppression)->person(), "");
}

TEST_P(PreferenceServiceTest, ErasureIsToldToWhoFollowsTheFeedAndNoEtagOfBeforeFits) {
  const auto before = Update(NightOf(kEwa));
  ASSERT_THAT(before, IsOk());
  Erase(kEwa);
  EXPECT_THAT(Kinds(), ElementsAre("preferences.updated", "preferences.erased"));
  Erase(kEwa);
  EXPECT_THAT(Kinds(), SizeIs(2)) << "there was nothing";
  clock().Advance(absl::Seconds(1));
  v1::Preferences again = NightOf(kEwa);
  ASSERT_THAT(Update(again), IsOk());
  again.set_etag(before->etag());
  EXPECT_THAT(Update(again), StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_P(PreferenceServiceTest, ChangesCarryIdsOnly) {
  ASSERT_THAT(Update(NightOf(kJan)), IsOk());
  ASSERT_THAT(Record(ConsentOf(kJan, true)), IsOk());
  const std::string suppression = Suppress(SuppressionOf(kJan))->name();
  ASSERT_THAT(Lift(suppression), IsOk());
  EXPECT_THAT(Kinds(), ElementsAre("preferences.updated", "consent.given", "suppression.created",
                                   "suppression.lifted"));
}

}  // namespace
}  // namespace wici::notification
