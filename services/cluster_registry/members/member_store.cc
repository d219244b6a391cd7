#include "services/cluster_registry/members/member_store.h"

#include <cstdint>
#include <utility>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/identifiers/identifiers.h"
#include "services/cluster_registry/members/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

std::vector<sql::Value> MemberRow(const v1::Member& member, std::int64_t now) {
  const DayInterval interval = MakeInterval(member.member_from(), member.member_until());
  return {member.name(),
          ClusterOf(member.name()),
          std::int64_t{1},
          now,
          now,
          static_cast<std::int64_t>(member.kind()),
          static_cast<std::int64_t>(RoleOf(member)),
          IsCommitted(member),
          interval.from,
          interval.until,
          now,
          Body(member)};
}

absl::Status InsertIdentifiers(Writer& writer, absl::Span<const v1::Member> members) {
  std::vector<std::vector<sql::Value>> rows;
  for (const v1::Member& member : members) {
    const DayInterval interval = MakeInterval(member.member_from(), member.member_until());
    const std::string cluster = ClusterOf(member.name());
    for (const v1::ExternalId& identifier : member.identifiers()) {
      rows.push_back({identifier.scheme(), identifier.value(), cluster, member.name(),
                      interval.from, interval.until});
    }
  }
  if (rows.empty()) return absl::OkStatus();
  return writer.sql().InsertMany(kInsertMemberIdentifiers, "", rows).status();
}

// Keeps the version that is about to be replaced or removed, and takes its identifiers away.
absl::Status Archive(Writer& writer, std::string_view name) {
  const std::int64_t now = ToMicros(writer.now());
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kArchiveMember, {name, now}).status());
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kArchiveMemberIdentifiers, {name, now}).status());
  return writer.sql().Execute(kDeleteMemberIdentifiers, {name}).status();
}

}  // namespace

template <>
v1::Member ReadRow<v1::Member>(const sql::Row& row) {
  v1::Member member = ReadBody<v1::Member>(row);
  *member.mutable_update_time() = ToTimestamp(row.Int(3));
  *member.mutable_recorded_from_time() = ToTimestamp(row.Int(5));
  if (!row.IsNull(6)) *member.mutable_recorded_until_time() = ToTimestamp(row.Int(6));
  return member;
}

absl::StatusOr<v1::Member> ReadMember(Reader& reader, std::string_view name, absl::Time known_at) {
  if (known_at == absl::InfiniteFuture()) {
    return ReadOne<v1::Member>(reader.sql().Execute(kGetMember, {name}), name);
  }
  return ReadOne<v1::Member>(reader.sql().Execute(kGetMemberKnownAt, {name, ToMicros(known_at)}),
                             name);
}

absl::StatusOr<std::vector<v1::Member>> ReadMembersNamed(Reader& reader,
                                                         const std::set<std::string>& names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({name});
  return ReadRows<v1::Member>(reader.sql().SelectMany(kBatchGetMembers, "", keys));
}

absl::StatusOr<std::vector<v1::Member>> ReadMembers(Reader& reader, std::string_view cluster,
                                                    const MemberFilter& filter, absl::Time known_at,
                                                    const Keyset& keyset) {
  std::vector<sql::Value> values = {cluster,
                                    keyset.after,
                                    filter.on_date,
                                    static_cast<std::int64_t>(filter.role),
                                    static_cast<std::int64_t>(filter.kind),
                                    keyset.limit};
  if (known_at == absl::InfiniteFuture()) {
    return ReadRows<v1::Member>(reader.sql().Execute(kListMembers, values));
  }
  values.emplace_back(ToMicros(known_at));
  return ReadRows<v1::Member>(reader.sql().Execute(kListMembersKnownAt, values));
}

absl::StatusOr<std::vector<v1::Member>> ReadMembers(Reader& reader, std::string_view cluster,
                                                    const Keyset& keyset) {
  return ReadMembers(reader, cluster, {}, absl::InfiniteFuture(), keyset);
}

absl::StatusOr<std::vector<v1::Member>> ReadAllMembers(Reader& reader, const Keyset& keyset) {
  return ReadRows<v1::Member>(reader.sql().Execute(kScanMembers, {keyset.after, keyset.limit}));
}

absl::StatusOr<std::vector<v1::MemberCount>> CountMembers(Reader& reader, std::string_view cluster,
                                                          absl::CivilDay on_date,
                                                          absl::Time known_at) {
  std::vector<sql::Value> values = {cluster, FormatDate(on_date)};
  const bool now = known_at == absl::InfiniteFuture();
  if (!now) values.emplace_back(ToMicros(known_at));
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        reader.sql().Execute(now ? kCountMembers : kCountMembersKnownAt, values));
  std::vector<v1::MemberCount> counts;
  for (const sql::Row& row : rows) {
    v1::MemberCount& count = counts.emplace_back();
    count.set_kind(static_cast<v1::Member::Kind>(row.Int(0)));
    count.set_count(row.Int(1));
    count.set_committed_count(row.Int(2));
  }
  return counts;
}

absl::StatusOr<std::vector<v1::Member>> ReadMembershipsOfParty(Reader& reader,
                                                               const v1::ExternalId& identifier,
                                                               const PartyFilter& filter,
                                                               const PartyKeyset& keyset) {
  const IdentifierCheck check = CheckIdentifier(identifier.scheme(), identifier.value());
  std::vector<sql::Value> values = {check.scheme,
                                    check.value,
                                    keyset.after_cluster,
                                    keyset.after_member,
                                    filter.on_date,
                                    keyset.limit,
                                    static_cast<std::int64_t>(filter.exposure)};
  if (filter.known_at == absl::InfiniteFuture()) {
    return ReadRows<v1::Member>(reader.sql().Execute(kListMembershipsOfParty, values));
  }
  values.emplace_back(ToMicros(filter.known_at));
  return ReadRows<v1::Member>(reader.sql().Execute(kListMembershipsOfPartyKnownAt, values));
}

absl::StatusOr<std::vector<MembershipOverlap>> FindMembershipOverlaps(
    Reader& reader, absl::Span<const v1::Member> members) {
  std::set<PartyInCluster> parties;
  for (const v1::Member& member : members) {
    for (PartyInCluster& party : PartiesOf(member)) parties.insert(std::move(party));
  }
  if (parties.empty()) return std::vector<MembershipOverlap>();
  std::vector<std::vector<sql::Value>> keys;
  for (const auto& [scheme, value, cluster] : parties) keys.push_back({scheme, value, cluster});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, reader.sql().SelectMany(kFindMemberships, "", keys));
  KnownMemberships known;
  for (const sql::Row& row : rows) {
    known[{row.Text(0), row.Text(1), row.Text(2)}].push_back(
        {.member = row.Text(3), .interval = {.from = row.Text(4), .until = row.Text(5)}});
  }
  return FindOverlaps(members, std::move(known));
}

absl::StatusOr<std::set<std::string>> FindMembers(Reader& reader,
                                                  absl::Span<const v1::Member> members) {
  std::vector<std::vector<sql::Value>> keys;
  for (const v1::Member& member : members) keys.push_back({member.name()});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, reader.sql().SelectMany(kExistingMembers, "", keys));
  std::set<std::string> names;
  for (const sql::Row& row : rows) names.insert(row.Text(0));
  return names;
}

absl::Status InsertMembers(Writer& writer, absl::Span<v1::Member> members) {
  if (members.empty()) return absl::OkStatus();
  const std::int64_t now = ToMicros(writer.now());
  std::vector<std::vector<sql::Value>> rows;
  for (v1::Member& member : members) {
    NormalizeIdentifiers(*member.mutable_identifiers());
    rows.push_back(MemberRow(member, now));
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows inserted,
                        writer.sql().InsertMany(
                            kInsertMembers, "ON CONFLICT (name) DO NOTHING RETURNING name", rows));
  std::set<std::string> names;
  for (const sql::Row& row : inserted) names.insert(row.Text(0));
  for (v1::Member& member : members) {
    // A name that stands twice in `members` was inserted once.
    if (names.erase(member.name()) == 0) return AlreadyExistsError(member.name());
    member.set_etag(rpc::MakeEtag(1));
    *member.mutable_create_time() = ToTimestamp(now);
    *member.mutable_update_time() = member.create_time();
    *member.mutable_recorded_from_time() = member.create_time();
    writer.RecordInCluster("member.created", member.name());
  }
  return InsertIdentifiers(writer, members);
}

absl::Status InsertMember(Writer& writer, v1::Member& member) {
  return InsertMembers(writer, absl::MakeSpan(&member, 1));
}

absl::Status SaveMember(Writer& writer, v1::Member& member) {
  const std::int64_t now = ToMicros(writer.now());
  NormalizeIdentifiers(*member.mutable_identifiers());
  WICI_RETURN_IF_ERROR(Archive(writer, member.name()));
  const DayInterval interval = MakeInterval(member.member_from(), member.member_until());
  const absl::StatusOr<sql::Rows> saved = writer.sql().Execute(
      kUpdateMember, {member.name(), now, static_cast<std::int64_t>(member.kind()),
                      static_cast<std::int64_t>(RoleOf(member)), IsCommitted(member), interval.from,
                      interval.until, Body(member)});
  WICI_RETURN_IF_ERROR(FinishSave(saved, writer.now(), member).status());
  *member.mutable_recorded_from_time() = ToTimestamp(saved->front().Int(1));
  WICI_RETURN_IF_ERROR(InsertIdentifiers(writer, absl::MakeConstSpan(&member, 1)));
  writer.RecordInCluster("member.updated", member.name());
  return absl::OkStatus();
}

absl::Status RemoveMember(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(Archive(writer, name));
  WICI_RETURN_IF_ERROR(FinishRemove(writer.sql().Execute(kDeleteMember, {name}), name));
  WICI_RETURN_IF_ERROR(
      writer.sql()
          .Execute(kForgetMember, {name, static_cast<std::int64_t>(v1::Member::KIND_INDIVIDUAL)})
          .status());
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kForgetMemberIdentifiers, {name}).status());
  writer.RecordInCluster("member.deleted", name);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
