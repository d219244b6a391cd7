-- How the domains of addresses and the endpoints fare, and how much may go to each; see lanes/lane.h.
-- A row goes a day after the last that was heard of it.
CREATE TABLE lanes (
  channel BIGINT NOT NULL,
  lane TEXT COLLATE "C" NOT NULL,
  failures BIGINT NOT NULL,
  open_until BIGINT NOT NULL,
  probe_until BIGINT NOT NULL,
  milli_tokens BIGINT NOT NULL,
  filled_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (channel, lane)
);

CREATE INDEX lanes_by_silence ON lanes (updated_at);

CREATE INDEX lanes_by_opening ON lanes (open_until);

-- Audit: who queued ended deliveries again, and which.
CREATE TABLE replays (
  id TEXT COLLATE "C" PRIMARY KEY,
  principal TEXT COLLATE "C" NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  states TEXT NOT NULL,
  last_code BIGINT NOT NULL,
  reason BIGINT NOT NULL,
  ended_after BIGINT NOT NULL,
  replayed BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
