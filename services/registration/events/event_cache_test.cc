// The seats of an event as other processes show them, which keep what they have read, share it
// through Redis, and are held back from the feed.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/auth/token.h"
#include "libs/base/serialize.h"
#include "libs/feed/cache/change_marks.h"
#include "libs/feed/cache/marks_follower.h"
#include "libs/feed/cache/redis_tier.h"
#include "libs/feed/sequencer.h"
#include "libs/testing/redis_fixture.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using ::testing::StartsWith;
using testing::StatusIs;

// A process beside the first, with its cache.
struct Replica {
  Replica(const std::string& url, const std::string& redis, const Clock& machine,
          RegistrationServer& first)
      : database(*sql::OpenDatabase(url)),
        marks(first.grpc.clock()),
        follower(*database, marks),
        tier(*feed::RedisTier::Make(redis, {.service = "registration",
                                            .client = {.connect_timeout = absl::Seconds(30),
                                                       .command_timeout = absl::Seconds(30)}})),
        server(*database, machine, &first,
               {.marks = &marks, .bytes_max = 1024 * 1024, .tier = tier.get()},
               [this](const rpc::Versions& made) { marks.Wrote(made); }) {}

  std::unique_ptr<sql::Database> database;
  feed::ChangeMarks marks;
  feed::MarksFollower follower;
  std::unique_ptr<feed::RedisTier> tier;
  RegistrationServer server;
};

class EventCacheTest : public RegistrationTest {
 protected:
  using Versions = std::vector<std::string>;

  void SetUp() override {
    RegistrationTest::SetUp();
    if (IsSkipped()) return;
    second_ = std::make_unique<Replica>(database_url(), redis_.url(), machine_, *service_);
    third_ = std::make_unique<Replica>(database_url(), redis_.url(), machine_, *service_);
    event_ = OpenEvent(10);
    Follow();
  }

  // The feed tells both.
  void Follow() {
    feed::Sequencer sequencer(database(), nullptr, machine_,
                              {.source = "registration", .owner = "test"}, nullptr);
    ASSERT_THAT(sequencer.RunOnce(), IsOk());
    ASSERT_THAT(second_->follower.RunOnce(), IsOk());
    ASSERT_THAT(third_->follower.RunOnce(), IsOk());
  }
  // The event as the second process shows it to who hands back `seen`.
  v1::Event Show(Versions seen = {}, std::string_view role = "event-organiser") {
    return ShowAt(*second_, std::move(seen), role);
  }
  v1::Event ShowAt(Replica& replica, Versions seen = {},
                   std::string_view role = "event-organiser") {
    v1::GetEventRequest request;
    request.set_name(event_);
    const std::string id = role == "service" ? "services/notification" : "users/test";
    const std::string token =
        auth::MakeBearerToken(replica.server.grpc.key(), {id, {{std::string(role), "platform"}}},
                              clock().Now(), absl::Hours(1));
    const auto event = replica.server.grpc.CallSeeing<v1::Event>(
        "wici.registration.v1.EventService/GetEvent", request, seen, token);
    EXPECT_THAT(event, IsOk());
    return event.ok() ? *event : v1::Event();
  }
  int Confirmed(Versions seen = {}) { return Show(std::move(seen)).seats().confirmed(); }
  // Calls the first process; returns what it tells.
  template <class Response, class Request>
  Versions Change(const std::string& method, const Request& request) {
    Versions told;
    EXPECT_THAT(service_->grpc.CallSeeing<Response>("wici.registration.v1." + method, request, told,
                                                    Organiser()),
                IsOk());
    return told;
  }
  Versions Register(const v1::CreateRegistrationRequest& request) {
    return Change<v1::Registration>("RegistrationService/CreateRegistration", request);
  }

  testing::RedisServer& redis_ = testing::RedisServer::Shared();
  std::unique_ptr<Replica> second_;
  std::unique_ptr<Replica> third_;
  std::string event_;
};
WICI_ON_EVERY_ENGINE(EventCacheTest);

TEST_P(EventCacheTest, WhoRegisteredSeesItsSeatTakenEverywhere) {
  EXPECT_EQ(Confirmed(), 0);
  const Versions told = Register(RequestFor(event_, "a@example.org"));
  EXPECT_THAT(told, ElementsAre(StartsWith(event_ + "@")));
  EXPECT_EQ(Confirmed(), 0);  // the control: it has not heard of it
  EXPECT_EQ(Confirmed(told), 1);
  Register(RequestFor(event_, "b@example.org"));
  EXPECT_EQ(Confirmed(told), 1);  // no less than what was seen, and no more is asked
  Follow();
  EXPECT_EQ(Confirmed(), 2);
}

TEST_P(EventCacheTest, WhereSomebodyRegistersEverybodySeesIt) {
  EXPECT_EQ(Confirmed(), 0);
  EXPECT_THAT(second_->server.grpc.Call<v1::Registration>(
                  "wici.registration.v1.RegistrationService/CreateRegistration",
                  RequestFor(event_, "a@example.org")),
              IsOk());
  EXPECT_EQ(Confirmed(), 1);
  v1::CancelEventRequest request;
  request.set_name(event_);
  request.set_reason("the hall burnt down");
  EXPECT_THAT(
      second_->server.grpc.Call<v1::Event>("wici.registration.v1.EventService/CancelEvent", request,
                                           second_->server.grpc.Token("event-organiser")),
      IsOk());
  EXPECT_EQ(Show().state(), v1::EVENT_STATE_CANCELLED);
}

TEST_P(EventCacheTest, ABatchAndAGroupTellWhatTheyTook) {
  EXPECT_EQ(Confirmed(), 0);
  v1::BatchCreateRegistrationsRequest batch;
  batch.set_parent(event_);
  for (const char* email : {"a@example.org", "b@example.org"}) {
    *batch.add_requests() = RequestFor("", email);
  }
  using Response = v1::BatchCreateRegistrationsResponse;
  constexpr char kMethod[] = "RegistrationService/BatchCreateRegistrations";
  EXPECT_EQ(Confirmed(Change<Response>(kMethod, batch)), 2);
  batch.clear_requests();
  for (const char* email : {"c@example.org", "d@example.org"}) {
    *batch.add_requests() = RequestFor("", email);
  }
  batch.set_all_or_none(true);
  EXPECT_EQ(Confirmed(), 2);
  EXPECT_EQ(Confirmed(Change<Response>(kMethod, batch)), 4);
}

TEST_P(EventCacheTest, ARepeatedRegistrationIsToldAsEverything) {
  v1::CreateRegistrationRequest request = RequestFor(event_, "a@example.org");
  request.set_request_id("6f2d1c1e-3a0b-4c57-9a53-000000000001");
  EXPECT_EQ(Confirmed(), 0);
  Register(request);
  EXPECT_EQ(Confirmed(), 0);
  const Versions told = Register(request);
  EXPECT_THAT(told, ElementsAre("*"));
  EXPECT_EQ(Confirmed(told), 1);
}

// It may have heard of the change by the stream, before this process did.
TEST_P(EventCacheTest, AServiceIsAnsweredByTheDatabase) {
  EXPECT_EQ(Show({}, "service").seats().confirmed(), 0);
  EXPECT_EQ(Confirmed(), 0);
  Register(RequestFor(event_, "a@example.org"));
  EXPECT_EQ(Confirmed(), 0);
  EXPECT_EQ(Show({}, "service").seats().confirmed(), 1);
}

TEST_P(EventCacheTest, AChangedEventIsShownAndWhatIsNotForAllIsHidden) {
  EXPECT_EQ(Show().online_url(), "");
  v1::UpdateEventRequest request;
  request.mutable_event()->set_name(event_);
  request.mutable_event()->set_online_url("https://live.example.org/gala");
  request.mutable_event()->set_mode(v1::ATTENDANCE_MODE_HYBRID);
  request.mutable_update_mask()->add_paths("online_url");
  request.mutable_update_mask()->add_paths("mode");
  const Versions told = Change<v1::Event>("EventService/UpdateEvent", request);
  EXPECT_EQ(Show().online_url(), "");
  EXPECT_EQ(Show(told).online_url(), "https://live.example.org/gala");
  EXPECT_EQ(Show(told, "attendee").online_url(), "");
  Follow();
  // Read, then kept, then asked of the database: always the same, to each its own.
  for (const std::string_view role : {"event-organiser", "attendee", "door-staff"}) {
    const std::string right = SerializeDeterministically(Show({"*"}, role));
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(SerializeDeterministically(Show({}, role)), right) << role;
  }
  EXPECT_EQ(Show().online_url(), "https://live.example.org/gala");
  EXPECT_EQ(Show({}, "attendee").online_url(), "");
}

TEST_P(EventCacheTest, WhatIsKeptIsNoAnswerToWhatIsRefused) {
  EXPECT_EQ(Confirmed(), 0);
  EXPECT_EQ(Confirmed(), 0);
  v1::GetEventRequest request;
  const std::string method = "wici.registration.v1.EventService/GetEvent";
  const std::string organiser = second_->server.grpc.Token("event-organiser");
  request.set_name(event_ + "/");
  EXPECT_THAT(second_->server.grpc.Call<v1::Event>(method, request, organiser),
              StatusIs(absl::StatusCode::kInvalidArgument));
  request.set_name(event_ + "x");
  EXPECT_THAT(second_->server.grpc.Call<v1::Event>(method, request, organiser),
              StatusIs(absl::StatusCode::kNotFound));
  request.set_name(event_);
  EXPECT_THAT(second_->server.grpc.Call<v1::Event>(method, request, "no token"),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

// That it comes from there shows in what the feed has not told of.
TEST_P(EventCacheTest, WhatIsPublishedIsSharedThroughRedis) {
  EXPECT_EQ(Confirmed(), 0);
  const Versions told = Register(RequestFor(event_, "a@example.org"));
  EXPECT_EQ(ShowAt(*third_).seats().confirmed(), 0);
  EXPECT_EQ(ShowAt(*third_, told).seats().confirmed(), 1);
  Follow();
  for (const std::string_view role : {"event-organiser", "attendee", "door-staff"}) {
    const std::string right = SerializeDeterministically(Show({"*"}, role));
    EXPECT_EQ(SerializeDeterministically(Show({}, role)), right) << role;
    EXPECT_EQ(SerializeDeterministically(ShowAt(*third_, {}, role)), right) << role;
  }
  // Where to follow it online is not for all, so the others read it themselves.
  redis_.Flush();
  v1::UpdateEventRequest request;
  request.mutable_event()->set_name(event_);
  request.mutable_event()->set_online_url("https://live.example.org/gala");
  request.mutable_event()->set_mode(v1::ATTENDANCE_MODE_HYBRID);
  request.mutable_update_mask()->add_paths("online_url");
  request.mutable_update_mask()->add_paths("mode");
  Change<v1::Event>("EventService/UpdateEvent", request);
  Follow();
  EXPECT_EQ(Show().online_url(), "https://live.example.org/gala");
  EXPECT_EQ(redis_.MakeClient()->Call({"DBSIZE"})->integer, 0);
  EXPECT_EQ(ShowAt(*third_).online_url(), "https://live.example.org/gala");
}

}  // namespace
}  // namespace wici::registration
