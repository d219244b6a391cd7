#include "services/registration/calendar/rules/personal_entries.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::registration {
namespace {

using calendar::EntryStatus;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kEvent[] = "events/silver";

class PersonalEntriesTest : public ::testing::Test {
 protected:
  PersonalEntriesTest() {
    v1::Event event;
    event.set_name(kEvent);
    event.set_calendar_uid("silver@1.events.wici");
    event.set_state(v1::EVENT_STATE_PUBLISHED);
    (*event.mutable_title())["de"] = "Silber trifft Gold";
    (*event.mutable_title())["pl"] = "Srebro spotyka złoto";
    event.add_languages("pl");
    event.mutable_start_time()->set_seconds(1000);
    event.mutable_end_time()->set_seconds(2000);
    event.mutable_update_time()->set_seconds(50);
    event.set_time_zone("Europe/Warsaw");
    event.set_online_url("https://example.org/room");
    event.set_calendar_changes(3);
    facts_.events[kEvent] = event;
  }

  void Add(const std::string& id, v1::RegistrationState state, int created, int changes = 0) {
    v1::Registration registration;
    registration.set_name(std::string(kEvent) + "/registrations/" + id);
    registration.set_state(state);
    registration.mutable_create_time()->set_seconds(created);
    registration.mutable_update_time()->set_seconds(created);
    registration.set_calendar_changes(changes);
    facts_.registrations.push_back(registration);
  }
  void AddMeeting(v1::MeetingState state, bool had_time) {
    v1::Meeting meeting;
    meeting.set_calendar_uid("m@meetings.wici");
    meeting.set_calendar_sequence(7);
    meeting.set_state(state);
    if (had_time) meeting.mutable_start_time()->set_seconds(1200);
    facts_.meetings[facts_.registrations[0].name()].push_back(meeting);
  }
  calendar::Entry Only(std::string_view language = "") {
    const auto entries = PersonalEntries(facts_, language);
    EXPECT_THAT(entries, SizeIs(1));
    return entries.empty() ? calendar::Entry() : entries[0];
  }

  PersonalFacts facts_;
};

TEST_F(PersonalEntriesTest, TheChangesOfEventAndRegistrationAddUp) {
  Add("r1", v1::REGISTRATION_STATE_CONFIRMED, 10, 2);
  EXPECT_EQ(Only().uid, "silver@1.events.wici");
  EXPECT_EQ(Only().sequence, 5);
  EXPECT_EQ(absl::ToUnixSeconds(Only().stamp), 50) << "the event changed last";
  EXPECT_EQ(Only().status, EntryStatus::kConfirmed);
  EXPECT_EQ(Only().url, "https://example.org/room");
}

TEST_F(PersonalEntriesTest, WhoCameBackIsThereOnceAsWhatIsActive) {
  Add("r2", v1::REGISTRATION_STATE_WAITLISTED, 10);
  Add("r1", v1::REGISTRATION_STATE_WITHDRAWN, 20);
  EXPECT_EQ(Only().status, EntryStatus::kTentative);
  EXPECT_EQ(Only().url, "");
  facts_.registrations.clear();
  Add("r1", v1::REGISTRATION_STATE_WITHDRAWN, 10);
  Add("r2", v1::REGISTRATION_STATE_REJECTED, 20, 8);
  EXPECT_EQ(Only().sequence, 11) << "the last";
  EXPECT_EQ(Only().status, EntryStatus::kCancelled);
}

TEST_F(PersonalEntriesTest, TitlesAreInTheLanguageThatIsWishedOrThatOfTheEvent) {
  Add("r1", v1::REGISTRATION_STATE_CONFIRMED, 10);
  EXPECT_EQ(Only("de-AT").summary, "Silber trifft Gold");
  EXPECT_EQ(Only("en").summary, "Srebro spotyka złoto");
  EXPECT_EQ(Only().summary, "Srebro spotyka złoto");
}

TEST_F(PersonalEntriesTest, OnlyMeetingsThatHadATimeAreThere) {
  Add("r1", v1::REGISTRATION_STATE_CONFIRMED, 10);
  AddMeeting(v1::MEETING_STATE_ACCEPTED, false);
  EXPECT_THAT(PersonalEntries(facts_, ""), SizeIs(1));
  facts_.meetings.clear();
  AddMeeting(v1::MEETING_STATE_ACCEPTED, true);
  ASSERT_THAT(PersonalEntries(facts_, ""), SizeIs(2));
  EXPECT_EQ(PersonalEntries(facts_, "")[1].status, EntryStatus::kCancelled) << "it lost its time";
  facts_.meetings.clear();
  AddMeeting(v1::MEETING_STATE_SCHEDULED, true);
  const calendar::Entry meeting = PersonalEntries(facts_, "")[1];
  EXPECT_EQ(meeting.status, EntryStatus::kConfirmed);
  EXPECT_EQ(meeting.uid, "m@meetings.wici");
  EXPECT_EQ(meeting.sequence, 7);
}

TEST_F(PersonalEntriesTest, ACancelledEventIsCancelledForEverybody) {
  Add("r1", v1::REGISTRATION_STATE_CONFIRMED, 10);
  facts_.events[kEvent].set_state(v1::EVENT_STATE_CANCELLED);
  EXPECT_EQ(Only().status, EntryStatus::kCancelled);
  facts_.events.clear();
  EXPECT_THAT(PersonalEntries(facts_, ""), IsEmpty());
}

}  // namespace
}  // namespace wici::registration
