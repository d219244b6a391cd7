-- When people are reminded of events, one row for each event and kind of reminder (TimerKind in
-- timers/rules/plan_timers.h). Written with the position in the feed that brought the event.
-- anchor_at: the beginning or end of the event it is timed for; version: of the event's facts.
-- look_at: when a worker must look at it, fire_at unless its event could not be read; failures: how
-- often in a row it could not. state: 1 waiting, 2 fired, 3 cancelled, 4 too late when it was
-- planned, or due when the database was restored.
CREATE TABLE timers (
  event TEXT COLLATE "C" NOT NULL,
  kind BIGINT NOT NULL,
  fire_at BIGINT NOT NULL,
  look_at BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  anchor_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  state BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (event, kind)
);

CREATE INDEX timers_due ON timers (look_at, event, kind) WHERE state = 1;
