-- Subscriptions: endpoints that are told of changes by signed HTTP requests.

-- How the endpoint fares stands in failing_since and resting_until; these change without a new
-- revision. body is the message without what stands in other columns.
CREATE TABLE subscriptions (
  id TEXT COLLATE "C" PRIMARY KEY,
  revision BIGINT NOT NULL,
  state BIGINT NOT NULL,
  disable_reason BIGINT NOT NULL,
  failing_since BIGINT,
  resting_until BIGINT,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX subscriptions_by_state ON subscriptions (state, id);

-- One row, so that many creators at once do not get over the bound.
CREATE TABLE subscription_counts (
  id TEXT COLLATE "C" PRIMARY KEY,
  size BIGINT NOT NULL,
  CHECK (size BETWEEN 0 AND 1000)
);

-- sealed can be read with the key of the installation only. expires_at is NULL of the newest.
CREATE TABLE subscription_secrets (
  subscription_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  scheme BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  PRIMARY KEY (subscription_id, id)
);

-- What the webhooks of a notification send: the same bytes in every attempt, ids only. A row goes
-- when it is 31 days old and nothing is to be sent any more (FanOut::DeletePayloads).
CREATE TABLE webhook_payloads (
  notification_id TEXT COLLATE "C" PRIMARY KEY,
  payload TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX webhook_payloads_by_age ON webhook_payloads (created_at, notification_id);

CREATE INDEX deliveries_of_subscription ON deliveries (person, created_at, id) WHERE channel = 2;
