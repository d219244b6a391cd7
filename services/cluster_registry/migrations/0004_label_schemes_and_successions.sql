-- Label schemes with their history, who recorded which version of a label and why, successions of
-- clusters.

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

INSERT INTO label_scheme_versions (name, version, recorded_from, created_at, actor, reason, body)
SELECT name, version, updated_at, created_at, '', '', body FROM label_schemes;

DROP TABLE label_schemes;

ALTER TABLE label_versions ADD COLUMN actor TEXT COLLATE "C" NOT NULL DEFAULT '';

ALTER TABLE label_versions ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- `applied_at` is when its effects on clusters and labels were complete.
CREATE TABLE successions (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  applied_at BIGINT,
  body BYTEA NOT NULL
);

CREATE INDEX successions_pending ON successions (name) WHERE applied_at IS NULL;

CREATE TABLE succession_clusters (
  cluster TEXT COLLATE "C" NOT NULL,
  succession TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (cluster, succession)
);

-- Who continues whom. `ends` says that the predecessor does not go on beside its successors.
CREATE TABLE succession_edges (
  predecessor TEXT COLLATE "C" NOT NULL,
  successor TEXT COLLATE "C" NOT NULL,
  succession TEXT COLLATE "C" NOT NULL,
  effective_on TEXT COLLATE "C" NOT NULL,
  ends BOOLEAN NOT NULL,
  PRIMARY KEY (predecessor, successor, succession)
);

-- The lock of the graph of successions, which no other row of a transaction could be.
CREATE TABLE succession_graph (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL
);

INSERT INTO succession_graph (name, version) VALUES ('successions', 1);
