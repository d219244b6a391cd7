// Makes up for what was missed where the place in a feed is lost: the database of who has it was
// restored from a backup, or what follows was deleted after a month.
//
// Messages that the missed changes called for were sent, or would come too late (a message lives 72
// hours); what changed since a restore is not missed (feed/consumer.h). What goes on to matter is
// looked at as it is now: the reminders of published events are timed by them, and who is not known
// any more to the service that owns them is erased here too.
#ifndef WICI_SERVICES_NOTIFICATION_FEED_CATCH_UP_H_
#define WICI_SERVICES_NOTIFICATION_FEED_CATCH_UP_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "services/notification/peers/peers.h"
#include "services/notification/people/person_data.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::notification {

// Of the consumer's thread.
class CatchUp {
 public:
  // All outlive it.
  CatchUp(sql::Database& database, Peers& peers, PersonData& people, IdSource& ids,
          const Clock& clock)
      : database_(database), peers_(peers), people_(people), ids_(ids), clock_(clock) {}

  // feed::Consumer::Resync: erases who is gone, and returns what times the reminders. Says so in
  // the log. Where an owner knows nobody of all who are held of it, and these are many, it is taken
  // for another's database: nobody of them is erased, with an error in the log. Errors are those of
  // the peers and of the database.
  absl::StatusOr<sql::Database::Body> Prepare(const feed::v1::Cursor& next);

  // The same in the feed of the registry: erases who of its people is gone, and leaves the
  // reminders alone, which follow the feed of registration: that goes on meanwhile.
  absl::StatusOr<sql::Database::Body> PrepareForRegistry(const feed::v1::Cursor& next);

 private:
  // Some of those who are held, and of these whom their owner does not know.
  struct Asked {
    std::size_t persons = 0;  // 0 at the end
    Names gone;
    std::string last;
  };
  // Those whose ids begin with `owned`, the first after `after`.
  absl::StatusOr<Asked> AskForSome(std::string_view owned, const std::string& after);
  // Whether the owner of such ids knows anybody, or is asked about few.
  absl::StatusOr<bool> MayErase(std::string_view owned);
  absl::Status EraseWhoIsGone(std::string_view owned);
  absl::Status EraseAll(const Names& persons);

  sql::Database& database_;
  Peers& peers_;
  PersonData& people_;
  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_FEED_CATCH_UP_H_
