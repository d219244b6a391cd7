// The peers, over gRPC.
#ifndef WICI_SERVICES_NOTIFICATION_PEERS_GRPC_PEERS_H_
#define WICI_SERVICES_NOTIFICATION_PEERS_GRPC_PEERS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "services/notification/peers/peers.h"
#include "wici/cluster_registry/v1/audience_service.grpc.pb.h"
#include "wici/people/v1/contact_point_service.grpc.pb.h"
#include "wici/registration/v1/event_service.grpc.pb.h"
#include "wici/registration/v1/invitation_service.grpc.pb.h"
#include "wici/registration/v1/link_service.grpc.pb.h"
#include "wici/registration/v1/meeting_service.grpc.pb.h"
#include "wici/registration/v1/registration_service.grpc.pb.h"

namespace wici::notification {

// With a deadline of 10 s a call.
class GrpcPeers final : public Peers {
 public:
  // Channels from rpc::MakeChannel; `bearer_token` is asked before every call.
  GrpcPeers(const std::shared_ptr<grpc::ChannelInterface>& registry,
            const std::shared_ptr<grpc::ChannelInterface>& registration,
            std::function<std::string()> bearer_token);

  absl::StatusOr<std::map<std::string, people::v1::ContactPoint>> GetContactPoints(
      const Names& persons) override;
  absl::StatusOr<std::map<std::string, Subject>> GetEvents(const Names& events) override;
  absl::StatusOr<std::vector<registration::v1::Event>> ListComingEvents(absl::Time since) override;
  absl::StatusOr<std::map<std::string, registration::v1::Links>> GetLinks(
      const Names& resources) override;
  absl::StatusOr<std::vector<Participant>> ListParticipants(const std::string& event) override;
  absl::StatusOr<std::map<std::string, Participations>> GetParticipations(
      const std::map<std::string, Names>& persons_by_event) override;
  absl::StatusOr<AudiencePage> ListAudience(const std::string& snapshot,
                                            const std::string& page) override;

 private:
  template <class Stub, class Request, class Response>
  absl::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response);
  // Makes all these calls, several at once. `use` gets the answer of each, in the order of the
  // requests; what it returns ends the rest.
  template <class Stub, class Request, class Response>
  absl::Status CallEach(
      Stub& stub,
      std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Stub::*method)(
          grpc::ClientContext*, const Request&, grpc::CompletionQueue*),
      const std::vector<Request>& requests,
      const std::function<absl::Status(const Request&, absl::StatusOr<Response>)>& use);
  // Gets each of `names` that exists, several at once.
  template <class Stub, class Request, class Response>
  absl::Status GetEach(Stub& stub,
                       std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Stub::*method)(
                           grpc::ClientContext*, const Request&, grpc::CompletionQueue*),
                       const Names& names, std::map<std::string, Response>& found);
  absl::Status AddContactPoints(people::v1::ContactPointService::Stub& owner,
                                const std::vector<std::string>& persons,
                                std::map<std::string, people::v1::ContactPoint>& found);
  absl::StatusOr<std::vector<registration::v1::MeetingOfPersons>> GetMeetings(
      const Names& meetings);
  // Adds each meeting as the event a message about it tells of.
  absl::Status AddMeetings(const std::vector<registration::v1::MeetingOfPersons>& meetings,
                           std::map<std::string, Subject>& found);
  // The same for sessions, of events that are in `found`.
  absl::Status AddSessions(const Names& sessions, std::map<std::string, Subject>& found);
  absl::Status AddRegistered(const std::string& event, Names& registered,
                             std::vector<Participant>& participants);
  absl::Status AddInvited(const std::string& event, Names registered,
                          std::vector<Participant>& participants);

  const std::unique_ptr<people::v1::ContactPointService::Stub> registry_people_;
  const std::unique_ptr<people::v1::ContactPointService::Stub> registration_people_;
  const std::unique_ptr<cluster_registry::v1::AudienceService::Stub> audiences_;
  const std::unique_ptr<registration::v1::EventService::Stub> events_;
  const std::unique_ptr<registration::v1::InvitationService::Stub> invitations_;
  const std::unique_ptr<registration::v1::RegistrationService::Stub> registrations_;
  const std::unique_ptr<registration::v1::LinkService::Stub> links_;
  const std::unique_ptr<registration::v1::MeetingService::Stub> meetings_;
  const std::function<std::string()> bearer_token_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEERS_GRPC_PEERS_H_
