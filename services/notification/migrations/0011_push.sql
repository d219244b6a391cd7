-- The browsers that show messages to people (Web Push). endpoint, p256dh and auth are what the browser
-- gave away; a row goes when its push service says that it is gone, and when its person is erased.
-- slot: so that many registrations at once do not get over the bound. server_key: ours, with which
-- the browser registered; it takes what is signed by this one only.
CREATE TABLE push_subscriptions (
  id TEXT COLLATE "C" PRIMARY KEY,
  person TEXT COLLATE "C" NOT NULL,
  slot BIGINT NOT NULL CHECK (slot BETWEEN 0 AND 9),
  endpoint TEXT COLLATE "C" NOT NULL UNIQUE,
  p256dh BYTEA NOT NULL,
  auth BYTEA NOT NULL,
  server_key TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (person, slot)
);

CREATE INDEX push_subscriptions_by_person ON push_subscriptions (person, id);
