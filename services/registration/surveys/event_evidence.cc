#include "services/registration/surveys/event_evidence.h"

#include <set>
#include <utility>
#include <vector>

#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/registration/documents/rules/eligibility.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/party.h"

namespace wici::registration {

absl::StatusOr<v1::EventEvidence> EvidenceReader::Read(absl::Time deadline, std::string_view event,
                                                       absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const v1::Event found, events_.Get(deadline, event));
  v1::EventEvidence evidence;
  evidence.set_name(found.name());
  evidence.set_held(found.state() == v1::EVENT_STATE_PUBLISHED && TimeOf(found.end_time()) <= now);
  *evidence.mutable_hosts() = found.hosts();
  evidence.set_initiative(found.initiative());
  Clusters clusters;
  WICI_RETURN_IF_ERROR(AddParticipants(deadline, event, clusters, evidence));
  WICI_RETURN_IF_ERROR(AddMeetings(deadline, event, clusters, evidence));
  WICI_RETURN_IF_ERROR(AddSurvey(deadline, event, evidence));
  for (auto& [name, cluster] : clusters) {
    cluster.set_cluster(name);
    *evidence.add_clusters() = std::move(cluster);
  }
  return evidence;
}

absl::Status EvidenceReader::AddParticipants(absl::Time deadline, std::string_view event,
                                             Clusters& clusters, v1::EventEvidence& evidence) {
  std::string after;
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::Registration> page,
                          registrations_.List(deadline, event, after, {}, kPageSizeMax));
    for (const v1::Registration& registration : page) {
      if (!Came(registration)) continue;
      evidence.set_participants(evidence.participants() + 1);
      const std::string cluster = ClusterOf(registration);
      if (cluster.empty()) continue;
      clusters[cluster].set_participants(clusters[cluster].participants() + 1);
    }
    more = page.size() == static_cast<std::size_t>(kPageSizeMax);
    if (more) after = IdOf(page.back().name());
  }
  return absl::OkStatus();
}

absl::Status EvidenceReader::AddMeetings(absl::Time deadline, std::string_view event,
                                         Clusters& clusters, v1::EventEvidence& evidence) {
  std::string after;
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(
        const std::vector<v1::Meeting> page,
        meetings_.List(deadline, event, {v1::MEETING_STATE_HELD}, after, kPageSizeMax));
    std::set<std::string> names;
    for (const v1::Meeting& meeting : page) {
      names.insert({meeting.requester(), meeting.invitee()});
    }
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::Registration> people,
                          registrations_.BatchGet(deadline, {names.begin(), names.end()}));
    std::map<std::string_view, std::string> cluster_of;
    for (const v1::Registration& person : people) cluster_of[person.name()] = ClusterOf(person);
    for (const v1::Meeting& meeting : page) {
      evidence.set_meetings_held(evidence.meetings_held() + 1);
      std::set<std::string> both = {cluster_of[meeting.requester()], cluster_of[meeting.invitee()]};
      both.erase("");
      for (const std::string& cluster : both) {
        clusters[cluster].set_meetings_held(clusters[cluster].meetings_held() + 1);
      }
    }
    more = page.size() == static_cast<std::size_t>(kPageSizeMax);
    if (more) after = IdOf(page.back().name());
  }
  return absl::OkStatus();
}

absl::Status EvidenceReader::AddSurvey(absl::Time deadline, std::string_view event,
                                       v1::EventEvidence& evidence) {
  const absl::StatusOr<CountedSurvey> counted = surveys_.Count(deadline, SurveyName(event));
  if (absl::IsNotFound(counted.status())) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(counted.status());
  evidence.set_survey_answers(static_cast<std::int32_t>(counted->row.answered));
  if (counted->row.answered < kAnswersMin) return absl::OkStatus();
  evidence.set_average_rating(MeanRating(counted->row.survey, counted->counts));
  return absl::OkStatus();
}

}  // namespace wici::registration
