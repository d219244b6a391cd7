// Keeps meetings in line with what they depend on, in the background: requests that nobody answered
// expire, and meetings follow their registrations, sessions and event (MeetingStore::Reconcile).
//
// It follows the change feed of its own service. Readers and schedules do not rely on it; it makes
// durable what they see, and records the changes that others are told. Several processes may keep:
// each effect takes place once.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_MEETING_KEEPER_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_MEETING_KEEPER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/rounds_thread.h"
#include "libs/feed/consumer.h"
#include "libs/sql/database.h"
#include "services/registration/meetings/store/meeting_store.h"

namespace wici::registration {

class MeetingKeeper {
 public:
  // `machine` is the clock of deadlines. Everything outlives the keeper.
  MeetingKeeper(sql::Database& database, MeetingStore& store, const Clock& machine);

  void Start();
  // One round on the calling thread; returns how many changes it followed. Not together with Start.
  absl::StatusOr<int> RunOnce();

 private:
  // The feed of this service, read from its own database.
  class OwnFeed final : public feed::FeedSource {
   public:
    OwnFeed(sql::Database& database, const Clock& machine)
        : database_(database), machine_(machine) {}
    absl::StatusOr<feed::v1::Cursor> Head() override;
    absl::StatusOr<std::vector<feed::v1::Change>> Read(const feed::v1::Cursor& after,
                                                       int limit) override;

   private:
    sql::Database& database_;
    const Clock& machine_;
  };

  absl::StatusOr<sql::Database::Body> Follow(absl::Span<const feed::v1::Change> changes);
  absl::Status Expire();
  bool Round();

  MeetingStore& store_;
  const Clock& machine_;
  OwnFeed feed_;
  feed::Consumer consumer_;
  RoundsThread thread_{absl::Seconds(30), [this] { return Round(); }};
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_MEETING_KEEPER_H_
