#include "services/notification/preferences/preference_service.h"

#include <optional>
#include <string>
#include <vector>

#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/rules/validate_preferences.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {
namespace {

// Answers with `result`.
template <class Response>
absl::Status Answer(absl::StatusOr<Response> result, Response& response) {
  if (!result.ok()) return result.status();
  response = *std::move(result);
  return absl::OkStatus();
}

std::vector<std::string> NextAfter(const std::string& name) { return {IdOf(name)}; }

}  // namespace

void PreferenceService::Register(rpc::Server& server) {
  rpc::Service service =
      server.AddService(v1::GetPreferencesRequest::descriptor()->file()->service(0)->full_name());
  service.Pooled("GetPreferences", this, &PreferenceService::GetPreferences);
  service.Pooled("UpdatePreferences", this, &PreferenceService::UpdatePreferences);
  service.Pooled("ListConsents", this, &PreferenceService::ListConsents);
  service.Pooled("RecordConsent", this, &PreferenceService::RecordConsent);
  service.Pooled("GetConsentToken", this, &PreferenceService::GetConsentToken);
  service.Pooled("ConfirmConsent", this, &PreferenceService::ConfirmConsent);
  service.Pooled("GetSuppression", this, &PreferenceService::GetSuppression);
  service.Pooled("ListSuppressions", this, &PreferenceService::ListSuppressions);
  service.Pooled("CreateSuppression", this, &PreferenceService::CreateSuppression);
  service.Pooled("DeleteSuppression", this, &PreferenceService::DeleteSuppression);
  service.Pooled("Unsubscribe", this, &PreferenceService::Unsubscribe);
}

absl::Status PreferenceService::GetPreferences(const rpc::Context& context,
                                               const v1::GetPreferencesRequest& request,
                                               v1::Preferences& response) {
  Violations v;
  RequirePreferencesName("name", request.name(), v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  return Answer(preferences_.Get(context.deadline, PersonOfPreferences(request.name())), response);
}

absl::Status PreferenceService::UpdatePreferences(const rpc::Context& context,
                                                  const v1::UpdatePreferencesRequest& request,
                                                  v1::Preferences& response) {
  Violations v;
  RequirePreferencesName("preferences.name", request.preferences().name(), v);
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  return Answer(preferences_.Update(feed::CallOf(context, request), request), response);
}

absl::Status PreferenceService::ListConsents(const rpc::Context& context,
                                             const v1::ListConsentsRequest& request,
                                             v1::ListConsentsResponse& response) {
  Violations v;
  RequirePerson("person", request.person(), v);
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Consent> found,
                        preferences_.ListConsents(context.deadline, request.person(),
                                                  rpc::After(page), page.size + 1));
  rpc::FillPage(
      request, page, std::move(found),
      [](const v1::Consent& consent) { return NextAfter(consent.name()); },
      *response.mutable_consents(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status PreferenceService::RecordConsent(const rpc::Context& context,
                                              const v1::RecordConsentRequest& request,
                                              v1::Consent& response) {
  WICI_RETURN_IF_ERROR(ValidateRecordConsent(request));
  return Answer(preferences_.Record(feed::CallOf(context, request), request.consent()), response);
}

absl::Status PreferenceService::GetConsentToken(const rpc::Context& context,
                                                const v1::GetConsentTokenRequest& request,
                                                v1::GetConsentTokenResponse& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "consents/*");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const v1::Consent consent,
                        preferences_.GetUnconfirmed(context.deadline, request.name()));
  response.set_token(mail_keys_.ConsentToken(
      consent.name(), TimeOf(consent.create_time()) + kConfirmationLifetime));
  return absl::OkStatus();
}

absl::Status PreferenceService::ConfirmConsent(const rpc::Context& context,
                                               const v1::ConfirmConsentRequest& request,
                                               v1::ConfirmConsentResponse& response) {
  Violations v;
  v.RequireText("token", request.token(), kUriBytesMax);
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const std::string consent,
                        mail_keys_.ReadConsentToken(request.token(), clock_.Now()));
  return Answer(preferences_.Confirm(feed::CallOf(context, request), consent), response);
}

absl::Status PreferenceService::GetSuppression(const rpc::Context& context,
                                               const v1::GetSuppressionRequest& request,
                                               v1::Suppression& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "suppressions/*");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  return Answer(suppressions_.Get(context.deadline, request.name()), response);
}

absl::Status PreferenceService::ListSuppressions(const rpc::Context& context,
                                                 const v1::ListSuppressionsRequest& request,
                                                 v1::ListSuppressionsResponse& response) {
  Violations v;
  if (!request.person().empty()) RequirePerson("person", request.person(), v);
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Suppression> found,
      suppressions_.List(context.deadline, request.person(), rpc::After(page), page.size + 1));
  rpc::FillPage(
      request, page, std::move(found),
      [](const v1::Suppression& suppression) { return NextAfter(suppression.name()); },
      *response.mutable_suppressions(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status PreferenceService::CreateSuppression(const rpc::Context& context,
                                                  const v1::CreateSuppressionRequest& request,
                                                  v1::Suppression& response) {
  WICI_RETURN_IF_ERROR(ValidateCreateSuppression(request));
  const std::string& person = request.suppression().person();
  WICI_ASSIGN_OR_RETURN(const auto points, peers_.GetContactPoints({person}));
  const auto point = points.find(person);
  if (point == points.end()) return AddressUnknownError(person);
  const absl::StatusOr<Mailbox> address = Mailbox::Parse(point->second.email());
  if (!address.ok()) return AddressUnknownError(person);
  return Answer(suppressions_.Create(feed::CallOf(context, request), request.suppression(),
                                     mail_keys_.AddressHash(*address)),
                response);
}

absl::Status PreferenceService::DeleteSuppression(const rpc::Context& context,
                                                  const v1::DeleteSuppressionRequest& request,
                                                  v1::DeleteSuppressionResponse& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "suppressions/*");
  v.RequireText("evidence", request.evidence(), kEvidenceBytesMax);
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  return Answer(
      suppressions_.Lift(feed::CallOf(context, request), request.name(), request.evidence()),
      response);
}

absl::Status PreferenceService::Unsubscribe(const rpc::Context& context,
                                            const v1::UnsubscribeRequest& request,
                                            v1::UnsubscribeResponse& response) {
  Violations v;
  v.RequireText("token", request.token(), kNameBytesMax);
  v.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  const std::optional<std::string> delivery = mail_keys_.ReadUnsubscribeToken(request.token());
  if (!delivery) return auth::LinkInvalidError();
  return Answer(suppressions_.Unsubscribe(feed::CallOf(context, request), *delivery), response);
}

}  // namespace wici::notification
