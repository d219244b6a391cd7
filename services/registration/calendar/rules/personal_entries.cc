#include "services/registration/calendar/rules/personal_entries.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/timestamp.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {
namespace {

using calendar::Entry;
using calendar::EntryStatus;

using Texts = google::protobuf::Map<std::string, std::string>;

struct Word {
  std::string_view language;
  std::string_view table;
};
constexpr Word kWords[] = {{"de", "Tisch"}, {"en", "table"}, {"pl", "stolik"}};

// "de" of "de-AT".
std::string_view BaseOf(std::string_view language) {
  return language.substr(0, language.find('-'));
}

// Whether `one` says more about whether its person comes than `other`, of the same event.
bool Outweighs(const v1::Registration& one, const v1::Registration& other) {
  const bool active = IsActive(one.state());
  if (active != IsActive(other.state())) return active;
  const auto made = [](const v1::Registration& registration) {
    return std::pair(MicrosOf(registration.create_time()), std::string_view(registration.name()));
  };
  return made(one) > made(other);
}

// The entries of one registration.
class EventEntries {
 public:
  EventEntries(const PersonalFacts& facts, const v1::Registration& registration,
               const v1::Event& event, std::string_view language)
      : facts_(facts),
        registration_(registration),
        event_(event),
        sequence_(event.calendar_changes() + registration.calendar_changes()),
        changed_(std::max(TimeOf(registration_.update_time()), TimeOf(event_.update_time()))),
        wishes_{std::string(language), std::string(BaseOf(language)),
                event_.languages().empty() ? "" : event_.languages(0), "en"} {}

  // `named` is what all registrations of the person have ever named.
  void AddTo(const std::set<std::string>& named, std::vector<Entry>& entries) const {
    const EntryStatus status = StatusOfRegistration();
    Entry whole = Begin(status);
    whole.uid = event_.calendar_uid();
    whole.sequence = sequence_;
    whole.stamp = changed_;
    SetTimes(event_.start_time(), event_.end_time(), whole);
    whole.summary = InLanguage(event_.title());
    whole.description = InLanguage(event_.summary());
    entries.push_back(std::move(whole));
    const std::set<std::string> chosen(registration_.sessions().begin(),
                                       registration_.sessions().end());
    for (const std::string& name : named) {
      const auto session = facts_.sessions.find(name);
      if (session == facts_.sessions.end() || EventOf(name) != event_.name()) continue;
      const bool over = chosen.count(name) == 0 || session->second.has_delete_time();
      entries.push_back(OfSession(session->second, over ? EntryStatus::kCancelled : status));
    }
    const auto meetings = facts_.meetings.find(registration_.name());
    if (meetings == facts_.meetings.end()) return;
    for (const v1::Meeting& meeting : meetings->second) {
      if (meeting.has_start_time()) entries.push_back(OfMeeting(meeting, status));
    }
  }

 private:
  EntryStatus StatusOfRegistration() const {
    if (event_.state() == v1::EVENT_STATE_CANCELLED) return EntryStatus::kCancelled;
    if (HoldsSeat(registration_.state())) return EntryStatus::kConfirmed;
    return IsActive(registration_.state()) ? EntryStatus::kTentative : EntryStatus::kCancelled;
  }

  Entry Begin(EntryStatus status) const {
    Entry entry;
    entry.status = status;
    entry.time_zone = event_.time_zone();
    if (event_.has_venue()) {
      entry.location = event_.venue().display_name();
      if (!event_.venue().address().empty()) {
        absl::StrAppend(&entry.location, ", ", event_.venue().address());
      }
    }
    if (status == EntryStatus::kConfirmed) entry.url = event_.online_url();
    return entry;
  }

  Entry OfSession(const v1::Session& session, EntryStatus status) const {
    Entry entry = Begin(status);
    entry.uid = calendar::UidOfPart(IdOf(session.name()), event_.calendar_uid());
    entry.sequence = sequence_ + session.calendar_changes();
    entry.stamp = std::max(changed_, TimeOf(session.update_time()));
    SetTimes(session.start_time(), session.end_time(), entry);
    entry.summary = InLanguage(session.title());
    AddRoom(session, entry);
    if (status == EntryStatus::kConfirmed && !session.online_url().empty()) {
      entry.url = session.online_url();
    }
    return entry;
  }

  Entry OfMeeting(const v1::Meeting& meeting, EntryStatus status) const {
    const bool called_off = meeting.state() == v1::MEETING_STATE_CANCELLED ||
                            meeting.state() == v1::MEETING_STATE_ACCEPTED;  // it lost its time
    Entry entry = Begin(called_off ? EntryStatus::kCancelled : status);
    entry.uid = meeting.calendar_uid();
    entry.sequence = meeting.calendar_sequence();
    entry.stamp = TimeOf(meeting.update_time());
    SetTimes(meeting.start_time(), meeting.end_time(), entry);
    const auto session = facts_.sessions.find(meeting.session());
    const bool known = session != facts_.sessions.end();
    entry.summary = InLanguage(known ? session->second.title() : event_.title());
    if (meeting.table() > 0) {
      absl::StrAppend(&entry.summary, " (", View(WordForTable()), " ", meeting.table(), ")");
    }
    if (known) AddRoom(session->second, entry);
    return entry;
  }

  static void SetTimes(const google::protobuf::Timestamp& start,
                       const google::protobuf::Timestamp& end, Entry& entry) {
    entry.start = TimeOf(start);
    entry.end = TimeOf(end);
  }

  static void AddRoom(const v1::Session& session, Entry& entry) {
    if (session.room().empty()) return;
    entry.location = entry.location.empty() ? session.room()
                                            : absl::StrCat(session.room(), ", ", entry.location);
  }

  std::string InLanguage(const Texts& texts) const {
    for (const std::string& wish : wishes_) {
      const auto found = texts.find(wish);
      if (found != texts.end()) return found->second;
    }
    // A map of protobuf has no order of its own.
    std::optional<std::string> first;
    for (const auto& [language, text] : texts) {
      if (!first || language < *first) first = language;
    }
    return first ? texts.at(*first) : "";
  }

  std::string_view WordForTable() const {
    for (const std::string& wish : wishes_) {
      for (const Word& word : kWords) {
        if (word.language == wish) return word.table;
      }
    }
    return kWords[1].table;
  }

  const PersonalFacts& facts_;
  const v1::Registration& registration_;
  const v1::Event& event_;
  const std::int32_t sequence_;
  const absl::Time changed_;
  const std::vector<std::string> wishes_;
};

}  // namespace

std::vector<Entry> PersonalEntries(const PersonalFacts& facts, std::string_view language) {
  std::map<std::string, const v1::Registration*> by_event;
  for (const v1::Registration& registration : facts.registrations) {
    const auto [at, first] = by_event.try_emplace(EventOf(registration.name()), &registration);
    if (!first && Outweighs(registration, *at->second)) at->second = &registration;
  }
  std::set<std::string> named;
  for (const v1::Registration& registration : facts.registrations) {
    named.insert(registration.sessions().begin(), registration.sessions().end());
    named.insert(registration.dropped_sessions().begin(), registration.dropped_sessions().end());
  }
  std::vector<Entry> entries;
  for (const auto& [name, registration] : by_event) {
    const auto event = facts.events.find(name);
    if (event == facts.events.end()) continue;
    EventEntries(facts, *registration, event->second, language).AddTo(named, entries);
  }
  return entries;
}

}  // namespace wici::registration
