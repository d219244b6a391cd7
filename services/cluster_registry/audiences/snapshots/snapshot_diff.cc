#include "services/cluster_registry/audiences/snapshots/snapshot_diff.h"

#include <cstdint>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/audiences/rules/difference.h"
#include "services/cluster_registry/audiences/snapshots/snapshot_store.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

constexpr std::size_t kBatch = 256;
// Of one page: how many clusters and how many rows are looked at.
constexpr int kClustersOfPageMax = 10'000;
constexpr int kBatchesOfPageMax = 40;

const v1::AudienceSnapshotRow* FindRow(const std::map<std::string, v1::AudienceSnapshotRow>& before,
                                       const v1::AudienceRow& now) {
  if (const auto own = before.find(now.contact()); own != before.end()) return &own->second;
  for (const std::string& contact : now.merged_contacts()) {
    if (const auto other = before.find(contact); other != before.end()) return &other->second;
  }
  return nullptr;
}

}  // namespace

DiffPosition DiffPositionOf(const rpc::Page& page, absl::Time known_at) {
  std::int64_t micros = 0;
  if (page.after.size() != 6 || !absl::SimpleAtoi(page.after[0], &micros)) {
    return {.known_at = known_at, .now = {}, .row = {}};
  }
  return {.known_at = FromMicros(micros),
          .now = {.range = page.after[1], .cluster = page.after[2], .contact = page.after[3]},
          .second_pass = page.after[4] == "2",
          .row = page.after[5]};
}

SnapshotDiff::SnapshotDiff(Reader& reader, const v1::AudienceSnapshot& snapshot, const World& world,
                           const DiffPosition& position)
    : reader_(reader),
      snapshot_(snapshot),
      scan_(reader, {snapshot.rule(), world, position.known_at, snapshot.unknown_policy()}),
      position_(position) {}

std::vector<std::string> SnapshotDiff::Token(absl::Time known_at) const {
  return {absl::StrCat(ToMicros(known_at)),
          position_.now.range,
          position_.now.cluster,
          position_.now.contact,
          position_.second_pass ? "2" : "1",
          position_.row};
}

absl::Status SnapshotDiff::Run(std::size_t size, v1::DiffAudienceResponse& response) {
  if (!position_.second_pass) {
    if (!position_.now.range.empty() && !scan_.Seek(position_.now)) {
      Violations violations;
      violations.Add("page_token", "what the rule is about has changed; start again without it");
      return violations.ToStatus(kDomain);
    }
    WICI_RETURN_IF_ERROR(FindAddedOrChanged(size, response));
  }
  return position_.second_pass ? FindRemoved(size, response) : absl::OkStatus();
}

absl::Status SnapshotDiff::FindAddedOrChanged(std::size_t size,
                                              v1::DiffAudienceResponse& response) {
  for (int batch = 0; batch < kBatchesOfPageMax && !full_ && !scan_.done(); ++batch) {
    std::vector<Found> found;
    WICI_RETURN_IF_ERROR(scan_.Run({.clusters_max = kClustersOfPageMax}, [&](v1::AudienceRow& row) {
      if (found.size() == kBatch) return false;
      found.emplace_back(scan_.position(), std::move(row));
      return true;
    }));
    position_.now = scan_.position();
    WICI_RETURN_IF_ERROR(CompareNow(std::move(found), size, response));
  }
  position_.second_pass = scan_.done() && !full_;
  return absl::OkStatus();
}

absl::Status SnapshotDiff::CompareNow(std::vector<Found> found, std::size_t size,
                                      v1::DiffAudienceResponse& response) {
  std::vector<std::string> contacts;
  for (const auto& [at, row] : found) {
    contacts.push_back(row.contact());
    for (const std::string& contact : row.merged_contacts()) contacts.push_back(contact);
  }
  WICI_ASSIGN_OR_RETURN(const auto before, ReadSnapshotRowsOf(reader_, snapshot_.name(), contacts));
  std::vector<std::string> changed;
  for (const auto& [at, row] : found) {
    const v1::AudienceSnapshotRow* then = FindRow(before, row);
    if (then != nullptr && then->row().outcome() != row.outcome()) {
      changed.push_back(then->row().contact());
    }
  }
  WICI_ASSIGN_OR_RETURN(const auto people, scan_.JudgePeople(changed));
  for (const auto& [at, row] : found) {
    const v1::AudienceSnapshotRow* then = FindRow(before, row);
    if (then != nullptr && then->row().outcome() == row.outcome()) continue;
    if (static_cast<std::size_t>(response.differences_size()) == size) {
      position_.now = at;
      full_ = true;
      return absl::OkStatus();
    }
    if (then == nullptr) {
      *response.add_differences() = Added(row);
    } else {
      const auto person = people.find(then->row().contact());
      *response.add_differences() =
          Changed(then->row(), row, person == people.end() ? RuleAnswer() : person->second.answer);
    }
  }
  return absl::OkStatus();
}

absl::Status SnapshotDiff::FindRemoved(std::size_t size, v1::DiffAudienceResponse& response) {
  for (int batch = 0; batch < kBatchesOfPageMax; ++batch) {
    WICI_ASSIGN_OR_RETURN(const auto rows, ReadSnapshotRows(reader_, snapshot_.name(), false,
                                                            {.after = position_.row,
                                                             .limit = static_cast<int>(kBatch)}));
    std::vector<std::string> contacts;
    for (const v1::AudienceSnapshotRow& row : rows) contacts.push_back(row.row().contact());
    WICI_ASSIGN_OR_RETURN(const auto people, scan_.JudgePeople(contacts));
    for (const v1::AudienceSnapshotRow& row : rows) {
      const auto person = people.find(row.row().contact());
      const bool gone = person == people.end();
      if (gone || !HasRow(person->second.of_person, snapshot_.unknown_policy())) {
        if (static_cast<std::size_t>(response.differences_size()) == size) return absl::OkStatus();
        *response.add_differences() = Removed(row.row(), gone ? nullptr : &person->second.answer);
      }
      position_.row = row.name();
    }
    if (rows.size() < kBatch) {
      done_ = true;
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
