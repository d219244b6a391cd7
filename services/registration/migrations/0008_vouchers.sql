-- Vouchers, who waits for more than one category or in a group, and who is of which party. Written in transactions that
-- write the event's row, whose version guards them.

-- `code_key` is a keyed hash of event and code (vouchers/voucher_codes.h). `releases_at` is when the
-- places kept for it become free, NULL when none are kept or it is valid for ever. What is used is
-- counted in quotas.
CREATE TABLE vouchers (
  event TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  code_key TEXT COLLATE "C" NOT NULL,
  state BIGINT NOT NULL,
  releases_at BIGINT,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (event, id)
);

CREATE UNIQUE INDEX vouchers_by_code ON vouchers (event, code_key);

CREATE INDEX vouchers_releasing ON vouchers (releases_at, event, id) WHERE releases_at IS NOT NULL;

-- What happened to a voucher, in the order of the event's version and of `step` within it.
CREATE TABLE voucher_log (
  event TEXT COLLATE "C" NOT NULL,
  voucher TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  step BIGINT NOT NULL,
  kind TEXT NOT NULL,
  registration TEXT COLLATE "C" NOT NULL,
  actor TEXT NOT NULL,
  happened_at BIGINT NOT NULL,
  PRIMARY KEY (event, voucher, version, step)
);

-- The lines that a waiting registration stands in beside that of its own category; the number is
-- NULL when it has left.
CREATE TABLE waiting_lines (
  event TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  waiting_number BIGINT,
  PRIMARY KEY (event, id, category)
);

CREATE INDEX waiting_lines_in_order ON waiting_lines (event, category, waiting_number)
  WHERE waiting_number IS NOT NULL;

-- How many wait in each line, by blocks of the numbers they wait with, at three levels
-- (seats/rules/waiting_order.h): `waiting` in the line of their own category, '' without one,
-- `also_waiting` in others. The place of one of 100,000 is a sum of at most a hundred rows for each
-- line, of which a thousand need sixty.
CREATE TABLE waiting_counts (
  event TEXT COLLATE "C" NOT NULL,
  level BIGINT NOT NULL,
  block BIGINT NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  waiting BIGINT NOT NULL,
  also_waiting BIGINT NOT NULL,
  PRIMARY KEY (event, level, block, category)
);

-- The groups that had to wait: who registered together and is promoted together.
CREATE TABLE waiting_groups (
  event TEXT COLLATE "C" NOT NULL,
  group_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (event, group_id, id)
);

-- Which registrations have said that they are of a party; what they say now stands with them.
CREATE TABLE party_registrations (
  event TEXT COLLATE "C" NOT NULL,
  party TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (event, party, id)
);
