// The other services as a test wants them: people, events and links in maps.
#ifndef WICI_SERVICES_NOTIFICATION_TESTING_FAKE_PEERS_H_
#define WICI_SERVICES_NOTIFICATION_TESTING_FAKE_PEERS_H_

#include <map>
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/notification/peers/peers.h"

namespace wici::notification {

// Not thread-safe: set up before use. `error` is what every call answers while it is not OK.
class FakePeers final : public Peers {
 public:
  absl::StatusOr<std::map<std::string, people::v1::ContactPoint>> GetContactPoints(
      const Names& names) override {
    return Pick(persons, names);
  }
  absl::StatusOr<std::map<std::string, Subject>> GetEvents(const Names& names) override {
    std::map<std::string, Subject> subjects;
    for (const auto& [name, event] : events) {
      const auto meeting = meetings.find(name);
      subjects[name] = {
          event,
          meeting == meetings.end() ? registration::v1::MEETING_STATE_UNSPECIFIED : meeting->second,
          called_off.count(name) > 0};
    }
    return Pick(subjects, names);
  }
  absl::StatusOr<std::vector<registration::v1::Event>> ListComingEvents(absl::Time since) override {
    if (!error.ok()) return error;
    std::vector<registration::v1::Event> coming;
    for (const auto& [name, event] : events) {
      if (event.state() == registration::v1::EVENT_STATE_PUBLISHED && meetings.count(name) == 0 &&
          event.end_time().seconds() > absl::ToUnixSeconds(since)) {
        coming.push_back(event);
      }
    }
    return coming;
  }
  absl::StatusOr<std::map<std::string, registration::v1::Links>> GetLinks(
      const Names& names) override {
    return Pick(links, names);
  }
  absl::StatusOr<std::vector<Participant>> ListParticipants(const std::string& event) override {
    ++participants_asked;
    if (!error.ok()) return error;
    if (no_answer.count(event) > 0) return absl::UnavailableError("away");
    if (event == broken_participants) return absl::InternalError("broken");
    const auto found = participants.find(event);
    if (found == participants.end()) return absl::NotFoundError("no such event");
    return found->second;
  }

  absl::StatusOr<std::map<std::string, Participations>> GetParticipations(
      const std::map<std::string, Names>& persons_by_event) override {
    std::map<std::string, Participations> found;
    for (const auto& [event, names] : persons_by_event) {
      Participations all;
      for (const std::string& name : names) {
        if (not_taking_part.count(name) > 0) continue;
        const auto at = participations.find(name);
        all[name] = at == participations.end() ? registration::v1::REGISTRATION_STATE_CONFIRMED
                                               : at->second;
      }
      WICI_ASSIGN_OR_RETURN(found[event], Pick(all, names));
    }
    return found;
  }

  absl::StatusOr<AudiencePage> ListAudience(const std::string& snapshot,
                                            const std::string& page) override {
    if (!error.ok()) return error;
    const auto found = audiences.find(snapshot);
    if (found == audiences.end()) return absl::NotFoundError("no such snapshot");
    std::size_t at = page.empty() ? 0 : std::stoul(page);
    AudiencePage answer;
    while (at < found->second.size() && answer.persons.size() < audience_page) {
      answer.persons.push_back(found->second[at++]);
    }
    if (at < found->second.size()) answer.next = std::to_string(at);
    return answer;
  }

  // The event of the case, "events/<id>", on 2015-12-18 from 09:00 to 15:00 in Warsaw.
  void AddEvent(const std::string& name) {
    registration::v1::Event& event = events[name];
    event.set_name(name);
    event.set_state(registration::v1::EVENT_STATE_PUBLISHED);
    (*event.mutable_title())["pl"] = "Srebro spotyka złoto";
    (*event.mutable_title())["en"] = "Silver meets Gold";
    (*event.mutable_title())["de"] = "Silber trifft Gold";
    event.add_organisers()->set_display_name("BioTechMed Mazowsze");
    event.mutable_start_time()->set_seconds(1450425600);
    event.mutable_end_time()->set_seconds(1450447200);
    event.set_time_zone("Europe/Warsaw");
    event.mutable_venue()->set_display_name("CZIiTT");
    event.mutable_venue()->set_address("Rektorska 4, Warszawa");
    event.add_languages("pl");
  }

  void AddPerson(const std::string& name, const std::string& email, const std::string& language) {
    people::v1::ContactPoint& person = persons[name];
    person.set_person(name);
    person.set_display_name("Łukasz Żak");
    person.set_email(email);
    person.set_language(language);
    person.set_audience_consent(true);
  }

  void AddLinks(const std::string& resource) {
    registration::v1::Links& item = links[resource];
    item.set_resource(resource);
    if (resource.find("/invitations/") != std::string::npos) {
      item.set_answer_token("answer.t");
    } else {
      item.set_manage_token("manage.t");
      item.set_check_in_token("check-in.t");
      item.set_calendar_token("calendar.t");
    }
  }

  std::map<std::string, people::v1::ContactPoint> persons;
  std::map<std::string, registration::v1::Event> events;
  std::map<std::string, registration::v1::MeetingState> meetings;
  Names called_off;  // sessions
  std::map<std::string, registration::v1::Links> links;
  std::map<std::string, std::vector<Participant>> participants;
  // Everybody has a seat in every event but these.
  Names not_taking_part;
  Participations participations;
  std::map<std::string, std::vector<std::string>> audiences;
  std::size_t audience_page = 1000;
  absl::Status error;
  std::string poison;  // whoever asks for this name gets `poison_error`
  absl::Status poison_error = absl::InternalError("poison");
  std::string broken_participants;  // whoever asks for those of this event gets INTERNAL
  Names no_answer;                  // whoever asks for those of these events gets UNAVAILABLE
  int participants_asked = 0;       // how often

 private:
  template <class T>
  absl::StatusOr<std::map<std::string, T>> Pick(const std::map<std::string, T>& all,
                                                const Names& names) const {
    if (!error.ok()) return error;
    if (names.count(poison) > 0) return poison_error;
    std::map<std::string, T> found;
    for (const std::string& name : names) {
      const auto item = all.find(name);
      if (item != all.end()) found.insert(*item);
    }
    return found;
  }
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TESTING_FAKE_PEERS_H_
