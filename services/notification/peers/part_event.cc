#include "services/notification/peers/part_event.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/calendar/calendar.h"

namespace wici::notification {
namespace {

namespace registration_v1 = registration::v1;

struct MeetingWords {
  const char* language;
  const char* meeting;
  const char* table;
};

constexpr MeetingWords kMeetingWords[] = {{"cs", "Schůzka", "stůl"},
                                          {"de", "Gespräch", "Tisch"},
                                          {"en", "Meeting", "table"},
                                          {"pl", "Spotkanie", "stolik"},
                                          {"uk", "Зустріч", "стіл"}};

}  // namespace

registration_v1::Event MeetingAsEvent(const registration_v1::Meeting& meeting,
                                      const registration_v1::Event& event,
                                      std::string_view requester, std::string_view invitee) {
  registration_v1::Event result = event;
  result.set_name(meeting.name());
  result.set_calendar_uid(meeting.calendar_uid());
  result.set_change_reason(meeting.state_reason());
  *result.mutable_summary() = event.title();
  result.clear_title();
  const bool known = !requester.empty() && !invitee.empty();
  for (const MeetingWords& words : kMeetingWords) {
    std::string title = words.meeting;
    if (meeting.table() > 0) absl::StrAppend(&title, " (", words.table, " ", meeting.table(), ")");
    if (known) absl::StrAppend(&title, ": ", std::string(requester), " – ", std::string(invitee));
    (*result.mutable_title())[words.language] = title;
  }
  if (meeting.has_start_time()) {
    *result.mutable_start_time() = meeting.start_time();
    *result.mutable_end_time() = meeting.end_time();
  }
  return result;
}

registration_v1::Event SessionAsEvent(const registration_v1::Session& session,
                                      const registration_v1::Event& event) {
  registration_v1::Event result = event;
  result.set_name(session.name());
  if (!event.calendar_uid().empty()) {
    const std::string id = session.name().substr(session.name().rfind('/') + 1);
    result.set_calendar_uid(calendar::UidOfPart(id, event.calendar_uid()));
  }
  result.set_calendar_changes(event.calendar_changes() + session.calendar_changes());
  result.clear_change_reason();  // why the event was moved
  *result.mutable_summary() = event.title();
  *result.mutable_title() = session.title();
  *result.mutable_start_time() = session.start_time();
  *result.mutable_end_time() = session.end_time();
  if (!session.room().empty()) {
    const std::string& house = event.venue().display_name();
    result.mutable_venue()->set_display_name(
        house.empty() ? session.room() : absl::StrCat(session.room(), ", ", house));
  }
  if (!session.online_url().empty()) result.set_online_url(session.online_url());
  return result;
}

}  // namespace wici::notification
