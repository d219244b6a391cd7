#include "services/cluster_registry/members/member_store.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/members/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::Member> ReadMember(Reader& reader, std::string_view name) {
  return ReadOne<v1::Member>(reader.sql().Execute(kGetMember, {name}), name);
}

absl::StatusOr<std::vector<v1::Member>> ReadMembers(Reader& reader, std::string_view cluster,
                                                    const Keyset& keyset) {
  return ReadRows<v1::Member>(
      reader.sql().Execute(kListMembers, {cluster, keyset.after, keyset.limit}));
}

absl::Status InsertMember(Writer& writer, v1::Member& member) {
  WICI_RETURN_IF_ERROR(
      FinishInsert(writer.sql().Execute(kInsertMember, {member.name(), ClusterOf(member.name()),
                                                        ToMicros(writer.now()), Body(member)}),
                   writer.now(), member));
  writer.RecordInCluster("member.created", member.name());
  return absl::OkStatus();
}

absl::Status SaveMember(Writer& writer, v1::Member& member) {
  WICI_RETURN_IF_ERROR(
      FinishSave(writer.sql().Execute(kUpdateMember,
                                      {member.name(), ToMicros(writer.now()), Body(member)}),
                 writer.now(), member)
          .status());
  writer.RecordInCluster("member.updated", member.name());
  return absl::OkStatus();
}

absl::Status RemoveMember(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(FinishRemove(writer.sql().Execute(kDeleteMember, {name}), name));
  writer.RecordInCluster("member.deleted", name);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
