// Handlers of wici.notification.v1.PreferenceService.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_SERVICE_H_

#include "absl/status/status.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/mail/mail_keys.h"
#include "services/notification/peers/peers.h"
#include "services/notification/preferences/preference_store.h"
#include "services/notification/preferences/suppression_store.h"

namespace wici::notification {

// Thread-safe.
class PreferenceService {
 public:
  // `key` signs and verifies tokens; `peers` say which address a person has. The references outlive
  // the service.
  PreferenceService(PreferenceStore& preferences, SuppressionStore& suppressions, Peers& peers,
                    const auth::SigningKey& key, const Clock& clock)
      : preferences_(preferences),
        suppressions_(suppressions),
        peers_(peers),
        mail_keys_(key),
        clock_(clock) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetPreferences(const rpc::Context& context, const v1::GetPreferencesRequest& request,
                              v1::Preferences& response);
  absl::Status UpdatePreferences(const rpc::Context& context,
                                 const v1::UpdatePreferencesRequest& request,
                                 v1::Preferences& response);
  absl::Status ListConsents(const rpc::Context& context, const v1::ListConsentsRequest& request,
                            v1::ListConsentsResponse& response);
  absl::Status RecordConsent(const rpc::Context& context, const v1::RecordConsentRequest& request,
                             v1::Consent& response);
  absl::Status GetConsentToken(const rpc::Context& context,
                               const v1::GetConsentTokenRequest& request,
                               v1::GetConsentTokenResponse& response);
  absl::Status ConfirmConsent(const rpc::Context& context, const v1::ConfirmConsentRequest& request,
                              v1::ConfirmConsentResponse& response);
  absl::Status GetSuppression(const rpc::Context& context, const v1::GetSuppressionRequest& request,
                              v1::Suppression& response);
  absl::Status ListSuppressions(const rpc::Context& context,
                                const v1::ListSuppressionsRequest& request,
                                v1::ListSuppressionsResponse& response);
  absl::Status CreateSuppression(const rpc::Context& context,
                                 const v1::CreateSuppressionRequest& request,
                                 v1::Suppression& response);
  absl::Status DeleteSuppression(const rpc::Context& context,
                                 const v1::DeleteSuppressionRequest& request,
                                 v1::DeleteSuppressionResponse& response);
  absl::Status Unsubscribe(const rpc::Context& context, const v1::UnsubscribeRequest& request,
                           v1::UnsubscribeResponse& response);

  PreferenceStore& preferences_;
  SuppressionStore& suppressions_;
  Peers& peers_;
  const MailKeys mail_keys_;
  const Clock& clock_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_SERVICE_H_
