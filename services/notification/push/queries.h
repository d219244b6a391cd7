// Every SQL statement of push subscriptions, by name.
#ifndef WICI_SERVICES_NOTIFICATION_PUSH_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_PUSH_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

// $1 person, $2 id after which to start or '', $3 limit.
inline constexpr sql::Query kListBrowsers{
    "list_push_subscriptions",
    "SELECT id, person, endpoint, p256dh, auth, created_at, server_key FROM push_subscriptions "
    "WHERE person = $1 AND id > $2 ORDER BY id LIMIT $3"};

// Of many persons.
inline constexpr sql::Query kGetBrowsers{
    "get_push_subscriptions",
    "SELECT id, person, endpoint, p256dh, auth, created_at, server_key FROM push_subscriptions "
    "WHERE person IN"};

inline constexpr sql::Query kGetSlots{"get_push_slots",
                                      "SELECT slot FROM push_subscriptions WHERE person = $1"};

// $1 id, $2 person, $3 slot, $4 endpoint, $5 p256dh, $6 auth, $7 now, $8 server key.
inline constexpr sql::Query kInsertBrowser{
    "insert_push_subscription",
    "INSERT INTO push_subscriptions (id, person, slot, endpoint, p256dh, auth, created_at, "
    "server_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};

inline constexpr sql::Query kTakeOverEndpoint{
    "take_over_push_endpoint",
    "DELETE FROM push_subscriptions WHERE endpoint = $1 RETURNING id, person"};

// $1 id, $2 person.
inline constexpr sql::Query kDeleteBrowser{
    "delete_push_subscription",
    "DELETE FROM push_subscriptions WHERE id = $1 AND person = $2 RETURNING id, person"};

inline constexpr sql::Query kDeleteBrowsersOf{
    "delete_push_subscriptions_of_person",
    "DELETE FROM push_subscriptions WHERE person = $1 RETURNING id"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_PUSH_QUERIES_H_
