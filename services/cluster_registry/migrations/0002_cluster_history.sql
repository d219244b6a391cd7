-- Record history of clusters, who may see them, and the indexes of their lists.

-- `exposure` is the narrowest circle that may see the cluster (wici.cluster_registry.v1.Visibility:
-- 1 public, 2 partners, 3 internal), found by the rules from state and visibility. Rows from before
-- are internal until they are saved again.
ALTER TABLE clusters ADD COLUMN exposure BIGINT NOT NULL DEFAULT 3;

-- Who recorded the present version and what was done, by the name of its change.
ALTER TABLE clusters ADD COLUMN changed_by TEXT COLLATE "C" NOT NULL DEFAULT '';

ALTER TABLE clusters ADD COLUMN change_kind TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE INDEX clusters_by_state ON clusters (state, name);

CREATE INDEX clusters_by_country_and_state ON clusters (country, state, name);

-- What callers outside the registry may see.
CREATE INDEX clusters_open ON clusters (name) WHERE exposure <= 2;

-- Bitemporal: the versions before the present one, which stands in `clusters` and is believed since
-- its updated_at. A version was believed from recorded_from (included) to recorded_until (excluded);
-- rows are never changed.
CREATE TABLE cluster_versions (
  name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
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
