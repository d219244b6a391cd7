// The quotas and the queue of EventAggregate.
#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/rules/session_choice.h"
#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

constexpr std::int64_t kPage = 200;  // of the queue

}  // namespace

absl::Status EventAggregate::LoadPlaces(std::int64_t steps,
                                        absl::Span<const v1::Registration* const> added) {
  WICI_RETURN_IF_ERROR(LoadCategories());
  WICI_RETURN_IF_ERROR(LoadQueue(steps));
  return LoadQuotas(added);
}

absl::Status EventAggregate::LoadCategories() {
  if (categories_loaded_ || seats_.categories == 0) return absl::OkStatus();
  categories_loaded_ = true;
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx_->Execute(kListQuotas, {seats_.event, static_cast<std::int64_t>(QuotaKind::kCategory),
                                 kCategoriesMax}));
  for (const sql::Row& row : rows) Keep(ReadQuota(seats_.event, row));
  return absl::OkStatus();
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
  for (const auto& [name, quota] : quotas_) {
    if (quota->row.kind != QuotaKind::kCategory) continue;
    const Quota& category = quota->row.counts;
    without -= category.waiting;
    const std::int64_t waiting = category.waiting + category.also_waiting;
    const std::int64_t wanted =
        2 * steps +
        std::clamp<std::int64_t>(std::min(free, category.size - category.taken), 0, waiting);
    if (waiting == 0) continue;
    WICI_RETURN_IF_ERROR(LoadLine(name, wanted == 0 ? 0 : wanted + kLookahead));
  }
  const std::int64_t wanted = 2 * steps + std::clamp<std::int64_t>(free, 0, without);
  if (without == 0) return absl::OkStatus();
  return LoadLine("", wanted == 0 ? 0 : wanted + kLookahead);
}

absl::Status EventAggregate::LoadLine(const std::string& category, std::int64_t limit) {
  std::int64_t& last = cut_lines_[category];
  if (limit == 0) return absl::OkStatus();
  const std::vector<sql::Value> from = {seats_.event, IdOf(category), last, limit};
  WICI_ASSIGN_OR_RETURN(sql::Rows rows, tx_->Execute(kListWaitingLine, from));
  // Of a line that is read in two parts all is known up to the nearer end.
  std::int64_t known = std::numeric_limits<std::int64_t>::max();
  const auto keep = [&] {
    std::int64_t number = 0;
    for (const sql::Row& read : rows) {
      RegistrationRow row = ReadRegistration(read);
      number = *row.waiting_number;
      Entry& entry = Keep(std::move(row));
      // Unless it has moved or left in this transaction.
      if (entry.row.waiting_number == number) queue_[number] = &entry;
    }
    if (static_cast<std::int64_t>(rows.size()) == limit) known = std::min(known, number);
  };
  keep();
  const QuotaRow* quota = FindQuota(category);
  if (quota != nullptr && quota->counts.also_waiting > 0) {
    WICI_ASSIGN_OR_RETURN(rows, tx_->Execute(kListAlsoWaiting, from));
    keep();
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
    if (QuotaRow* quota = FindQuota(category)) quotas.push_back(&quota->counts);
    if (FindShortage(seats_.counts, quotas)) continue;
    read_on_ += kPage;
    WICI_RETURN_IF_ERROR(LoadLine(std::string(category), kPage));
    WICI_RETURN_IF_ERROR(LoadQuotas({}));
    return true;
  }
  return false;
}

absl::Status EventAggregate::LoadQuotas(absl::Span<const v1::Registration* const> added) {
  WICI_RETURN_IF_ERROR(LoadCategories());
  std::set<std::pair<QuotaKind, std::string>> wanted;
  const auto want = [&](const v1::Registration& registration) {
    for (const std::string& name : registration.sessions()) {
      wanted.emplace(QuotaKind::kSession, name);
    }
    if (seats_.party_limit > 0 && !registration.party().empty()) {
      wanted.emplace(QuotaKind::kParty, registration.party());
    }
    if (!registration.audience().empty()) {
      wanted.emplace(QuotaKind::kAudience, registration.audience());
    }
    if (!registration.voucher().empty()) {
      wanted.emplace(QuotaKind::kVoucher, registration.voucher());
    }
  };
  for (const v1::Registration* registration : added) want(*registration);
  for (const auto& entry : entries_) want(entry->row.registration);
  std::vector<std::vector<sql::Value>> keys;
  for (const auto& [kind, name] : wanted) {
    if (quotas_.find(name) != quotas_.end()) continue;
    keys.push_back({seats_.event, static_cast<std::int64_t>(kind), QuotaId(kind, name)});
  }
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(*tx_, kGetQuotas, "", keys));
  for (const sql::Row& row : rows) {
    QuotaRow quota = ReadQuota(seats_.event, row);
    // The limit may have changed since; what is taken stays.
    if (quota.kind == QuotaKind::kParty) {
      quota.counts.size = std::max(seats_.party_limit, quota.counts.taken);
    }
    Keep(std::move(quota));
  }
  for (const auto& [kind, name] : wanted) {
    // The first registration of a party.
    if (kind == QuotaKind::kParty) Keep(QuotaOfParty(name, seats_.party_limit));
  }
  return absl::OkStatus();
}

void EventAggregate::Keep(QuotaRow row) {
  const std::string name = row.name;
  QuotaRow* outer = row.within.empty() ? nullptr : FindQuota(row.within);
  row.counts.within = outer == nullptr ? nullptr : &outer->counts;
  quotas_.try_emplace(name, std::make_unique<KeptQuota>(KeptQuota{.row = std::move(row)}));
}

QuotaRow* EventAggregate::FindQuota(const std::string& name) {
  const auto at = quotas_.find(name);
  return at == quotas_.end() ? nullptr : &at->second->row;
}

std::vector<Quota*> EventAggregate::QuotasOf(const v1::Registration& registration,
                                             const std::string& category) {
  std::vector<Quota*> quotas;
  if (QuotaRow* wanted = FindQuota(category)) quotas.push_back(&wanted->counts);
  for (const std::string& name : registration.sessions()) {
    // One that is gone has no places to give back.
    QuotaRow* session = FindQuota(name);
    if (session == nullptr) continue;
    if (std::find(quotas.begin(), quotas.end(), &session->counts) != quotas.end()) continue;
    quotas.push_back(&session->counts);
  }
  if (QuotaRow* party = FindQuota(registration.party())) quotas.push_back(&party->counts);
  if (QuotaRow* audience = FindQuota(registration.audience())) quotas.push_back(&audience->counts);
  if (QuotaRow* voucher = FindQuota(registration.voucher())) quotas.push_back(&voucher->counts);
  return quotas;
}

absl::Status EventAggregate::CheckQuotas(const v1::Registration& registration) const {
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const std::string& category = WantedCategory(registration, rank);
    if (!category.empty() && quotas_.find(category) == quotas_.end()) {
      return AdmissionCategoryNotFoundError(category);
    }
  }
  std::vector<ChosenSession> sessions;
  for (const std::string& name : registration.sessions()) {
    const auto at = quotas_.find(name);
    if (at == quotas_.end()) return SessionNotFoundError(name);
    const QuotaRow& session = at->second->row;
    sessions.push_back({name, session.starts, session.ends});
  }
  if (const auto overlap = FindOverlap(std::move(sessions))) {
    return SessionsOverlapError(overlap->first, overlap->second);
  }
  return absl::OkStatus();
}

std::int64_t EventAggregate::WaitingBefore(const std::string& category) {
  if (const QuotaRow* quota = FindQuota(category)) {
    return quota->counts.waiting + quota->counts.also_waiting;
  }
  std::int64_t without = seats_.counts.waitlisted;
  for (const auto& [name, quota] : quotas_) {
    if (quota->row.kind == QuotaKind::kCategory) without -= quota->row.counts.waiting;
  }
  return without;
}

int EventAggregate::PriorityFor(const v1::Registration& registration) {
  // Of several the last, so that nobody gets ahead in one line by waiting in another too.
  int priority = kPriorityFirst;
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const QuotaRow* category = FindQuota(WantedCategory(registration, rank));
    priority = std::max(priority, category == nullptr ? kPriorityDefault : category->priority);
  }
  // With the invitation of an audience at least that of the audience.
  const QuotaRow* audience = FindQuota(registration.audience());
  return audience == nullptr ? priority : std::min(priority, audience->priority);
}

absl::StatusOr<bool> EventAggregate::HasTurn(const v1::Registration& registration,
                                             const std::string& category, Changes& changes) {
  if (WaitingBefore(category) == 0) return true;
  if (FindShortage(seats_.counts, QuotasOf(registration, category))) return false;
  WICI_RETURN_IF_ERROR(Promote(changes));
  // Who is left of the line waits for something else, if all of it is known. And what is kept for a
  // voucher is for nobody without it.
  const QuotaRow* voucher = FindQuota(registration.voucher());
  const bool kept =
      voucher != nullptr && voucher->counts.waiting == 0 && OpenReserve(voucher->counts) > 0;
  return kept || cut_lines_.find(category) == cut_lines_.end();
}

absl::StatusOr<std::vector<EventAggregate::Waiting>> EventAggregate::OthersWaiting(
    const Entry& entry, std::int64_t count) {
  // Those that changed in this transaction stand as they are in memory.
  const std::int64_t limit = count + static_cast<std::int64_t>(entries_.size());
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx_->Execute(kListWaitingNumbers, {seats_.event, limit}));
  std::vector<Waiting> others;
  for (const sql::Row& row : rows) {
    if (by_id_.find(row.Text(0)) == by_id_.end()) others.push_back({row.Int(1), row.Text(0)});
  }
  for (const auto& other : entries_) {
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
    queue_.erase(*by_id_.at(IdOf(name))->row.waiting_number);
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Entry& entry = *by_id_.at(IdOf(names[i]));
    entry.row.waiting_number = numbers[i];
    Touch(entry);
    queue_[numbers[i]] = &entry;
  }
  return absl::OkStatus();
}

absl::Status EventAggregate::Refusal(const std::vector<Quota*>& quotas, bool may_wait) const {
  if (may_wait && seats_.counts.waiting_list_capacity > 0) {
    return WaitingListFullError(seats_.event);
  }
  const auto shortage = FindShortage(seats_.counts, quotas);
  for (const auto& [name, quota] : quotas_) {
    if (shortage && &quota->row.counts == shortage->quota) return QuotaFullError(name);
  }
  return EventFullError(seats_.event);
}

void EventAggregate::MarkQuotas(const v1::Registration& registration) {
  if (quotas_.empty()) return;
  const auto mark = [this](const std::string& name) {
    if (const auto at = quotas_.find(name); at != quotas_.end()) at->second->dirty = true;
  };
  mark(registration.admission_category());
  for (const std::string& name : registration.sessions()) mark(name);
  mark(registration.party());
  mark(registration.audience());
  mark(registration.voucher());
}

}  // namespace wici::registration
