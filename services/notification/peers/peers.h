// What this service asks other services when it sends: who, what, and with which links.
#ifndef WICI_SERVICES_NOTIFICATION_PEERS_PEERS_H_
#define WICI_SERVICES_NOTIFICATION_PEERS_PEERS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/link_service.pb.h"
#include "wici/registration/v1/meeting.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::notification {

using Names = std::set<std::string>;

// Somebody who takes part in an event, or was asked to.
struct Participant {
  std::string person;
  std::string resource;     // the registration, or the invitation of who has none
  bool in_calendar = true;  // a calendar entry was sent: with the invitation, or with a seat
  bool has_seat = false;
  std::vector<std::string> sessions = {};  // those they chose
};

// What a message is about.
struct Subject {
  registration::v1::Event event;
  // Of a meeting, UNSPECIFIED of an event.
  registration::v1::MeetingState meeting = registration::v1::MEETING_STATE_UNSPECIFIED;
  bool called_off = false;  // a session that was deleted
};

// By person.
using Participations = std::map<std::string, registration::v1::RegistrationState>;

// Some people of an audience.
struct AudiencePage {
  std::vector<std::string> persons;
  std::string next;  // where the next page begins, "" at the end
};

// Thread-safe. Errors are those of the calls; what does not exist is absent from the answer.
class Peers {
 public:
  virtual ~Peers() = default;
  // By opaque id. Each service that owns some of them is asked.
  virtual absl::StatusOr<std::map<std::string, people::v1::ContactPoint>> GetContactPoints(
      const Names& persons) = 0;
  // A meeting is asked for like an event, and answered as one: with its own times, the names of the
  // two in the title, and the event's title in the summary. A session likewise, also one that was
  // deleted.
  virtual absl::StatusOr<std::map<std::string, Subject>> GetEvents(const Names& events) = 0;
  // Published ones that end after `since`.
  virtual absl::StatusOr<std::vector<registration::v1::Event>> ListComingEvents(
      absl::Time since) = 0;
  // By invitation or registration.
  virtual absl::StatusOr<std::map<std::string, registration::v1::Links>> GetLinks(
      const Names& resources) = 0;
  // Everybody an event concerns: active registrations (with a seat, waiting or pending, and of
  // those who did not come), and open invitations not answered NO of people who never registered.
  virtual absl::StatusOr<std::vector<Participant>> ListParticipants(const std::string& event) = 0;
  // Who of the people of each event takes part in it: those who have an active registration, and
  // where it stands.
  virtual absl::StatusOr<std::map<std::string, Participations>> GetParticipations(
      const std::map<std::string, Names>& persons_by_event) = 0;
  // Those of a snapshot of the registry ("audienceSnapshots/{snapshot}") who match, or were decided
  // to be in; from `page` on, "" for the first. NOT_FOUND.
  virtual absl::StatusOr<AudiencePage> ListAudience(const std::string& snapshot,
                                                    const std::string& page) = 0;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEERS_PEERS_H_
