// The browsers of people in the database.
#ifndef WICI_SERVICES_NOTIFICATION_PUSH_PUSH_STORE_H_
#define WICI_SERVICES_NOTIFICATION_PUSH_PUSH_STORE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "services/notification/people/person_data.h"
#include "services/notification/push/keys/push_encryption.h"
#include "wici/notification/v1/push_service.pb.h"

namespace wici::notification {

// Of one person; the table has as many slots.
inline constexpr int kBrowsersMax = 10;

struct Browser {
  std::string id;
  std::string person;
  std::string endpoint;
  PushReceiver keys;
  std::string server_key;  // of VAPID, base64url: it takes what is signed by this one only
  absl::Time created;
};

// "preferences/persons~p1/pushSubscriptions/7", and back.
std::string BrowserName(std::string_view person, std::string_view id);
std::string PersonOfBrowser(std::string_view name);

// By person, in the order of their registration; who has none is absent.
absl::StatusOr<std::map<std::string, std::vector<Browser>>> FindBrowsers(
    sql::Transaction& tx, const std::set<std::string>& persons);

// Forgets those that are gone; what goes into the change feed is added to `changes`.
absl::Status ForgetBrowsers(sql::Transaction& tx, const std::vector<Browser>& gone,
                            feed::Changes& changes);

// What is held of people here.
class PushData final : public PersonData {
 public:
  // "push": the endpoints.
  absl::Status Export(sql::Transaction& tx, std::string_view person,
                      google::protobuf::Struct& held) override;
  absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                             feed::Changes& changes) override;
};

// Thread-safe; methods block. Errors beside those named: of sql::Database and feed::Mutation.
class PushStore {
 public:
  // Both outlive the store.
  PushStore(sql::Database& database, feed::Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // Registers `browser`, whose id and time are given to it; who had its endpoint loses it.
  // FAILED_PRECONDITION (PUSH_SUBSCRIPTION_LIMIT_REACHED). The answer, which is kept for repeated
  // requests, has name and time only.
  absl::StatusOr<v1::PushSubscription> Create(const feed::Call& call, const Browser& browser);
  // By id, starting after `after`.
  absl::StatusOr<std::vector<v1::PushSubscription>> List(absl::Time deadline,
                                                         std::string_view person,
                                                         std::string_view after,
                                                         std::int32_t limit);
  // NOT_FOUND (PUSH_SUBSCRIPTION_NOT_FOUND).
  absl::StatusOr<v1::DeletePushSubscriptionResponse> Delete(const feed::Call& call,
                                                            std::string_view name);

 private:
  sql::Database& database_;
  feed::Mutation& mutation_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PUSH_PUSH_STORE_H_
