#!/usr/bin/python3
"""Every query of notification finds its rows by an index, on PostgreSQL with data
(libs/sql/query_plans.py). Says so and passes where WICI_TEST_POSTGRES is not set."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "libs/sql"))

import query_plans  # noqa: E402

NOTIFICATIONS = 3000
# Tables without rows are left without statistics, as they are in a new database. A tenth of the
# deliveries is put off, a fifth of these being CANCELs, a tenth queued; the others have arrived. A
# fifth is about a session.
DATA = f"""
  INSERT INTO notifications (id, revision, version, template, event, root_event, channel,
                             unknown_policy, cause, cancelled, schedule_at, expires_at, created_at,
                             updated_at)
    SELECT 'n' || i, 1, 1, 'templates/invitation',
           'events/e' || i % 50 || CASE i % 5 WHEN 0 THEN '/sessions/s' ELSE '' END,
           'events/e' || i % 50, 1, 1, '', FALSE, 0, 0, 0, 0
    FROM generate_series(1, {NOTIFICATIONS}) AS i;
  INSERT INTO deliveries (id, notification_id, template, event, resource, person, channel,
                          unknown_policy, calendar_method, calendar_sequence, state, prior_state,
                          reason, cancelled, attempt, fence, begun, may_have_arrived, repeat_allowed,
                          lease_owner, next_at, expires_at, last_outcome, last_code,
                          last_enhanced_code, version, created_at, updated_at)
    SELECT 'd' || i || '.' || j, 'n' || i, 'templates/invitation', 'events/e' || i % 50, '',
           'persons/p' || j, 1, 1, 0, 0, CASE i % 10 WHEN 0 THEN 1 WHEN 1 THEN 3 ELSE 4 END, 1, 0,
           FALSE, 1, 1, FALSE, FALSE, FALSE, '', CASE WHEN i % 10 < 2 THEN i END, 0, 1, 0, '', 1, 0, 0
    FROM generate_series(1, {NOTIFICATIONS}) AS i, generate_series(1, 5) AS j;
  UPDATE deliveries SET event = event || '/sessions/s', resource = event || '/registrations/' || id,
                        calendar_method = 1 WHERE id LIKE '%.1';
  UPDATE deliveries SET calendar_method = 2 WHERE state = 3 AND id LIKE '%.2';
  INSERT INTO attempts (delivery_id, n, fence, phase, started_at, ended_at, outcome, code,
                        enhanced_code)
    SELECT 'd' || i || '.' || j, 1, 1, 2, 0, 0, 1, 250, ''
    FROM generate_series(1, {NOTIFICATIONS}) AS i, generate_series(1, 5) AS j;
"""
FILLED = ("notifications", "deliveries", "attempts")


if __name__ == "__main__":
    sys.exit(query_plans.check(HERE, "wici-notification", DATA, FILLED, must_fail=(
        "SELECT id FROM deliveries WHERE template = $1", "SELECT id FROM deliveries ORDER BY id"),
        must_use={"list_waits_of_ahead": "deliveries_waits"}))
