// PreferenceService over real gRPC on a database of its own, with people whose addresses are known.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_TESTING_PREFERENCE_FIXTURE_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_TESTING_PREFERENCE_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/mail/mail_keys.h"
#include "services/notification/preferences/preference_check.h"
#include "services/notification/testing/notification_server.h"
#include "wici/notification/v1/preference_service.pb.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::notification {

// On every engine: derive, and say WICI_ON_EVERY_ENGINE of the class.
class PreferenceFixture : public NotificationFixture {
 protected:
  static constexpr char kJan[] = "clusters/btm/contacts/jan";
  static constexpr char kEwa[] = "persons/ewa";
  static constexpr char kRequestId[] = "6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a01";

  void SetUp() override {
    NotificationFixture::SetUp();
    if (IsSkipped()) return;
    peers().AddPerson(kJan, "jan@example.org", "pl");
    peers().AddPerson(kEwa, "ewa@example.org", "en");
    keys_ = std::make_unique<MailKeys>(server_->key);
  }

  testing::ServiceFixture& grpc() { return server_->grpc; }
  FakePeers& peers() { return server_->peers; }

  // A fresh token of the operator.
  std::string Operator() { return grpc().Token("platform-operator"); }
  // One call of PreferenceService, by the operator unless another token is given.
  template <class Response>
  absl::StatusOr<Response> Call(const std::string& method, const google::protobuf::Message& request,
                                std::optional<std::string> token = std::nullopt) {
    return grpc().Call<Response>("wici.notification.v1.PreferenceService/" + method, request,
                                 token.value_or(Operator()));
  }

  static std::string NameOf(std::string person) {
    for (char& c : person) c = c == '/' ? '~' : c;
    return "preferences/" + person;
  }
  absl::StatusOr<v1::Preferences> GetPreferences(const std::string& person) {
    v1::GetPreferencesRequest request;
    request.set_name(NameOf(person));
    return Call<v1::Preferences>("GetPreferences", request);
  }
  absl::StatusOr<v1::Preferences> Update(const v1::Preferences& preferences,
                                         const std::vector<std::string>& paths = {}) {
    v1::UpdatePreferencesRequest request;
    *request.mutable_preferences() = preferences;
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return Call<v1::Preferences>("UpdatePreferences", request);
  }

  static v1::RecordConsentRequest ConsentOf(const std::string& person, bool given,
                                            v1::Purpose purpose = v1::PURPOSE_MARKETING) {
    v1::RecordConsentRequest request;
    request.mutable_consent()->set_person(person);
    request.mutable_consent()->set_purpose(purpose);
    request.mutable_consent()->set_given(given);
    request.mutable_consent()->set_notice("newsletter/3");
    request.mutable_consent()->set_source("form:events/e1");
    return request;
  }
  absl::StatusOr<v1::Consent> Record(const v1::RecordConsentRequest& request) {
    return Call<v1::Consent>("RecordConsent", request);
  }
  std::vector<v1::Consent> Consents(const std::string& person) {
    v1::ListConsentsRequest request;
    request.set_person(person);
    const auto found = Call<v1::ListConsentsResponse>("ListConsents", request);
    EXPECT_THAT(found, testing::IsOk());
    return {found->consents().begin(), found->consents().end()};
  }

  static v1::CreateSuppressionRequest SuppressionOf(const std::string& person) {
    v1::CreateSuppressionRequest request;
    request.mutable_suppression()->set_person(person);
    request.mutable_suppression()->set_channel(v1::CHANNEL_EMAIL);
    request.mutable_suppression()->set_cause(v1::Suppression::CAUSE_MANUAL);
    return request;
  }
  absl::StatusOr<v1::Suppression> Suppress(const v1::CreateSuppressionRequest& request) {
    return Call<v1::Suppression>("CreateSuppression", request);
  }
  std::vector<v1::Suppression> Suppressions(const std::string& person = "") {
    v1::ListSuppressionsRequest request;
    request.set_person(person);
    const auto found = Call<v1::ListSuppressionsResponse>("ListSuppressions", request);
    EXPECT_THAT(found, testing::IsOk());
    return {found->suppressions().begin(), found->suppressions().end()};
  }
  absl::Status Lift(const std::string& name) {
    v1::DeleteSuppressionRequest request;
    request.set_name(name);
    request.set_evidence("ticket 17");
    return Call<v1::DeleteSuppressionResponse>("DeleteSuppression", request).status();
  }

  SendIntent IntentFor(const std::string& person, v1::Purpose purpose,
                       const std::string& delivery = "d1") {
    return {.delivery_id = delivery,
            .notification_id = "n1",
            .person = person,
            .purpose = purpose,
            .channel = v1::CHANNEL_EMAIL,
            .address_hash = keys_->AddressHash(*Mailbox::Parse(peers().persons[person].email())),
            .owner_consent = true};
  }
  // Asks just before sending.
  std::vector<SendDecision> Check(const std::vector<SendIntent>& intents) {
    std::vector<SendDecision> decisions;
    EXPECT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) -> absl::Status {
                                   auto found = CheckSends(tx, intents, clock().Now());
                                   if (!found.ok()) return found.status();
                                   decisions = *std::move(found);
                                   return absl::OkStatus();
                                 }),
                testing::IsOk());
    return decisions;
  }
  v1::DeliveryReason CheckOne(const SendIntent& intent) { return Check({intent})[0].reason; }

  absl::StatusOr<v1::UnsubscribeResponse> Unsubscribe(const std::string& token) {
    v1::UnsubscribeRequest request;
    request.set_token(token);
    return Call<v1::UnsubscribeResponse>("Unsubscribe", request, "");
  }

  std::unique_ptr<MailKeys> keys_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_TESTING_PREFERENCE_FIXTURE_H_
