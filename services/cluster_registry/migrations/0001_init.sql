-- Regions, label schemes, clusters with members, contacts and labels, initiatives.
--
-- `body` is the serialized resource of the contract (proto/wici/cluster_registry/v1); columns beside
-- it are what queries look at. Personal data stand in `contacts` only.

CREATE TABLE regions (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  country TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

-- A code of one version belongs to one region (R2).
CREATE TABLE region_codes (
  scheme TEXT COLLATE "C" NOT NULL,
  version TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  region TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (scheme, version, code)
);

CREATE INDEX region_codes_by_region ON region_codes (region);

CREATE INDEX region_codes_by_code ON region_codes (code);

CREATE TABLE label_schemes (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

-- `version` is that of the cluster's own fields (its etag); `aggregate_version` grows with every
-- transaction that touches the cluster or what belongs to it, and its update is their common lock.
CREATE TABLE clusters (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  aggregate_version BIGINT NOT NULL,
  state BIGINT NOT NULL,
  country TEXT COLLATE "C" NOT NULL,
  home_region TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT,
  body BYTEA NOT NULL
);

CREATE INDEX clusters_by_country ON clusters (country, name);

CREATE INDEX clusters_by_home_region ON clusters (home_region, name);

CREATE TABLE members (
  name TEXT COLLATE "C" PRIMARY KEY,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX members_by_cluster ON members (cluster, name);

-- Personal data: erased by deleting the row.
CREATE TABLE contacts (
  name TEXT COLLATE "C" PRIMARY KEY,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX contacts_by_cluster ON contacts (cluster, name);

-- Bitemporal: one row for each record version of a label. It was believed from recorded_from
-- (included) to recorded_until (excluded, NULL for the present one); rows are never changed
-- otherwise.
CREATE TABLE label_versions (
  name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  scheme TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  recorded_from BIGINT NOT NULL,
  recorded_until BIGINT CHECK (recorded_until >= recorded_from),
  created_at BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE UNIQUE INDEX label_versions_present ON label_versions (name) WHERE recorded_until IS NULL;

CREATE INDEX label_versions_by_cluster ON label_versions (cluster, name);

CREATE TABLE initiatives (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);
