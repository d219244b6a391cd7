// Handlers of wici.registration.v1.MeetingService.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_MEETING_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_MEETING_SERVICE_H_

#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/meetings/scheduling/scheduler.h"
#include "services/registration/meetings/store/meeting_store.h"
#include "wici/registration/v1/meeting_service.pb.h"

namespace wici::registration {

// Thread-safe.
class MeetingService {
 public:
  // The references outlive the service.
  MeetingService(MeetingStore& store, const Scheduler& scheduler, IdSource& ids)
      : store_(store), scheduler_(scheduler), ids_(ids) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  absl::Status GetMeetingProfile(const rpc::Context& context,
                                 const v1::GetMeetingProfileRequest& request,
                                 v1::MeetingProfile& response);
  absl::Status ListMeetingProfiles(const rpc::Context& context,
                                   const v1::ListMeetingProfilesRequest& request,
                                   v1::ListMeetingProfilesResponse& response);
  absl::Status UpdateMeetingProfile(const rpc::Context& context,
                                    const v1::UpdateMeetingProfileRequest& request,
                                    v1::MeetingProfile& response);
  absl::Status SetAvailability(const rpc::Context& context,
                               const v1::SetAvailabilityRequest& request,
                               v1::MeetingProfile& response);
  absl::Status SetVetoes(const rpc::Context& context, const v1::SetVetoesRequest& request,
                         v1::MeetingProfile& response);
  absl::Status GetMeeting(const rpc::Context& context, const v1::GetMeetingRequest& request,
                          v1::Meeting& response);
  absl::Status BatchGetMeetings(const rpc::Context& context,
                                const v1::BatchGetMeetingsRequest& request,
                                v1::BatchGetMeetingsResponse& response);
  absl::Status ListMeetings(const rpc::Context& context, const v1::ListMeetingsRequest& request,
                            v1::ListMeetingsResponse& response);
  absl::Status RequestMeeting(const rpc::Context& context, const v1::RequestMeetingRequest& request,
                              v1::Meeting& response);
  absl::Status AcceptMeeting(const rpc::Context& context, const v1::AcceptMeetingRequest& request,
                             v1::Meeting& response);
  absl::Status DeclineMeeting(const rpc::Context& context, const v1::DeclineMeetingRequest& request,
                              v1::Meeting& response);
  absl::Status CancelMeeting(const rpc::Context& context, const v1::CancelMeetingRequest& request,
                             v1::Meeting& response);
  absl::Status RecordMeetingOutcome(const rpc::Context& context,
                                    const v1::RecordMeetingOutcomeRequest& request,
                                    v1::Meeting& response);
  absl::Status RateMeeting(const rpc::Context& context, const v1::RateMeetingRequest& request,
                           v1::Meeting& response);
  absl::Status ScheduleMeetings(const rpc::Context& context,
                                const v1::ScheduleMeetingsRequest& request,
                                v1::MeetingSchedule& response);
  absl::Status RescheduleMeetings(const rpc::Context& context,
                                  const v1::RescheduleMeetingsRequest& request,
                                  v1::MeetingSchedule& response);
  absl::Status GetMeetingSchedule(const rpc::Context& context,
                                  const v1::GetMeetingScheduleRequest& request,
                                  v1::MeetingSchedule& response);
  absl::Status PublishSchedule(const rpc::Context& context,
                               const v1::PublishScheduleRequest& request,
                               v1::MeetingSchedule& response);
  absl::Status GetAgenda(const rpc::Context& context, const v1::GetAgendaRequest& request,
                         v1::Agenda& response);
  absl::Status ListAgendas(const rpc::Context& context, const v1::ListAgendasRequest& request,
                           v1::ListAgendasResponse& response);

  // One change of one meeting, answered as `request.actor()` sees it.
  template <class Request>
  absl::Status Change(const rpc::Context& context, const Request& request,
                      const MeetingStore::Act& act, v1::Meeting& response);
  // What both ways to schedule share.
  template <class Request>
  absl::Status WorkOut(const rpc::Context& context, const Request& request, PlanOptions options,
                       v1::MeetingSchedule& response);

  MeetingStore& store_;
  const Scheduler& scheduler_;
  IdSource& ids_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_MEETING_SERVICE_H_
