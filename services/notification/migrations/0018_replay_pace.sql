-- Until when the replays so far take their deliveries out, one row: the next begins then, so that
-- together they keep the rate of one.
CREATE TABLE replay_pace (
  id BIGINT PRIMARY KEY,
  ends_at BIGINT NOT NULL
);

INSERT INTO replay_pace (id, ends_at) VALUES (1, 0);
