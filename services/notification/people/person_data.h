// What this service holds of people: each family that holds anything says so here, for export and
// erasure (GDPR articles 15, 17 and 20).
#ifndef WICI_SERVICES_NOTIFICATION_PEOPLE_PERSON_DATA_H_
#define WICI_SERVICES_NOTIFICATION_PEOPLE_PERSON_DATA_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/struct.pb.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "services/notification/audit/audit.h"

namespace wici::notification {

// Thread-safe.
class PersonData {
 public:
  virtual ~PersonData() = default;
  // Adds what is held of `person` to `held`, under names that no other family uses.
  virtual absl::Status Export(sql::Transaction& tx, std::string_view person,
                              google::protobuf::Struct& held) = 0;
  // Erases it; whether there was anything. What goes into the change feed, or is for Append, is
  // added to `changes`.
  // Called once more a while later (erasures.h).
  virtual absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                                     feed::Changes& changes) = 0;
  // Appends the changes of a transaction that erased somebody, in which a service did so by itself:
  // its last statement.
  virtual absl::Status Append(sql::Transaction& tx, std::string_view transaction_id,
                              const feed::Changes& changes, absl::Time now) {
    return feed::AppendChanges(tx, transaction_id, changes, now);
  }
};

// All families together.
class AllPersonData final : public PersonData {
 public:
  // They outlive it. `also` is told who was erased.
  AllPersonData(std::vector<PersonData*> families, feed::Also also)
      : families_(std::move(families)), also_(std::move(also)) {}

  absl::Status Export(sql::Transaction& tx, std::string_view person,
                      google::protobuf::Struct& held) override {
    for (PersonData* family : families_) {
      WICI_RETURN_IF_ERROR(family->Export(tx, person, held));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                             feed::Changes& changes) override {
    bool any = false;
    for (PersonData* family : families_) {
      WICI_ASSIGN_OR_RETURN(const bool erased, family->Erase(tx, person, now, changes));
      any = any || erased;
    }
    if (any) {
      changes.push_back({.aggregate = "",
                         .version = 0,
                         .kind = "person.erased",
                         .resource = "",
                         .person = std::string(person),
                         .attributes = {},
                         .in_feed = false});
    }
    return any;
  }
  absl::Status Append(sql::Transaction& tx, std::string_view transaction_id,
                      const feed::Changes& changes, absl::Time now) override {
    return feed::AppendAll(tx, transaction_id, changes, also_, ByService(), now);
  }

 private:
  const std::vector<PersonData*> families_;
  const feed::Also also_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEOPLE_PERSON_DATA_H_
