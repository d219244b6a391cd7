-- Acts that must stay provable, only added to and each chained to the one before (audit/audit.h).
-- subject: a keyed hash of a person, or ''. principal: who did it, a user, a service or such a hash.
-- request_id: of the call, or ''.
CREATE TABLE audit_entries (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  detail TEXT NOT NULL,
  principal TEXT COLLATE "C" NOT NULL,
  request_id TEXT COLLATE "C" NOT NULL,
  prev_hash TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL
);

-- The one row that says where the chain ends. Who appends holds it until the commit.
CREATE TABLE audit_heads (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL,
  hash TEXT COLLATE "C" NOT NULL
);

INSERT INTO audit_heads (id, seq, hash) VALUES (1, 0, '');
