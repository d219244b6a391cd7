#include "services/registration/meetings/store/meeting_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/timestamp.h"
#include "services/registration/meetings/rules/meeting_state.h"
#include "services/registration/meetings/rules/validate_meeting.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"

namespace wici::registration {
namespace {

template <class Message>
sql::Bytes ToBytes(const Message& message) {
  return sql::Bytes{message.SerializeAsString()};
}

// The three parts of a meeting without columns: of nobody's words, and of the words of each.
struct Parts {
  v1::Meeting body;
  v1::Meeting requester;
  v1::Meeting invitee;
};

Parts Split(const MeetingRow& row) {
  const v1::Meeting& meeting = row.meeting;
  Parts parts;
  *parts.body.mutable_absent() = meeting.absent();
  parts.requester.set_message(meeting.message());
  if (meeting.has_requester_rating()) {
    *parts.requester.mutable_requester_rating() = meeting.requester_rating();
  }
  if (meeting.has_invitee_rating()) {
    *parts.invitee.mutable_invitee_rating() = meeting.invitee_rating();
  }
  v1::Meeting& reason = row.reason_of == ReasonOf::kRequester ? parts.requester
                        : row.reason_of == ReasonOf::kInvitee ? parts.invitee
                                                              : parts.body;
  reason.set_state_reason(meeting.state_reason());
  return parts;
}

// Reads them back into one.
void Join(const sql::Row& row, MeetingRow& to) {
  Parts parts;
  ParseBody(row.Blob(13), parts.body);
  ParseBody(row.Blob(14), parts.requester);
  ParseBody(row.Blob(15), parts.invitee);
  to.reason_of = !parts.requester.state_reason().empty() ? ReasonOf::kRequester
                 : !parts.invitee.state_reason().empty() ? ReasonOf::kInvitee
                                                         : ReasonOf::kOrganiser;
  to.meeting = std::move(parts.body);
  to.meeting.MergeFrom(parts.requester);
  to.meeting.MergeFrom(parts.invitee);
}

}  // namespace

std::string MeetingName(std::string_view event, std::string_view id) {
  return absl::StrCat(View(event), "/meetings/", View(id));
}

std::string MeetingProfileName(std::string_view registration) {
  return absl::StrCat(View(registration), View(kMeetingProfileSuffix));
}

std::string ParentOf(std::string_view name) { return std::string(name.substr(0, name.rfind('/'))); }

std::string OpenPair(std::string_view session, std::string_view one, std::string_view other) {
  const auto [lesser, greater] = std::minmax({IdOf(one), IdOf(other)});  // by value
  return absl::StrCat(IdOf(session), "/", lesser, "/", greater);
}

MeetingRow ReadMeeting(const sql::Row& row) {
  MeetingRow result;
  Join(row, result);
  result.revision = row.Int(2);
  v1::Meeting& meeting = result.meeting;
  const std::string& event = row.Text(0);
  meeting.set_name(MeetingName(event, row.Text(1)));
  meeting.set_session(SessionName(event, row.Text(3)));
  meeting.set_requester(RegistrationName(event, row.Text(4)));
  meeting.set_invitee(RegistrationName(event, row.Text(5)));
  meeting.set_state(static_cast<v1::MeetingState>(row.Int(6)));
  if (!row.IsNull(7)) SetTimestamp(FromMicros(row.Int(7)), *meeting.mutable_expire_time());
  if (!row.IsNull(8)) result.slot = static_cast<int>(row.Int(8));
  if (!row.IsNull(9)) SetTimestamp(FromMicros(row.Int(9)), *meeting.mutable_start_time());
  if (!row.IsNull(10)) SetTimestamp(FromMicros(row.Int(10)), *meeting.mutable_end_time());
  if (!row.IsNull(11)) meeting.set_table(static_cast<std::int32_t>(row.Int(11)));
  meeting.set_calendar_uid(absl::StrCat(row.Text(1), "@meetings.wici"));
  meeting.set_calendar_sequence(static_cast<std::int32_t>(row.Int(12)));
  SetRecord(result.revision, row.Int(16), row.Int(17), meeting);
  return result;
}

std::vector<sql::Value> MeetingValues(const MeetingRow& row) {
  const v1::Meeting& meeting = row.meeting;
  const Parts parts = Split(row);
  const auto null = sql::Value(nullptr);
  return {EventOf(meeting.name()),
          IdOf(meeting.name()),
          row.revision,
          IdOf(meeting.session()),
          IdOf(meeting.requester()),
          IdOf(meeting.invitee()),
          static_cast<std::int64_t>(meeting.state()),
          OptionalTime(meeting.state() == v1::MEETING_STATE_REQUESTED, meeting.expire_time()),
          row.slot == kUnplaced ? null : sql::Value(std::int64_t{row.slot}),
          OptionalTime(meeting.has_start_time(), meeting.start_time()),
          OptionalTime(meeting.has_end_time(), meeting.end_time()),
          meeting.table() == 0 ? null : sql::Value(std::int64_t{meeting.table()}),
          std::int64_t{meeting.calendar_sequence()},
          IsOpen(meeting.state())
              ? sql::Value(OpenPair(meeting.session(), meeting.requester(), meeting.invitee()))
              : null,
          ToBytes(parts.body),
          ToBytes(parts.requester),
          ToBytes(parts.invitee),
          MicrosOf(meeting.create_time()),
          MicrosOf(meeting.update_time())};
}

MeetingProfileRow ReadMeetingProfile(const sql::Row& row) {
  MeetingProfileRow result;
  v1::MeetingProfile words;
  ParseBody(row.Blob(3), result.profile);
  ParseBody(row.Blob(4), words);
  result.profile.MergeFrom(words);
  result.revision = row.Int(2);
  result.profile.set_registration(RegistrationName(row.Text(0), row.Text(1)));
  result.profile.set_name(MeetingProfileName(result.profile.registration()));
  SetRecord(result.revision, row.Int(5), row.Int(6), result.profile);
  return result;
}

MeetingProfileRow EmptyMeetingProfile(std::string_view registration) {
  MeetingProfileRow result;
  result.profile.set_registration(std::string(registration));
  result.profile.set_name(MeetingProfileName(registration));
  result.profile.set_etag(rpc::MakeEtag(0));
  return result;
}

std::vector<sql::Value> MeetingProfileValues(const MeetingProfileRow& row) {
  v1::MeetingProfile body;
  *body.mutable_availability() = row.profile.availability();
  *body.mutable_vetoes() = row.profile.vetoes();
  v1::MeetingProfile words;
  *words.mutable_offers() = row.profile.offers();
  *words.mutable_needs() = row.profile.needs();
  return {EventOf(row.profile.registration()),
          IdOf(row.profile.registration()),
          row.revision,
          ToBytes(body),
          ToBytes(words),
          MicrosOf(row.profile.create_time()),
          MicrosOf(row.profile.update_time())};
}

MeetingScheduleRow ReadMeetingSchedule(const sql::Row& row) {
  MeetingScheduleRow result;
  ParseBody(row.Blob(4), result.schedule);
  result.revision = row.Int(2);
  v1::MeetingSchedule& schedule = result.schedule;
  schedule.set_name(absl::StrCat(SessionName(row.Text(0), row.Text(1)), View(kScheduleSuffix)));
  schedule.set_state(static_cast<v1::MeetingScheduleState>(row.Int(3)));
  schedule.set_etag(rpc::MakeEtag(result.revision));
  SetTimestamp(FromMicros(row.Int(5)), *schedule.mutable_create_time());
  if (!row.IsNull(6)) SetTimestamp(FromMicros(row.Int(6)), *schedule.mutable_publish_time());
  return result;
}

std::vector<sql::Value> MeetingScheduleValues(const MeetingScheduleRow& row) {
  v1::MeetingSchedule body = row.schedule;
  body.clear_name();
  body.clear_etag();
  body.clear_state();
  body.clear_create_time();
  body.clear_publish_time();
  const std::string session = ParentOf(row.schedule.name());
  return {EventOf(session),
          IdOf(session),
          row.revision,
          static_cast<std::int64_t>(row.schedule.state()),
          ToBytes(body),
          MicrosOf(row.schedule.create_time()),
          OptionalTime(row.schedule.has_publish_time(), row.schedule.publish_time())};
}

}  // namespace wici::registration
