-- Audiences: indexes that narrow a rule to its clusters, people known by their address, and frozen
-- audiences with their review queue.

-- The address as it is compared: people with one address are one person. Personal data, and erased
-- with the row. Empty for a row written before this column: nobody is merged with it.
ALTER TABLE contacts ADD COLUMN email_key TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE INDEX contacts_by_email ON contacts (email_key, name);

CREATE INDEX clusters_without_region ON clusters (country, name) WHERE home_region = '';

-- By kind first: SQLite, which has no statistics, would take an index that begins with the scheme for
-- the labels of one cluster and scheme, and read those of all clusters.
CREATE INDEX label_versions_by_kind ON label_versions (kind, scheme, cluster);

-- The one row that every change of a region moves.
CREATE TABLE region_generation (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  generation BIGINT NOT NULL
);

INSERT INTO region_generation (id, generation) VALUES (1, 0);

-- A frozen audience: root of an aggregate with its rows.
CREATE TABLE audience_snapshots (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

-- `pending` is 1 while a person has to decide about the row.
CREATE TABLE audience_snapshot_rows (
  name TEXT COLLATE "C" PRIMARY KEY,
  snapshot TEXT COLLATE "C" NOT NULL REFERENCES audience_snapshots (name),
  contact TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  pending BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE UNIQUE INDEX audience_snapshot_rows_by_contact ON audience_snapshot_rows (snapshot, contact);

CREATE INDEX audience_snapshot_rows_by_snapshot ON audience_snapshot_rows (snapshot, name);

CREATE INDEX audience_snapshot_rows_pending ON audience_snapshot_rows (snapshot, name)
  WHERE pending = 1;
