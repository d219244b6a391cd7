// The claims of SqlStore: what goes out next, and when.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/elapsed.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/queries.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/deliveries/rules/turns.h"
#include "services/notification/deliveries/sql_store.h"

namespace wici::notification {
namespace {

using sql::Row;
using sql::Rows;
using sql::Transaction;
using sql::Value;

// How many of the due are looked at for a claim. Behind them may wait what is free to go, while
// they wait for others: that is looked for as long as there is some, and else once a second, since
// it costs a look at each of the due.
constexpr std::int64_t kFirstDue = 512;
constexpr std::int64_t kAllDue = std::numeric_limits<std::int64_t>::max();
constexpr absl::Duration kSearchAgain = absl::Seconds(1);

// Of the tenants with something that is not ended, most have nothing due: past so many of them a
// claim goes to find those that have.
constexpr std::int64_t kTenantsSeen = 1000;

// Columns of kListTenants; of kClaimTurn the one after those of the other claims.
constexpr std::size_t kDue = 1;
constexpr std::size_t kNumber = 2;
constexpr std::size_t kTenant = 20;

// What is the same in all parts of a claim.
struct ClaimTerms {
  v1::Channel channel = v1::CHANNEL_EMAIL;
  std::string_view owner;
  absl::Duration lease;
  absl::Time now;
};

// Of a look behind the first that are due.
struct SearchBehind {
  bool done = false;  // somebody got less than they were dealt
  std::int64_t found = 0;
};

// The tenants whose turn it is, the next first.
struct Line {
  std::vector<std::string> tenants;
  // There are more than it may look at, and this is the last that it saw.
  std::string seen;
};

absl::StatusOr<Line> WhoIsNext(Transaction& tx, const ClaimTerms& terms, bool urgent,
                               std::int64_t most, const std::string& after) {
  Line line;
  const auto look = [&](const std::string& from, std::int64_t limit) {
    return tx.Execute(queries::kListTenants, {static_cast<std::int64_t>(terms.channel), urgent,
                                              from, ToMicros(terms.now), kTenantsSeen, limit});
  };
  WICI_ASSIGN_OR_RETURN(const Rows behind, look(after, most));
  for (const Row& row : behind) {
    if (row.Int(kDue) != 0) line.tenants.push_back(row.Text(0));
    if (row.Int(kNumber) == kTenantsSeen) line.seen = row.Text(0);
  }
  const std::int64_t missing = most - static_cast<std::int64_t>(line.tenants.size());
  if (missing <= 0 || after.empty() || !line.seen.empty()) return line;
  WICI_ASSIGN_OR_RETURN(const Rows before, look("", missing));
  for (const Row& row : before) {
    if (row.Text(0) > after) break;
    if (row.Int(kDue) != 0) line.tenants.push_back(row.Text(0));
  }
  return line;
}

std::string NextAfter(const Line& line, std::int64_t most) {
  const bool full = static_cast<std::int64_t>(line.tenants.size()) >= most;
  if (line.tenants.empty() || (!line.seen.empty() && !full)) return line.seen;
  return line.tenants[LastDealt(most, line.tenants.size())];
}

// Claims of each tenant as many as it was dealt, or as it has among the first `look` that are due;
// how many those were.
absl::StatusOr<std::map<std::string, std::int64_t>> ClaimDealt(
    Transaction& tx, const ClaimTerms& terms, bool urgent, const std::vector<std::string>& tenants,
    const std::vector<std::int64_t>& dealt, std::int64_t look,
    std::vector<ClaimedDelivery>& claimed) {
  // In the order of their names, so that two workers do not wait for each other.
  std::map<std::string, std::vector<Value>> turns;
  for (std::size_t i = 0; i < tenants.size(); ++i) {
    if (dealt[i] == 0) continue;
    turns[tenants[i]] = {terms.owner,
                         ToMicros(terms.now + terms.lease),
                         ToMicros(terms.now),
                         dealt[i],
                         static_cast<std::int64_t>(terms.channel),
                         std::max(look, dealt[i]),
                         urgent,
                         tenants[i]};
  }
  std::vector<std::vector<Value>> values;
  for (auto& [tenant, its_values] : turns) values.push_back(std::move(its_values));
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.ExecuteMany(queries::kClaimTurn, values));
  std::map<std::string, std::int64_t> got;
  for (const Row& row : rows) {
    claimed.emplace_back(ReadClaimed(row)).lease_owner = terms.owner;
    ++got[row.Text(kTenant)];
  }
  return got;
}

// Claims at most `most` of the urgent, or of the others, beginning with the tenant after `after`,
// and appends them to `claimed`. Returns the tenant after which the next claim of these begins.
// With a `search` it looks behind the first of those that got less than they were dealt, before
// others get the rest.
absl::StatusOr<std::string> ClaimByTurns(Transaction& tx, const ClaimTerms& terms, bool urgent,
                                         std::int64_t most, const std::string& after,
                                         SearchBehind* search,
                                         std::vector<ClaimedDelivery>& claimed) {
  if (most <= 0) return after;
  WICI_ASSIGN_OR_RETURN(Line line, WhoIsNext(tx, terms, urgent, most, after));
  std::string next = NextAfter(line, most);
  while (most > 0 && !line.tenants.empty()) {
    const std::vector<std::int64_t> dealt = Deal(most, line.tenants.size());
    const std::int64_t look = kFirstDue / static_cast<std::int64_t>(line.tenants.size());
    WICI_ASSIGN_OR_RETURN(auto got,
                          ClaimDealt(tx, terms, urgent, line.tenants, dealt, look, claimed));
    if (search != nullptr) {
      std::vector<std::int64_t> missing = dealt;
      for (std::size_t i = 0; i < dealt.size(); ++i) {
        missing[i] -= got[line.tenants[i]];
        search->done = search->done || missing[i] > 0;
      }
      WICI_ASSIGN_OR_RETURN(const auto found,
                            ClaimDealt(tx, terms, urgent, line.tenants, missing, kAllDue, claimed));
      for (const auto& [tenant, count] : found) {
        got[tenant] += count;
        search->found += count;
      }
    }
    // What some had not is dealt once more among those that may have it.
    std::vector<std::string> others;
    for (std::size_t i = 0; i < dealt.size(); ++i) {
      const std::int64_t its = got[line.tenants[i]];
      most -= its;
      if (its == dealt[i]) others.push_back(std::move(line.tenants[i]));
    }
    line.tenants = std::move(others);
  }
  return next;
}

}  // namespace

bool SqlStore::MaySearch(v1::Channel channel, absl::Time now) {
  MutexLock lock(mutex_);
  const auto at = nothing_behind_.find(channel);
  return at == nothing_behind_.end() || IsOver(at->second, kSearchAgain, now);
}

void SqlStore::Searched(v1::Channel channel, bool found, absl::Time now) {
  MutexLock lock(mutex_);
  if (found) {
    nothing_behind_.erase(channel);
  } else {
    nothing_behind_[channel] = now;
  }
}

SqlStore::Turns SqlStore::TurnsOf(v1::Channel channel) {
  MutexLock lock(mutex_);
  return turns_[channel];
}

void SqlStore::Took(v1::Channel channel, Turns turns) {
  MutexLock lock(mutex_);
  turns_[channel] = std::move(turns);
}

absl::StatusOr<std::vector<ClaimedDelivery>> SqlStore::ClaimDeliveries(
    absl::Time deadline, v1::Channel channel, std::string_view owner, absl::Duration lease,
    std::int32_t limit, absl::Time now) {
  const ClaimTerms terms = {channel, owner, lease, now};
  std::vector<ClaimedDelivery> claimed;
  const Turns turns = TurnsOf(channel);
  Turns next;
  const bool may_search = MaySearch(channel, now);
  SearchBehind behind;
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    claimed.clear();
    behind = {};
    const auto missing = [&] { return limit - static_cast<std::int64_t>(claimed.size()); };
    const auto claim = [&](const sql::Query& query, bool of_first) -> absl::StatusOr<std::int64_t> {
      std::vector<Value> values = {owner, ToMicros(now + lease), ToMicros(now), missing(),
                                   static_cast<std::int64_t>(channel)};
      if (of_first) values.emplace_back(kFirstDue);
      WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(query, values));
      for (const Row& row : rows) claimed.emplace_back(ReadClaimed(row)).lease_owner = owner;
      return static_cast<std::int64_t>(rows.size());
    };
    SearchBehind* const search = may_search ? &behind : nullptr;
    WICI_ASSIGN_OR_RETURN(next.urgent, ClaimByTurns(tx, terms, true, UrgentMax(limit), turns.urgent,
                                                    search, claimed));
    WICI_ASSIGN_OR_RETURN(next.others,
                          ClaimByTurns(tx, terms, false, missing(), turns.others, search, claimed));
    if (missing() > 0) WICI_RETURN_IF_ERROR(claim(queries::kClaimFirstDeliveries, true).status());
    if (!may_search || missing() <= 0) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(const std::int64_t more, claim(queries::kClaimDeliveries, false));
    behind.done = true;
    behind.found += more;
    return absl::OkStatus();
  }));
  Took(channel, std::move(next));
  if (behind.done) Searched(channel, behind.found > 0, now);
  // RETURNING has no order of its own; the urgent go first, and of each kind the oldest.
  std::sort(claimed.begin(), claimed.end(), [](const ClaimedDelivery& a, const ClaimedDelivery& b) {
    return a.urgent != b.urgent ? a.urgent : a.id < b.id;
  });
  return claimed;
}

absl::StatusOr<std::int32_t> SqlStore::WaitFromNow(absl::Time deadline, v1::Channel channel,
                                                   std::int32_t limit, absl::Time now) {
  const std::int64_t ahead = ToMicros(now + kClocksDiffer);
  std::vector<std::vector<Value>> waits;
  // Nearly always nothing is found: without a lock.
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(
        const Rows rows, tx.Execute(queries::kListWaitsOfAhead, {static_cast<std::int64_t>(channel),
                                                                 ahead, ToMicros(now), limit}));
    waits.clear();
    for (const Row& row : rows) waits.push_back({row.Text(0), ToMicros(now), ahead});
    return absl::OkStatus();
  }));
  if (waits.empty()) return 0;
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) {
    return tx.UpdateMany(queries::kWaitFromNow, queries::kWaitFromNowSuffix, waits).status();
  }));
  return static_cast<std::int32_t>(waits.size());
}

}  // namespace wici::notification
