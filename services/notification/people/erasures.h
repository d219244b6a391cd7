// Erases everybody twice: at once, and once more when whatever was on its way then has ended
// (second_erasures.h).
//
// A message that was made before its person was erased, and is sent afterwards, leaves traces: its
// text in the inbox, or kept for another attempt, and the hash of the address. No lease and no
// time-out is as long as kEraseAgainAfter.
//
// Whoever is erased because their owner deleted them is spared the second time where the owner
// knows them again. Whom ErasePerson asked for is erased again in any case: their owner may know
// them all along. Where both came about, the latter holds, and the time of the later one.
#ifndef WICI_SERVICES_NOTIFICATION_PEOPLE_ERASURES_H_
#define WICI_SERVICES_NOTIFICATION_PEOPLE_ERASURES_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/notification/people/person_data.h"

namespace wici::notification {

inline constexpr absl::Duration kEraseAgainAfter = absl::Minutes(10);

// One of the families: notes whom to erase again. Thread-safe.
class Erasures final : public PersonData {
 public:
  // Nothing.
  absl::Status Export(sql::Transaction& tx, std::string_view person,
                      google::protobuf::Struct& held) override;
  // Always false.
  absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                             feed::Changes& changes) override;
};

// To be called after Erase, in its transaction, where ErasePerson asked for it, here or in another
// service: `person` is erased again whether their owner knows them or not.
absl::Status NoteRequestedErasure(sql::Transaction& tx, std::string_view person);

// Some of those whose time has come to be erased again (second_erasures.h), the longest due first:
// of those whom ErasePerson asked for, or of the others.
absl::StatusOr<std::set<std::string>> ListErasuresDue(sql::Transaction& tx, bool requested,
                                                      absl::Time now);

// `person`, of the one kind or of the other, is not to be erased again at `until` or before.
absl::Status EndErasure(sql::Transaction& tx, bool requested, std::string_view person,
                        absl::Time until);

// The opaque ids under which anything is held that erasure deletes, by id, after `after`, at most
// `limit`. Also those of subscriptions, and what stands for who was erased.
absl::StatusOr<std::vector<std::string>> ListHeldPersons(sql::Transaction& tx,
                                                         std::string_view after,
                                                         std::int64_t limit);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEOPLE_ERASURES_H_
