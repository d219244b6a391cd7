-- Clusters with their record history and the indexes of their lists, identifiers, successions.

-- `version` is that of the cluster's own fields (its etag); `aggregate_version` grows with every
-- transaction that touches the cluster or what belongs to it, and its update is their common lock.
-- `exposure` is the narrowest circle that may see the cluster (wici.cluster_registry.v1.Visibility:
-- 1 public, 2 partners, 3 internal), found by the rules from state and visibility. changed_by and
-- change_kind say who recorded the present version and what was done, by the name of its change.
CREATE TABLE clusters (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  aggregate_version BIGINT NOT NULL,
  state BIGINT NOT NULL,
  country TEXT COLLATE "C" NOT NULL,
  home_region TEXT COLLATE "C" NOT NULL,
  exposure BIGINT NOT NULL,
  changed_by TEXT COLLATE "C" NOT NULL,
  change_kind TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT,
  body BYTEA NOT NULL
);

CREATE INDEX clusters_by_country ON clusters (country, name);

CREATE INDEX clusters_by_home_region ON clusters (home_region, name);

CREATE INDEX clusters_by_state ON clusters (state, name);

CREATE INDEX clusters_by_country_and_state ON clusters (country, state, name);

-- What callers outside the registry may see.
CREATE INDEX clusters_open ON clusters (name) WHERE exposure <= 2;

CREATE INDEX clusters_without_region ON clusters (country, name) WHERE home_region = '';

-- Bitemporal: the versions before the present one, which stands in `clusters` and is believed since
-- its updated_at. A version was believed from recorded_from (included) to recorded_until
-- (excluded); rows are never changed.
CREATE TABLE cluster_versions (
  name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  country TEXT COLLATE "C" NOT NULL,
  home_region TEXT COLLATE "C" NOT NULL,
  exposure BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  recorded_from BIGINT NOT NULL,
  recorded_until BIGINT NOT NULL CHECK (recorded_until >= recorded_from),
  deleted_at BIGINT,
  changed_by TEXT COLLATE "C" NOT NULL,
  change_kind TEXT COLLATE "C" NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE INDEX cluster_versions_by_time ON cluster_versions (name, recorded_from, version);

-- Audiences as known at an instant: whether a version was believed then stands in the index.
CREATE INDEX cluster_versions_by_country
  ON cluster_versions (country, name, recorded_from, recorded_until);

CREATE INDEX cluster_versions_by_home_region
  ON cluster_versions (home_region, name, recorded_from, recorded_until);

CREATE INDEX cluster_versions_without_region
  ON cluster_versions (country, name, recorded_from, recorded_until) WHERE home_region = '';

-- An identifier belongs to one active party of a collection, "clusters" for instance (C6).
CREATE TABLE external_ids (
  collection TEXT COLLATE "C" NOT NULL,
  scheme TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  party TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (collection, scheme, value)
);

CREATE INDEX external_ids_by_party ON external_ids (party);

-- `settled_at` is when its effects on clusters and labels were complete, or taken back after it was
-- withdrawn.
CREATE TABLE successions (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  settled_at BIGINT,
  withdrawn BOOLEAN NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX successions_unsettled ON successions (name) WHERE settled_at IS NULL;

CREATE TABLE succession_clusters (
  cluster TEXT COLLATE "C" NOT NULL,
  succession TEXT COLLATE "C" NOT NULL,
  effective_on TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (cluster, succession)
);

CREATE INDEX succession_clusters_by_succession ON succession_clusters (succession, cluster);

-- Who continues whom, by successions that are not withdrawn. `ends` says that the predecessor does not go on beside its successors.
CREATE TABLE succession_edges (
  predecessor TEXT COLLATE "C" NOT NULL,
  successor TEXT COLLATE "C" NOT NULL,
  succession TEXT COLLATE "C" NOT NULL,
  effective_on TEXT COLLATE "C" NOT NULL,
  ends BOOLEAN NOT NULL,
  PRIMARY KEY (predecessor, successor, succession)
);

CREATE INDEX succession_edges_by_succession ON succession_edges (succession);

-- The lock of the graph of successions, which no other row of a transaction could be.
CREATE TABLE succession_graph (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL
);

INSERT INTO succession_graph (name, version) VALUES ('successions', 1);
