#include "libs/feed/watch_hub.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"

namespace wici::feed {
namespace {

// Of reasons that every stream may end with.
constexpr std::string_view kServerDomain = "rpc.wici";
// With 1000 subscriptions on everything a message of this many changes stays below 2 MB.
constexpr std::int64_t kChangesPerMessage = 500;
constexpr std::size_t kQueuedMax = 8;  // messages on a stream before it counts as slow
constexpr std::size_t kWatchesMax = 10'000;
constexpr absl::Duration kProgressInterval = absl::Seconds(15);
constexpr absl::Duration kReadTimeout = absl::Seconds(5);
constexpr absl::Duration kIdleWait = absl::Seconds(1);
constexpr absl::Duration kBusyWait = absl::Milliseconds(10);
constexpr absl::Duration kFailureWait = absl::Milliseconds(200);

// Appends a length-delimited field of the wire format.
void AppendField(int number, std::string_view bytes, std::string& out) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.WriteTag(WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  coded.WriteVarint32(static_cast<std::uint32_t>(bytes.size()));
  coded.WriteRaw(bytes.data(), static_cast<int>(bytes.size()));
}

std::string PackedIds(const std::vector<std::int32_t>& ids) {
  std::string packed;
  google::protobuf::io::StringOutputStream stream(&packed);
  google::protobuf::io::CodedOutputStream coded(&stream);
  for (const std::int32_t id : ids) coded.WriteVarint32SignExtended(id);
  coded.Trim();
  return packed;
}

std::string ProgressMark(const v1::Cursor& progress) {
  v1::WatchChangesResponse response;
  *response.mutable_progress() = progress;
  return response.SerializeAsString();
}

bool SameCursor(const v1::Cursor& a, const v1::Cursor& b) {
  return a.seq() == b.seq() && a.epoch() == b.epoch();
}

}  // namespace

Subscriptions::Subscriptions(const v1::WatchChangesRequest& request) {
  for (const v1::Subscription& subscription : request.subscriptions()) {
    by_aggregate_[subscription.aggregate()].push_back(
        {subscription.id(), subscription.kind_prefix()});
    AppendField(v1::WatchChangesRequest::kSubscriptionsFieldNumber,
                subscription.SerializeAsString(), key_);
  }
}

std::vector<std::int32_t> Subscriptions::Match(const v1::Change& change) const {
  std::vector<std::int32_t> ids;
  const auto add = [&](const std::string& aggregate) {
    const auto found = by_aggregate_.find(aggregate);
    if (found == by_aggregate_.end()) return;
    for (const Filter& filter : found->second) {
      if (change.kind().starts_with(filter.kind_prefix)) ids.push_back(filter.id);
    }
  };
  add("");
  if (!change.aggregate().empty()) add(change.aggregate());
  std::ranges::sort(ids);
  return ids;
}

struct WatchHub::Watch {
  Watch(const v1::WatchChangesRequest& request, std::shared_ptr<rpc::StreamWriter> stream)
      : subscriptions(request), writer(std::move(stream)), at_head(!request.has_after()) {
    cursor = request.after();
  }

  Subscriptions subscriptions;
  std::shared_ptr<rpc::StreamWriter> writer;
  bool at_head;       // no cursor asked for: begins where the feed is
  v1::Cursor cursor;  // everything up to here has been written
  absl::Time written = absl::InfinitePast();
};

// Changes that lie between two cursors, and the messages made from them so far.
struct WatchHub::Batch {
  v1::Cursor begin;
  v1::Cursor end;
  std::vector<v1::Change> changes;
  std::vector<std::string> serialized;
  std::map<std::string_view, std::string> messages;  // by Subscriptions::key; "": nothing matches
};

WatchHub::WatchHub(sql::Database& database, const Clock& clock)
    : database_(database), clock_(clock) {
  thread_ = std::thread([this] { Loop(); });
}

WatchHub::~WatchHub() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_.NotifyOne();
  }
  thread_.join();
  const absl::Status leaving =
      MakeError(absl::StatusCode::kUnavailable, kServerDomain, "SERVER_DRAINING",
                "the service is leaving; resume elsewhere");
  MutexLock lock(mutex_);
  for (const auto& watch : watches_) watch->writer->Finish(leaving);
  for (const auto& watch : new_) watch->writer->Finish(leaving);
}

void WatchHub::Add(const v1::WatchChangesRequest& request,
                   std::shared_ptr<rpc::StreamWriter> writer) {
  auto watch = std::make_unique<Watch>(request, std::move(writer));
  MutexLock lock(mutex_);
  if (count_ >= kWatchesMax) {
    absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, kServerDomain,
                                    "TOO_MANY_STREAMS", "too many watches on this process");
    AddRetryInfo(status, absl::Seconds(5));
    return watch->writer->Finish(status);
  }
  ++count_;
  new_.push_back(std::move(watch));
  work_.NotifyOne();
}

void WatchHub::Notify(const v1::Cursor& head) {
  MutexLock lock(mutex_);
  head_ = head;
  notified_ = true;
  work_.NotifyOne();
}

void WatchHub::Committed() {
  if (database_.engine() != sql::Engine::kSqlite) return;
  MutexLock lock(mutex_);
  // Whom a round keeps busy the sequencer tells soon enough, and of several commits at once.
  if (!waiting_ || count_ == 0) return;
  committed_ = true;
  notified_ = true;
  work_.NotifyOne();
}

void WatchHub::Loop() {
  while (WaitForWork()) Round();
}

bool WatchHub::WaitForWork() {
  MutexLock lock(mutex_);
  // The machine's clock may be set back meanwhile.
  using SteadyClock = std::chrono::steady_clock;
  const absl::Duration wait = failing_ ? kFailureWait : busy_ ? kBusyWait : kIdleWait;
  const SteadyClock::time_point until = SteadyClock::now() + absl::ToChronoMicroseconds(wait);
  waiting_ = true;
  while (!stopping_ && (failing_ || (!notified_ && new_.empty())) && SteadyClock::now() < until) {
    work_.WaitFor(mutex_, absl::FromChrono(until - SteadyClock::now()));
  }
  waiting_ = false;
  notified_ = false;
  return !stopping_;
}

void WatchHub::Round() {
  std::erase_if(watches_, [](const auto& watch) { return watch->writer->ended(); });
  TakeNew();
  const absl::Status status = FeedCurrent();
  if (!status.ok() && !failing_) {
    Log(LogLevel::kWarning, "feed_watch_failed", {{"error", std::string(status.message())}});
  }
  failing_ = !status.ok();
  if (failing_) return;
  FeedBehind();
  MarkProgress();
}

void WatchHub::TakeNew() {
  MutexLock lock(mutex_);
  for (auto& watch : new_) watches_.push_back(std::move(watch));
  new_.clear();
  count_ = watches_.size();
}

absl::Status WatchHub::Read(const v1::Cursor& after, Batch& batch) {
  return database_.Read(absl::Now() + kReadTimeout, [&](sql::Transaction& tx) -> absl::Status {
    batch = Batch();
    WICI_ASSIGN_OR_RETURN(batch.changes, ReadChanges(tx, after, kChangesPerMessage));
    batch.begin = after;
    if (batch.changes.empty()) {
      WICI_ASSIGN_OR_RETURN(batch.end, FeedHead(tx));
    } else {
      batch.end = batch.changes.back().cursor();
    }
    return absl::OkStatus();
  });
}

bool WatchHub::IsCurrent(const Watch& watch) const { return SameCursor(watch.cursor, position_); }

// Brings the watches that were up to date to the head again.
absl::Status WatchHub::FeedCurrent() {
  if (watches_.empty()) {
    positioned_ = false;
    return absl::OkStatus();
  }
  if (!positioned_) {
    WICI_RETURN_IF_ERROR(
        database_.Read(absl::Now() + kReadTimeout, [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(position_, FeedHead(tx));
          return absl::OkStatus();
        }));
    positioned_ = true;
  }
  for (const auto& watch : watches_) {
    if (std::exchange(watch->at_head, false)) watch->cursor = position_;
  }
  while (true) {
    {
      MutexLock lock(mutex_);
      // What was read may be ahead of what was told.
      const bool known = head_.epoch() == position_.epoch() && head_.seq() <= position_.seq();
      if (!std::exchange(committed_, false) && (known || head_.seq() == 0)) return absl::OkStatus();
    }
    Batch batch;
    const absl::Status status = Read(position_, batch);
    if (absl::IsOutOfRange(status)) {
      for (const auto& watch : watches_) {
        if (IsCurrent(*watch)) watch->writer->Finish(status);
      }
      positioned_ = false;
      return absl::OkStatus();
    }
    WICI_RETURN_IF_ERROR(status);
    for (const auto& watch : watches_) {
      if (IsCurrent(*watch) && watch->writer->queued() < kQueuedMax) Send(*watch, batch);
    }
    const bool done = batch.changes.empty();
    position_ = batch.end;
    if (done) return absl::OkStatus();
  }
}

// Gives one message to each watch that is behind and can take it.
void WatchHub::FeedBehind() {
  std::vector<Watch*> behind;
  for (const auto& watch : watches_) {
    if (!IsCurrent(*watch) && !watch->writer->ended()) behind.push_back(watch.get());
  }
  busy_ = !behind.empty();
  // Many that lost one process resume from about the same place: equal cursors share a read.
  std::ranges::sort(behind, {}, [](const Watch* watch) { return watch->cursor.seq(); });
  Batch batch;
  bool valid = false;
  for (Watch* watch : behind) {
    if (watch->writer->queued() >= kQueuedMax) continue;
    if (!valid || !SameCursor(batch.begin, watch->cursor)) {
      const absl::Status status = Read(watch->cursor, batch);
      valid = status.ok();
      if (absl::IsOutOfRange(status)) watch->writer->Finish(status);
      if (!valid) continue;
    }
    Send(*watch, batch);
  }
}

void WatchHub::MarkProgress() {
  const absl::Time now = clock_.Now();
  for (const auto& watch : watches_) {
    if (now - watch->written < kProgressInterval || watch->writer->queued() > 0) continue;
    if (watch->writer->ended()) continue;
    watch->writer->Write(ProgressMark(watch->cursor));
    watch->written = now;
  }
}

void WatchHub::Send(Watch& watch, Batch& batch) {
  if (batch.serialized.empty()) {
    for (const v1::Change& change : batch.changes) {
      batch.serialized.push_back(change.SerializeAsString());
    }
  }
  const auto [found, inserted] = batch.messages.try_emplace(watch.subscriptions.key());
  std::string& message = found->second;
  if (inserted) {
    for (std::size_t i = 0; i < batch.changes.size(); ++i) {
      const std::vector<std::int32_t> ids = watch.subscriptions.Match(batch.changes[i]);
      if (ids.empty()) continue;
      std::string event;
      AppendField(v1::WatchChangesResponse::Event::kChangeFieldNumber, batch.serialized[i], event);
      AppendField(v1::WatchChangesResponse::Event::kSubscriptionIdsFieldNumber, PackedIds(ids),
                  event);
      AppendField(v1::WatchChangesResponse::kEventsFieldNumber, event, message);
    }
    if (!message.empty()) {
      AppendField(v1::WatchChangesResponse::kProgressFieldNumber, batch.end.SerializeAsString(),
                  message);
    }
  }
  watch.cursor = batch.end;
  if (message.empty()) return;
  watch.writer->Write(message);
  watch.written = clock_.Now();
}

}  // namespace wici::feed
