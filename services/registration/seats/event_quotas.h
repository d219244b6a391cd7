// The quotas below one event inside one transaction: those that are loaded of its admission
// categories, sessions, parties, audiences and vouchers, as they are to be written back.
//
// The counts of the event's own row, which quotas reserve seats of, come as an argument. Quotas
// stay where they are while the object is moved. Not thread-safe; lives inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_EVENT_QUOTAS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_EVENT_QUOTAS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"
#include "services/registration/seats/quota_rows.h"
#include "services/registration/seats/seats_row.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

class EventQuotas {
 public:
  // `tx` outlives the object.
  explicit EventQuotas(sql::Transaction& tx) : tx_(&tx) {}

  // Reads the categories, and the quotas of `registrations` that are not loaded, in one statement.
  absl::Status Load(const SeatsRow& seats, absl::Span<const v1::Registration* const> registrations);
  absl::Status LoadCategories(const SeatsRow& seats);

  // A loaded quota by the name of its category, session and so on, or nullptr.
  QuotaRow* Find(const std::string& name);
  // The name of the loaded quota with these counts, "" for nullptr, which stands for the event.
  std::string NameOf(const Quota* counts) const;
  // The loaded categories.
  std::vector<const QuotaRow*> Categories() const;

  // The quotas of a registration that are loaded, to be changed: in the category it wants, or
  // another.
  std::vector<Quota*> Of(const v1::Registration& registration) {
    return Of(registration, registration.admission_category());
  }
  std::vector<Quota*> Of(const v1::Registration& registration, const std::string& category);
  // Whether there is all that it wants. ADMISSION_CATEGORY_NOT_FOUND, SESSION_NOT_FOUND,
  // SESSIONS_OVERLAP.
  absl::Status Check(const v1::Registration& registration) const;
  // Its priority on the waiting list.
  int PriorityFor(const v1::Registration& registration);
  // How many wait in the line of a category, "" for those without one.
  std::int64_t WaitingIn(const SeatsRow& seats, const std::string& category);
  // Counts who waits in the lines of other categories than their own: `by` is 1 or -1.
  void CountOthers(const v1::Registration& registration, std::int64_t by);
  // What is loaded of a registration has changed.
  void Mark(const v1::Registration& registration);

  // Adds a quota, or changes its size and facts to those of `wanted`; and takes it away. It must be
  // loaded if there is one. QUOTA_BELOW_TAKEN, RESERVED_EXCEEDS_FREE.
  absl::Status Put(const QuotaRow& wanted, SeatsRow& seats);
  absl::Status Remove(const std::string& name, SeatsRow& seats);
  // Makes the quotas of audiences those of `event`, which has each audience once. As Put; what is
  // not there any more is removed, so nobody may have used it.
  absl::Status PutAudiences(const v1::Event& event, SeatsRow& seats);

  // Writes what changed.
  absl::Status Save(const SeatsRow& seats);

 private:
  struct Kept {
    QuotaRow row;
    bool dirty = false;
  };
  void Keep(QuotaRow row);

  sql::Transaction* tx_;
  std::map<std::string, std::unique_ptr<Kept>> kept_;  // by name
  bool categories_loaded_ = false;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_EVENT_QUOTAS_H_
