// Handlers of wici.registration.v1.RegistrationService.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_SERVICE_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/people/person_store.h"
#include "services/registration/registrations/blind_index.h"
#include "services/registration/registrations/registration_store.h"
#include "services/registration/self_service/resend_limit.h"
#include "services/registration/vouchers/guess_limiter.h"
#include "services/registration/vouchers/voucher_codes.h"
#include "wici/registration/v1/registration_service.pb.h"

namespace wici::registration {

// Thread-safe. What changes seats goes to the group committer of the store and is answered after
// its commit.
class RegistrationService {
 public:
  // `key` verifies the tokens of links. The references outlive the service.
  RegistrationService(RegistrationStore& store, PersonStore& persons, ResendLimit& resend_limit,
                      BlindIndex blind_index, VoucherCodes codes, auth::SigningKey key,
                      const Clock& clock, IdSource& ids)
      : store_(store),
        persons_(persons),
        resend_limit_(resend_limit),
        blind_index_(std::move(blind_index)),
        codes_(std::move(codes)),
        key_(std::move(key)),
        clock_(clock),
        ids_(ids) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  using Reply = rpc::Reply<v1::Registration>;

  void CreateRegistration(const rpc::Context& context, const v1::CreateRegistrationRequest& request,
                          Reply reply);
  void BatchCreateRegistrations(const rpc::Context& context,
                                const v1::BatchCreateRegistrationsRequest& request,
                                rpc::Reply<v1::BatchCreateRegistrationsResponse> reply);
  void CancelRegistration(const rpc::Context& context, const v1::CancelRegistrationRequest& request,
                          Reply reply);
  // By the coordinator of a party: parties/party_registration.cc.
  void CreatePartyRegistrations(const rpc::Context& context,
                                const v1::CreatePartyRegistrationsRequest& request,
                                rpc::Reply<v1::BatchCreateRegistrationsResponse> reply);
  absl::Status ListPartyRegistrations(const rpc::Context& context,
                                      const v1::ListPartyRegistrationsRequest& request,
                                      v1::ListPartyRegistrationsResponse& response);
  void ConfirmPartyRegistration(const rpc::Context& context,
                                const v1::ConfirmPartyRegistrationRequest& request, Reply reply);
  void CancelPartyRegistration(const rpc::Context& context,
                               const v1::CancelPartyRegistrationRequest& request, Reply reply);
  void TransferPartyRegistration(const rpc::Context& context,
                                 const v1::TransferPartyRegistrationRequest& request, Reply reply);
  void ConfirmRegistration(const rpc::Context& context,
                           const v1::ConfirmRegistrationRequest& request, Reply reply);
  void RejectRegistration(const rpc::Context& context, const v1::RejectRegistrationRequest& request,
                          Reply reply);
  void UpdateRegistration(const rpc::Context& context, const v1::UpdateRegistrationRequest& request,
                          Reply reply);
  void TransferRegistration(const rpc::Context& context,
                            const v1::TransferRegistrationRequest& request, Reply reply);
  void MoveOnWaitingList(const rpc::Context& context, const v1::MoveOnWaitingListRequest& request,
                         Reply reply);
  // By the token of a mail or a hold: own_registration.cc.
  void CancelOwnRegistration(const rpc::Context& context,
                             const v1::CancelOwnRegistrationRequest& request, Reply reply);
  void CompleteOwnRegistration(const rpc::Context& context,
                               const v1::CompleteOwnRegistrationRequest& request, Reply reply);
  void AcceptOwnOffer(const rpc::Context& context, const v1::AcceptOwnOfferRequest& request,
                      Reply reply);
  void UpdateOwnRegistration(const rpc::Context& context,
                             const v1::UpdateOwnRegistrationRequest& request, Reply reply);
  void TransferOwnRegistration(const rpc::Context& context,
                               const v1::TransferOwnRegistrationRequest& request, Reply reply);
  absl::Status ResendOwnLinks(const rpc::Context& context, const v1::ResendOwnLinksRequest& request,
                              v1::ResendOwnLinksResponse& response);
  absl::Status ListLikelyDuplicates(const rpc::Context& context,
                                    const v1::ListLikelyDuplicatesRequest& request,
                                    v1::ListLikelyDuplicatesResponse& response);
  absl::Status GetRegistration(const rpc::Context& context,
                               const v1::GetRegistrationRequest& request,
                               v1::Registration& response);
  absl::Status GetRegistrationLog(const rpc::Context& context,
                                  const v1::GetRegistrationLogRequest& request,
                                  v1::RegistrationLog& response);
  absl::Status ListRegistrations(const rpc::Context& context,
                                 const v1::ListRegistrationsRequest& request,
                                 v1::ListRegistrationsResponse& response);
  absl::Status ListWaitingList(const rpc::Context& context,
                               const v1::ListWaitingListRequest& request,
                               v1::ListWaitingListResponse& response);
  absl::Status GetOwnRegistration(const rpc::Context& context,
                                  const v1::GetOwnRegistrationRequest& request,
                                  v1::Registration& response);

  // Makes a new `op` the operation for a checked request; `source` says who asks.
  absl::Status MakeOp(const rpc::Context& context, std::string_view event,
                      const v1::CreateRegistrationRequest& request, v1::RegistrationSource source,
                      SeatOp& op);
  // Gives a registration to be its id and its person, who has an address of their own.
  void NameNew(std::string_view event, const v1::PersonDetails& person, NewRegistration& added);
  absl::StatusOr<std::string> ReadManageToken(std::string_view token) const;
  // Hands `step` of the registration that `token` names to the committer.
  template <class Request>
  void SubmitOwn(const rpc::Context& context, const Request& request, RegistrationStep step,
                 Reply reply);
  // Registers each of a checked batch, or all or none of it.
  void CreateAll(const rpc::Context& context, const v1::BatchCreateRegistrationsRequest& request,
                 v1::RegistrationSource source,
                 rpc::Reply<v1::BatchCreateRegistrationsResponse> reply);
  void CreateGroup(const rpc::Context& context, const v1::BatchCreateRegistrationsRequest& request,
                   v1::RegistrationSource source,
                   rpc::Reply<v1::BatchCreateRegistrationsResponse> reply);
  // TOO_MANY_TRIES when the caller has tried too many wrong codes. Before a call with a code; what
  // GuardCode returns tells the limiter how it went.
  absl::Status BeginGuess(const rpc::Context& context);
  // Who is to be kept from guessing codes.
  static std::string CallerOf(const rpc::Context& context);
  Reply GuardCode(const rpc::Context& context, Reply reply);
  // Adds the token to what is held.
  Reply WithHoldToken(Reply reply) const;

  RegistrationStore& store_;
  PersonStore& persons_;
  ResendLimit& resend_limit_;
  const BlindIndex blind_index_;
  const VoucherCodes codes_;
  GuessLimiter guesses_;
  const auth::SigningKey key_;
  const Clock& clock_;
  IdSource& ids_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_SERVICE_H_
