// What this service asks other services when it sends: who, what, and with which links.
#ifndef WICI_SERVICES_NOTIFICATION_PEERS_H_
#define WICI_SERVICES_NOTIFICATION_PEERS_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/clock.h"
#include "wici/people/v1/contact_point_service.grpc.pb.h"
#include "wici/registration/v1/event_service.grpc.pb.h"
#include "wici/registration/v1/invitation_service.grpc.pb.h"
#include "wici/registration/v1/link_service.grpc.pb.h"
#include "wici/registration/v1/registration_service.grpc.pb.h"

namespace wici::notification {

using Names = std::set<std::string>;

// Somebody who takes part in an event, or was asked to.
struct Participant {
  std::string person;
  std::string resource;  // the registration, or the invitation of who has none
};

// Thread-safe. Errors are those of the calls; what does not exist is absent from the answer.
class Peers {
 public:
  virtual ~Peers() = default;
  // By opaque id. Each service that owns some of them is asked.
  virtual absl::StatusOr<std::map<std::string, people::v1::ContactPoint>> GetContactPoints(
      const Names& persons) = 0;
  virtual absl::StatusOr<std::map<std::string, registration::v1::Event>> GetEvents(
      const Names& events) = 0;
  // By invitation or registration.
  virtual absl::StatusOr<std::map<std::string, registration::v1::Links>> GetLinks(
      const Names& resources) = 0;
  // Everybody an event concerns: active registrations (with a seat, waiting, or pending), and open
  // invitations not answered NO of people who never registered.
  virtual absl::StatusOr<std::vector<Participant>> ListParticipants(const std::string& event) = 0;
};

// Over gRPC, with a deadline of 10 s a call.
class GrpcPeers final : public Peers {
 public:
  // Channels from rpc::MakeChannel; `bearer_token` is asked before every call. `clock` outlives it.
  GrpcPeers(const std::shared_ptr<grpc::ChannelInterface>& registry,
            const std::shared_ptr<grpc::ChannelInterface>& registration,
            std::function<std::string()> bearer_token, const Clock& clock);

  absl::StatusOr<std::map<std::string, people::v1::ContactPoint>> GetContactPoints(
      const Names& persons) override;
  absl::StatusOr<std::map<std::string, registration::v1::Event>> GetEvents(
      const Names& events) override;
  absl::StatusOr<std::map<std::string, registration::v1::Links>> GetLinks(
      const Names& resources) override;
  absl::StatusOr<std::vector<Participant>> ListParticipants(const std::string& event) override;

 private:
  template <class Stub, class Request, class Response>
  absl::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response);
  absl::Status AddContactPoints(people::v1::ContactPointService::Stub& owner,
                                const std::vector<std::string>& persons,
                                std::map<std::string, people::v1::ContactPoint>& found);
  absl::Status AddRegistered(const std::string& event, Names& registered,
                             std::vector<Participant>& participants);
  absl::Status AddInvited(const std::string& event, Names registered,
                          std::vector<Participant>& participants);

  const std::unique_ptr<people::v1::ContactPointService::Stub> registry_people_;
  const std::unique_ptr<people::v1::ContactPointService::Stub> registration_people_;
  const std::unique_ptr<registration::v1::EventService::Stub> events_;
  const std::unique_ptr<registration::v1::InvitationService::Stub> invitations_;
  const std::unique_ptr<registration::v1::RegistrationService::Stub> registrations_;
  const std::unique_ptr<registration::v1::LinkService::Stub> links_;
  const std::function<std::string()> bearer_token_;
  const Clock& clock_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEERS_H_
