// The vouchers that a batch of registrations comes with, and those it releases.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_OPS_VOUCHER_BOOK_H_
#define WICI_SERVICES_REGISTRATION_SEATS_OPS_VOUCHER_BOOK_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/ops/seat_ops.h"
#include "services/registration/vouchers/voucher_rows.h"

namespace wici::registration {

// Lives inside one transaction.
class VoucherBook {
 public:
  // Reads the vouchers that `added` have codes of, in one statement, or none when there are no
  // codes, and names them in their facts.
  absl::Status Load(sql::Transaction& tx, std::string_view event,
                    const std::vector<NewRegistration*>& added);

  // Whether `added` may come in: with a code that may be used now, when `together` others of its
  // group are to use it too, and into closed categories only with one. CODE_INVALID, CODE_REQUIRED,
  // and those of CheckUse.
  absl::Status Check(const NewRegistration& added, std::int64_t together, EventAggregate& event,
                     absl::Time now) const;

  // The same of somebody without invitation, who where only invited people may come needs a voucher
  // of the party they come for, unless the organiser registers them. INVITATION_REQUIRED, too.
  absl::Status CheckUninvited(const NewRegistration& added, std::int64_t together,
                              EventAggregate& event, absl::Time now) const;

  // The voucher of a code, nullptr for none.
  const v1::Voucher* Find(const std::string& code_key) const;

  // Something that has the vouchers `ops` are to release, for their quotas to be loaded.
  static std::vector<v1::Registration> ReleasedBy(const std::vector<SeatOp*>& ops);
  // Keeps nothing for a voucher any more, whose quota is loaded, and promotes who can be.
  // VOUCHER_NOT_FOUND, VOUCHER_NOT_VALID.
  absl::Status Release(const VoucherRelease& release, EventAggregate& event, Changes& changes);
  // Writes what was released.
  absl::Status Save(sql::Transaction& tx, const std::string& event) const;

 private:
  std::unordered_map<std::string, v1::Voucher> by_key_;
  std::vector<std::string> released_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_OPS_VOUCHER_BOOK_H_
