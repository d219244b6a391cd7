-- Tables of the feed's own tests: what writers change, what a consumer makes of it, and an outbox
-- numbered at insert, which is the mistake the feed exists to avoid.

CREATE TABLE aggregates (
  name TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL
);

-- `ordinal` says in which order effects came; nothing here stops one from coming twice.
CREATE TABLE effects (
  ordinal BIGINT PRIMARY KEY,
  change BYTEA NOT NULL
);

CREATE TABLE naive_outbox (
  position BIGINT PRIMARY KEY,
  transaction_id TEXT COLLATE "C" NOT NULL,
  aggregate TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL
);
