#include "services/notification/webhooks/rules/webhook_payload.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "libs/base/json_text.h"
#include "libs/base/timestamp.h"

namespace wici::notification {
namespace {

void AppendText(std::string& json, std::string_view name, std::string_view value) {
  if (json.back() != '{') json.push_back(',');
  AppendJsonString(json, name);
  json.push_back(':');
  AppendJsonString(json, value);
}

void AppendNumber(std::string& json, std::string_view name, std::int64_t value) {
  if (json.back() != '{') json.push_back(',');
  AppendJsonString(json, name);
  absl::StrAppend(&json, ":", value);
}

std::string Head(std::string_view type, absl::Time time) {
  std::string json = "{";
  AppendText(json, "type", type);
  AppendText(json, "timestamp",
             absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", time, absl::UTCTimeZone()));
  json += ",\"data\":{";
  return json;
}

}  // namespace

std::string ChangePayload(std::string_view source, const feed::v1::Change& change) {
  std::string json = Head(change.kind(), TimeOf(change.change_time()));
  AppendText(json, "source", source);
  AppendText(json, "epoch", change.cursor().epoch());
  AppendNumber(json, "seq", change.cursor().seq());
  AppendText(json, "aggregate", change.aggregate());
  AppendNumber(json, "version", change.version());
  AppendText(json, "resource", change.resource());
  AppendText(json, "person", change.person());
  json += ",\"attributes\":{";
  // A map of a message has no order of its own.
  const std::map<std::string, std::string> attributes(change.attributes().begin(),
                                                      change.attributes().end());
  for (const auto& [name, value] : attributes) AppendText(json, name, value);
  json += "}}}";
  return json;
}

std::string SamplePayload(std::string_view subscription, absl::Time now) {
  std::string json = Head("subscription.test", now);
  AppendText(json, "subscription", subscription);
  json += "}}";
  return json;
}

std::string EventOfChange(const feed::v1::Change& change) {
  const std::string& aggregate = change.aggregate();
  if (aggregate.rfind("events/", 0) != 0) return "";
  const std::size_t end = aggregate.find('/', std::string_view("events/").size());
  return aggregate.substr(0, end);
}

bool IsFor(const v1::Subscription& subscription, const feed::v1::Change& change) {
  if (!subscription.event().empty() && subscription.event() != EventOfChange(change)) return false;
  const auto& prefixes = subscription.kind_prefixes();
  return std::any_of(prefixes.begin(), prefixes.end(), [&change](const std::string& prefix) {
    return change.kind().rfind(prefix, 0) == 0;
  });
}

}  // namespace wici::notification
