// The SQL of forms and of the retention of answers, written once for both engines.
//
// Column orders are those of form_rows.h. Texts that end in IN are completed by SelectMany
// (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_FORMS_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_FORMS_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kInsertForm{"insert_form", R"sql(
  INSERT INTO form_definitions (event, version, category, stage, current, body, created_at)
  VALUES ($1, $2, $3, $4, 1, $5, $6))sql"};

inline constexpr sql::Query kReplaceForm{"replace_form", R"sql(
  UPDATE form_definitions SET current = 0
  WHERE event = $1 AND category = $2 AND stage = $3 AND current = 1)sql"};

// With the time from which the retention of answers counts (EndOf in rules/retention.h).
inline constexpr sql::Query kGetCurrentForms{"get_current_forms", R"sql(
  SELECT event, version, category, stage, current, body, created_at,
         (SELECT CASE WHEN s.closes_at > e.end_at THEN s.closes_at ELSE e.end_at END
          FROM events e JOIN event_seats s ON s.event = e.name
          WHERE e.name = form_definitions.event)
  FROM form_definitions WHERE (event, category, stage, current) IN)sql"};

inline constexpr sql::Query kGetForms{"get_forms", R"sql(
  SELECT event, version, category, stage, current, body, created_at
  FROM form_definitions WHERE (event, version) IN)sql"};

inline constexpr sql::Query kListForms{"list_forms", R"sql(
  SELECT event, version, category, stage, current, body, created_at
  FROM form_definitions WHERE event = $1 AND version < $2 ORDER BY version DESC LIMIT $3)sql"};

inline constexpr sql::Query kSetDeadline{"set_form_deadline", R"sql(
  INSERT INTO form_deadlines (event, days, due_at)
  VALUES ($1, $2, $2 * 86400000000 +
          (SELECT CASE WHEN s.closes_at > e.end_at THEN s.closes_at ELSE e.end_at END
           FROM events e JOIN event_seats s ON s.event = e.name WHERE e.name = $1))
  ON CONFLICT (event, days) DO UPDATE SET due_at = excluded.due_at)sql"};

// Of an event whose retention counts from $2 now.
inline constexpr sql::Query kMoveDeadlines{"move_form_deadlines", R"sql(
  UPDATE form_deadlines SET due_at = $2 + days * 86400000000
  WHERE event = $1 AND (due_at IS NULL OR due_at <> $2 + days * 86400000000))sql"};

inline constexpr sql::Query kListDueDeadlines{"list_due_form_deadlines", R"sql(
  SELECT event, days, due_at FROM form_deadlines WHERE due_at IS NOT NULL AND due_at <= $1
  ORDER BY due_at, event, days LIMIT $2)sql"};

// Unless the event was moved meanwhile.
inline constexpr sql::Query kFinishDeadline{"finish_form_deadline", R"sql(
  UPDATE form_deadlines SET due_at = NULL WHERE event = $1 AND days = $2 AND due_at = $3)sql"};

inline constexpr sql::Query kGetEndOfEvent{"get_end_of_event", R"sql(
  SELECT CASE WHEN s.closes_at > e.end_at THEN s.closes_at ELSE e.end_at END
  FROM events e JOIN event_seats s ON s.event = e.name WHERE e.name = $1)sql"};

inline constexpr sql::Query kListAnswered{"list_answered", R"sql(
  SELECT id, body, person FROM registrations WHERE event = $1 AND id > $2
  ORDER BY id LIMIT $3)sql"};

inline constexpr sql::Query kForgetNeeds{"forget_special_needs", R"sql(
  UPDATE persons SET special_needs = '' WHERE id IN)sql"};
inline constexpr std::string_view kForgetNeedsSuffix = R"sql(
  AND special_needs <> '' RETURNING registration)sql";

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_QUERIES_H_
