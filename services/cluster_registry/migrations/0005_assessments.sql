-- Assessments and the indicator sets they are judged by. Confidential: results stand in the body of
-- `assessments` and nowhere else.

CREATE TABLE indicator_sets (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  scheme TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  set_version TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

-- A version of the indicators of a kind is there once.
CREATE UNIQUE INDEX indicator_sets_by_version ON indicator_sets (scheme, kind, set_version);

-- group_* are the peer groups ("country:PL") an assessment is in, '' when not known. decided_at is
-- when it was approved or rejected by its results.
CREATE TABLE assessments (
  name TEXT COLLATE "C" PRIMARY KEY,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  version BIGINT NOT NULL,
  indicator_set TEXT COLLATE "C" NOT NULL REFERENCES indicator_sets (name),
  decided_at BIGINT,
  group_portfolio TEXT COLLATE "C" NOT NULL,
  group_country TEXT COLLATE "C" NOT NULL,
  group_size TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX assessments_by_cluster ON assessments (cluster, name);

CREATE INDEX assessments_by_decision ON assessments (indicator_set, decided_at, name);
