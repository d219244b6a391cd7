// The SQL of contacts. Runs on SQLite and PostgreSQL alike.
// Texts that end with VALUES are completed by InsertMany, those that end with IN by SelectMany
// (libs/sql/database.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

inline constexpr sql::Query kGetContact{"get_contact", R"sql(
  SELECT name, version, created_at, updated_at, body FROM contacts WHERE name = $1)sql"};

inline constexpr sql::Query kGetContacts{"get_contacts", R"sql(
  SELECT name, version, created_at, updated_at, body FROM contacts WHERE name IN)sql"};

inline constexpr sql::Query kListContacts{"list_contacts", R"sql(
  SELECT name, version, created_at, updated_at, body FROM contacts
  WHERE cluster = $1 AND name > $2 ORDER BY name LIMIT $3)sql"};

// The same human being, in any cluster.
inline constexpr sql::Query kListContactsOfPerson{"list_contacts_of_person", R"sql(
  SELECT name, version, created_at, updated_at, body FROM contacts
  WHERE person = $1 AND name > $2 ORDER BY person, name LIMIT $3)sql"};

inline constexpr sql::Query kInsertContact{"insert_contact", R"sql(
  INSERT INTO contacts (name, cluster, version, created_at, updated_at, body, email_key, person)
  VALUES ($1, $2, 1, $3, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateContact{"update_contact", R"sql(
  UPDATE contacts SET version = version + 1, updated_at = $2, body = $3, email_key = $4,
    person = $5
  WHERE name = $1 RETURNING version)sql"};

inline constexpr sql::Query kDeleteContact{"delete_contact", R"sql(
  DELETE FROM contacts WHERE name = $1 RETURNING name)sql"};

// Of any number of clusters.
inline constexpr sql::Query kListContactsOfClusters{"list_contacts_of_clusters", R"sql(
  SELECT name, version, created_at, updated_at, body FROM contacts WHERE cluster IN)sql"};

// Who has one of these addresses, or is one of these people.
inline constexpr sql::Query kContactsByEmail{"contacts_by_email", R"sql(
  SELECT name, email_key FROM contacts WHERE email_key IN)sql"};

inline constexpr sql::Query kContactsByPerson{"contacts_by_person", R"sql(
  SELECT name, person FROM contacts WHERE person IN)sql"};

// Roles: of a contact by position, the present one first.

inline constexpr sql::Query kInsertContactRoles{"insert_contact_roles", R"sql(
  INSERT INTO contact_roles (contact, position, cluster, role, valid_from, valid_until, is_primary,
                             recorded_from)
  VALUES)sql"};

inline constexpr sql::Query kGetContactRoles{"get_contact_roles", R"sql(
  SELECT role, valid_from, valid_until, is_primary, recorded_from FROM contact_roles
  WHERE contact = $1 ORDER BY position)sql"};

// Keeps what is about to be replaced at $2, unless it was never seen: it began at the same instant.
inline constexpr sql::Query kArchiveContactRoles{"archive_contact_roles", R"sql(
  INSERT INTO contact_role_history (contact, position, role, valid_from, valid_until, is_primary,
                                    recorded_from, recorded_until)
  SELECT contact, position, role, valid_from, valid_until, is_primary, recorded_from,
         CAST($2 AS BIGINT)
  FROM contact_roles WHERE contact = $1 AND recorded_from < CAST($2 AS BIGINT))sql"};

inline constexpr sql::Query kContactRoleHistory{"contact_role_history", R"sql(
  SELECT contact, position, role, valid_from, valid_until, is_primary, recorded_from,
         recorded_until
  FROM contact_role_history WHERE contact IN)sql"};

inline constexpr sql::Query kForgetContactRoles{"forget_contact_roles", R"sql(
  DELETE FROM contact_role_history WHERE contact = $1)sql"};

inline constexpr sql::Query kDeleteContactRoles{"delete_contact_roles", R"sql(
  DELETE FROM contact_roles WHERE contact = $1)sql"};

inline constexpr sql::Query kListContactRoles{"list_contact_roles", R"sql(
  SELECT contact, valid_from, valid_until, is_primary FROM contact_roles
  WHERE cluster = $1 AND role = $2 ORDER BY contact)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_QUERIES_H_
