-- Regions and their codes.
--
-- In all tables of this service `body` is the serialized resource of the contract
-- (proto/wici/cluster_registry/v1); columns beside it are what queries look at. Personal data stand
-- in `contacts` only.

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

-- The one row that every change of a region moves.
CREATE TABLE region_generation (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  generation BIGINT NOT NULL
);

INSERT INTO region_generation (id, generation) VALUES (1, 0);
