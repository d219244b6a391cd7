#include "libs/feed/cache/change_marks.h"

#include <algorithm>
#include <functional>

#include "libs/base/elapsed.h"

namespace wici::feed {

std::size_t ChangeMarks::PlaceOf(std::string_view aggregate) const {
  return std::hash<std::string_view>()(aggregate) % options_.places;
}

bool ChangeMarks::IsFollowed() const {
  return confirmed_ && !IsOver(confirmed_->time, options_.lag_max, clock_.Now());
}

std::optional<ChangeMarks::Ticket> ChangeMarks::Begin() const {
  MutexLock lock(mutex_);
  if (!IsFollowed()) return std::nullopt;
  return Ticket{.generation = generation_, .seq = seq_, .writes = writes_};
}

bool ChangeMarks::Holds(const Ticket& ticket, absl::Span<const rpc::Version> sources) const {
  MutexLock lock(mutex_);
  return IsNewest(ticket, sources);
}

bool ChangeMarks::Shows(const Ticket& ticket, absl::Span<const rpc::Version> sources) const {
  MutexLock lock(mutex_);
  return IsFollowed() && IsNewest(ticket, sources);
}

bool ChangeMarks::IsNewest(const Ticket& ticket, absl::Span<const rpc::Version> sources) const {
  if (ticket.generation != generation_ || all_written_ > ticket.writes) return false;
  for (const rpc::Version& source : sources) {
    const std::size_t place = PlaceOf(source.aggregate);
    if (places_[place] > ticket.seq || written_[place] > ticket.writes) return false;
  }
  return true;
}

std::string ChangeMarks::EpochOf(const Ticket& ticket) const {
  MutexLock lock(mutex_);
  return ticket.generation == generation_ ? epoch_ : "";
}

std::optional<ChangeMarks::Ticket> ChangeMarks::Adopt(
    std::string_view epoch, std::int64_t seq, absl::Span<const rpc::Version> sources) const {
  MutexLock lock(mutex_);
  if (!IsFollowed() || epoch.empty() || epoch != epoch_ || seq < start_) return std::nullopt;
  // Of its own writes, those that have been confirmed are among the changes taken: they count by
  // their numbers. A later one ends what the ticket is for.
  const Ticket ticket = {.generation = generation_, .seq = seq, .writes = confirmed_->writes};
  if (!IsNewest(ticket, sources)) return std::nullopt;
  return ticket;
}

void ChangeMarks::Wrote(const rpc::Versions& versions) {
  MutexLock lock(mutex_);
  ++writes_;
  if (versions.all()) all_written_ = writes_;
  for (const rpc::Version& version : versions.list()) {
    written_[PlaceOf(version.aggregate)] = writes_;
  }
}

void ChangeMarks::Reset(const v1::Cursor& start) {
  MutexLock lock(mutex_);
  ++generation_;
  epoch_ = start.epoch();
  start_ = start.seq();
  seq_ = start.seq();
  // What was confirmed is forgotten with the places.
  confirmed_.reset();
  std::fill(places_.begin(), places_.end(), 0);
}

void ChangeMarks::Take(absl::Span<const v1::Change> changes) {
  if (changes.empty()) return;
  MutexLock lock(mutex_);
  // The feed gets its name with its first change.
  epoch_ = changes.back().cursor().epoch();
  for (const v1::Change& change : changes) {
    places_[PlaceOf(change.aggregate())] = change.cursor().seq();
    seq_ = change.cursor().seq();
  }
}

ChangeMarks::Moment ChangeMarks::Now() const {
  MutexLock lock(mutex_);
  return {.time = clock_.Now(), .writes = writes_};
}

void ChangeMarks::Confirm(const Moment& when) {
  MutexLock lock(mutex_);
  confirmed_ = when;
}

}  // namespace wici::feed
