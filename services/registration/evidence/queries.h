// The SQL of the rounds in which evidence is given back, written once for both engines.
#ifndef WICI_SERVICES_REGISTRATION_EVIDENCE_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_EVIDENCE_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::registration {

// With the event: $2 is its end.
inline constexpr sql::Query kInsertEvidenceRound{"insert_evidence_round", R"sql(
  INSERT INTO evidence_rounds (event, next_at, version) VALUES ($1, $2, 0))sql"};

inline constexpr sql::Query kMoveEvidenceRound{"move_evidence_round", R"sql(
  UPDATE evidence_rounds SET next_at = $2 WHERE event = $1)sql"};

inline constexpr sql::Query kListDueEvidence{"list_due_evidence", R"sql(
  SELECT event FROM evidence_rounds WHERE next_at <= $1 ORDER BY next_at, event LIMIT $2)sql"};

// What was given last, and the version of what there is now: it grows with the seats of the event,
// with its meetings and with its survey.
inline constexpr sql::Query kGetEvidenceRound{"get_evidence_round", R"sql(
  SELECT r.version,
         s.version + COALESCE((SELECT m.version FROM meeting_roots m WHERE m.event = r.event), 0)
           + COALESCE((SELECT v.revision + v.answered FROM surveys v WHERE v.event = r.event), 0)
  FROM evidence_rounds r JOIN event_seats s ON s.event = r.event
  WHERE r.event = $1)sql"};

inline constexpr sql::Query kSettleEvidenceRound{"settle_evidence_round", R"sql(
  UPDATE evidence_rounds SET version = $2, next_at = $3 WHERE event = $1)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVIDENCE_QUERIES_H_
