-- How many mails asked a person to confirm a consent to a purpose: sent since day_at, the last one at
-- last_at. What bounds them is one guarded statement, so many requests at once send no more.
CREATE TABLE consent_mails (
  person TEXT COLLATE "C" NOT NULL,
  purpose BIGINT NOT NULL,
  day_at BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (person, purpose)
);

-- What is collected for people. state: 1 collecting, 2 closed: what it holds is in the ledger as one
-- notification. close_at: when it is to be closed. items: how many were added.
CREATE TABLE digests (
  id TEXT COLLATE "C" PRIMARY KEY,
  person TEXT COLLATE "C" NOT NULL,
  digest_key TEXT COLLATE "C" NOT NULL,
  state BIGINT NOT NULL,
  items BIGINT NOT NULL,
  close_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

-- One at a time collects.
CREATE UNIQUE INDEX digests_open ON digests (person, digest_key) WHERE state = 1;

CREATE INDEX digests_due ON digests (close_at, id) WHERE state = 1;

-- Which deliveries are collected where. page: 0 until the digest is closed, then the mail that lists
-- it, from 1; an item that was cancelled or expired before keeps 0.
CREATE TABLE digest_items (
  delivery TEXT COLLATE "C" PRIMARY KEY,
  digest TEXT COLLATE "C" NOT NULL,
  page BIGINT NOT NULL
);

CREATE INDEX digest_items_by_digest ON digest_items (digest, page, delivery);
