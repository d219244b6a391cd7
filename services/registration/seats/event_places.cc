// What EventAggregate reads of its queue, and places in it.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

constexpr std::int64_t kPage = 200;  // of the queue

// Rows of a statement: seats for all who wait are given without a second copy of all of them.
constexpr std::int64_t kReadRowsMax = 1000;

}  // namespace

absl::Status EventAggregate::LoadPlaces(std::int64_t steps,
                                        absl::Span<const v1::Registration* const> added) {
  WICI_RETURN_IF_ERROR(quotas_.LoadCategories(seats_));
  WICI_RETURN_IF_ERROR(LoadQueue(steps));
  return LoadQuotas(added);
}

absl::Status EventAggregate::LoadQueue(std::int64_t steps) {
  const SeatCounts& counts = seats_.counts;
  if (counts.waitlisted == 0) return absl::OkStatus();
  // Each step may free one seat or take one out of the queue, so twice the steps is enough.
  const std::int64_t free = counts.capacity - counts.confirmed - counts.held;
  const bool others = seats_.limited_sessions > 0 || seats_.party_limit > 0 || counts.reserved > 0;
  const std::int64_t ahead = others ? kLookahead : 0;
  if (seats_.categories == 0) {
    const std::int64_t wanted = 2 * steps + std::clamp<std::int64_t>(free, 0, counts.waitlisted);
    return LoadLine("", wanted == 0 ? 0 : wanted + ahead);
  }
  std::int64_t without = counts.waitlisted;
  for (const QuotaRow* quota : quotas_.Categories()) {
    const Quota& category = quota->counts;
    without -= category.waiting;
    const std::int64_t waiting = category.waiting + category.also_waiting;
    const std::int64_t wanted =
        2 * steps +
        std::clamp<std::int64_t>(std::min(free, category.size - category.taken), 0, waiting);
    if (waiting == 0) continue;
    WICI_RETURN_IF_ERROR(LoadLine(quota->name, wanted == 0 ? 0 : wanted + kLookahead));
  }
  const std::int64_t wanted = 2 * steps + std::clamp<std::int64_t>(free, 0, without);
  if (without == 0) return absl::OkStatus();
  return LoadLine("", wanted == 0 ? 0 : wanted + kLookahead);
}

absl::Status EventAggregate::LoadLine(const std::string& category, std::int64_t limit) {
  std::int64_t& last = cut_lines_[category];
  if (limit == 0) return absl::OkStatus();
  // Of a line that is read in two parts all is known up to the nearer end.
  std::int64_t known = std::numeric_limits<std::int64_t>::max();
  const auto read = [&](const sql::Query& query) -> absl::Status {
    std::int64_t number = last;
    for (std::int64_t left = limit; left > 0; left -= kReadRowsMax) {
      const std::int64_t count = std::min(left, kReadRowsMax);
      WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                            tx_->Execute(query, {seats_.event, IdOf(category), number, count}));
      for (const sql::Row& found : rows) {
        RegistrationRow row = ReadRegistration(found);
        number = *row.waiting_number;
        Entry& entry = entries_.Keep(std::move(row));
        // Unless it has moved or left in this transaction.
        if (entry.row.waiting_number == number) queue_[number] = &entry;
      }
      if (static_cast<std::int64_t>(rows.size()) < count) return absl::OkStatus();
    }
    known = std::min(known, number);
    return absl::OkStatus();
  };
  WICI_RETURN_IF_ERROR(read(kListWaitingLine));
  const QuotaRow* quota = quotas_.Find(category);
  if (quota != nullptr && quota->counts.also_waiting > 0) {
    WICI_RETURN_IF_ERROR(read(kListAlsoWaiting));
  }
  last = known;
  if (known == std::numeric_limits<std::int64_t>::max()) {
    cut_lines_.erase(category);
    return absl::OkStatus();
  }
  return LoadGroups(category);
}

absl::StatusOr<bool> EventAggregate::ReadOn(std::int64_t number) {
  if (read_on_ >= kScanMax) return false;
  for (const auto& [category, last] : cut_lines_) {
    if (last >= number) continue;
    std::vector<Quota*> quotas;
    if (QuotaRow* quota = quotas_.Find(category)) quotas.push_back(&quota->counts);
    if (FindShortage(seats_.counts, quotas)) continue;
    read_on_ += kPage;
    WICI_RETURN_IF_ERROR(LoadLine(std::string(category), kPage));
    WICI_RETURN_IF_ERROR(LoadQuotas({}));
    return true;
  }
  return false;
}

absl::Status EventAggregate::LoadQuotas(absl::Span<const v1::Registration* const> added) {
  std::vector<const v1::Registration*> all(added.begin(), added.end());
  for (const auto& entry : entries_.all()) all.push_back(&entry->row.registration);
  return quotas_.Load(seats_, all);
}

absl::Status EventAggregate::PutQuota(const QuotaRow& wanted) {
  settled_ = false;
  return quotas_.Put(wanted, seats_);
}

absl::Status EventAggregate::RemoveQuota(const std::string& name) {
  settled_ = false;
  return quotas_.Remove(name, seats_);
}

absl::Status EventAggregate::PutAudiences(const v1::Event& event) {
  settled_ = false;
  return quotas_.PutAudiences(event, seats_);
}

absl::Status EventAggregate::KeepNothingFor(const std::string& voucher) {
  QuotaRow wanted = *quotas_.Find(voucher);
  wanted.counts.reserved = 0;
  return PutQuota(wanted);
}

absl::StatusOr<bool> EventAggregate::HasTurn(const v1::Registration& registration,
                                             const std::string& category, Changes& changes) {
  if (quotas_.WaitingIn(seats_, category) == 0 || !Promotes()) return true;
  if (FindShortage(seats_.counts, quotas_.Of(registration, category))) return false;
  WICI_RETURN_IF_ERROR(Promote(changes));
  // Who is left of the line waits for something else, if all of it is known. And what is kept for a
  // voucher is for nobody without it.
  const QuotaRow* voucher = quotas_.Find(registration.voucher());
  const bool kept =
      voucher != nullptr && voucher->counts.waiting == 0 && OpenReserve(voucher->counts) > 0;
  return kept || cut_lines_.find(category) == cut_lines_.end();
}

absl::StatusOr<std::vector<EventAggregate::Waiting>> EventAggregate::OthersWaiting(
    const Entry& entry, std::int64_t count) {
  // Those that changed in this transaction stand as they are in memory.
  const std::int64_t limit = count + static_cast<std::int64_t>(entries_.all().size());
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx_->Execute(kListWaitingNumbers, {seats_.event, limit}));
  std::vector<Waiting> others;
  for (const sql::Row& row : rows) {
    if (entries_.Find(row.Text(0)) == nullptr) others.push_back({row.Int(1), row.Text(0)});
  }
  for (const auto& other : entries_.all()) {
    if (other.get() != &entry && other->row.waiting_number) {
      others.push_back({*other->row.waiting_number, IdOf(other->row.registration.name())});
    }
  }
  std::sort(others.begin(), others.end(),
            [](const Waiting& a, const Waiting& b) { return a.number < b.number; });
  return others;
}

absl::StatusOr<std::int64_t> EventAggregate::NumberAt(const Entry& entry, std::int64_t position) {
  WICI_ASSIGN_OR_RETURN(const std::vector<Waiting> others, OthersWaiting(entry, position));
  if (others.empty()) return *entry.row.waiting_number;
  const auto place = static_cast<std::size_t>(position);
  if (place == 1) return *NumberBetween(std::nullopt, others[0].number);
  const std::int64_t before = others[std::min(place - 1, others.size()) - 1].number;
  // Between two priorities it joins the end of the first: who comes later stands behind it.
  if (others.size() < place || PriorityOf(others[place - 1].number) != PriorityOf(before)) {
    return NumberAtEnd(before, seats_.counts.next_waiting_number++);
  }
  if (const auto number = NumberBetween(before, others[place - 1].number)) return *number;
  return MakeRoom(entry, position);
}

absl::StatusOr<std::int64_t> EventAggregate::MakeRoom(const Entry& entry, std::int64_t position) {
  for (std::int64_t more = kPage;; more *= 8) {
    WICI_ASSIGN_OR_RETURN(const std::vector<Waiting> others, OthersWaiting(entry, position + more));
    const auto first = others.begin() + (position - 1);
    const std::int64_t before = (first - 1)->number;
    const auto last = std::find_if(first, others.end(), [&](const Waiting& other) {
      return PriorityOf(other.number) != PriorityOf(before);
    });
    const bool ended =
        last != others.end() || static_cast<std::int64_t>(others.size()) < position + more;
    std::vector<std::int64_t> behind;
    for (auto at = first; at != last; ++at) behind.push_back(at->number);
    if (ended) behind.push_back(NumberAtEnd(behind.back(), seats_.counts.next_waiting_number));
    const auto numbers = SpreadBehind(before, behind, ended);
    if (!numbers && !ended) continue;
    if (!numbers) return absl::InternalError("a waiting list without room");
    WICI_RETURN_IF_ERROR(Renumber(first, {numbers->begin() + 1, numbers->end()}));
    return numbers->front();
  }
}

absl::Status EventAggregate::Renumber(std::vector<Waiting>::const_iterator first,
                                      const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    names.push_back(RegistrationName(seats_.event, (first + static_cast<std::ptrdiff_t>(i))->id));
  }
  WICI_RETURN_IF_ERROR(LoadRegistrations(names));
  WICI_RETURN_IF_ERROR(LoadQuotas({}));
  for (const std::string& name : names) {
    queue_.erase(*entries_.At(name).row.waiting_number);
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Entry& entry = entries_.At(names[i]);
    entry.row.waiting_number = numbers[i];
    Touch(entry);
    queue_[numbers[i]] = &entry;
  }
  return absl::OkStatus();
}

absl::Status EventAggregate::Refusal(const std::vector<Quota*>& quotas, bool may_wait) {
  const auto once = [this](absl::Status& said, absl::Status (*error)(std::string_view)) {
    if (said.ok()) said = error(seats_.event);
    return said;
  };
  if (may_wait && seats_.counts.waiting_list_capacity > 0) {
    return once(waiting_list_full_, WaitingListFullError);
  }
  const auto shortage = FindShortage(seats_.counts, quotas);
  const std::string name = shortage ? quotas_.NameOf(shortage->quota) : "";
  return name.empty() ? once(event_full_, EventFullError) : QuotaFullError(name);
}

}  // namespace wici::registration
