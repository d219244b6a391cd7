-- Label schemes and labels with their history.

-- Bitemporal, like label_versions: one row for each record version of a scheme.
CREATE TABLE label_scheme_versions (
  name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  recorded_from BIGINT NOT NULL,
  recorded_until BIGINT CHECK (recorded_until >= recorded_from),
  created_at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  reason TEXT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE UNIQUE INDEX label_scheme_versions_present ON label_scheme_versions (name)
  WHERE recorded_until IS NULL;

-- Bitemporal: one row for each record version of a label. It was believed from recorded_from
-- (included) to recorded_until (excluded, NULL for the present one); rows are never changed
-- otherwise. `actor` recorded it, for `reason`.
CREATE TABLE label_versions (
  name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  scheme TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  recorded_from BIGINT NOT NULL,
  recorded_until BIGINT CHECK (recorded_until >= recorded_from),
  created_at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  reason TEXT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE UNIQUE INDEX label_versions_present ON label_versions (name) WHERE recorded_until IS NULL;

CREATE INDEX label_versions_by_cluster ON label_versions (cluster, name);

-- By kind first: SQLite, which has no statistics, would take an index that begins with the scheme
-- for the labels of one cluster and scheme, and read those of all clusters.
CREATE INDEX label_versions_by_kind ON label_versions (kind, scheme, cluster);
