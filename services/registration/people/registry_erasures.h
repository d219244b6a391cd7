// What follows here from the feed of the registry: of a contact that was deleted there, because it
// is to be erased or by whoever manages its cluster, nothing is kept any more (PersonStore::Erase),
// and notification learns of it by our own feed. Everything else calls for nothing. One that the
// registry knows again, under the id that was chosen for it, keeps what is its own.
//
// Each event of a contact is a transaction of its own, before the place in the feed moves on: what
// is repeated after a crash finds nothing more to erase.
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_REGISTRY_ERASURES_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_REGISTRY_ERASURES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"
#include "services/registration/invitations/registry_client.h"
#include "services/registration/people/person_store.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::registration {

// As its consumer names the feed (libs/feed/consumer.h).
inline constexpr char kRegistryFeed[] = "cluster-registry";

// Of the consumer's thread.
class RegistryErasures {
 public:
  // Both outlive it.
  RegistryErasures(PersonStore& persons, RegistryClient& registry)
      : persons_(persons), registry_(registry) {}

  // feed::Consumer::Handler. REGISTRY_UNAVAILABLE and the errors of the database.
  absl::StatusOr<sql::Database::Body> Prepare(absl::Span<const feed::v1::Change> changes);

  // feed::Consumer::Resync: erases of those who were ever invited whom the registry does not know.
  // Where it knows nobody of twenty or more it is taken for another one: nobody is erased, with an
  // error in the log.
  absl::StatusOr<sql::Database::Body> CatchUp(const feed::v1::Cursor& head);

 private:
  // Those of `contacts` that the registry does not know.
  absl::StatusOr<std::vector<std::string>> Unknown(const std::vector<std::string>& contacts);
  absl::StatusOr<bool> MayErase();
  absl::Status EraseAll(const std::vector<std::string>& contacts);

  PersonStore& persons_;
  RegistryClient& registry_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_REGISTRY_ERASURES_H_
