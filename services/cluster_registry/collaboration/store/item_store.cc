#include "services/cluster_registry/collaboration/store/item_store.h"

#include <algorithm>
#include <set>

#include "absl/time/civil_time.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/collaboration/rules/codes.h"
#include "services/cluster_registry/collaboration/rules/states.h"
#include "services/cluster_registry/collaboration/store/queries.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

using Item = v1::CollaborationItem;

Item Settle(Item item, absl::Time now) {
  item.set_state(StateOn(item.state(), item.valid_until(), DayOf(now)));
  return item;
}

v1::Interest Settle(v1::Interest interest, absl::Time now) {
  const absl::Time expires =
      FromMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(interest.expire_time()));
  interest.set_state(StateAt(interest.state(), expires, now));
  return interest;
}

template <class T>
absl::StatusOr<std::vector<T>> SettleAll(absl::StatusOr<std::vector<T>> rows, absl::Time now) {
  if (!rows.ok()) return rows;
  for (T& row : *rows) row = Settle(std::move(row), now);
  return rows;
}

std::vector<std::vector<sql::Value>> Keys(const std::set<std::string>& names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({name});
  return keys;
}

// An open item stands in the market under its present codes, others do not.
absl::Status WriteMarket(Writer& writer, const Item& item, bool fresh) {
  if (!fresh) {
    WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteMarketTerms, {item.name()}).status());
  }
  if (item.state() != Item::STATE_OPEN) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> rows;
  for (const std::string& term : MarketTerms(item)) {
    rows.push_back({term, static_cast<std::int64_t>(item.kind()), item.name()});
  }
  if (rows.empty()) return absl::OkStatus();
  return writer.sql().InsertMany(kInsertMarketTerms, "", rows).status();
}

absl::StatusOr<std::vector<std::string>> ReadNames(const absl::StatusOr<sql::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  std::vector<std::string> names;
  for (const sql::Row& row : *rows) names.push_back(row.Text(0));
  return names;
}

}  // namespace

template <>
Item ReadRow<Item>(const sql::Row& row) {
  Item item = ReadBody<Item>(row);
  *item.mutable_update_time() = ToTimestamp(row.Int(3));
  item.set_state(static_cast<Item::State>(row.Int(5)));
  return item;
}

template <>
v1::Interest ReadRow<v1::Interest>(const sql::Row& row) {
  v1::Interest interest = ReadBody<v1::Interest>(row);
  *interest.mutable_update_time() = ToTimestamp(row.Int(3));
  interest.set_state(static_cast<v1::Interest::State>(row.Int(5)));
  *interest.mutable_expire_time() = ToTimestamp(row.Int(6));
  return interest;
}

absl::StatusOr<Item> ReadItem(Reader& reader, std::string_view name, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(Item item, ReadOne<Item>(reader.sql().Execute(kGetItem, {name}), name));
  return Settle(std::move(item), now);
}

absl::StatusOr<std::vector<Item>> ReadItems(Reader& reader, const ItemFilter& filter,
                                            absl::Time now, const Keyset& keyset) {
  const std::string today = FormatDate(DayOf(now));
  const std::int64_t kind = filter.kind;
  const std::int64_t state = filter.state;
  const auto read = [&]() -> absl::StatusOr<sql::Rows> {
    sql::Transaction& tx = reader.sql();
    if (!filter.cluster.empty()) {
      return tx.Execute(kListItemsOfCluster,
                        {filter.cluster, keyset.after, kind, state, today, keyset.limit});
    }
    if (kind != 0 && state != 0) {
      return tx.Execute(kListItemsByKindState, {keyset.after, keyset.limit, state, today, kind});
    }
    if (kind != 0) return tx.Execute(kListItemsByKind, {keyset.after, keyset.limit, kind});
    if (state != 0)
      return tx.Execute(kListItemsByState, {keyset.after, keyset.limit, state, today});
    return tx.Execute(kListItems, {keyset.after, keyset.limit});
  };
  return SettleAll(ReadRows<Item>(read()), now);
}

absl::StatusOr<std::vector<Item>> ReadItemsNamed(Reader& reader,
                                                 const std::vector<std::string>& names,
                                                 absl::Time now) {
  if (names.empty()) return std::vector<Item>();
  auto items = SettleAll(
      ReadRows<Item>(reader.sql().SelectMany(kGetItems, "", Keys({names.begin(), names.end()}))),
      now);
  if (items.ok()) {
    std::sort(items->begin(), items->end(),
              [](const Item& a, const Item& b) { return a.name() < b.name(); });
  }
  return items;
}

absl::Status InsertItem(Writer& writer, Item& item) {
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(
          kInsertItem, {item.name(), ClusterOf(item.name()), static_cast<std::int64_t>(item.kind()),
                        static_cast<std::int64_t>(item.state()), item.valid_until(),
                        ToMicros(writer.now()), Body(item)}),
      writer.now(), item));
  WICI_RETURN_IF_ERROR(WriteMarket(writer, item, true));
  writer.RecordInCluster("collaboration_item.created", item.name());
  return absl::OkStatus();
}

absl::Status SaveItem(Writer& writer, Item& item, std::string_view kind) {
  WICI_RETURN_IF_ERROR(
      FinishSave(writer.sql().Execute(kUpdateItem,
                                      {item.name(), static_cast<std::int64_t>(item.kind()),
                                       static_cast<std::int64_t>(item.state()), item.valid_until(),
                                       ToMicros(writer.now()), Body(item)}),
                 writer.now(), item)
          .status());
  WICI_RETURN_IF_ERROR(WriteMarket(writer, item, false));
  writer.RecordInCluster(kind, item.name());
  return absl::OkStatus();
}

absl::Status RemoveItem(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteMarketTerms, {name}).status());
  WICI_RETURN_IF_ERROR(FinishRemove(writer.sql().Execute(kDeleteItem, {name}), name));
  writer.RecordInCluster("collaboration_item.deleted", name);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> FindInMarket(Reader& reader, const Item& item,
                                                      const std::vector<Item::Kind>& kinds,
                                                      std::size_t limit) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& term : MarketKeys(item)) {
    for (const Item::Kind kind : kinds) keys.push_back({term, static_cast<std::int64_t>(kind)});
  }
  if (keys.empty()) return std::vector<std::string>();
  WICI_ASSIGN_OR_RETURN(
      std::vector<std::string> names,
      ReadNames(reader.sql().SelectMany(kFindInMarket, "ORDER BY item LIMIT 1000", keys)));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() > limit) names.resize(limit);
  return names;
}

absl::StatusOr<Owners> ReadOwners(Reader& reader, const std::vector<std::string>& names) {
  std::set<std::string> clusters;
  std::set<std::string> members;
  for (const std::string& name : names) {
    clusters.insert(ClusterOf(name));
    if (ClusterOf(name) != name) members.insert(name);
  }
  Owners owners;
  if (!clusters.empty()) {
    WICI_ASSIGN_OR_RETURN(std::vector<v1::Cluster> rows, ReadClustersNamed(reader, clusters));
    for (v1::Cluster& row : rows) owners.clusters[row.name()] = row;
  }
  if (!members.empty()) {
    WICI_ASSIGN_OR_RETURN(std::vector<v1::Member> rows, ReadMembersNamed(reader, members));
    for (v1::Member& row : rows) owners.members[row.name()] = row;
  }
  return owners;
}

absl::StatusOr<std::vector<std::string>> ReadItemsDue(Reader& reader, absl::Time now, int limit) {
  return ReadNames(reader.sql().Execute(kListItemsDue, {FormatDate(DayOf(now)), limit}));
}

absl::Status ExpireItem(Writer& writer, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        writer.sql().Execute(kExpireItem, {name, ToMicros(writer.now()),
                                                           FormatDate(DayOf(writer.now()))}));
  if (rows.empty()) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteMarketTerms, {name}).status());
  writer.RecordInCluster("collaboration_item.expired", name);
  return absl::OkStatus();
}

absl::StatusOr<v1::Interest> ReadInterest(Reader& reader, std::string_view name, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(v1::Interest interest,
                        ReadOne<v1::Interest>(reader.sql().Execute(kGetInterest, {name}), name));
  return Settle(std::move(interest), now);
}

absl::StatusOr<std::vector<v1::Interest>> ReadInterests(Reader& reader, std::string_view item,
                                                        absl::Time now, const Keyset& keyset) {
  return SettleAll(ReadRows<v1::Interest>(
                       reader.sql().Execute(kListInterests, {item, keyset.after, keyset.limit})),
                   now);
}

absl::StatusOr<std::vector<v1::Interest>> ReadExpressedInterests(Reader& reader,
                                                                 std::string_view cluster,
                                                                 absl::Time now,
                                                                 const Keyset& keyset) {
  return SettleAll(ReadRows<v1::Interest>(reader.sql().Execute(
                       kListExpressedInterests, {cluster, keyset.after, keyset.limit})),
                   now);
}

absl::StatusOr<std::optional<v1::Interest>> FindLiveInterest(Reader& reader, std::string_view item,
                                                             std::string_view interested,
                                                             absl::Time now) {
  WICI_ASSIGN_OR_RETURN(
      const std::vector<v1::Interest> rows,
      ReadRows<v1::Interest>(reader.sql().Execute(kFindLiveInterest, {item, interested})));
  if (rows.empty()) return std::optional<v1::Interest>();
  return std::optional<v1::Interest>(Settle(rows[0], now));
}

absl::StatusOr<std::vector<v1::Interest>> ReadLiveInterests(Reader& reader, std::string_view item,
                                                            absl::Time now, int limit) {
  return SettleAll(ReadRows<v1::Interest>(reader.sql().Execute(kListLiveInterests, {item, limit})),
                   now);
}

absl::Status InsertInterest(Writer& writer, v1::Interest& interest) {
  const std::int64_t expires =
      google::protobuf::util::TimeUtil::TimestampToMicroseconds(interest.expire_time());
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(
          kInsertInterest,
          {interest.name(), interest.name().substr(0, interest.name().find("/interests/")),
           interest.interested(), ClusterOf(interest.interested()),
           static_cast<std::int64_t>(interest.state()), expires, ToMicros(writer.now()),
           Body(interest)}),
      writer.now(), interest));
  writer.RecordInCluster("interest.created", interest.name());
  return absl::OkStatus();
}

absl::Status SaveInterest(Writer& writer, v1::Interest& interest, std::string_view kind) {
  WICI_RETURN_IF_ERROR(
      FinishSave(writer.sql().Execute(kUpdateInterest,
                                      {interest.name(), static_cast<std::int64_t>(interest.state()),
                                       ToMicros(writer.now()), Body(interest)}),
                 writer.now(), interest)
          .status());
  writer.RecordInCluster(kind, interest.name());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ReadInterestsDue(Reader& reader, absl::Time now,
                                                          int limit) {
  return ReadNames(reader.sql().Execute(kListInterestsDue, {ToMicros(now), limit}));
}

absl::Status ExpireInterest(Writer& writer, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        writer.sql().Execute(kExpireInterest, {name, ToMicros(writer.now())}));
  if (!rows.empty()) writer.RecordInCluster("interest.expired", name);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
