// The SQL of documents, written once for both engines.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kCountRegistrationsOfEvent{"count_registrations_of_event", R"sql(
  SELECT COUNT(*) FROM registrations WHERE event = $1)sql"};

inline constexpr sql::Query kCountInvitationsOfEvent{"count_invitations_of_event", R"sql(
  SELECT COUNT(*) FROM invitations WHERE event = $1)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_QUERIES_H_
