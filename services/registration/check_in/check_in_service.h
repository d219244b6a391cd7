// Handlers of wici.registration.v1.CheckInService.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_SERVICE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "libs/auth/token.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/check_in/check_in_store.h"
#include "services/registration/check_in/no_shows.h"
#include "services/registration/events/event_watch.h"
#include "services/registration/registrations/blind_index.h"
#include "services/registration/registrations/registration_store.h"
#include "wici/registration/v1/check_in_service.pb.h"

namespace wici::registration {

// Thread-safe.
class CheckInService {
 public:
  // `key` verifies the codes of tickets, `blind_index` recognises walk-ins. The references outlive
  // the service.
  CheckInService(RegistrationStore& registrations, CheckInStore& store, NoShows& no_shows,
                 EventWatch& watch, auth::PublicKey key, BlindIndex blind_index, IdSource& ids)
      : registrations_(registrations),
        store_(store),
        no_shows_(no_shows),
        watch_(watch),
        key_(std::move(key)),
        blind_index_(std::move(blind_index)),
        ids_(ids) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  void CheckIn(const rpc::Context& context, const v1::CheckInRequest& request,
               rpc::Reply<v1::Registration> reply);
  void UndoCheckIn(const rpc::Context& context, const v1::UndoCheckInRequest& request,
                   rpc::Reply<v1::Registration> reply);
  absl::Status BatchCheckIn(const rpc::Context& context, const v1::BatchCheckInRequest& request,
                            v1::BatchCheckInResponse& response);
  absl::Status GetCheckInManifest(const rpc::Context& context,
                                  const v1::GetCheckInManifestRequest& request,
                                  v1::GetCheckInManifestResponse& response);
  absl::Status ListAttendances(const rpc::Context& context,
                               const v1::ListAttendancesRequest& request,
                               v1::ListAttendancesResponse& response);
  absl::Status MarkNoShows(const rpc::Context& context, const v1::MarkNoShowsRequest& request,
                           v1::MarkNoShowsResponse& response);
  absl::Status WatchCheckIns(const rpc::Context& context, const v1::WatchCheckInsRequest& request,
                             std::shared_ptr<rpc::StreamWriter> writer,
                             const v1::WatchCheckInsResponse*);

  NewRegistration WalkInOf(const v1::CheckInRequest& request) const;
  ScanUpload::Item ItemOf(const std::string& event, const v1::Scan& scan) const;

  RegistrationStore& registrations_;
  CheckInStore& store_;
  NoShows& no_shows_;
  EventWatch& watch_;
  const auth::PublicKey key_;
  const BlindIndex blind_index_;
  IdSource& ids_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_CHECK_IN_SERVICE_H_
