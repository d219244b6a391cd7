#!/usr/bin/python3
"""Every query of the registry finds its rows by an index, on PostgreSQL with data
(libs/sql/query_plans.py). Says so and passes where WICI_TEST_POSTGRES is not set."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "libs/sql"))

import query_plans  # noqa: E402

CLUSTERS = 3000
# Tables without rows are left without statistics, as they are in a new database.
DATA = f"""
  INSERT INTO clusters (name, version, aggregate_version, state, country, home_region, exposure,
                        changed_by, change_kind, created_at, updated_at, body)
    SELECT 'clusters/c' || i, 1, 1, 3, CASE WHEN i % 3 = 0 THEN 'DE' ELSE 'PL' END,
           CASE WHEN i % 10 = 0 THEN '' ELSE 'regions/r' || i % 50 END, 3, '', '', 0, 0, ''
    FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO contacts (name, cluster, version, person, email_key, created_at, updated_at, body)
    SELECT 'clusters/c' || i || '/contacts/m', 'clusters/c' || i, 1, NULL, i || '@example.org', 0, 0,
           ''
    FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO label_versions (name, version, cluster, scheme, kind, recorded_from, created_at, actor,
                              reason, body)
    SELECT 'clusters/c' || i || '/labels/' || j, 1, 'clusters/c' || i, 'labelSchemes/esca',
           CASE j WHEN 1 THEN 'BRONZE' WHEN 2 THEN 'SILVER' ELSE 'GOLD' END, 0, 0, '', '', ''
    FROM generate_series(1, {CLUSTERS}) AS i, generate_series(1, 3) AS j;
  INSERT INTO members (name, cluster, version, kind, role, committed, valid_from, valid_until,
                       recorded_from, created_at, updated_at, body)
    SELECT 'clusters/c' || i || '/members/m', 'clusters/c' || i, 1, 0, 0, FALSE, '', '9999-12-31',
           0, 0, 0, ''
    FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO regions (name, version, country, created_at, updated_at, body)
    SELECT 'regions/r' || i, 1, 'PL', 0, 0, '' FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO region_codes (scheme, version, code, region)
    SELECT 'NUTS', '2016', 'R' || i, 'regions/r' || i FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO label_scheme_versions (name, version, recorded_from, recorded_until, created_at, actor,
                                     reason, body)
    SELECT 'labelSchemes/s' || i, j, j, CASE j WHEN 1 THEN 2 END, 0, '', '', ''
    FROM generate_series(1, 300) AS i, generate_series(1, 2) AS j;
  INSERT INTO initiatives (name, version, created_at, updated_at, body)
    SELECT 'initiatives/i' || i, 1, 0, 0, '' FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO initiative_participants (participant, initiative)
    SELECT 'clusters/c' || i, 'initiatives/i' || j
    FROM generate_series(1, {CLUSTERS}) AS i, generate_series(1, 3) AS j;
  INSERT INTO audience_snapshots (name, version, created_at, updated_at, body)
    SELECT 'audienceSnapshots/s' || i, 1, 0, 0, '' FROM generate_series(1, 100) AS i;
  INSERT INTO audience_snapshot_rows (name, snapshot, contact, version, pending, created_at,
                                      updated_at, body)
    SELECT 'audienceSnapshots/s' || i || '/rows/' || j, 'audienceSnapshots/s' || i, 'contact' || j,
           1, j % 2, 0, 0, ''
    FROM generate_series(1, 100) AS i, generate_series(1, 50) AS j;
  INSERT INTO cluster_versions (name, version, country, home_region, exposure, created_at,
                                recorded_from, recorded_until, changed_by, change_kind, body)
    SELECT 'clusters/c' || i, j, 'PL', CASE WHEN i % 10 = 0 THEN '' ELSE 'regions/r' || i % 50 END,
           3, 0, j, j + 1, '', '', ''
    FROM generate_series(1, {CLUSTERS}) AS i, generate_series(1, 2) AS j;
  INSERT INTO contact_role_history (contact, position, role, valid_from, valid_until, is_primary,
                                    recorded_from, recorded_until)
    SELECT 'clusters/c' || i || '/contacts/m', 0, 1, '', '9999-12-31', FALSE, 0, 1
    FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO successions (name, version, created_at, updated_at, withdrawn, body)
    SELECT 'successions/s' || i, 1, 0, 0, FALSE, '' FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO succession_clusters (cluster, succession, effective_on)
    SELECT 'clusters/c' || i + j, 'successions/s' || i, '2015-01-01'
    FROM generate_series(1, {CLUSTERS}) AS i, generate_series(0, 1) AS j;
  INSERT INTO succession_edges (predecessor, successor, succession, effective_on, ends)
    SELECT 'clusters/c' || i, 'clusters/c' || i + 1, 'successions/s' || i, '2015-01-01', true
    FROM generate_series(1, {CLUSTERS}) AS i;
"""
FILLED = ("clusters", "cluster_versions", "contacts", "contact_role_history", "label_versions", "members", "regions", "region_codes",
          "label_scheme_versions", "initiatives", "initiative_participants", "audience_snapshots",
          "audience_snapshot_rows", "successions", "succession_clusters", "succession_edges")


if __name__ == "__main__":
    sys.exit(query_plans.check(HERE, "wici-cluster-registry", DATA, FILLED, must_fail=(
        "SELECT body FROM clusters WHERE version = $1", "SELECT name FROM clusters ORDER BY name")))
