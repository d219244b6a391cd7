-- What people want to receive, what they agreed to, where nothing may be sent, and what came back to
-- mails. People are opaque ids, addresses keyed hashes.

CREATE TABLE preferences (
  person TEXT COLLATE "C" PRIMARY KEY,
  revision BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Evidence: only added to. confirms: the record that this one confirms, or ''.
-- notification: by which the person was asked for a confirmation, or ''. A person who was erased
-- stands here as a keyed hash.
CREATE TABLE consents (
  id TEXT COLLATE "C" PRIMARY KEY,
  person TEXT COLLATE "C" NOT NULL,
  purpose BIGINT NOT NULL,
  given BOOLEAN NOT NULL,
  notice TEXT NOT NULL,
  source TEXT NOT NULL,
  confirmation_needed BOOLEAN NOT NULL,
  confirms TEXT COLLATE "C" NOT NULL,
  notification TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX consents_by_person ON consents (person, id);

-- A consent is confirmed once.
CREATE UNIQUE INDEX consents_confirmed ON consents (confirms) WHERE confirms <> '';

-- What the records of a person come to: the last one that counts.
CREATE TABLE consent_states (
  person TEXT COLLATE "C" NOT NULL,
  purpose BIGINT NOT NULL,
  given BOOLEAN NOT NULL,
  consent_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (person, purpose)
);

-- lifted_at: NULL while it holds. A lifted one stays, with why it was lifted.
CREATE TABLE suppressions (
  id TEXT COLLATE "C" PRIMARY KEY,
  person TEXT COLLATE "C" NOT NULL,
  address_hash TEXT COLLATE "C" NOT NULL,
  channel BIGINT NOT NULL,
  cause BIGINT NOT NULL,
  purpose BIGINT NOT NULL,
  delivery TEXT COLLATE "C" NOT NULL,
  evidence TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  lifted_at BIGINT,
  lifted_evidence TEXT NOT NULL
);

CREATE UNIQUE INDEX suppressions_of_address
  ON suppressions (address_hash, channel, cause, purpose) WHERE lifted_at IS NULL;

CREATE INDEX suppressions_by_person ON suppressions (person, id);

-- To whom a mail was addressed, from just before its first attempt on: whom a bounce, a complaint or
-- a click on "unsubscribe" is about, whatever address the person has then. readdressed: an attempt
-- before went to another address, so that nobody can tell which one a bounce is about.
CREATE TABLE mailed_addresses (
  delivery_id TEXT COLLATE "C" PRIMARY KEY,
  notification_id TEXT COLLATE "C" NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  purpose BIGINT NOT NULL,
  address_hash TEXT COLLATE "C" NOT NULL,
  readdressed BOOLEAN NOT NULL
);

CREATE INDEX mailed_addresses_by_person ON mailed_addresses (person, delivery_id);

CREATE INDEX mailed_addresses_by_address ON mailed_addresses (address_hash, delivery_id);

-- Mails that came back or were called unwanted, each once of a kind.
CREATE TABLE bounces (
  delivery_id TEXT COLLATE "C" NOT NULL,
  kind BIGINT NOT NULL,
  address_hash TEXT COLLATE "C" NOT NULL,
  status TEXT NOT NULL,
  reported_at BIGINT NOT NULL,
  PRIMARY KEY (delivery_id, kind)
);

CREATE INDEX bounces_by_address ON bounces (address_hash, kind, reported_at);

-- The last answer to a calendar entry. participation: ACCEPTED, DECLINED or TENTATIVE.
CREATE TABLE calendar_replies (
  event TEXT COLLATE "C" NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  sequence BIGINT NOT NULL,
  replied_at BIGINT NOT NULL,
  participation TEXT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (event, person)
);

CREATE INDEX calendar_replies_by_person ON calendar_replies (person, event);
