#include "services/registration/people/registry_erasures.h"

#include <cstdint>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/context.h"

namespace wici::registration {
namespace {

constexpr absl::Duration kErasureTimeout = absl::Seconds(30);  // of each question and each erasure
constexpr std::int64_t kContactsAtOnce = 200;
constexpr std::size_t kNobodyKnownMin = 20;

// The place in the feed is all there is to write.
absl::Status WriteNothing(sql::Transaction& /*tx*/) { return absl::OkStatus(); }

}  // namespace

absl::StatusOr<std::vector<std::string>> RegistryErasures::Unknown(
    const std::vector<std::string>& contacts) {
  if (contacts.empty()) return contacts;
  rpc::Context context;
  context.deadline = DeadlineIn(kErasureTimeout);
  WICI_ASSIGN_OR_RETURN(const std::vector<people::v1::ContactPoint> known,
                        registry_.GetContactPoints(context, contacts, "erasure"));
  std::set<std::string> unknown(contacts.begin(), contacts.end());
  for (const people::v1::ContactPoint& point : known) unknown.erase(point.person());
  return std::vector<std::string>(unknown.begin(), unknown.end());
}

absl::Status RegistryErasures::EraseAll(const std::vector<std::string>& contacts) {
  for (const std::string& contact : contacts) {
    WICI_RETURN_IF_ERROR(persons_.Erase({{}, DeadlineIn(kErasureTimeout)}, contact).status());
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
  return sql::Database::Body(&WriteNothing);
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
