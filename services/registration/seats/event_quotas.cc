#include "services/registration/seats/event_quotas.h"

#include <algorithm>
#include <set>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/rules/session_choice.h"
#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

// Whether quotas of this kind are counted as limited in the row of the event.
bool CountsAsLimited(QuotaKind kind) {
  return kind == QuotaKind::kSession || kind == QuotaKind::kAudience;
}

}  // namespace

absl::Status EventQuotas::LoadCategories(const SeatsRow& seats) {
  if (categories_loaded_ || seats.categories == 0) return absl::OkStatus();
  categories_loaded_ = true;
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx_->Execute(kListQuotas,
                   {seats.event, static_cast<std::int64_t>(QuotaKind::kCategory), kCategoriesMax}));
  for (const sql::Row& row : rows) Keep(ReadQuota(seats.event, row));
  return absl::OkStatus();
}

absl::Status EventQuotas::Load(const SeatsRow& seats,
                               absl::Span<const v1::Registration* const> registrations) {
  WICI_RETURN_IF_ERROR(LoadCategories(seats));
  std::set<std::pair<QuotaKind, std::string>> wanted;
  const auto want = [&](const v1::Registration& registration) {
    for (const std::string& name : registration.sessions()) {
      wanted.emplace(QuotaKind::kSession, name);
    }
    if (seats.party_limit > 0 && !registration.party().empty()) {
      wanted.emplace(QuotaKind::kParty, registration.party());
    }
    if (!registration.audience().empty()) {
      wanted.emplace(QuotaKind::kAudience, registration.audience());
    }
    if (!registration.voucher().empty()) {
      wanted.emplace(QuotaKind::kVoucher, registration.voucher());
    }
  };
  for (const v1::Registration* registration : registrations) want(*registration);
  std::vector<std::vector<sql::Value>> keys;
  for (const auto& [kind, name] : wanted) {
    if (kept_.find(name) != kept_.end()) continue;
    keys.push_back({seats.event, static_cast<std::int64_t>(kind), QuotaId(kind, name)});
  }
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(*tx_, kGetQuotas, "", keys));
  for (const sql::Row& row : rows) {
    QuotaRow quota = ReadQuota(seats.event, row);
    // The limit may have changed since; what is taken stays.
    if (quota.kind == QuotaKind::kParty) {
      quota.counts.size = std::max(seats.party_limit, quota.counts.taken);
    }
    Keep(std::move(quota));
  }
  for (const auto& [kind, name] : wanted) {
    // The first registration of a party.
    if (kind == QuotaKind::kParty) Keep(QuotaOfParty(name, seats.party_limit));
  }
  return absl::OkStatus();
}

void EventQuotas::Keep(QuotaRow row) {
  const std::string name = row.name;
  QuotaRow* outer = row.within.empty() ? nullptr : Find(row.within);
  row.counts.within = outer == nullptr ? nullptr : &outer->counts;
  kept_.try_emplace(name, std::make_unique<Kept>(Kept{.row = std::move(row)}));
}

QuotaRow* EventQuotas::Find(const std::string& name) {
  const auto at = kept_.find(name);
  return at == kept_.end() ? nullptr : &at->second->row;
}

std::string EventQuotas::NameOf(const Quota* counts) const {
  for (const auto& [name, kept] : kept_) {
    if (&kept->row.counts == counts) return name;
  }
  WICI_CHECK(counts == nullptr);
  return "";
}

std::vector<const QuotaRow*> EventQuotas::Categories() const {
  std::vector<const QuotaRow*> categories;
  for (const auto& [name, kept] : kept_) {
    if (kept->row.kind == QuotaKind::kCategory) categories.push_back(&kept->row);
  }
  return categories;
}

std::vector<Quota*> EventQuotas::Of(const v1::Registration& registration,
                                    const std::string& category) {
  std::vector<Quota*> quotas;
  if (QuotaRow* wanted = Find(category)) quotas.push_back(&wanted->counts);
  for (const std::string& name : registration.sessions()) {
    // One that is gone has no places to give back.
    QuotaRow* session = Find(name);
    if (session == nullptr) continue;
    if (std::find(quotas.begin(), quotas.end(), &session->counts) != quotas.end()) continue;
    quotas.push_back(&session->counts);
  }
  if (QuotaRow* party = Find(registration.party())) quotas.push_back(&party->counts);
  if (QuotaRow* audience = Find(registration.audience())) quotas.push_back(&audience->counts);
  if (QuotaRow* voucher = Find(registration.voucher())) quotas.push_back(&voucher->counts);
  return quotas;
}

absl::Status EventQuotas::Check(const v1::Registration& registration) const {
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const std::string& category = WantedCategory(registration, rank);
    if (!category.empty() && kept_.find(category) == kept_.end()) {
      return AdmissionCategoryNotFoundError(category);
    }
  }
  std::vector<ChosenSession> sessions;
  for (const std::string& name : registration.sessions()) {
    const auto at = kept_.find(name);
    if (at == kept_.end()) return SessionNotFoundError(name);
    const QuotaRow& session = at->second->row;
    sessions.push_back({name, {session.starts, session.ends}});
  }
  if (const auto overlap = FindOverlap(std::move(sessions))) {
    return SessionsOverlapError(overlap->first, overlap->second);
  }
  return absl::OkStatus();
}

std::int64_t EventQuotas::WaitingIn(const SeatsRow& seats, const std::string& category) {
  if (const QuotaRow* quota = Find(category)) {
    return quota->counts.waiting + quota->counts.also_waiting;
  }
  std::int64_t without = seats.counts.waitlisted;
  for (const auto& [name, quota] : kept_) {
    if (quota->row.kind == QuotaKind::kCategory) without -= quota->row.counts.waiting;
  }
  return without;
}

int EventQuotas::PriorityFor(const v1::Registration& registration) {
  // Of several the last, so that nobody gets ahead in one line by waiting in another too.
  int priority = kPriorityFirst;
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const QuotaRow* category = Find(WantedCategory(registration, rank));
    priority = std::max(priority, category == nullptr ? kPriorityDefault : category->priority);
  }
  // With the invitation of an audience at least that of the audience.
  const QuotaRow* audience = Find(registration.audience());
  return audience == nullptr ? priority : std::min(priority, audience->priority);
}

void EventQuotas::CountOthers(const v1::Registration& registration, std::int64_t by) {
  for (const std::string& category : registration.other_categories()) {
    const auto at = kept_.find(category);
    if (at == kept_.end()) continue;
    at->second->row.counts.also_waiting += by;
    at->second->dirty = true;
  }
}

void EventQuotas::Mark(const v1::Registration& registration) {
  if (kept_.empty()) return;
  const auto mark = [this](const std::string& name) {
    if (const auto at = kept_.find(name); at != kept_.end()) at->second->dirty = true;
  };
  mark(registration.admission_category());
  for (const std::string& name : registration.sessions()) mark(name);
  mark(registration.party());
  mark(registration.audience());
  mark(registration.voucher());
}

absl::Status EventQuotas::Put(const QuotaRow& wanted, SeatsRow& seats) {
  const bool is_new = kept_.find(wanted.name) == kept_.end();
  if (is_new) {
    QuotaRow empty = wanted;
    empty.counts = {};
    Keep(std::move(empty));
  }
  Kept& kept = *kept_.at(wanted.name);
  Quota counts = kept.row.counts;
  const std::int64_t given = counts.taken + counts.promised;
  if (wanted.counts.size < given) return QuotaBelowTakenError(wanted.name, given);
  SeatCounts after = seats.counts;
  Resize(after, counts, wanted.counts.size, wanted.counts.reserved);
  const std::int64_t more = after.reserved - seats.counts.reserved;
  const std::int64_t over = after.confirmed + after.held + after.reserved - after.capacity;
  if (more > 0 && over > 0) return ReservedExceedsFreeError(seats.event, more - over);
  if (const Quota* outer = counts.within) {
    const std::int64_t too_many = outer->taken + outer->promised - outer->size;
    if (too_many > 0) {
      return ReservedExceedsFreeError(seats.event, wanted.counts.reserved - too_many);
    }
    kept_.at(wanted.within)->dirty = true;
  }
  if (wanted.kind == QuotaKind::kCategory) {
    seats.categories += is_new ? 1 : 0;
  } else if (CountsAsLimited(wanted.kind)) {
    seats.limited_sessions += IsLimited(wanted) - (is_new ? 0 : IsLimited(kept.row));
  }
  seats.counts = after;
  kept.row = wanted;
  kept.row.counts = counts;
  kept.dirty = true;
  return absl::OkStatus();
}

absl::Status EventQuotas::PutAudiences(const v1::Event& event, SeatsRow& seats) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx_->Execute(kListQuotas,
                   {seats.event, static_cast<std::int64_t>(QuotaKind::kAudience), kAudiencesMax}));
  std::set<std::string> gone;
  for (const sql::Row& row : rows) {
    QuotaRow quota = ReadQuota(seats.event, row);
    gone.insert(quota.name);
    Keep(std::move(quota));
  }
  for (const v1::EventAudience& audience : event.audiences()) {
    const QuotaRow wanted = QuotaOf(seats.event, audience);
    WICI_RETURN_IF_ERROR(Put(wanted, seats));
    gone.erase(wanted.name);
  }
  for (const std::string& name : gone) WICI_RETURN_IF_ERROR(Remove(name, seats));
  return absl::OkStatus();
}

absl::Status EventQuotas::Remove(const std::string& name, SeatsRow& seats) {
  const auto at = kept_.find(name);
  if (at == kept_.end()) return absl::OkStatus();
  QuotaRow& row = at->second->row;
  Resize(seats.counts, row.counts, row.counts.size, 0);
  if (row.counts.within != nullptr) kept_.at(row.within)->dirty = true;
  if (row.kind == QuotaKind::kCategory) {
    --seats.categories;
  } else if (CountsAsLimited(row.kind)) {
    seats.limited_sessions -= IsLimited(row);
  }
  const auto kind = static_cast<std::int64_t>(row.kind);
  kept_.erase(at);
  return tx_->Execute(kDeleteQuota, {seats.event, kind, IdOf(name)}).status();
}

absl::Status EventQuotas::Save(const SeatsRow& seats) {
  std::vector<std::vector<sql::Value>> values;
  for (const auto& [name, quota] : kept_) {
    if (quota->dirty) values.push_back(QuotaValues(seats.event, quota->row));
  }
  if (values.empty()) return absl::OkStatus();
  return tx_->InsertExpecting(kSaveQuotas, kSaveQuotasSuffix, values, {values.size()});
}

}  // namespace wici::registration
