-- The change feed of a service (libs/feed/changes.h) and its positions in the feeds of others
-- (libs/feed/consumer.h). Part of each service's first migration.

-- What changed, without its number: that is first_seq of its transaction + ordinal.
CREATE TABLE changes (
  transaction_id TEXT COLLATE "C" NOT NULL,
  ordinal BIGINT NOT NULL,
  aggregate TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  resource TEXT COLLATE "C" NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  attributes TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (transaction_id, ordinal)
);

-- One row for each transaction that changed something; the sequencer numbers these. `ticket`
-- grows along every chain of transactions that saw each other, so numbers by ticket follow the
-- order of commits wherever that order can be observed.
CREATE TABLE feed_transactions (
  transaction_id TEXT COLLATE "C" PRIMARY KEY,
  ticket BIGINT NOT NULL,
  change_count BIGINT NOT NULL CHECK (change_count > 0),
  created_at BIGINT NOT NULL,
  first_seq BIGINT
);

CREATE INDEX feed_transactions_unstamped ON feed_transactions (ticket, transaction_id)
  WHERE first_seq IS NULL;

CREATE UNIQUE INDEX feed_transactions_by_seq ON feed_transactions (first_seq)
  WHERE first_seq IS NOT NULL;

-- The one row that says how far the feed is, from where on it is kept, and who may number it.
CREATE TABLE feed_state (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  epoch TEXT COLLATE "C" NOT NULL,
  head BIGINT NOT NULL,
  purged_to BIGINT NOT NULL,
  lease_owner TEXT COLLATE "C" NOT NULL,
  lease_epoch BIGINT NOT NULL,
  lease_until BIGINT NOT NULL
);

INSERT INTO feed_state (id, epoch, head, purged_to, lease_owner, lease_epoch, lease_until)
  VALUES (1, '', 0, 0, '', 0, 0);

-- How far this service has taken in the feeds of others.
CREATE TABLE feed_positions (
  source TEXT COLLATE "C" NOT NULL,
  consumer_group TEXT COLLATE "C" NOT NULL,
  epoch TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (source, consumer_group)
);
