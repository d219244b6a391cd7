#include "services/registration/registrations/registration_store.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/people/person_rows.h"
#include "services/registration/people/queries.h"
#include "services/registration/registrations/queries.h"
#include "services/registration/registrations/rules/party.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/rules/waiting_order.h"
#include "services/registration/vouchers/queries.h"

namespace wici::registration {
namespace {

// Every state there is.
std::vector<v1::RegistrationState> AllStates() {
  std::vector<v1::RegistrationState> states;
  const auto* all = v1::RegistrationState_descriptor();
  for (int i = 1; i < all->value_count(); ++i) {
    states.push_back(static_cast<v1::RegistrationState>(all->value(i)->number()));
  }
  return states;
}

// What kCountWaitingUpTo is given.
std::vector<sql::Value> UpTo(std::string_view event, std::int64_t waiting_number) {
  const PlaceParts parts = PartsOfPlace(waiting_number);
  std::vector<sql::Value> values = {event, parts.first_number, waiting_number};
  for (const PlaceParts::Blocks& blocks : parts.blocks) {
    values.emplace_back(blocks.first);
    values.emplace_back(blocks.end);
  }
  return values;
}

absl::StatusOr<std::int64_t> PlaceOf(sql::Transaction& tx, std::string_view event,
                                     std::int64_t waiting_number) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(kCountWaitingUpTo, UpTo(event, waiting_number)));
  return rows[0].Int(0);
}

// The same among those who wait for a category.
absl::StatusOr<std::int64_t> PlaceInLine(sql::Transaction& tx, std::string_view event,
                                         std::string_view category, std::int64_t waiting_number) {
  std::vector<sql::Value> values = UpTo(event, waiting_number);
  values.emplace_back(category);
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kCountLineUpTo, values));
  return rows[0].Int(0);
}

absl::Status CheckEvent(sql::Transaction& tx, std::string_view event) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSeats, {event}));
  return rows.empty() ? EventNotFoundError(event) : absl::OkStatus();
}

// Whether so few are in this state that they are found by it.
bool IsRare(v1::RegistrationState state) {
  return state != v1::REGISTRATION_STATE_CONFIRMED && state != v1::REGISTRATION_STATE_WAITLISTED;
}

// As List, of rare states.
absl::StatusOr<std::vector<v1::Registration>> ListRare(
    sql::Transaction& tx, std::string_view event, std::string_view after_id,
    const std::vector<v1::RegistrationState>& states, std::int64_t limit) {
  std::map<std::string, v1::Registration> by_id;
  for (const v1::RegistrationState state : std::set(states.begin(), states.end())) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListRegistrationsInState,
                                     {event, static_cast<std::int64_t>(state), after_id, limit}));
    for (const sql::Row& row : rows) by_id[row.Text(1)] = ReadRegistration(row).registration;
  }
  std::vector<v1::Registration> registrations;
  for (auto& [id, registration] : by_id) {
    if (registrations.size() == static_cast<std::size_t>(limit)) break;
    registrations.push_back(std::move(registration));
  }
  return registrations;
}

// Whether a party sees who it is: whom it has registered, or is asked about.
bool IsSeenByParty(const v1::Registration& registration) {
  return registration.source() == v1::REGISTRATION_SOURCE_PARTY ||
         (registration.party_unconfirmed() &&
          registration.state() == v1::REGISTRATION_STATE_PENDING_APPROVAL);
}

// Adds who they are to those of a party that it sees.
absl::Status AddPeople(sql::Transaction& tx, std::vector<v1::PartyRegistration>& registrations) {
  std::vector<std::vector<sql::Value>> ids;
  for (const v1::PartyRegistration& one : registrations) {
    if (IsSeenByParty(one.registration())) ids.push_back({one.registration().person()});
  }
  if (ids.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetPersons, "", ids));
  std::unordered_map<std::string, v1::PersonDetails> people;
  for (const sql::Row& row : rows) {
    PersonRow person = ReadPerson(row);
    people.emplace(person.id, std::move(person.person));
  }
  for (v1::PartyRegistration& one : registrations) {
    const auto found = people.find(one.registration().person());
    if (found == people.end()) continue;
    *one.mutable_person() = found->second;
    if (one.registration().source() != v1::REGISTRATION_SOURCE_PARTY) {
      one.mutable_person()->clear_special_needs();
    }
  }
  return absl::OkStatus();
}

}  // namespace

RegistrationStore::RegistrationStore(sql::Database& database, const Clock& clock,
                                     const Clock& machine, IdSource& ids,
                                     std::function<void()> on_commit, sql::CommitterOptions options,
                                     Mutation::OnWritten on_written)
    : database_(database),
      on_commit_(std::move(on_commit)),
      on_written_(std::move(on_written)),
      committer_("registration", database, machine, options,
                 [&clock, &ids](sql::Transaction& tx, absl::Span<SeatOp* const> ops) {
                   return ApplySeatOps(tx, ops, clock.Now(), ids);
                 }) {}

void RegistrationStore::Tell(const SeatOp& finished, const absl::Status& status) const {
  if (!status.ok()) return;
  if (finished.leads) on_commit_();
  if (!finished.status.ok()) return;
  // Also of a repeated one its event only: nobody empties the cache by it.
  rpc::Versions of_event;
  of_event.Raise(finished.event, finished.event_version);
  if (on_written_) on_written_(of_event);
  if (finished.written == nullptr) return;
  // Which one it was is not kept with a repeated answer.
  finished.written->Merge(finished.event_version == 0 ? rpc::Versions::All() : of_event);
}

void RegistrationStore::Submit(absl::Time deadline, SeatOp&& op, Done done) {
  const std::string event = op.event;
  committer_.Submit(event, deadline, std::move(op),
                    [this, done = std::move(done)](SeatOp& finished, const absl::Status& status) {
                      Tell(finished, status);
                      done(finished, status);
                    });
}

void RegistrationStore::SubmitAll(absl::Time deadline, std::vector<SeatOp> ops, Done done) {
  if (ops.empty()) return;
  const std::string event = ops.front().event;
  committer_.SubmitAll(event, deadline, std::move(ops),
                       [this, done = std::make_shared<const Done>(std::move(done))](
                           SeatOp& finished, const absl::Status& status) {
                         Tell(finished, status);
                         (*done)(finished, status);
                       });
}

absl::StatusOr<v1::Registration> RegistrationStore::Get(absl::Time deadline,
                                                        std::string_view name) {
  v1::Registration registration;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(std::vector<RegistrationRow> rows,
                          SelectRegistrations(tx, {std::string(name)}));
    if (rows.empty()) return RegistrationNotFoundError(name);
    registration = std::move(rows[0].registration);
    if (!rows[0].waiting_number) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(const std::int64_t place,
                          PlaceOf(tx, EventOf(name), *rows[0].waiting_number));
    registration.set_waiting_list_position(static_cast<std::int32_t>(place));
    WICI_ASSIGN_OR_RETURN(const std::int64_t in_line,
                          PlaceInLine(tx, EventOf(name), IdOf(registration.admission_category()),
                                      *rows[0].waiting_number));
    registration.set_waiting_line_position(static_cast<std::int32_t>(in_line));
    WICI_ASSIGN_OR_RETURN(
        EventAggregate event,
        EventAggregate::Load(tx, EventOf(name), absl::InfinitePast()));  // for its counts only
    WICI_RETURN_IF_ERROR(event.LoadQuotas({&registration}));
    for (std::string& full : event.Lacking(registration)) {
      registration.add_waiting_for(std::move(full));
    }
    return absl::OkStatus();
  }));
  return registration;
}

absl::StatusOr<std::string> RegistrationStore::FindActive(absl::Time deadline,
                                                          std::string_view active_key) {
  std::string id;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kFindByActiveKey, {active_key}));
    id = rows.empty() ? "" : rows[0].Text(0);
    return absl::OkStatus();
  }));
  return id;
}

absl::StatusOr<v1::RegistrationLog> RegistrationStore::GetLog(absl::Time deadline,
                                                              std::string_view name) {
  v1::RegistrationLog log;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(std::vector<RegistrationRow> rows,
                          SelectRegistrations(tx, {std::string(name)}));
    if (rows.empty()) return RegistrationNotFoundError(name);
    log = std::move(rows[0].log);
    log.set_name(std::string(name));
    return absl::OkStatus();
  }));
  return log;
}

absl::StatusOr<std::vector<std::string>> RegistrationStore::ListExpired(absl::Time deadline,
                                                                        absl::Time now,
                                                                        std::int64_t limit) {
  std::vector<std::string> names;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListExpired, {ToMicros(now), limit}));
    names.clear();
    for (const sql::Row& row : rows) names.push_back(RegistrationName(row.Text(0), row.Text(1)));
    WICI_ASSIGN_OR_RETURN(const sql::Rows vouchers,
                          tx.Execute(kListReleasing, {ToMicros(now), limit}));
    for (const sql::Row& row : vouchers) names.push_back(VoucherName(row.Text(0), row.Text(1)));
    return absl::OkStatus();
  }));
  return names;
}

absl::StatusOr<std::vector<v1::Registration>> RegistrationStore::BatchGet(
    absl::Time deadline, const std::vector<std::string>& names) {
  std::vector<v1::Registration> registrations;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(std::vector<RegistrationRow> rows, SelectRegistrations(tx, names));
    registrations.clear();
    for (RegistrationRow& row : rows) registrations.push_back(std::move(row.registration));
    return absl::OkStatus();
  }));
  return registrations;
}

absl::StatusOr<std::vector<v1::Registration>> RegistrationStore::List(
    absl::Time deadline, std::string_view event, std::string_view after_id,
    std::vector<v1::RegistrationState> states, std::int64_t limit) {
  // A shorter list repeats its last.
  static const auto& all = *new std::vector<v1::RegistrationState>(AllStates());
  const bool rare = !states.empty() && std::all_of(states.begin(), states.end(), &IsRare);
  if (states.empty()) states = all;
  states.resize(all.size(), states.back());
  std::vector<sql::Value> values = {event, after_id};
  for (const v1::RegistrationState state : states) {
    values.emplace_back(static_cast<std::int64_t>(state));
  }
  values.emplace_back(limit);
  std::vector<v1::Registration> registrations;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(CheckEvent(tx, event));
    if (rare) {
      WICI_ASSIGN_OR_RETURN(registrations, ListRare(tx, event, after_id, states, limit));
      return absl::OkStatus();
    }
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListRegistrations, values));
    registrations.clear();
    for (const sql::Row& row : rows) registrations.push_back(ReadRegistration(row).registration);
    return absl::OkStatus();
  }));
  return registrations;
}

absl::StatusOr<RegistrationStore::PartyPage> RegistrationStore::ListOfParty(
    absl::Time deadline, std::string_view event, std::string_view party, std::string_view after_id,
    std::int64_t limit) {
  PartyPage page;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    page = {};
    WICI_RETURN_IF_ERROR(CheckEvent(tx, event));
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListPartyRegistrations, {event, party, after_id, limit + 1}));
    const auto size = std::min(rows.size(), static_cast<std::size_t>(limit));
    for (std::size_t i = 0; i < size; ++i) {
      v1::Registration registration = ReadRegistration(rows[i]).registration;
      // It may say that it is of another by now.
      if (registration.party() != party) continue;
      *page.registrations.emplace_back().mutable_registration() =
          SeenByParty(std::move(registration));
    }
    if (rows.size() > size) page.next = rows[size - 1].Text(1);
    return AddPeople(tx, page.registrations);
  }));
  return page;
}

absl::StatusOr<std::vector<RegistrationRow>> RegistrationStore::ListWaiting(absl::Time deadline,
                                                                            std::string_view event,
                                                                            std::int64_t after,
                                                                            std::int64_t limit) {
  std::vector<RegistrationRow> waiting;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(CheckEvent(tx, event));
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kListWaiting, {event, after, limit}));
    WICI_ASSIGN_OR_RETURN(std::int64_t place, PlaceOf(tx, event, after));
    waiting.clear();
    for (const sql::Row& row : rows) {
      waiting.push_back(ReadRegistration(row));
      waiting.back().registration.set_waiting_list_position(static_cast<std::int32_t>(++place));
    }
    return absl::OkStatus();
  }));
  return waiting;
}

}  // namespace wici::registration
