// What this service asks of others, over real gRPC, with answers in pages.
#include "services/notification/peers/grpc_peers.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/mutex.h"
#include "libs/testing/service_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::notification {
namespace {

namespace registration_v1 = registration::v1;
namespace people_v1 = people::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Key;
using ::testing::Pair;
using ::testing::SizeIs;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

// One server that answers for both services.
class Others {
 public:
  void Register(rpc::Server& server) {
    rpc::Service people = server.AddService("wici.people.v1.ContactPointService");
    people.Inline("BatchGetContactPoints", this, &Others::BatchGetContactPoints);
    rpc::Service events = server.AddService("wici.registration.v1.EventService");
    events.Pooled("GetEvent", this, &Others::GetEvent);
    events.Pooled("GetSession", this, &Others::GetSession);
    events.Inline("ListEvents", this, &Others::ListEvents);
    rpc::Service invitations = server.AddService("wici.registration.v1.InvitationService");
    invitations.Inline("ListInvitations", this, &Others::ListInvitations);
    rpc::Service registrations = server.AddService("wici.registration.v1.RegistrationService");
    registrations.Inline("ListRegistrations", this, &Others::ListRegistrations);
    rpc::Service links = server.AddService("wici.registration.v1.LinkService");
    links.Inline("BatchGetLinks", this, &Others::BatchGetLinks);
    links.Pooled("BatchGetParticipations", this, &Others::BatchGetParticipations);
    rpc::Service audiences = server.AddService("wici.cluster_registry.v1.AudienceService");
    audiences.Inline("ListAudienceSnapshotRows", this, &Others::ListAudienceSnapshotRows);
    rpc::Service meetings = server.AddService("wici.registration.v1.MeetingService");
    meetings.Inline("BatchGetMeetings", this, &Others::BatchGetMeetings);
  }

  absl::Status BatchGetContactPoints(const rpc::Context& /*context*/,
                                     const people_v1::BatchGetContactPointsRequest& request,
                                     people_v1::BatchGetContactPointsResponse& response) {
    batches.push_back(request.persons_size());
    for (const std::string& person : request.persons()) {
      if (person.find("erased") != std::string::npos) continue;
      people_v1::ContactPoint& point = *response.add_contact_points();
      point.set_person(person);
      point.set_display_name("name of " + person);
    }
    return absl::OkStatus();
  }
  // Of "audienceSnapshots/a" four rows in pages of two.
  absl::Status ListAudienceSnapshotRows(
      const rpc::Context& /*context*/,
      const cluster_registry::v1::ListAudienceSnapshotRowsRequest& request,
      cluster_registry::v1::ListAudienceSnapshotRowsResponse& response) {
    using cluster_registry::v1::AudienceRow;
    using cluster_registry::v1::AudienceSnapshotRow;
    if (request.parent() != "audienceSnapshots/a") return absl::NotFoundError("no such snapshot");
    const auto add = [&](const char* contact, AudienceRow::Outcome outcome,
                         AudienceSnapshotRow::Decision decision) {
      AudienceSnapshotRow& row = *response.add_rows();
      row.mutable_row()->set_contact(contact);
      row.mutable_row()->set_outcome(outcome);
      row.set_decision(decision);
    };
    if (request.page_token().empty()) {
      add("clusters/c/contacts/matched", AudienceRow::OUTCOME_MATCHED,
          AudienceSnapshotRow::DECISION_UNSPECIFIED);
      add("clusters/c/contacts/open", AudienceRow::OUTCOME_REVIEW,
          AudienceSnapshotRow::DECISION_UNSPECIFIED);
      response.set_next_page_token("2");
      return absl::OkStatus();
    }
    add("clusters/c/contacts/in", AudienceRow::OUTCOME_REVIEW,
        AudienceSnapshotRow::DECISION_INCLUDE);
    add("clusters/c/contacts/out", AudienceRow::OUTCOME_MATCHED,
        AudienceSnapshotRow::DECISION_EXCLUDE);
    return absl::OkStatus();
  }
  absl::Status GetEvent(const rpc::Context& /*context*/,
                        const registration_v1::GetEventRequest& request,
                        registration_v1::Event& response) {
    Meet(events_asked);
    if (request.name() != "events/e1") return absl::NotFoundError("no such event");
    response.set_name(request.name());
    response.set_state(registration_v1::EVENT_STATE_PUBLISHED);
    (*response.mutable_title())["en"] = "Silver meets Gold";
    response.set_calendar_uid("e1@1.events.wici");
    response.set_calendar_changes(2);
    response.mutable_venue()->set_display_name("CZIiTT");
    response.set_time_zone("Europe/Warsaw");
    response.mutable_start_time()->set_seconds(1450425600);
    response.mutable_end_time()->set_seconds(1450447200);
    return absl::OkStatus();
  }
  absl::Status GetSession(const rpc::Context& /*context*/,
                          const registration_v1::GetSessionRequest& request,
                          registration_v1::Session& response) {
    Meet(sessions_asked);
    if (request.name().find("none") != std::string::npos) return absl::NotFoundError("none");
    response.set_name(request.name());
    (*response.mutable_title())["en"] = "Workshop";
    response.set_room("Aula");
    response.set_calendar_changes(3);
    response.mutable_start_time()->set_seconds(1450436400);
    if (request.name().find("gone") != std::string::npos) {
      response.mutable_delete_time()->set_seconds(1);
    }
    return absl::OkStatus();
  }
  // Two published ones that end after 7, a page each.
  absl::Status ListEvents(const rpc::Context& /*context*/,
                          const registration_v1::ListEventsRequest& request,
                          registration_v1::ListEventsResponse& response) {
    if (request.states_size() != 1 || request.states(0) != registration_v1::EVENT_STATE_PUBLISHED ||
        request.end_after().seconds() != 7) {
      return absl::InvalidArgumentError("not as expected");
    }
    const bool first = request.page_token().empty();
    response.add_events()->set_name(first ? "events/e1" : "events/e2");
    if (first) response.set_next_page_token("2");
    return absl::OkStatus();
  }
  // Where `together` is more than 1: waits until so many calls have come.
  void Meet(int& asked) {
    MutexLock lock(mutex_);
    ++asked;
    met_.NotifyAll();
    const absl::Time end = absl::Now() + absl::Seconds(5);
    while (asked < together && absl::Now() < end) met_.WaitFor(mutex_, absl::Milliseconds(100));
    if (asked < together) alone = true;
  }
  absl::Status BatchGetMeetings(const rpc::Context& /*context*/,
                                const registration_v1::BatchGetMeetingsRequest& request,
                                registration_v1::BatchGetMeetingsResponse& response) {
    for (const std::string& name : request.names()) {
      if (name.find("gone") != std::string::npos) continue;
      registration_v1::MeetingOfPersons& found = *response.add_meetings();
      found.mutable_meeting()->set_name(name);
      found.mutable_meeting()->set_state(meeting_state);
      found.mutable_meeting()->set_table(4);
      found.mutable_meeting()->mutable_start_time()->set_seconds(1450436400);
      found.mutable_meeting()->mutable_end_time()->set_seconds(1450437600);
      found.set_requester_person("persons/anna");
      found.set_invitee_person("persons/jan");
    }
    return absl::OkStatus();
  }
  absl::Status BatchGetLinks(const rpc::Context& /*context*/,
                             const registration_v1::BatchGetLinksRequest& request,
                             registration_v1::BatchGetLinksResponse& response) {
    for (const std::string& resource : request.resources()) {
      if (resource != "events/e1/invitations/gone") response.add_links()->set_resource(resource);
    }
    return absl::OkStatus();
  }
  absl::Status BatchGetParticipations(const rpc::Context& /*context*/,
                                      const registration_v1::BatchGetParticipationsRequest& request,
                                      registration_v1::BatchGetParticipationsResponse& response) {
    Meet(participations_asked);
    if (request.event() == "events/refused") return absl::PermissionDeniedError("refused");
    for (const std::string& person : request.persons()) {
      if (request.event() != "events/e1" || person == "persons/gone") continue;
      registration_v1::Participation& found = *response.add_participations();
      found.set_person(person);
      found.set_state(registration_v1::REGISTRATION_STATE_WAITLISTED);
    }
    return absl::OkStatus();
  }
  absl::Status ListRegistrations(const rpc::Context& /*context*/,
                                 const registration_v1::ListRegistrationsRequest& request,
                                 registration_v1::ListRegistrationsResponse& response) {
    if (request.parent() != "events/e1") return absl::NotFoundError("no such event");
    std::size_t at = request.page_token().empty() ? 0 : std::stoul(request.page_token());
    const std::size_t end = at + static_cast<std::size_t>(std::min(request.page_size(), page_max));
    for (; at < std::min(end, registrations.size()); ++at) {
      *response.add_registrations() = registrations[at];
    }
    if (at < registrations.size()) response.set_next_page_token(std::to_string(at));
    return absl::OkStatus();
  }
  absl::Status ListInvitations(const rpc::Context& /*context*/,
                               const registration_v1::ListInvitationsRequest& request,
                               registration_v1::ListInvitationsResponse& response) {
    const std::size_t at = request.page_token().empty() ? 0 : std::stoul(request.page_token());
    if (at < invitations.size()) *response.add_invitations() = invitations[at];
    if (at + 1 < invitations.size()) response.set_next_page_token(std::to_string(at + 1));
    return absl::OkStatus();
  }

  void AddRegistration(const std::string& id, const std::string& person,
                       registration_v1::RegistrationState state) {
    registration_v1::Registration& item = registrations.emplace_back();
    item.set_name("events/e1/registrations/" + id);
    item.set_person(person);
    item.set_state(state);
  }
  void AddInvitation(const std::string& id, const std::string& person,
                     registration_v1::InvitationState state, registration_v1::Answer answer) {
    registration_v1::Invitation& item = invitations.emplace_back();
    item.set_name("events/e1/invitations/" + id);
    item.set_person(person);
    item.set_state(state);
    item.set_answer(answer);
  }

  int together = 1;
  int events_asked = 0;
  int sessions_asked = 0;
  int participations_asked = 0;
  bool alone = false;  // a call waited in vain for the others
  std::vector<int> batches;
  int page_max = 1;  // registrations in a page
  registration_v1::MeetingState meeting_state = registration_v1::MEETING_STATE_SCHEDULED;
  std::vector<registration_v1::Registration> registrations;
  std::vector<registration_v1::Invitation> invitations;

 private:
  Mutex mutex_;
  CondVar met_;
};

class PeersTest : public ::testing::Test {
 protected:
  PeersTest() {
    others_.Register(services_.server());
    services_.Start();
    peers_ = MakePeers(services_.Token("service"));
  }

  std::unique_ptr<GrpcPeers> MakePeers(const std::string& token) {
    return std::make_unique<GrpcPeers>(services_.channel(), services_.channel(),
                                       [token] { return token; });
  }

  Others others_;
  testing::ServiceFixture services_;
  std::unique_ptr<GrpcPeers> peers_;
};

TEST_F(PeersTest, WhatDoesNotExistIsAbsent) {
  EXPECT_THAT(*peers_->GetEvents({"events/e1", "events/none"}), ElementsAre(Key("events/e1")));
  EXPECT_THAT(*peers_->GetLinks({"events/e1/invitations/gone", "events/e1/invitations/i1"}),
              ElementsAre(Key("events/e1/invitations/i1")));
  EXPECT_THAT(*peers_->GetContactPoints({"clusters/c/contacts/a", "persons/erased", "persons/b"}),
              ElementsAre(Key("clusters/c/contacts/a"), Key("persons/b")));
  EXPECT_THAT(*peers_->GetContactPoints({}), IsEmpty());
}

TEST_F(PeersTest, WhoTakesPartIsAskedOfTheEvent) {
  const auto found = peers_->GetParticipations(
      {{"events/e1", {"persons/gone", "persons/b"}}, {"events/none", {"persons/b"}}});
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(*found,
              ElementsAre(Pair(
                  "events/e1",
                  ElementsAre(Pair("persons/b", registration_v1::REGISTRATION_STATE_WAITLISTED)))));
  EXPECT_THAT(*peers_->GetParticipations({}), IsEmpty());
}

TEST_F(PeersTest, WhoTakesPartInManyEventsIsAskedOfSeveralAtOnce) {
  others_.together = 4;  // as many as the server has threads
  std::map<std::string, Names> asked;
  for (int i = 1; i <= 4; ++i) asked["events/e" + std::to_string(i)] = {"persons/b"};
  ASSERT_THAT(peers_->GetParticipations(asked), IsOk());
  EXPECT_FALSE(others_.alone);
  EXPECT_EQ(others_.participations_asked, 4);
  others_.together = 1;
  Names many;
  for (int i = 0; i < 1200; ++i) many.insert("persons/" + std::to_string(i));
  EXPECT_EQ(peers_->GetParticipations({{"events/e1", many}})->at("events/e1").size(), 1200U);
  EXPECT_EQ(others_.participations_asked, 6) << "a thousand at once";
}

TEST_F(PeersTest, WhoTakesPartIsKnownOfAllEventsOrOfNone) {
  EXPECT_THAT(
      peers_->GetParticipations({{"events/e1", {"persons/b"}}, {"events/refused", {"persons/b"}}}),
      StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(PeersTest, EventsAndSessionsAreAskedForSeveralAtOnce) {
  others_.together = 4;  // as many as the server has threads
  const auto found =
      peers_->GetEvents({"events/a", "events/b", "events/c", "events/d", "events/e1/sessions/s1",
                         "events/e1/sessions/s2", "events/e1/sessions/s3", "events/e1/sessions/s4",
                         "events/e1/sessions/none"});
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, SizeIs(5)) << "the event and four sessions";
  EXPECT_FALSE(others_.alone);
  EXPECT_EQ(others_.events_asked, 5);
  EXPECT_EQ(others_.sessions_asked, 5);
}

TEST_F(PeersTest, MoreThanAreAskedForAtOnceComeAllTheSame) {
  Names names = {"events/e1"};
  for (int i = 0; i < 40; ++i) names.insert("events/e1/sessions/s" + std::to_string(i));
  const auto found = peers_->GetEvents(names);
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, SizeIs(41));
}

TEST_F(PeersTest, ComingEventsAreAllPages) {
  const auto coming = peers_->ListComingEvents(absl::FromUnixSeconds(7));
  ASSERT_THAT(coming, IsOk());
  ASSERT_THAT(*coming, SizeIs(2));
  EXPECT_EQ(coming->at(1).name(), "events/e2");
}

TEST_F(PeersTest, AMeetingIsAnEventOfItsOwnWithTheNamesOfTheTwo) {
  const std::string name = "events/e1/meetings/m1";
  const auto found =
      peers_->GetEvents({name, "events/e1", "events/e1/meetings/gone", "events/none/meetings/m2"});
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(*found, ElementsAre(Key("events/e1"), Key(name)));
  const registration_v1::Event& meeting = found->at(name).event;
  EXPECT_EQ(found->at(name).meeting, registration_v1::MEETING_STATE_SCHEDULED);
  EXPECT_EQ(meeting.name(), name);
  EXPECT_EQ(meeting.state(), registration_v1::EVENT_STATE_PUBLISHED);
  EXPECT_EQ(meeting.title().at("pl"),
            "Spotkanie (stolik 4): name of persons/anna – name of persons/jan");
  EXPECT_EQ(meeting.summary().at("en"), "Silver meets Gold");
  EXPECT_EQ(meeting.start_time().seconds(), 1450436400);
  EXPECT_EQ(meeting.end_time().seconds(), 1450437600);
  EXPECT_EQ(meeting.time_zone(), "Europe/Warsaw");
  EXPECT_EQ(found->at("events/e1").event.title().at("en"), "Silver meets Gold");
  EXPECT_EQ(found->at("events/e1").meeting, registration_v1::MEETING_STATE_UNSPECIFIED);
}

TEST_F(PeersTest, ASessionIsAnEventOfItsOwnWithTheEntryOfTheFeed) {
  const std::string name = "events/e1/sessions/s1";
  const std::string gone = "events/e1/sessions/gone";
  const auto found =
      peers_->GetEvents({name, gone, "events/e1/sessions/none", "events/none/sessions/s2"});
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(*found, ElementsAre(Key("events/e1"), Key(gone), Key(name)));
  const registration_v1::Event& session = found->at(name).event;
  EXPECT_EQ(session.name(), name);
  EXPECT_EQ(session.calendar_uid(), "s1.e1@1.events.wici");
  EXPECT_EQ(session.calendar_changes(), 5) << "of both";
  EXPECT_EQ(session.title().at("en"), "Workshop");
  EXPECT_EQ(session.summary().at("en"), "Silver meets Gold");
  EXPECT_EQ(session.start_time().seconds(), 1450436400);
  EXPECT_EQ(session.venue().display_name(), "Aula, CZIiTT");
  EXPECT_FALSE(found->at(name).called_off);
  EXPECT_TRUE(found->at(gone).called_off);
}

TEST_F(PeersTest, AMeetingComesWithItsState) {
  const std::string name = "events/e1/meetings/m1";
  for (const auto state :
       {registration_v1::MEETING_STATE_ACCEPTED, registration_v1::MEETING_STATE_CANCELLED}) {
    others_.meeting_state = state;
    EXPECT_EQ(peers_->GetEvents({name})->at(name).meeting, state);
  }
}

TEST_F(PeersTest, EachOwnerIsAskedForItsPeopleAThousandAtOnce) {
  Names persons;
  for (int i = 0; i < 1200; ++i) persons.insert("persons/" + std::to_string(i));
  persons.insert("clusters/c/contacts/a");
  EXPECT_EQ(peers_->GetContactPoints(persons)->size(), 1201U);
  EXPECT_THAT(others_.batches, ElementsAre(1, 1000, 200));
}

TEST_F(PeersTest, ParticipantsAreWhoeverIsRegisteredOrStillInvited) {
  others_.AddRegistration("r1", "p/confirmed", registration_v1::REGISTRATION_STATE_CONFIRMED);
  others_.AddRegistration("r2", "p/waiting", registration_v1::REGISTRATION_STATE_WAITLISTED);
  others_.AddRegistration("r3", "p/withdrawn", registration_v1::REGISTRATION_STATE_WITHDRAWN);
  others_.AddRegistration("r4", "p/back", registration_v1::REGISTRATION_STATE_WITHDRAWN);
  others_.AddRegistration("r5", "p/back", registration_v1::REGISTRATION_STATE_CONFIRMED);
  others_.AddRegistration("r6", "p/rejected", registration_v1::REGISTRATION_STATE_REJECTED);
  others_.AddRegistration("r7", "p/invited", registration_v1::REGISTRATION_STATE_WAITLISTED);
  others_.registrations.back().set_invitation("events/e1/invitations/i7");
  others_.AddRegistration("r8", "p/absent", registration_v1::REGISTRATION_STATE_NO_SHOW);
  const auto open = registration_v1::INVITATION_STATE_OPEN;
  others_.AddInvitation("i1", "p/confirmed", open, registration_v1::ANSWER_YES);
  others_.AddInvitation("i2", "p/withdrawn", open, registration_v1::ANSWER_YES);
  others_.AddInvitation("i3", "p/maybe", open, registration_v1::ANSWER_MAYBE);
  others_.AddInvitation("i4", "p/silent", open, registration_v1::ANSWER_UNSPECIFIED);
  others_.AddInvitation("i5", "p/no", open, registration_v1::ANSWER_NO);
  others_.AddInvitation("i6", "p/revoked", registration_v1::INVITATION_STATE_REVOKED,
                        registration_v1::ANSWER_UNSPECIFIED);
  const auto participants = peers_->ListParticipants("events/e1");
  ASSERT_THAT(participants, IsOk());
  std::map<std::string, std::string> found;
  for (const Participant& item : *participants) {
    EXPECT_EQ(item.in_calendar, item.person != "p/waiting") << item.person;
    EXPECT_EQ(item.has_seat, item.person == "p/confirmed" || item.person == "p/back")
        << item.person << ": nobody is thanked for not having come";
    EXPECT_TRUE(found.emplace(item.person, item.resource).second) << item.person;
  }
  EXPECT_THAT(found, UnorderedElementsAre(Pair("p/confirmed", "events/e1/registrations/r1"),
                                          Pair("p/waiting", "events/e1/registrations/r2"),
                                          Pair("p/invited", "events/e1/registrations/r7"),
                                          Pair("p/absent", "events/e1/registrations/r8"),
                                          Pair("p/back", "events/e1/registrations/r5"),
                                          Pair("p/maybe", "events/e1/invitations/i3"),
                                          Pair("p/silent", "events/e1/invitations/i4")));
}

TEST_F(PeersTest, PagesTooLargeForOneMessageAreAskedForInParts) {
  others_.page_max = 1000;
  for (int i = 0; i < 20; ++i) {
    const std::string id = std::to_string(i);
    others_.AddRegistration(id, "p/" + id, registration_v1::REGISTRATION_STATE_CONFIRMED);
    others_.registrations.back().add_answers()->add_values(std::string(1'000'000, 'a'));
  }
  const auto participants = peers_->ListParticipants("events/e1");
  ASSERT_THAT(participants, IsOk());
  EXPECT_EQ(participants->size(), 20U);
}

TEST_F(PeersTest, ErrorsComeBackAsTheyAre) {
  EXPECT_THAT(peers_->ListParticipants("events/none"), StatusIs(absl::StatusCode::kNotFound));
  const auto nobody = MakePeers("");
  EXPECT_THAT(nobody->GetContactPoints({"persons/a"}),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(nobody->GetEvents({"events/e1"}), StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(PeersTest, OfAnAudienceThoseAreMeantWhoMatchOrWereDecidedToBeIn) {
  const auto first = peers_->ListAudience("audienceSnapshots/a", "");
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->persons, ElementsAre("clusters/c/contacts/matched"));
  const auto second = peers_->ListAudience("audienceSnapshots/a", first->next);
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(second->persons, ElementsAre("clusters/c/contacts/in"));
  EXPECT_EQ(second->next, "");
  EXPECT_THAT(peers_->ListAudience("audienceSnapshots/none", ""),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace wici::notification
