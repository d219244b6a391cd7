-- Initiatives and who takes part in them; frozen audiences with their review queue.

CREATE TABLE initiatives (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

-- What was believed before the present version, from recorded_from (included) to recorded_until
-- (excluded), also of initiatives that are removed.
CREATE TABLE initiative_versions (
  name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  recorded_from BIGINT NOT NULL,
  recorded_until BIGINT NOT NULL CHECK (recorded_until > recorded_from),
  body BYTEA NOT NULL,
  PRIMARY KEY (name, recorded_from)
);

-- One row for each participant of an initiative that is a resource, whatever its roles.
CREATE TABLE initiative_participants (
  participant TEXT COLLATE "C" NOT NULL,
  initiative TEXT COLLATE "C" NOT NULL REFERENCES initiatives (name),
  PRIMARY KEY (participant, initiative)
);

CREATE INDEX initiative_participants_by_initiative ON initiative_participants (initiative);

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
