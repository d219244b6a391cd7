-- Imports under way: what is left of their files, and what became of the rows.

-- `state` as in the contract. Who works on an import holds its lease; what makes a step count is
-- the version, which every step checks, so two workers do no harm.
CREATE TABLE imports (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  state BIGINT NOT NULL,
  lease_owner TEXT COLLATE "C" NOT NULL,
  lease_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX imports_by_state ON imports (state, name);

-- The file, in the parts it came in; a part is deleted when it has been worked off.
CREATE TABLE import_parts (
  import TEXT COLLATE "C" NOT NULL REFERENCES imports (name),
  part BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (import, part)
);

-- What became of the rows of a part.
CREATE TABLE import_reports (
  import TEXT COLLATE "C" NOT NULL REFERENCES imports (name),
  part BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (import, part)
);
