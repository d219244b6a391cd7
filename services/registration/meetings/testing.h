// Tests of meetings over gRPC, on each engine: an event with a session for meetings, people with
// seats, and what they say most often.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_TESTING_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_TESTING_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/meetings/store/meeting_rows.h"
#include "services/registration/names.h"
#include "services/registration/testing/registration_fixture.h"
#include "wici/registration/v1/meeting_service.pb.h"

namespace wici::registration {

inline constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
inline constexpr char kRequestId[] = "6f1c1f0e-32f1-4dd4-9b57-0a1c2b3d4e5f";

// The event is from 12:00 to 16:00 of 2015-12-18, the session from 13:00 to 15:00: six slots of 20
// minutes at two tables. The clock stands at 08:00 of that day.
class MeetingTest : public RegistrationTest {
 protected:
  void SetUp() override {
    RegistrationTest::SetUp();
    if (IsSkipped()) return;
    event_ = OpenEvent(10, 5);
    session_ = AddSession("meetings", Meetings("13:00", "15:00", 2));
  }

  static v1::Session Meetings(std::string_view from, std::string_view until, int tables) {
    v1::Session session;
    (*session.mutable_title())["en"] = "One-to-one meetings";
    session.set_kind(v1::SESSION_KIND_MEETINGS);
    *session.mutable_start_time() = Time(from);
    *session.mutable_end_time() = Time(until);
    session.mutable_meeting_rules()->mutable_slot_length()->set_seconds(20 * 60);
    session.mutable_meeting_rules()->set_tables(tables);
    return session;
  }
  // "13:20" of the day.
  static google::protobuf::Timestamp Time(std::string_view of_day) {
    return At(absl::StrCat("2015-12-18T", std::string(of_day), ":00Z"));
  }
  std::string AddSession(const std::string& id, const v1::Session& session) {
    v1::CreateSessionRequest request;
    request.set_parent(event_);
    request.set_session_id(id);
    *request.mutable_session() = session;
    const auto added = CreateSession(request);
    EXPECT_THAT(added, testing::IsOk());
    return added.ok() ? added->name() : "";
  }

  // A registration with a seat.
  std::string Person(const std::string& id) {
    const auto registration = SignUp(event_, id + "@example.org");
    EXPECT_THAT(registration, testing::IsOk());
    return registration.ok() ? registration->name() : "";
  }
  std::vector<std::string> People(int count) {
    std::vector<std::string> people;
    for (int i = 0; i < count; ++i) people.push_back(Person(absl::StrCat("person", i)));
    return people;
  }
  // The credentials a person has: the link of their mail.
  std::string Link(const std::string& registration) {
    return "Link " + LinksOf(registration).manage_token();
  }

  // A call of MeetingService.
  template <class Response, class Request>
  absl::StatusOr<Response> Call(const char* method, const Request& request,
                                const std::string& token) {
    return service_->grpc.Call<Response>(
        absl::StrCat("wici.registration.v1.MeetingService/", method), request, token);
  }

  v1::RequestMeetingRequest RequestOf(const std::string& requester, const std::string& invitee,
                                      const std::string& session = "") {
    v1::RequestMeetingRequest request;
    request.set_parent(event_);
    request.mutable_meeting()->set_session(session.empty() ? session_ : session);
    request.mutable_meeting()->set_requester(requester);
    request.mutable_meeting()->set_invitee(invitee);
    request.mutable_meeting()->set_message("Porozmawiajmy o łożyskach");
    return request;
  }
  absl::StatusOr<v1::Meeting> Ask(const std::string& requester, const std::string& invitee,
                                  const std::string& session = "") {
    return Call<v1::Meeting>("RequestMeeting", RequestOf(requester, invitee, session),
                             Link(requester));
  }
  absl::StatusOr<v1::Meeting> Accept(const std::string& meeting, const std::string& actor) {
    v1::AcceptMeetingRequest request;
    request.set_name(meeting);
    request.set_actor(actor);
    return Call<v1::Meeting>("AcceptMeeting", request, actor == event_ ? Organiser() : Link(actor));
  }
  absl::StatusOr<v1::Meeting> CancelMeeting(const std::string& meeting, const std::string& actor,
                                            const std::string& reason = "") {
    v1::CancelMeetingRequest request;
    request.set_name(meeting);
    request.set_actor(actor);
    request.set_reason(reason);
    return Call<v1::Meeting>("CancelMeeting", request, actor == event_ ? Organiser() : Link(actor));
  }
  // Asked for and accepted.
  std::string Agree(const std::string& requester, const std::string& invitee,
                    const std::string& session = "") {
    const auto asked = Ask(requester, invitee, session);
    EXPECT_THAT(asked, testing::IsOk());
    if (!asked.ok()) return "";
    EXPECT_THAT(Accept(asked->name(), invitee), testing::IsOk());
    return asked->name();
  }
  absl::StatusOr<v1::Meeting> GetMeeting(const std::string& name) {
    v1::GetMeetingRequest request;
    request.set_name(name);
    return Call<v1::Meeting>("GetMeeting", request, Organiser());
  }
  absl::StatusOr<v1::MeetingProfile> SetAvailability(const std::string& registration,
                                                     std::string_view from,
                                                     std::string_view until) {
    v1::SetAvailabilityRequest request;
    request.set_name(MeetingProfileName(registration));
    *request.add_availability()->mutable_start_time() = Time(from);
    *request.mutable_availability(0)->mutable_end_time() = Time(until);
    return Call<v1::MeetingProfile>("SetAvailability", request, Link(registration));
  }
  absl::StatusOr<v1::MeetingProfile> Veto(const std::string& who, const std::string& whom) {
    v1::SetVetoesRequest request;
    request.set_name(MeetingProfileName(who));
    request.add_vetoes(whom);
    return Call<v1::MeetingProfile>("SetVetoes", request, Link(who));
  }

  absl::StatusOr<v1::MeetingSchedule> Schedule(const std::string& session = "") {
    v1::ScheduleMeetingsRequest request;
    request.set_session(session.empty() ? session_ : session);
    request.set_steps(20'000);
    return Call<v1::MeetingSchedule>("ScheduleMeetings", request, Organiser());
  }
  absl::StatusOr<v1::MeetingSchedule> PublishSchedule(const std::string& name) {
    v1::PublishScheduleRequest request;
    request.set_name(name);
    return Call<v1::MeetingSchedule>("PublishSchedule", request, Organiser());
  }
  void ScheduleAndPublish(const std::string& session = "") {
    const auto schedule = Schedule(session);
    ASSERT_THAT(schedule, testing::IsOk());
    ASSERT_THAT(schedule->unscheduled(), ::testing::IsEmpty());
    ASSERT_THAT(PublishSchedule(schedule->name()), testing::IsOk());
  }
  absl::StatusOr<v1::Agenda> Agenda(const std::string& registration) {
    v1::GetAgendaRequest request;
    request.set_name(registration + "/agenda");
    return Call<v1::Agenda>("GetAgenda", request, Link(registration));
  }

  // The kinds of the changes of meetings so far, each with the person to be told.
  std::vector<std::pair<std::string, std::string>> MeetingChanges() {
    std::vector<std::pair<std::string, std::string>> changes;
    for (const feed::v1::Change& change : Changes()) {
      if (change.kind().rfind("meeting.", 0) == 0) {
        changes.emplace_back(change.kind(), change.person());
      }
    }
    return changes;
  }
  std::string PersonOf(const std::string& registration) {
    const auto found = GetRegistration(registration);
    EXPECT_THAT(found, testing::IsOk());
    return found.ok() ? found->person() : "";
  }

  std::string event_;
  std::string session_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_TESTING_H_
