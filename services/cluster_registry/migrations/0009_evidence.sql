-- What events count for with clusters, as who keeps the events has given it. Numbers, no people.

-- Which version of an event is kept.
CREATE TABLE event_evidence (
  event TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- `body` is a ClusterEvidence without what has a column.
CREATE TABLE cluster_evidence (
  cluster TEXT COLLATE "C" NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (cluster, event)
);

CREATE INDEX cluster_evidence_by_event ON cluster_evidence (event);
