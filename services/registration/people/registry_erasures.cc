#include "services/registration/people/registry_erasures.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/context.h"
#include "services/registration/people/queries.h"

namespace wici::registration {
namespace {

constexpr absl::Duration kErasureTimeout = absl::Seconds(30);  // of each question and each erasure
constexpr std::int64_t kContactsAtOnce = 200;
constexpr std::size_t kNobodyKnownMin = 20;
// Longer than any request takes that invites people.
constexpr absl::Duration kErasedAgainAfter = absl::Minutes(10);

// The place in the feed is all there is to write.
absl::Status WriteNothing(sql::Transaction& /*tx*/) { return absl::OkStatus(); }

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> RegistryErasures::Known(
    const std::vector<std::string>& contacts) {
  std::map<std::string, std::string> known;
  if (contacts.empty()) return known;
  rpc::Context context;
  context.deadline = DeadlineIn(kErasureTimeout);
  WICI_ASSIGN_OR_RETURN(const std::vector<people::v1::ContactPoint> points,
                        registry_.GetContactPoints(context, contacts, "erasure"));
  for (const people::v1::ContactPoint& point : points) known[point.person()] = point.email();
  return known;
}

absl::StatusOr<std::vector<std::string>> RegistryErasures::Unknown(
    const std::vector<std::string>& contacts) {
  WICI_ASSIGN_OR_RETURN(const auto known, Known(contacts));
  std::set<std::string> unknown(contacts.begin(), contacts.end());
  for (const auto& [contact, address] : known) unknown.erase(contact);
  return std::vector<std::string>(unknown.begin(), unknown.end());
}

absl::StatusOr<ContactsOfPerson> RegistryErasures::SamePerson(const std::string& contact) {
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> contacts,
                        persons_.ListSamePerson(DeadlineIn(kErasureTimeout), contact));
  ContactsOfPerson all;
  for (std::size_t i = 0; i < contacts.size(); i += kContactsAtOnce) {
    const std::size_t end = std::min(contacts.size(), i + kContactsAtOnce);
    WICI_ASSIGN_OR_RETURN(const auto known, Known({contacts.data() + i, contacts.data() + end}));
    all.living.insert(known.begin(), known.end());
  }
  for (const std::string& one : contacts) {
    if (all.living.count(one) == 0) all.gone.insert(one);
  }
  return all;
}

absl::Status RegistryErasures::EraseAll(const std::vector<std::string>& contacts) {
  for (const std::string& contact : contacts) {
    WICI_ASSIGN_OR_RETURN(const ContactsOfPerson same, SamePerson(contact));
    WICI_RETURN_IF_ERROR(persons_.EraseDeleted(DeadlineIn(kErasureTimeout), contact, same));
  }
  return absl::OkStatus();
}

absl::StatusOr<sql::Database::Body> RegistryErasures::Prepare(
    absl::Span<const feed::v1::Change> changes) {
  std::vector<std::string> deleted;
  for (const feed::v1::Change& change : changes) {
    if (change.kind() == "contact.deleted") deleted.push_back(change.person());
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> gone, Unknown(deleted));
  WICI_RETURN_IF_ERROR(EraseAll(gone));
  std::vector<std::vector<sql::Value>> again;
  for (const std::string& contact : gone) {
    again.push_back({contact, ToMicros(clock_.Now() + kErasedAgainAfter)});
  }
  return sql::Database::Body([again](sql::Transaction& tx) -> absl::Status {
    if (again.empty()) return absl::OkStatus();
    return tx.InsertMany(kNoteContactErasures, kNoteContactErasuresSuffix, again).status();
  });
}

bool RegistryErasures::Round() {
  const absl::StatusOr<std::int64_t> due = EraseAgain();
  if (!due.ok()) {
    Log(LogLevel::kWarning, "nobody_erased_again",
        {{"error", std::string(due.status().message())}});
  }
  return due.ok() && *due > 0;
}

absl::StatusOr<std::int64_t> RegistryErasures::EraseAgain() {
  const std::int64_t now = ToMicros(clock_.Now());
  std::vector<std::string> due;
  WICI_RETURN_IF_ERROR(
      database_.Read(DeadlineIn(kErasureTimeout), [&](sql::Transaction& tx) -> absl::Status {
        due.clear();
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                              tx.Execute(kListContactErasures, {now, kContactsAtOnce}));
        for (const sql::Row& row : rows) due.push_back(row.Text(0));
        return absl::OkStatus();
      }));
  if (due.empty()) return std::int64_t{0};
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> gone, Unknown(due));
  WICI_RETURN_IF_ERROR(EraseAll(gone));
  std::vector<std::vector<sql::Value>> ended;
  for (const std::string& contact : due) ended.push_back({contact, now});
  WICI_RETURN_IF_ERROR(
      database_.Write(DeadlineIn(kErasureTimeout), [&](sql::Transaction& tx) -> absl::Status {
        return tx.ExecuteMany(kEndContactErasure, ended).status();
      }));
  return static_cast<std::int64_t>(due.size());
}

absl::StatusOr<bool> RegistryErasures::MayErase() {
  std::size_t unknown = 0;
  std::string after;
  for (;;) {
    WICI_ASSIGN_OR_RETURN(
        const std::vector<std::string> invited,
        persons_.ListContacts(DeadlineIn(kErasureTimeout), after, kContactsAtOnce));
    if (invited.empty()) break;
    WICI_ASSIGN_OR_RETURN(const std::vector<std::string> gone, Unknown(invited));
    if (gone.size() < invited.size()) return true;
    unknown += gone.size();
    after = invited.back();
  }
  if (unknown < kNobodyKnownMin) return true;
  Log(LogLevel::kError, "nobody_known_so_nobody_erased",
      {{"owned", "clusters/"}, {"persons", absl::StrCat(unknown)}});
  return false;
}

absl::StatusOr<sql::Database::Body> RegistryErasures::CatchUp(const feed::v1::Cursor& head) {
  Log(LogLevel::kError, "feed_continued_after_loss",
      {{"epoch", head.epoch()}, {"seq", absl::StrCat(head.seq())}});
  WICI_ASSIGN_OR_RETURN(const bool may_erase, MayErase());
  std::string after;
  for (bool more = may_erase; more;) {
    WICI_ASSIGN_OR_RETURN(
        const std::vector<std::string> invited,
        persons_.ListContacts(DeadlineIn(kErasureTimeout), after, kContactsAtOnce));
    WICI_ASSIGN_OR_RETURN(const std::vector<std::string> gone, Unknown(invited));
    WICI_RETURN_IF_ERROR(EraseAll(gone));
    more = !invited.empty();
    if (more) after = invited.back();
  }
  return sql::Database::Body(&WriteNothing);
}

}  // namespace wici::registration
