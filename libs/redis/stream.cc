#include "libs/redis/stream.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace wici::redis {
namespace {

std::string Millis(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Milliseconds(duration));
}

// [[id, [field, value, ...]], ...] as XREADGROUP and XAUTOCLAIM give it. An entry that was deleted
// while it was pending has no fields and is left out.
void AddEntries(const Value& list, std::vector<StreamEntry>& entries) {
  for (const Value& item : list.array) {
    if (item.array.size() != 2 || item.array[1].kind != Value::Kind::kArray) continue;
    StreamEntry entry{.id = item.array[0].text, .fields = {}};
    const std::vector<Value>& fields = item.array[1].array;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      entry.fields.emplace_back(fields[i].text, fields[i + 1].text);
    }
    entries.push_back(std::move(entry));
  }
}

// Of a reply to XREADGROUP for one stream; nil when nothing came.
void AddRead(const Value& reply, std::vector<StreamEntry>& entries) {
  for (const Value& stream : reply.array) {
    if (stream.array.size() == 2) AddEntries(stream.array[1], entries);
  }
}

// In one step: a consumer that takes an entry meanwhile must not lose it.
constexpr std::string_view kRemoveIdleConsumers = R"lua(
local removed = 0
for _, fields in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #fields, 2 do consumer[fields[i]] = fields[i + 1] end
  if consumer.name ~= ARGV[2] and consumer.pending == 0 and consumer.idle >= tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    removed = removed + 1
  end
end
return removed
)lua";

}  // namespace

absl::Status Append(Client& client, std::string_view stream,
                    absl::Span<const std::vector<std::pair<std::string, std::string>>> entries,
                    std::size_t length_max) {
  std::vector<Command> commands;
  commands.reserve(entries.size());
  for (const auto& fields : entries) {
    Command& command = commands.emplace_back(
        Command{"XADD", std::string(stream), "MAXLEN", "~", absl::StrCat(length_max), "*"});
    for (const auto& [name, value] : fields) {
      command.push_back(name);
      command.push_back(value);
    }
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<Value> replies, client.Pipeline(commands));
  for (const Value& reply : replies) WICI_RETURN_IF_ERROR(ToStatus(reply));
  return absl::OkStatus();
}

GroupReader::GroupReader(Client& client, std::string stream, std::string group,
                         std::string consumer)
    : client_(client),
      stream_(std::move(stream)),
      group_(std::move(group)),
      consumer_(std::move(consumer)) {}

absl::Status GroupReader::CreateGroup() {
  const absl::Status created =
      client_.Call({"XGROUP", "CREATE", stream_, group_, "0", "MKSTREAM"}).status();
  if (!created.ok() && !IsErrorReply(created, "BUSYGROUP")) return created;
  Log(LogLevel::kInfo, "redis_group_created", {{"stream", stream_}, {"group", group_}});
  claim_cursor_ = "0-0";
  return absl::OkStatus();
}

absl::StatusOr<GroupReader::Batch> GroupReader::Read(std::size_t count, absl::Duration block,
                                                     absl::Duration claim_idle) {
  const std::string limit = absl::StrCat(count);
  const std::vector<Command> now = {
      {"XAUTOCLAIM", stream_, group_, consumer_, Millis(claim_idle), claim_cursor_, "COUNT", limit},
      {"XREADGROUP", "GROUP", group_, consumer_, "COUNT", limit, "STREAMS", stream_, ">"}};
  Batch batch;
  WICI_ASSIGN_OR_RETURN(std::vector<Value> replies, client_.Pipeline(now));
  // Either both name a missing group, or it went away in between.
  for (const Value& reply : replies) {
    const absl::Status status = ToStatus(reply);
    if (IsErrorReply(status, "NOGROUP")) {
      batch.group_was_created = true;
    } else {
      WICI_RETURN_IF_ERROR(status);
    }
  }
  if (batch.group_was_created) {
    WICI_RETURN_IF_ERROR(CreateGroup());
    return batch;
  }
  if (replies[0].array.size() >= 2) {
    claim_cursor_ = replies[0].array[0].text;
    AddEntries(replies[0].array[1], batch.entries);
  }
  AddRead(replies[1], batch.entries);
  if (!batch.entries.empty() || block <= absl::ZeroDuration()) return batch;

  const absl::StatusOr<Value> waited = client_.CallBlocking(
      {"XREADGROUP", "GROUP", group_, consumer_, "COUNT", limit, "BLOCK",
       Millis(std::max(block, absl::Milliseconds(1))), "STREAMS", stream_, ">"},
      block);
  // A flush while we wait ends the wait with UNBLOCKED or NOGROUP.
  if (IsErrorReply(waited.status(), "NOGROUP") || IsErrorReply(waited.status(), "UNBLOCKED")) {
    batch.group_was_created = true;
    WICI_RETURN_IF_ERROR(CreateGroup());
    return batch;
  }
  WICI_RETURN_IF_ERROR(waited.status());
  AddRead(*waited, batch.entries);
  return batch;
}

absl::Status GroupReader::Acknowledge(absl::Span<const std::string> ids) {
  if (ids.empty()) return absl::OkStatus();
  Command ack = {"XACK", stream_, group_};
  Command remove = {"XDEL", stream_};
  ack.insert(ack.end(), ids.begin(), ids.end());
  remove.insert(remove.end(), ids.begin(), ids.end());
  WICI_ASSIGN_OR_RETURN(const std::vector<Value> replies, client_.Pipeline({ack, remove}));
  for (const Value& reply : replies) WICI_RETURN_IF_ERROR(ToStatus(reply));
  return absl::OkStatus();
}

absl::Status GroupReader::AcknowledgeAndKeep(absl::Span<const std::string> ids) {
  if (ids.empty()) return absl::OkStatus();
  Command ack = {"XACK", stream_, group_};
  ack.insert(ack.end(), ids.begin(), ids.end());
  return client_.Call(ack).status();
}

absl::StatusOr<int> GroupReader::RemoveIdleConsumers(absl::Duration idle) {
  WICI_ASSIGN_OR_RETURN(const Value removed, client_.Script(kRemoveIdleConsumers, {stream_},
                                                            {group_, consumer_, Millis(idle)}));
  return static_cast<int>(removed.integer);
}

}  // namespace wici::redis
