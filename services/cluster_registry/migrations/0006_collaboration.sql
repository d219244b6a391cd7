-- Offers and requests, the market of open ones, interests.

-- `state` is the stored one: an item of state 3 (OPEN) whose valid_until is past is expired, and a
-- sweep makes it 6.
CREATE TABLE collaboration_items (
  name TEXT COLLATE "C" PRIMARY KEY,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  version BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  state BIGINT NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX collaboration_items_by_cluster ON collaboration_items (cluster, name);

CREATE INDEX collaboration_items_by_kind ON collaboration_items (kind, name);

CREATE INDEX collaboration_items_by_state ON collaboration_items (state, name);

CREATE INDEX collaboration_items_by_kind_state ON collaboration_items (kind, state, name);

CREATE INDEX collaboration_items_open_until ON collaboration_items (state, valid_until, name)
  WHERE state = 3;

-- Open items by the codes that others may share with them; see collaboration/rules/codes.h.
CREATE TABLE collaboration_market (
  term TEXT COLLATE "C" NOT NULL,
  kind BIGINT NOT NULL,
  item TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (term, kind, item)
);

CREATE INDEX collaboration_market_by_item ON collaboration_market (item);

-- Belongs to the aggregate of the item's cluster. State 1 is NEW, 2 ACCEPTED.
CREATE TABLE collaboration_interests (
  name TEXT COLLATE "C" PRIMARY KEY,
  item TEXT COLLATE "C" NOT NULL,
  interested TEXT COLLATE "C" NOT NULL,
  interested_cluster TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  state BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX collaboration_interests_by_item ON collaboration_interests (item, name);

CREATE INDEX collaboration_interests_by_interested
  ON collaboration_interests (interested_cluster, name);

-- At most one at a time of one party in one item.
CREATE UNIQUE INDEX collaboration_interests_live ON collaboration_interests (item, interested)
  WHERE state < 3;

CREATE INDEX collaboration_interests_due ON collaboration_interests (expires_at, name)
  WHERE state = 1;
