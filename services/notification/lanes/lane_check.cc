#include "services/notification/lanes/lane_check.h"

#include <set>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/notification/lanes/queries.h"

namespace wici::notification {
namespace {

using LaneKey = std::pair<v1::Channel, std::string>;
using Lanes = std::map<LaneKey, Lane>;

// A day of silence: longer than a bucket takes to fill, or an open lane to be
// asked again.
constexpr absl::Duration kLaneKept = absl::Hours(24);

// The lanes of `keys`; what was never heard of is full and closed.
absl::StatusOr<Lanes> ReadLanes(sql::Transaction& tx, const std::set<LaneKey>& keys) {
  Lanes lanes;
  std::vector<std::vector<sql::Value>> values;
  for (const LaneKey& key : keys) {
    lanes[key] = Lane();
    values.push_back({static_cast<std::int64_t>(key.first), key.second});
  }
  if (values.empty()) return lanes;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetLanes, "", values));
  for (const sql::Row& row : rows) {
    lanes[{static_cast<v1::Channel>(row.Int(0)), row.Text(1)}] = {
        row.Int(2), FromMicros(row.Int(3)), FromMicros(row.Int(4)), row.Int(5),
        FromMicros(row.Int(6))};
  }
  return lanes;
}

// Writes those that differ from `before`.
absl::Status WriteLanes(sql::Transaction& tx, const Lanes& before, const Lanes& lanes,
                        absl::Time now) {
  std::vector<std::vector<sql::Value>> rows;
  for (const auto& [key, lane] : lanes) {
    if (before.at(key) == lane) continue;
    rows.push_back({static_cast<std::int64_t>(key.first), key.second, lane.failures,
                    ToMicros(lane.open_until), ToMicros(lane.probe_until), lane.milli_tokens,
                    ToMicros(lane.filled), ToMicros(now)});
  }
  if (rows.empty()) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(tx.InsertMany(queries::kPutLanes, queries::kPutLanesSuffix, rows).status());
  return tx.Execute(queries::kForgetLanes, {ToMicros(now - kLaneKept)}).status();
}

}  // namespace

absl::StatusOr<std::vector<Verdict>> LaneCheck::Check(sql::Transaction& tx,
                                                      absl::Span<const Candidate> candidates,
                                                      absl::Time now) {
  std::set<LaneKey> keys;
  for (const Candidate& candidate : candidates) {
    if (!candidate.lane.empty() && limits_.count(candidate.delivery->channel) > 0) {
      keys.emplace(candidate.delivery->channel, candidate.lane);
    }
  }
  WICI_ASSIGN_OR_RETURN(Lanes lanes, ReadLanes(tx, keys));
  const Lanes before = lanes;
  std::map<LaneKey, std::int64_t> waiting;
  std::vector<Verdict> verdicts;
  for (const Candidate& candidate : candidates) {
    const LaneKey key(candidate.delivery->channel, candidate.lane);
    const auto lane = lanes.find(key);
    verdicts.push_back(lane == lanes.end()
                           ? Verdict()
                           : AdmitToLane(lane->second, limits_.at(key.first),
                                         candidate.delivery->urgent, waiting[key], now));
  }
  WICI_RETURN_IF_ERROR(WriteLanes(tx, before, lanes, now));
  return verdicts;
}

absl::Status LaneCheck::Ended(sql::Transaction& tx, absl::Span<const AttemptRecord> records,
                              absl::Time now, std::vector<feed::Change>& /*changes*/) {
  std::vector<const AttemptRecord*> telling;
  std::set<LaneKey> keys;
  for (const AttemptRecord& record : records) {
    const auto limits = limits_.find(record.delivery.channel);
    // Of what was not sent after all nothing was heard.
    const bool heard = record.begun && !record.result.common_cause && !record.result.not_tried &&
                       record.result.outcome != v1::ATTEMPT_OUTCOME_SUPPRESSED;
    if (!heard || record.lane.empty() || limits == limits_.end() ||
        limits->second.failures_max == 0) {
      continue;
    }
    telling.push_back(&record);
    keys.emplace(record.delivery.channel, record.lane);
  }
  WICI_ASSIGN_OR_RETURN(Lanes lanes, ReadLanes(tx, keys));
  const Lanes before = lanes;
  for (const AttemptRecord* record : telling) {
    const v1::Channel channel = record->delivery.channel;
    RecordInLane(lanes.at({channel, record->lane}), limits_.at(channel), record->result.lane_failed,
                 now);
  }
  return WriteLanes(tx, before, lanes, now);
}

}  // namespace wici::notification
