// What an event counts for as evidence: numbers, without people.
#ifndef WICI_SERVICES_REGISTRATION_SURVEYS_EVENT_EVIDENCE_H_
#define WICI_SERVICES_REGISTRATION_SURVEYS_EVENT_EVIDENCE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registration/events/event_store.h"
#include "services/registration/meetings/store/meeting_store.h"
#include "services/registration/registrations/registration_store.h"
#include "services/registration/surveys/survey_store.h"
#include "wici/registration/v1/survey_service.pb.h"

namespace wici::registration {

// Thread-safe; blocks.
class EvidenceReader {
 public:
  // All outlive the reader.
  EvidenceReader(EventStore& events, RegistrationStore& registrations, MeetingStore& meetings,
                 SurveyStore& surveys)
      : events_(events), registrations_(registrations), meetings_(meetings), surveys_(surveys) {}
  // The evidence of `event` as of `now`, worked out from its registrations and meetings page by
  // page. EVENT_NOT_FOUND.
  absl::StatusOr<v1::EventEvidence> Read(absl::Time deadline, std::string_view event,
                                         absl::Time now);

 private:
  using Clusters = std::map<std::string, v1::EventEvidence::ClusterEvidence>;

  absl::Status AddParticipants(absl::Time deadline, std::string_view event, Clusters& clusters,
                               v1::EventEvidence& evidence);
  absl::Status AddMeetings(absl::Time deadline, std::string_view event, Clusters& clusters,
                           v1::EventEvidence& evidence);
  absl::Status AddSurvey(absl::Time deadline, std::string_view event, v1::EventEvidence& evidence);

  EventStore& events_;
  RegistrationStore& registrations_;
  MeetingStore& meetings_;
  SurveyStore& surveys_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SURVEYS_EVENT_EVIDENCE_H_
