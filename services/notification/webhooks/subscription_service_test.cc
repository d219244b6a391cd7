// SubscriptionService over real gRPC, with a real endpoint to test against.
#include "services/notification/webhooks/subscription_service.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/service_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/errors.h"
#include "services/notification/migrations.h"
#include "services/notification/webhooks/rules/webhook_payload.h"
#include "services/notification/webhooks/subscription_rows.h"
#include "services/notification/webhooks/testing/http_sink.h"
#include "services/notification/webhooks/validate_subscription.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::kRequestId;
using testing::Reason;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

HttpSink* hook = nullptr;  // of all tests: it is slow to start

class SubscriptionServiceTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  static void SetUpTestSuite() { hook = new HttpSink; }
  static void TearDownTestSuite() { delete hook; }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (!IsSkipped()) Serve(Reach::kAnywhere);
  }

  // Everything, anew.
  void Serve(Reach reach) {
    services_.reset();
    services_ = std::make_unique<testing::ServiceFixture>();
    mutation_ =
        std::make_unique<feed::Mutation>(kDomain, database(), clock_, ids_, [this] { ++commits_; });
    store_ = std::make_unique<SubscriptionStore>(database(), *mutation_, box_);
    endpoints_ = std::make_unique<EndpointStore>(database(), *mutation_, box_);
    service_ = std::make_unique<SubscriptionService>(*store_, *endpoints_, *transport_, reach, ids_,
                                                     clock_);
    service_->Register(services_->server());
    services_->Start();
    token_ = services_->Token("platform-operator");
  }

  template <class Response, class Request>
  absl::StatusOr<Response> Call(const std::string& method, const Request& request) {
    return services_->Call<Response>("wici.notification.v1.SubscriptionService/" + method, request,
                                     token_);
  }
  static v1::CreateSubscriptionRequest Wanted(const std::string& url = "https://example.org/hook") {
    v1::CreateSubscriptionRequest request;
    request.mutable_subscription()->set_title("Zgłoszenia do Łodzi");
    request.mutable_subscription()->set_url(url);
    request.mutable_subscription()->add_kind_prefixes("registration.");
    return request;
  }
  absl::StatusOr<v1::CreateSubscriptionResponse> Create(
      const v1::CreateSubscriptionRequest& request) {
    return Call<v1::CreateSubscriptionResponse>("CreateSubscription", request);
  }
  std::string MustCreate(const std::string& url = "https://example.org/hook") {
    const auto created = Create(Wanted(url));
    EXPECT_THAT(created, IsOk());
    return created.ok() ? created->subscription().name() : "";
  }
  absl::StatusOr<v1::Subscription> Get(const std::string& name) {
    v1::GetSubscriptionRequest request;
    request.set_name(name);
    return Call<v1::Subscription>("GetSubscription", request);
  }
  // Its endpoint fails once.
  absl::Status Fail(const std::string& name) {
    return endpoints_->Report(Deadline(), SubscriptionIdOf(name), Get(name)->url(), {});
  }
  absl::StatusOr<v1::Subscription> Pause(const std::string& name, const std::string& etag = "") {
    v1::PauseSubscriptionRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<v1::Subscription>("PauseSubscription", request);
  }
  absl::StatusOr<v1::Subscription> Resume(const std::string& name) {
    v1::ResumeSubscriptionRequest request;
    request.set_name(name);
    return Call<v1::Subscription>("ResumeSubscription", request);
  }
  absl::StatusOr<v1::SubscriptionSecret> Rotate(
      const std::string& name, int hours,
      v1::SignatureScheme scheme = v1::SIGNATURE_SCHEME_UNSPECIFIED) {
    v1::RotateSubscriptionSecretRequest request;
    request.set_name(name);
    request.set_overlap_hours(hours);
    request.set_signature_scheme(scheme);
    return Call<v1::SubscriptionSecret>("RotateSubscriptionSecret", request);
  }
  // The kinds of all changes, in their order.
  std::vector<std::string> Changes() {
    constexpr sql::Query kKinds{"kinds_of_changes", "SELECT kind FROM changes ORDER BY version"};
    std::vector<std::string> kinds;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kKinds));
                                  kinds.clear();
                                  for (const sql::Row& row : rows) kinds.push_back(row.Text(0));
                                  return absl::OkStatus();
                                }),
                IsOk());
    return kinds;
  }
  static absl::Time Deadline() { return absl::Now() + absl::Seconds(20); }

  testing::FakeClock clock_;
  testing::FakeIds ids_;
  const SecretBox box_{*auth::SigningKey::FromSeed(auth::SigningKey::NewSeed())};
  std::unique_ptr<HttpTransport> transport_ =
      *HttpTransport::Make({.reach = Reach::kAnywhere, .timeout = absl::Seconds(10)});
  int commits_ = 0;
  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<SubscriptionStore> store_;
  std::unique_ptr<EndpointStore> endpoints_;
  std::unique_ptr<SubscriptionService> service_;
  std::unique_ptr<testing::ServiceFixture> services_;
  std::string token_;
};
WICI_ON_EVERY_ENGINE(SubscriptionServiceTest);

TEST_P(SubscriptionServiceTest, AContactIsKeptChangedAndMustBeAMailAddress) {
  v1::CreateSubscriptionRequest wanted = Wanted();
  v1::Subscription& subscription = *wanted.mutable_subscription();
  subscription.set_contact_language("not a language");
  for (const char* address :
       {"nobody", "a@b@c", "x@example.org\r\nRCPT TO:<y@example.org>", "\"quoted\"@example.org"}) {
    subscription.set_contact_email(address);
    EXPECT_THAT(Create(wanted), StatusIs(absl::StatusCode::kInvalidArgument,
                                         AllOf(HasViolation("subscription.contact_email"),
                                               HasViolation("subscription.contact_language"))))
        << address;
  }
  subscription.set_contact_email("właściciel@example.org");
  subscription.set_contact_language("pl");
  const auto created = Create(wanted);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(Get(created->subscription().name())->contact_email(), "właściciel@example.org");
  EXPECT_EQ(Get(created->subscription().name())->contact_language(), "pl");
  v1::UpdateSubscriptionRequest update;
  update.mutable_subscription()->set_name(created->subscription().name());
  update.mutable_update_mask()->add_paths("contact_email");
  const auto updated = Call<v1::Subscription>("UpdateSubscription", update);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->contact_email(), "");
  EXPECT_EQ(updated->contact_language(), "pl");
}

TEST_P(SubscriptionServiceTest, ASubscriptionShowsItsSecretOnceAndIsActive) {
  const auto created = Create(Wanted());
  ASSERT_THAT(created, IsOk());
  EXPECT_THAT(created->secret().secret(), StartsWith("whsec_"));
  EXPECT_THAT(WebhookKey::FromText(created->secret().secret()), IsOk());
  const auto found = Get(created->subscription().name());
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->SerializeAsString(), created->subscription().SerializeAsString());
  EXPECT_EQ(found->title(), "Zgłoszenia do Łodzi");
  EXPECT_EQ(found->state(), v1::Subscription::STATE_ACTIVE);
  EXPECT_EQ(found->signature_scheme(), v1::SIGNATURE_SCHEME_HMAC_SHA256);
  ASSERT_EQ(found->secrets_size(), 1);
  EXPECT_EQ(found->secrets(0).name(), created->secret().name());
  EXPECT_EQ(found->secrets(0).secret(), "");
  EXPECT_EQ(commits_, 1);
  EXPECT_THAT(Changes(), ElementsAre("subscription.created"));
}

TEST_P(SubscriptionServiceTest, OfEd25519ThePublicKeyIsShown) {
  v1::CreateSubscriptionRequest request = Wanted();
  request.mutable_subscription()->set_signature_scheme(v1::SIGNATURE_SCHEME_ED25519);
  const auto created = Create(request);
  ASSERT_THAT(created, IsOk());
  EXPECT_THAT(created->secret().secret(), StartsWith("whpk_"));
  EXPECT_EQ(created->subscription().signature_scheme(), v1::SIGNATURE_SCHEME_ED25519);
}

TEST_P(SubscriptionServiceTest, NoSecretStandsInTheDatabaseInClear) {
  v1::CreateSubscriptionRequest request = Wanted();
  request.set_request_id(kRequestId);
  const auto created = Create(request);
  ASSERT_THAT(created, IsOk());
  const std::string secret = created->secret().secret();
  for (const std::string& text : AllTexts()) {
    EXPECT_FALSE(absl::StrContains(text, "whsec_")) << "a sealed secret and a stored answer";
    EXPECT_FALSE(absl::StrContains(text, secret.substr(6)));
  }
}

TEST_P(SubscriptionServiceTest, TheSameRequestIdGivesTheSameAnswerWithItsSecret) {
  v1::CreateSubscriptionRequest request = Wanted();
  request.set_request_id(kRequestId);
  const auto first = Create(request);
  const auto second = Create(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_THAT(Changes(), SizeIs(1));
  request.mutable_subscription()->set_title("another");
  EXPECT_THAT(Create(request),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")),
                    HasViolation("request_id")));
}

TEST_P(SubscriptionServiceTest, TheAddressOfAContactIsNotKeptForRepeatedRequests) {
  v1::CreateSubscriptionRequest wanted = Wanted();
  wanted.set_request_id(kRequestId);
  wanted.mutable_subscription()->set_contact_email("first@example.org");
  const auto created = Create(wanted);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->subscription().contact_email(), "first@example.org");
  EXPECT_EQ(Create(wanted)->SerializeAsString(), created->SerializeAsString());
  v1::UpdateSubscriptionRequest update;
  update.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a02");
  update.mutable_subscription()->set_name(created->subscription().name());
  update.mutable_subscription()->set_contact_email("second@example.org");
  update.mutable_update_mask()->add_paths("contact_email");
  v1::PauseSubscriptionRequest pause;
  pause.set_request_id("6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a03");
  pause.set_name(created->subscription().name());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Call<v1::Subscription>("UpdateSubscription", update)->contact_email(),
              "second@example.org");
    EXPECT_EQ(Call<v1::Subscription>("PauseSubscription", pause)->contact_email(),
              "second@example.org");
  }
  EXPECT_EQ(Create(wanted)->subscription().contact_email(), "second@example.org")
      << "that of the moment";
  for (const std::string& text : AllTexts()) EXPECT_FALSE(absl::StrContains(text, "first@"));
  v1::DeleteSubscriptionRequest erase;
  erase.set_name(created->subscription().name());
  ASSERT_THAT(Call<v1::DeleteSubscriptionResponse>("DeleteSubscription", erase), IsOk());
  for (const std::string& text : AllTexts()) EXPECT_FALSE(absl::StrContains(text, "@example.org"));
  EXPECT_EQ(Create(wanted)->subscription().contact_email(), "");
  EXPECT_EQ(Call<v1::Subscription>("UpdateSubscription", update)->contact_email(), "");
}

TEST_P(SubscriptionServiceTest, EverythingThatIsWrongIsSaidAtOnce) {
  EXPECT_THAT(Create({}), HasViolation("subscription"));
  v1::CreateSubscriptionRequest request;
  request.set_request_id("not a uuid");
  v1::Subscription& wanted = *request.mutable_subscription();
  wanted.set_title(std::string("\r\n"));
  wanted.set_url("https://user@example.org/");
  wanted.set_event("Łódź");
  wanted.set_signature_scheme(static_cast<v1::SignatureScheme>(9));
  for (const char* kind : {"registration.", "Łódź", "", "a b", ".x"}) {
    wanted.add_kind_prefixes(kind);
  }
  std::vector<std::string> fields;
  for (const FieldViolation& violation : FieldViolations(Create(request).status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, UnorderedElementsAre(
                          "request_id", "subscription.title", "subscription.url",
                          "subscription.event", "subscription.signature_scheme",
                          "subscription.kind_prefixes[1]", "subscription.kind_prefixes[2]",
                          "subscription.kind_prefixes[3]", "subscription.kind_prefixes[4]"));
  wanted.clear_kind_prefixes();
  EXPECT_THAT(Create(request), HasViolation("subscription.kind_prefixes"));
  for (int i = 0; i <= kKindPrefixesMax; ++i) wanted.add_kind_prefixes("event.");
  EXPECT_THAT(Create(request), HasViolation("subscription.kind_prefixes"));
  EXPECT_THAT(Changes(), IsEmpty());
}

TEST_P(SubscriptionServiceTest, InProductionOnlyHttpsToPublicAddressesIsTaken) {
  Serve(Reach::kPublic);
  EXPECT_THAT(Create(Wanted("https://example.org/hook")), IsOk());
  for (const char* url : {"http://example.org/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/",
                          "https://169.254.169.254/latest/meta-data/"}) {
    EXPECT_THAT(Create(Wanted(url)),
                AllOf(StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")),
                      HasViolation("subscription.url")))
        << url;
  }
}

TEST_P(SubscriptionServiceTest, WhatDoesNotExistIsNotFoundAndWhatIsMalformedInvalid) {
  const auto not_found = StatusIs(absl::StatusCode::kNotFound, Reason("SUBSCRIPTION_NOT_FOUND"));
  const std::string none = "subscriptions/none";
  v1::DeleteSubscriptionRequest deletion;
  deletion.set_name(none);
  v1::TestSubscriptionRequest test;
  test.set_name(none);
  v1::UpdateSubscriptionRequest update;
  update.mutable_subscription()->set_name(none);
  v1::ReplaySubscriptionRequest replay;
  replay.set_name(none);
  replay.mutable_start_time()->set_seconds(1);
  replay.mutable_end_time()->set_seconds(2);
  EXPECT_THAT(Get(none), not_found);
  EXPECT_THAT(Pause(none), not_found);
  EXPECT_THAT(Resume(none), not_found);
  EXPECT_THAT(Rotate(none, 1), not_found);
  EXPECT_THAT(Call<v1::DeleteSubscriptionResponse>("DeleteSubscription", deletion), not_found);
  EXPECT_THAT(Call<v1::TestSubscriptionResponse>("TestSubscription", test), not_found);
  EXPECT_THAT(Call<v1::Subscription>("UpdateSubscription", update), not_found);
  EXPECT_THAT(Call<v1::ReplaySubscriptionResponse>("ReplaySubscription", replay), not_found);
  EXPECT_THAT(Get("none"), HasViolation("name"));
  EXPECT_THAT(Pause(""), HasViolation("name"));
  EXPECT_THAT(Rotate("subscriptions/s", kOverlapHoursMax + 1), HasViolation("overlap_hours"));
  EXPECT_THAT(Rotate("subscriptions/s", -1), HasViolation("overlap_hours"));
}

TEST_P(SubscriptionServiceTest, AnUpdateChangesWhatItsMaskNames) {
  const std::string name = MustCreate();
  v1::UpdateSubscriptionRequest request;
  v1::Subscription& wanted = *request.mutable_subscription();
  wanted.set_name(name);
  wanted.set_etag(Get(name)->etag());
  wanted.set_title("Nowy tytuł");
  wanted.set_event("events/silver");
  request.mutable_update_mask()->add_paths("title");
  const auto updated = Call<v1::Subscription>("UpdateSubscription", request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->title(), "Nowy tytuł");
  EXPECT_EQ(updated->event(), "");
  EXPECT_EQ(updated->secrets_size(), 1);
  EXPECT_EQ(Get(name)->SerializeAsString(), updated->SerializeAsString());
  EXPECT_THAT(Call<v1::Subscription>("UpdateSubscription", request),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  wanted.clear_etag();
  for (const char* path : {"state", "secrets", "unknown"}) {
    request.mutable_update_mask()->set_paths(0, path);
    EXPECT_THAT(Call<v1::Subscription>("UpdateSubscription", request), HasViolation("update_mask"))
        << path;
  }
  request.mutable_update_mask()->set_paths(0, "url");
  EXPECT_THAT(Call<v1::Subscription>("UpdateSubscription", request),
              HasViolation("subscription.url"));
  EXPECT_THAT(Changes(), ElementsAre("subscription.created", "subscription.updated"));
}

TEST_P(SubscriptionServiceTest, AnotherUrlBeginsWithACleanSlate) {
  const std::string name = MustCreate();
  ASSERT_THAT(Fail(name), IsOk());
  EXPECT_TRUE(Get(name)->has_failing_since());
  v1::UpdateSubscriptionRequest request;
  request.mutable_subscription()->set_name(name);
  request.mutable_subscription()->set_url("https://example.org/other");
  EXPECT_FALSE(Call<v1::Subscription>("UpdateSubscription", request)->has_failing_since());
}

TEST_P(SubscriptionServiceTest, ASubscriptionIsPausedAndResumed) {
  const std::string name = MustCreate();
  EXPECT_THAT(Pause(name, "\"9\""), StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_EQ(Pause(name)->state(), v1::Subscription::STATE_PAUSED);
  EXPECT_EQ(Pause(name)->state(), v1::Subscription::STATE_PAUSED) << "again changes nothing";
  EXPECT_THAT(*endpoints_->ListActive(Deadline()), IsEmpty());
  EXPECT_EQ(Resume(name)->state(), v1::Subscription::STATE_ACTIVE);
  EXPECT_THAT(*endpoints_->ListActive(Deadline()), SizeIs(1));
  EXPECT_THAT(Changes(),
              ElementsAre("subscription.created", "subscription.paused", "subscription.resumed"));
}

TEST_P(SubscriptionServiceTest, FiveDaysOfFailuresSwitchItOffWithAChangeUntilItIsResumed) {
  const std::string name = MustCreate();
  ASSERT_THAT(Fail(name), IsOk());
  clock_.Advance(kFailingMax - absl::Seconds(1));
  ASSERT_THAT(Fail(name), IsOk());
  EXPECT_EQ(Get(name)->state(), v1::Subscription::STATE_ACTIVE);
  clock_.Advance(absl::Seconds(1));
  ASSERT_THAT(Fail(name), IsOk());
  ASSERT_THAT(Fail(name), IsOk());
  EXPECT_EQ(Get(name)->state(), v1::Subscription::STATE_DISABLED);
  EXPECT_EQ(Get(name)->disable_reason(), v1::Subscription::DISABLE_REASON_FAILING);
  const auto resumed = Resume(name);
  ASSERT_THAT(resumed, IsOk());
  EXPECT_EQ(resumed->state(), v1::Subscription::STATE_ACTIVE);
  EXPECT_EQ(resumed->disable_reason(), v1::Subscription::DISABLE_REASON_UNSPECIFIED);
  EXPECT_FALSE(resumed->has_failing_since());
  EXPECT_THAT(Changes(),
              ElementsAre("subscription.created", "subscription.disabled", "subscription.resumed"));
}

TEST_P(SubscriptionServiceTest, ARotatedSecretSignsAlongUntilItsEnd) {
  const std::string name = MustCreate();
  const std::string id = SubscriptionIdOf(name);
  const auto keys = [&] {
    return endpoints_->GetEndpoints(Deadline(), {id}, clock_.Now())->at(id).keys;
  };
  const std::string old_secret = keys()[0].Text();
  const auto rotated = Rotate(name, 2, v1::SIGNATURE_SCHEME_ED25519);
  ASSERT_THAT(rotated, IsOk());
  EXPECT_THAT(rotated->secret(), StartsWith("whpk_"));
  ASSERT_THAT(keys(), SizeIs(2));
  EXPECT_EQ(keys()[0].ReceiverText(), rotated->secret());
  EXPECT_EQ(keys()[1].Text(), old_secret);
  EXPECT_EQ(Get(name)->signature_scheme(), v1::SIGNATURE_SCHEME_ED25519);
  EXPECT_FALSE(Get(name)->secrets(0).has_expire_time());
  EXPECT_EQ(TimeOf(Get(name)->secrets(1).expire_time()), clock_.Now() + absl::Hours(2));
  clock_.Advance(absl::Hours(2));
  ASSERT_THAT(keys(), SizeIs(1));
  EXPECT_EQ(keys()[0].ReceiverText(), rotated->secret());
}

TEST_P(SubscriptionServiceTest, AtMostTwoSecretsSignAndWithoutOverlapOnlyTheNewest) {
  const std::string name = MustCreate();
  ASSERT_THAT(Rotate(name, kOverlapHoursMax), IsOk());
  ASSERT_THAT(Rotate(name, kOverlapHoursMax), IsOk());
  EXPECT_EQ(Get(name)->secrets_size(), 2);
  const auto newest = Rotate(name, 0);
  ASSERT_EQ(Get(name)->secrets_size(), 1);
  EXPECT_EQ(Get(name)->secrets(0).name(), newest->name());
  v1::RotateSubscriptionSecretRequest request;
  request.set_name(name);
  request.set_request_id(kRequestId);
  const auto first = Call<v1::SubscriptionSecret>("RotateSubscriptionSecret", request);
  const auto second = Call<v1::SubscriptionSecret>("RotateSubscriptionSecret", request);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(TimeOf(Get(name)->secrets(1).expire_time()),
            clock_.Now() + absl::Hours(kOverlapHoursDefault));
}

TEST_P(SubscriptionServiceTest, ADeletedSubscriptionAndItsSecretsAreGone) {
  const std::string name = MustCreate();
  v1::DeleteSubscriptionRequest request;
  request.set_name(name);
  request.set_etag("\"9\"");
  EXPECT_THAT(Call<v1::DeleteSubscriptionResponse>("DeleteSubscription", request),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  request.set_etag(Get(name)->etag());
  request.set_request_id(kRequestId);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Call<v1::DeleteSubscriptionResponse>("DeleteSubscription", request), IsOk());
  }
  EXPECT_THAT(Get(name), StatusIs(absl::StatusCode::kNotFound, Reason("SUBSCRIPTION_NOT_FOUND")));
  EXPECT_THAT(*endpoints_->GetEndpoints(Deadline(), {SubscriptionIdOf(name)}, clock_.Now()),
              IsEmpty());
  EXPECT_THAT(Changes(), ElementsAre("subscription.created", "subscription.deleted"));
}

TEST_P(SubscriptionServiceTest, PagesHoldEachSubscriptionOnce) {
  for (int i = 0; i < 5; ++i) MustCreate();
  v1::ListSubscriptionsRequest request;
  request.set_page_size(2);
  std::set<std::string> seen;
  int pages = 0;
  do {
    const auto page = Call<v1::ListSubscriptionsResponse>("ListSubscriptions", request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Subscription& item : page->subscriptions()) {
      EXPECT_TRUE(seen.insert(item.name()).second);
      EXPECT_EQ(item.secrets_size(), 1);
    }
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(seen, SizeIs(5));
  request.set_page_token("of another query");
  EXPECT_THAT(Call<v1::ListSubscriptionsResponse>("ListSubscriptions", request),
              HasViolation("page_token"));
}

TEST_P(SubscriptionServiceTest, ThereMayBeAThousandAndOneGoesForAnother) {
  const std::string name = MustCreate();
  constexpr sql::Query kFill{"fill_up", "UPDATE subscription_counts SET size = $1"};
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return tx.Execute(kFill, {kSubscriptionsMax}).status();
                               }),
              IsOk());
  EXPECT_THAT(Create(Wanted()), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         Reason("SUBSCRIPTION_LIMIT_REACHED")));
  v1::DeleteSubscriptionRequest request;
  request.set_name(name);
  ASSERT_THAT(Call<v1::DeleteSubscriptionResponse>("DeleteSubscription", request), IsOk());
  EXPECT_THAT(Create(Wanted()), IsOk());
}

TEST_P(SubscriptionServiceTest, ATestTellsWhatTheEndpointAnsweredAndCountsOnce) {
  hook->Clear();
  v1::TestSubscriptionRequest request;
  request.set_name(MustCreate(hook->Url("/ok")));
  ASSERT_THAT(Pause(request.name()), IsOk());  // whatever its state
  request.set_request_id(kRequestId);
  for (int i = 0; i < 2; ++i) {
    const auto tested = Call<v1::TestSubscriptionResponse>("TestSubscription", request);
    ASSERT_THAT(tested, IsOk());
    EXPECT_EQ(tested->outcome(), v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
    EXPECT_EQ(tested->code(), 200);
  }
  ASSERT_THAT(hook->Requests(), SizeIs(1));
  const SunkRequest sample = hook->Requests()[0];
  EXPECT_EQ(sample.body, SamplePayload(request.name(), clock_.Now()));
  const std::string id = SubscriptionIdOf(request.name());
  const auto endpoint = endpoints_->GetEndpoints(Deadline(), {id}, clock_.Now());
  EXPECT_EQ(sample.headers.at("webhook-signature"),
            SignatureHeader(endpoint->at(id).keys, sample.headers.at("webhook-id"), clock_.Now(),
                            sample.body));
  request.set_name(MustCreate(hook->Url("/status/410")));
  request.clear_request_id();
  const auto gone = Call<v1::TestSubscriptionResponse>("TestSubscription", request);
  ASSERT_THAT(gone, IsOk());
  EXPECT_EQ(gone->outcome(), v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_EQ(Get(request.name())->state(), v1::Subscription::STATE_ACTIVE) << "it was only a test";
}

TEST_P(SubscriptionServiceTest, ATestIsNotSentUnsigned) {
  hook->Clear();
  v1::TestSubscriptionRequest request;
  request.set_name(MustCreate(hook->Url("/ok")));
  // As if the installation had got another key.
  constexpr sql::Query kSealAnew{"seal_anew",
                                 "UPDATE subscription_secrets SET sealed = $1 WHERE sealed <> $1"};
  ASSERT_THAT(
      database().Write(Deadline(),
                       [&](sql::Transaction& tx) {
                         return tx.Execute(kSealAnew, {sql::Bytes{std::string(64, 'x')}}).status();
                       }),
      IsOk());
  const auto tested = Call<v1::TestSubscriptionResponse>("TestSubscription", request);
  ASSERT_THAT(tested, IsOk());
  EXPECT_EQ(tested->outcome(), v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_EQ(tested->code(), 0);
  EXPECT_THAT(hook->Requests(), IsEmpty());
}

TEST_P(SubscriptionServiceTest, AReplayNeedsASpanAndAnActiveSubscription) {
  v1::ReplaySubscriptionRequest request;
  request.set_name(MustCreate());
  const auto replay = [&] {
    return Call<v1::ReplaySubscriptionResponse>("ReplaySubscription", request);
  };
  EXPECT_THAT(replay(), AllOf(HasViolation("start_time"), HasViolation("end_time")));
  SetTimestamp(clock_.Now(), *request.mutable_start_time());
  SetTimestamp(clock_.Now(), *request.mutable_end_time());
  EXPECT_THAT(replay(), HasViolation("end_time"));
  SetTimestamp(clock_.Now() + kReplaySpanMax + absl::Seconds(1), *request.mutable_end_time());
  EXPECT_THAT(replay(), HasViolation("end_time"));
  SetTimestamp(clock_.Now() + kReplaySpanMax, *request.mutable_end_time());
  ASSERT_THAT(replay(), IsOk());
  EXPECT_EQ(replay()->queued(), 0);
  ASSERT_THAT(Pause(request.name()), IsOk());
  EXPECT_THAT(replay(),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SUBSCRIPTION_NOT_ACTIVE")));
}

TEST_P(SubscriptionServiceTest, NobodyAndTheUnentitledAreTurnedAway) {
  const std::string name = MustCreate();
  token_ = services_->Token("event-organiser");
  EXPECT_THAT(Get(name), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Create(Wanted()), StatusIs(absl::StatusCode::kPermissionDenied));
  token_ = services_->Token("platform-operator", "events/e1");
  EXPECT_THAT(Get(name), StatusIs(absl::StatusCode::kPermissionDenied));
  token_ = "";
  EXPECT_THAT(Get(name), StatusIs(absl::StatusCode::kUnauthenticated));
}

}  // namespace
}  // namespace wici::notification
