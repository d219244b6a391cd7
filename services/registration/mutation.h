// The idempotent changes of this service (libs/feed/mutation.h).
#ifndef WICI_SERVICES_REGISTRATION_MUTATION_H_
#define WICI_SERVICES_REGISTRATION_MUTATION_H_

#include <functional>
#include <utility>

#include "libs/feed/mutation.h"
#include "services/registration/errors.h"

namespace wici::registration {

using feed::Call;
using feed::Changes;

// Thread-safe.
class Mutation : public feed::Mutation {
 public:
  // `on_commit` is called after each commit that changed something (Sequencer::Wake), and
  // `on_written`, if any, told the versions it made. Everything outlives the object.
  Mutation(sql::Database& database, const Clock& clock, IdSource& ids,
           std::function<void()> on_commit, OnWritten on_written = nullptr)
      : feed::Mutation(kDomain, database, clock, ids, std::move(on_commit), std::move(on_written)) {
  }
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MUTATION_H_
