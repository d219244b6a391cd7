// What follows here from the feed of the registry: of a contact that was deleted there, because it
// is to be erased or by whoever manages its cluster, nothing is kept any more (PersonStore::Erase),
// and notification learns of it by our own feed. Of somebody who was invited with several contacts
// what is of the others stays while the registry knows one of them. Everything else calls for
// nothing. One that the registry knows again, under the id that was chosen for it, keeps what is
// its own.
//
// Each event of a contact is a transaction of its own, before the place in the feed moves on: what
// is repeated after a crash finds nothing more to erase.
//
// Who is being invited while the registry deletes them is written down after that: whom it has
// deleted is therefore erased a second time ten minutes later, which is noted as the place moves
// on. One thread looks every minute; several processes may run it, and may be killed at any
// instant.
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_REGISTRY_ERASURES_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_REGISTRY_ERASURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/rounds_thread.h"
#include "libs/sql/database.h"
#include "services/registration/invitations/registry_client.h"
#include "services/registration/people/person_store.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::registration {

// As its consumer names the feed (libs/feed/consumer.h).
inline constexpr char kRegistryFeed[] = "cluster-registry";

// Prepare and CatchUp are of the consumer's thread, Start and EraseAgain of any one.
class RegistryErasures {
 public:
  // All outlive it.
  RegistryErasures(sql::Database& database, PersonStore& persons, RegistryClient& registry,
                   const Clock& clock)
      : database_(database), persons_(persons), registry_(registry), clock_(clock) {}

  // Starts the thread that erases again, which ends with the object.
  void Start() { thread_.Start(); }

  // feed::Consumer::Handler. REGISTRY_UNAVAILABLE and the errors of the database.
  absl::StatusOr<sql::Database::Body> Prepare(absl::Span<const feed::v1::Change> changes);

  // feed::Consumer::Resync: erases of those of whom something is kept whom the registry does not
  // know. Where it knows nobody of twenty or more it is taken for another one: nobody is erased,
  // with an error in the log.
  absl::StatusOr<sql::Database::Body> CatchUp(const feed::v1::Cursor& head);

  // One round on the calling thread; returns how many were due a second time, 0 when nobody is. Not
  // together with Start. Errors as of Prepare.
  absl::StatusOr<std::int64_t> EraseAgain();

 private:
  // Those of `contacts` that the registry knows, with their addresses.
  absl::StatusOr<std::map<std::string, std::string>> Known(
      const std::vector<std::string>& contacts);
  absl::StatusOr<std::vector<std::string>> Unknown(const std::vector<std::string>& contacts);
  // What the registry says of all who were invited as the same person as `contact`.
  absl::StatusOr<ContactsOfPerson> SamePerson(const std::string& contact);
  absl::StatusOr<bool> MayErase();
  absl::Status EraseAll(const std::vector<std::string>& contacts);
  // Whether there may be more.
  bool Round();

  sql::Database& database_;
  PersonStore& persons_;
  RegistryClient& registry_;
  const Clock& clock_;
  RoundsThread thread_{absl::Minutes(1), [this] { return Round(); }};  // last: stops first
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_REGISTRY_ERASURES_H_
