// How resources stand in the columns of a row; what the *_rows.h of the families share. `body` is
// the serialized resource without what has a column. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_ROWS_H_
#define WICI_SERVICES_REGISTRATION_ROWS_H_

#include <cstdint>
#include <string>

#include "libs/base/log.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "libs/sql/database.h"

namespace wici::registration {

template <class Message>
void ParseBody(const std::string& body, Message& message) {
  WICI_CHECK(message.ParseFromString(body));  // we wrote it
}

template <class Message>
void SetRecord(std::int64_t revision, std::int64_t created_at, std::int64_t updated_at,
               Message& message) {
  message.set_etag(rpc::MakeEtag(revision));
  SetTimestamp(FromMicros(created_at), *message.mutable_create_time());
  SetTimestamp(FromMicros(updated_at), *message.mutable_update_time());
}

template <class Message>
void ClearRecord(Message& message) {
  message.clear_name();
  message.clear_etag();
  message.clear_create_time();
  message.clear_update_time();
}

template <class Message>
sql::Value OptionalTime(bool present, const Message& timestamp) {
  return present ? sql::Value(MicrosOf(timestamp)) : sql::Value(nullptr);
}

inline sql::Value OptionalText(const std::string& text) {
  return text.empty() ? sql::Value(nullptr) : sql::Value(text);
}

inline std::int32_t Narrow(std::int64_t count) { return static_cast<std::int32_t>(count); }

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_ROWS_H_
