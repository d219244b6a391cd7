#!/usr/bin/python3
"""Every query of registration finds its rows by an index, on PostgreSQL with data
(libs/sql/query_plans.py). Says so and passes where WICI_TEST_POSTGRES is not set."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "libs/sql"))

import query_plans  # noqa: E402

EVENTS = 100
EACH = 100  # registrations, invitations and meetings of an event
# Tables without rows are left without statistics, as they are in a new database.
DATA = f"""
  INSERT INTO events (name, revision, state, start_at, end_at, body, created_at, updated_at,
                      series)
    SELECT 'events/e' || i, 1, 2, i, i + 1, '', 0, 0, 'eventSeries/s' || i % 10 FROM generate_series(1, {EVENTS}) AS i;
  INSERT INTO event_seats (event, version, state, opens_at, closes_at, approval, admission, capacity,
                           waiting_list_capacity, confirmed, waitlisted, pending, checked_in,
                           next_waiting_number, held, reserved, categories, limited_sessions,
                           offer_micros, offer_requeues, party_limit)
    SELECT 'events/e' || i, 1, 2, 0, 0, 1, 2, 1000, 1000, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0
    FROM generate_series(1, {EVENTS}) AS i;
  INSERT INTO sessions (event, id, revision, start_at, end_at, body, created_at, updated_at)
    SELECT 'events/e' || i, 's' || j, 1, j, j + 1, '', 0, 0
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, 10) AS j;
  INSERT INTO quotas (event, kind, id, size, reserved, taken, waiting, pending, approval, priority,
                      start_at, end_at)
    SELECT 'events/e' || i, kind, 's' || j, 100, 0, 0, 0, 0, 0, 4, 0, 0
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, 2) AS kind,
         generate_series(1, 10) AS j;
  INSERT INTO admission_categories (event, id, revision, body, created_at, updated_at)
    SELECT 'events/e' || i, 's' || j, 1, '', 0, 0
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, 10) AS j;
  INSERT INTO invitations (event, id, revision, state, person, answer, answered_at, registration,
                           reminded_at, reminder_count, body, created_at, updated_at, person_key,
                           audience, decide_at, expires_at, due_at)
    SELECT 'events/e' || i, 'i' || j, 1, 1, 'clusters/c/contacts/' || j, 0, NULL, '', NULL, 0, '',
           i, 0, '', '', CASE j % 10 WHEN 0 THEN j END, CASE j % 10 WHEN 1 THEN j END,
           CASE j % 10 WHEN 2 THEN j END
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO registrations (event, id, revision, state, person, active_key, invitation,
                             waiting_number, checked_in_at, body, created_at, updated_at, category,
                             expires_at, log, event_version)
    SELECT 'events/e' || i, 'r' || j, 1, 1 + j % 11, 'persons/' || i || '-' || j, i || ' ' || j, '',
           CASE j % 11 WHEN 2 THEN j END, NULL, '', 0, 0, '', CASE WHEN j % 11 > 7 THEN j END, '',
           j
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO persons (id, registration, given_name, family_name, email, language, organisation,
                       special_needs, created_at)
    SELECT 'persons/' || i || '-' || j, '', '', '', '', '', '', CASE j % 2 WHEN 0 THEN 'ramp' ELSE '' END, 0
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO meeting_roots (event, version)
    SELECT 'events/e' || i, 1 FROM generate_series(1, {EVENTS}) AS i;
  INSERT INTO meeting_profiles (event, registration, revision, body, words, created_at, updated_at)
    SELECT 'events/e' || i, 'r' || j, 1, '', '', 0, 0
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO meetings (event, id, revision, session, requester, invitee, state, expires_at, slot,
                        start_at, end_at, table_number, calendar_sequence, open_pair, body,
                        requester_words, invitee_words, created_at, updated_at)
    SELECT 'events/e' || i, 'm' || j, 1, 's' || j % 3, 'r' || j, 'r' || j + 1, 1 + j % 9,
           CASE j % 9 WHEN 0 THEN j END, NULL, NULL, NULL, NULL, 0, 'p' || j, '', '', '', 0, 0
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO meeting_schedules (event, session, revision, state, body, created_at, published_at)
    SELECT 'events/e' || i, 's' || j, 1, 1, '', 0, NULL
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, 3) AS j;
  INSERT INTO invitation_people (event, known_as, invitation)
    SELECT 'events/e' || i, 'clusters/c/contacts/' || j, 'i' || j
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO event_series (name, body, created_at)
    SELECT 'eventSeries/s' || i, '', i FROM generate_series(1, {EVENTS}) AS i;
  INSERT INTO vouchers (event, id, revision, code_key, state, releases_at, body, created_at,
                        updated_at)
    SELECT 'events/e' || i, 'v' || j, 1, 'k' || j, 1, CASE j % 10 WHEN 0 THEN j END, '', 0, 0
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO voucher_log (event, voucher, version, step, kind, registration, actor, happened_at)
    SELECT 'events/e' || i, 'v' || j, j, 0, 'used', 'r' || j, '', 0
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO waiting_lines (event, id, category, waiting_number)
    SELECT 'events/e' || i, 'r' || j, 's' || j % 3, CASE WHEN j % 2 = 0 THEN j END
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO waiting_groups (event, group_id, id)
    SELECT 'events/e' || i, 'g' || j / 4, 'r' || j
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
  INSERT INTO party_registrations (event, party, id)
    SELECT 'events/e' || i, 'members/m' || j / 10, 'r' || j
    FROM generate_series(1, {EVENTS}) AS i, generate_series(1, {EACH}) AS j;
"""
FILLED = ("events", "event_seats", "sessions", "quotas", "admission_categories", "invitations",
          "registrations", "persons", "meeting_roots", "meeting_profiles", "meetings",
          "meeting_schedules", "invitation_people", "event_series", "vouchers", "voucher_log",
          "waiting_lines", "waiting_groups", "party_registrations")

if __name__ == "__main__":
    sys.exit(query_plans.check(HERE, "wici-registration", DATA, FILLED, must_fail=(
        "SELECT body FROM registrations WHERE person = $1", "SELECT name FROM events ORDER BY name")))
