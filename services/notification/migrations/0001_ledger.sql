-- Notifications, their deliveries (the ledger), and the attempts.
-- People are opaque ids here, and texts are made when sent (0003_kept_mails.sql says what is kept).

-- root_event: the event, of one about a session or a meeting the event that has it.
CREATE TABLE notifications (
  id TEXT COLLATE "C" PRIMARY KEY,
  revision BIGINT NOT NULL,
  version BIGINT NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  root_event TEXT COLLATE "C" NOT NULL,
  channel BIGINT NOT NULL,
  unknown_policy BIGINT NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  cancelled BOOLEAN NOT NULL,
  schedule_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX notifications_by_event ON notifications (root_event, id);

-- next_at: when a worker must look at it again - the next attempt, or the end of the lease while
-- SENDING. Before created_at: it goes before what is to many (HeadStart). NULL when final. begun:
-- the message may be going out. may_have_arrived: an earlier attempt broke off when the receiver may
-- have had it. repeat_allowed: a human wants it repeated all the same. version: that of the
-- notification when it last changed. anchor_at: of a reminder, the time of the event it is for.
CREATE TABLE deliveries (
  id TEXT COLLATE "C" PRIMARY KEY,
  notification_id TEXT COLLATE "C" NOT NULL REFERENCES notifications (id),
  template TEXT COLLATE "C" NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  resource TEXT COLLATE "C" NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  channel BIGINT NOT NULL,
  unknown_policy BIGINT NOT NULL,
  calendar_method BIGINT NOT NULL,
  calendar_sequence BIGINT NOT NULL,
  state BIGINT NOT NULL,
  prior_state BIGINT NOT NULL,
  reason BIGINT NOT NULL,
  cancelled BOOLEAN NOT NULL,
  attempt BIGINT NOT NULL,
  fence BIGINT NOT NULL,
  begun BOOLEAN NOT NULL,
  may_have_arrived BOOLEAN NOT NULL,
  repeat_allowed BOOLEAN NOT NULL,
  lease_owner TEXT COLLATE "C" NOT NULL,
  next_at BIGINT,
  expires_at BIGINT NOT NULL,
  last_outcome BIGINT NOT NULL,
  last_code BIGINT NOT NULL,
  last_enhanced_code TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  anchor_at BIGINT,
  UNIQUE (notification_id, person, channel)
);

-- By id too: after a mail to many, all of them are due at the same instant.
CREATE INDEX deliveries_due ON deliveries (channel, next_at, id) WHERE next_at IS NOT NULL;

-- What others may have to wait for; without what is put off, of which there may be very much.
CREATE INDEX deliveries_ahead ON deliveries (event, person, channel, id)
  WHERE next_at IS NOT NULL AND state IN (1, 2);
CREATE INDEX deliveries_cancels_put_off ON deliveries (event, person, channel, id)
  WHERE next_at IS NOT NULL AND state = 3 AND calendar_method = 2;

CREATE INDEX deliveries_by_notification ON deliveries (notification_id, id);

-- The mails with the entry of a session of its own (feed/session_entries.h): few are.
CREATE INDEX deliveries_of_sessions ON deliveries (event, resource, id)
  WHERE calendar_method > 0 AND event LIKE '%/sessions/%';

CREATE INDEX deliveries_by_version ON deliveries (notification_id, version, id);

CREATE INDEX deliveries_dead ON deliveries (event, state, id) WHERE state IN (5, 6, 7, 8, 9);

-- What a restore has held, for operators to be told of (gauges/ledger_gauges.h).
CREATE INDEX deliveries_held ON deliveries (updated_at) WHERE state = 6 AND reason = 26;

-- Audit. ended_at is NULL while an attempt runs, and for ever when its worker died. phase: 1 begun,
-- 2 its last bytes may go out.
CREATE TABLE attempts (
  delivery_id TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  fence BIGINT NOT NULL,
  phase BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  outcome BIGINT NOT NULL,
  code BIGINT NOT NULL,
  enhanced_code TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (delivery_id, n)
);
