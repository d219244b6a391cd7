// The SQL of members. Runs on SQLite and PostgreSQL alike.
// Texts that end with VALUES are completed by InsertMany, those that end with IN by SelectMany
// (libs/sql/database.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// A member stands in `members` as it is known now; its versions before stand in `member_history`.

inline constexpr sql::Query kGetMember{"get_member", R"sql(
  SELECT name, version, created_at, updated_at, body, recorded_from, CAST(NULL AS BIGINT)
  FROM members WHERE name = $1)sql"};

// Those of all clusters, as known now.
inline constexpr sql::Query kScanMembers{"scan_members", R"sql(
  SELECT name, version, created_at, updated_at, body, recorded_from, CAST(NULL AS BIGINT)
  FROM members WHERE name > $1 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kBatchGetMembers{"batch_get_members", R"sql(
  SELECT name, version, created_at, updated_at, body, recorded_from, CAST(NULL AS BIGINT)
  FROM members WHERE name IN)sql"};

// As known at $2. A clock that was set back could have made two.
inline constexpr sql::Query kGetMemberKnownAt{"get_member_known_at", R"sql(
  SELECT name, version, created_at, updated_at, body, recorded_from, CAST(NULL AS BIGINT)
  FROM members WHERE name = $1 AND recorded_from <= $2
  UNION ALL
  SELECT name, version, created_at, updated_at, body, recorded_from, recorded_until
  FROM member_history WHERE name = $1 AND recorded_from <= $2 AND recorded_until > $2
  ORDER BY recorded_from DESC LIMIT 1)sql"};

// Those of a cluster after $2, open on $3, of role $4 and kind $5; '' and 0 do not filter. All but
// one part of the UNION are empty; together they let each case use its index.
inline constexpr sql::Query kListMembers{"list_members", R"sql(
  SELECT name, version, created_at, updated_at, body, recorded_from, CAST(NULL AS BIGINT)
  FROM members
  WHERE $5 <> 0 AND cluster = $1 AND kind = $5 AND name > $2 AND ($4 = 0 OR role = $4)
    AND ($3 = '' OR (valid_from <= $3 AND valid_until >= $3))
  UNION ALL
  SELECT name, version, created_at, updated_at, body, recorded_from, CAST(NULL AS BIGINT)
  FROM members
  WHERE $5 = 0 AND $4 <> 0 AND cluster = $1 AND role = $4 AND name > $2
    AND ($3 = '' OR (valid_from <= $3 AND valid_until >= $3))
  UNION ALL
  SELECT name, version, created_at, updated_at, body, recorded_from, CAST(NULL AS BIGINT)
  FROM members
  WHERE $5 = 0 AND $4 = 0 AND cluster = $1 AND name > $2
    AND ($3 = '' OR (valid_from <= $3 AND valid_until >= $3))
  ORDER BY name LIMIT $6)sql"};

// The same as known at $7.
inline constexpr sql::Query kListMembersKnownAt{"list_members_known_at", R"sql(
  SELECT name, version, created_at, updated_at, body, recorded_from, CAST(NULL AS BIGINT)
  FROM members
  WHERE cluster = $1 AND name > $2 AND recorded_from <= $7
    AND ($3 = '' OR (valid_from <= $3 AND valid_until >= $3))
    AND ($4 = 0 OR role = $4) AND ($5 = 0 OR kind = $5)
  UNION ALL
  SELECT name, version, created_at, updated_at, body, recorded_from, recorded_until
  FROM member_history
  WHERE cluster = $1 AND name > $2 AND recorded_from <= $7 AND recorded_until > $7
    AND ($3 = '' OR (valid_from <= $3 AND valid_until >= $3))
    AND ($4 = 0 OR role = $4) AND ($5 = 0 OR kind = $5)
  ORDER BY name LIMIT $6)sql"};

inline constexpr sql::Query kCountMembers{"count_members", R"sql(
  SELECT kind, COUNT(*), COUNT(CASE WHEN committed THEN 1 END) FROM members
  WHERE cluster = $1 AND valid_from <= $2 AND valid_until >= $2
  GROUP BY kind ORDER BY kind)sql"};

inline constexpr sql::Query kCountMembersKnownAt{"count_members_known_at", R"sql(
  SELECT kind, COUNT(*), COUNT(CASE WHEN committed THEN 1 END) FROM (
    SELECT kind, committed FROM members
    WHERE cluster = $1 AND valid_from <= $2 AND valid_until >= $2 AND recorded_from <= $3
    UNION ALL
    SELECT kind, committed FROM member_history
    WHERE cluster = $1 AND valid_from <= $2 AND valid_until >= $2
      AND recorded_from <= $3 AND recorded_until > $3) AS known
  GROUP BY kind ORDER BY kind)sql"};

inline constexpr sql::Query kExistingMembers{"existing_members", R"sql(
  SELECT name FROM members WHERE name IN)sql"};

// Followed by ON CONFLICT (name) DO NOTHING RETURNING name.
inline constexpr sql::Query kInsertMembers{"insert_members", R"sql(
  INSERT INTO members (name, cluster, version, created_at, updated_at, kind, role, committed,
                       valid_from, valid_until, recorded_from, body) VALUES)sql"};

// Keeps the version that is about to be replaced at $2, unless it was never seen: it began in the
// same microsecond, or after it by a clock that was set back.
inline constexpr sql::Query kArchiveMember{"archive_member", R"sql(
  INSERT INTO member_history (name, cluster, version, created_at, updated_at, kind, role, committed,
                              valid_from, valid_until, recorded_from, recorded_until, body)
  SELECT name, cluster, version, created_at, updated_at, kind, role, committed,
         valid_from, valid_until, recorded_from, CAST($2 AS BIGINT), body
  FROM members WHERE name = $1 AND recorded_from < CAST($2 AS BIGINT))sql"};

inline constexpr sql::Query kUpdateMember{"update_member", R"sql(
  UPDATE members SET version = version + 1, updated_at = $2, kind = $3, role = $4, committed = $5,
    valid_from = $6, valid_until = $7, body = $8,
    recorded_from = CASE WHEN recorded_from > $2 THEN recorded_from ELSE $2 END
  WHERE name = $1 RETURNING version, recorded_from)sql"};

inline constexpr sql::Query kDeleteMember{"delete_member", R"sql(
  DELETE FROM members WHERE name = $1 RETURNING name)sql"};

// The versions that say the member is of kind $2, and then the identifiers of versions that are
// gone.
inline constexpr sql::Query kForgetMember{"forget_member", R"sql(
  DELETE FROM member_history WHERE name = $1 AND kind = $2)sql"};

inline constexpr sql::Query kForgetMemberIdentifiers{"forget_member_identifiers", R"sql(
  DELETE FROM member_identifier_history
  WHERE member = $1
    AND recorded_from NOT IN (SELECT recorded_from FROM member_history WHERE name = $1))sql"};

// Identifiers.

inline constexpr sql::Query kInsertMemberIdentifiers{"insert_member_identifiers", R"sql(
  INSERT INTO member_identifiers (scheme, value, cluster, member, valid_from, valid_until)
  VALUES)sql"};

// Keeps those of the version that kArchiveMember keeps.
inline constexpr sql::Query kArchiveMemberIdentifiers{"archive_member_identifiers", R"sql(
  INSERT INTO member_identifier_history (scheme, value, cluster, member, valid_from, valid_until,
                                         recorded_from, recorded_until)
  SELECT i.scheme, i.value, i.cluster, i.member, i.valid_from, i.valid_until, m.recorded_from,
         CAST($2 AS BIGINT)
  FROM members m JOIN member_identifiers i ON i.member = m.name
  WHERE m.name = $1 AND m.recorded_from < CAST($2 AS BIGINT))sql"};

inline constexpr sql::Query kDeleteMemberIdentifiers{"delete_member_identifiers", R"sql(
  DELETE FROM member_identifiers WHERE member = $1)sql"};

inline constexpr sql::Query kFindMemberships{"find_memberships", R"sql(
  SELECT scheme, value, cluster, member, valid_from, valid_until FROM member_identifiers
  WHERE (scheme, value, cluster) IN)sql"};

// Those in clusters that are not deleted and no more internal than exposure $7, after (cluster $3,
// member $4), open on $5 unless ''.
inline constexpr sql::Query kListMembershipsOfParty{"list_memberships_of_party", R"sql(
  SELECT m.name, m.version, m.created_at, m.updated_at, m.body, m.recorded_from,
         CAST(NULL AS BIGINT)
  FROM member_identifiers i
  JOIN members m ON m.name = i.member
  JOIN clusters c ON c.name = i.cluster
  WHERE i.scheme = $1 AND i.value = $2 AND (i.cluster, i.member) > ($3, $4)
    AND ($5 = '' OR (i.valid_from <= $5 AND i.valid_until >= $5))
    AND c.deleted_at IS NULL AND c.exposure <= $7
  ORDER BY i.cluster, i.member LIMIT $6)sql"};

// The same as known at $8. A cluster counts as it was then: not deleted, and no more internal than
// $7; and it is no more internal now.
inline constexpr sql::Query kListMembershipsOfPartyKnownAt{"list_memberships_of_party_known_at",
                                                           R"sql(
  SELECT m.name, m.version, m.created_at, m.updated_at, m.body, m.recorded_from,
         CAST(NULL AS BIGINT) AS recorded_until, i.cluster AS cluster, i.member AS member
  FROM member_identifiers i
  JOIN members m ON m.name = i.member
  JOIN clusters c ON c.name = i.cluster
  WHERE i.scheme = $1 AND i.value = $2 AND (i.cluster, i.member) > ($3, $4)
    AND ($5 = '' OR (i.valid_from <= $5 AND i.valid_until >= $5)) AND m.recorded_from <= $8
    AND c.exposure <= $7
    AND CASE WHEN c.updated_at <= $8 THEN c.deleted_at IS NULL
        ELSE EXISTS (SELECT 1 FROM cluster_versions v
                     WHERE v.name = c.name AND v.recorded_from <= $8 AND v.recorded_until > $8
                       AND v.deleted_at IS NULL AND v.exposure <= $7) END
  UNION ALL
  SELECT h.name, h.version, h.created_at, h.updated_at, h.body, h.recorded_from, h.recorded_until,
         i.cluster, i.member
  FROM member_identifier_history i
  JOIN member_history h ON h.name = i.member AND h.recorded_from = i.recorded_from
  JOIN clusters c ON c.name = i.cluster
  WHERE i.scheme = $1 AND i.value = $2 AND (i.cluster, i.member) > ($3, $4)
    AND ($5 = '' OR (i.valid_from <= $5 AND i.valid_until >= $5))
    AND i.recorded_from <= $8 AND i.recorded_until > $8
    AND c.exposure <= $7
    AND CASE WHEN c.updated_at <= $8 THEN c.deleted_at IS NULL
        ELSE EXISTS (SELECT 1 FROM cluster_versions v
                     WHERE v.name = c.name AND v.recorded_from <= $8 AND v.recorded_until > $8
                       AND v.deleted_at IS NULL AND v.exposure <= $7) END
  ORDER BY cluster, member LIMIT $6)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_QUERIES_H_
