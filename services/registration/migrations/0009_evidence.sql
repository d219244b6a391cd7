-- Which events have to be looked at again for what they count for as evidence: `next_at` is when, the
-- end of the event at first. `version` is what was given last (evidence/evidence_rounds.h), 0 for
-- nothing. Moves with the event.
CREATE TABLE evidence_rounds (
  event TEXT COLLATE "C" PRIMARY KEY,
  next_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE INDEX evidence_rounds_due ON evidence_rounds (next_at, event);
