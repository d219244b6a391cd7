-- Whom ErasePerson asked for, and when they are erased once more: that is done even where their owner
-- knows them still (people/erasures.h). Apart from the others, so that a replica of an earlier version,
-- which asks the owner about everybody, does not end it.
CREATE TABLE requested_erasures (
  person TEXT COLLATE "C" PRIMARY KEY,
  again_at BIGINT NOT NULL
);

CREATE INDEX requested_erasures_due ON requested_erasures (again_at, person);
