// The registrations of one event inside one transaction: those that are loaded and those that are
// new, as they are to be written.
//
// Entries stay where they are while the object is moved. Not thread-safe; lives inside one
// transaction.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_EVENT_ENTRIES_H_
#define WICI_SERVICES_REGISTRATION_SEATS_EVENT_ENTRIES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "libs/sql/database.h"
#include "services/registration/registrations/registration_rows.h"

namespace wici::registration {

struct EventEntry {
  RegistrationRow row;
  bool is_new = false;  // not in the database yet
  bool dirty = false;   // to be written
  // In the database:
  std::optional<std::int64_t> waiting_number = {};
  std::string category = {};
  std::vector<std::string> lines = {};  // other categories it waits for
  std::string party = {};
};

class EventEntries {
 public:
  // `tx` outlives the object.
  explicit EventEntries(sql::Transaction& tx) : tx_(&tx) {}

  // Reads registrations by name, in one statement.
  absl::Status Load(const std::vector<std::string>& names);
  // Takes a registration in, new when its revision is 0; one that is there stays as it is.
  EventEntry& Keep(RegistrationRow&& row);

  // By id, or nullptr; and by the name of one that is there.
  EventEntry* Find(std::string_view id);
  EventEntry& At(std::string_view name);
  // In the order they came.
  const std::vector<std::unique_ptr<EventEntry>>& all() const { return all_; }

  // Which keys belong to an active registration: reads that of `active_keys`, in one statement.
  absl::Status LoadActiveKeys(const std::vector<std::string>& active_keys);
  bool HasActive(const std::string& active_key) const { return active_.count(active_key) > 0; }
  void SetActive(const std::string& active_key) { active_.insert(active_key); }
  void ClearActive(const std::string& active_key) { active_.erase(active_key); }

  // Writes those that changed, as of this `version` of `event`, with the lines, groups and parties
  // they stand in and the counts of the queue. ABORTED when another transaction was first.
  absl::Status Save(const std::string& event, std::int64_t version);

 private:
  absl::Status SaveLines(const std::string& event);
  absl::Status SaveWaitingCounts(const std::string& event);
  // Those that are new, or those that were there.
  absl::Status SaveRows(std::int64_t version, bool is_new);

  sql::Transaction* tx_;
  std::vector<std::unique_ptr<EventEntry>> all_;
  std::unordered_map<std::string, EventEntry*> by_id_;
  std::unordered_set<std::string> active_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_EVENT_ENTRIES_H_
