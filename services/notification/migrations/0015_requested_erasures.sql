-- Whether ErasePerson asked for it: such a person is erased once more even where their owner knows
-- them still (people/erasures.h).
ALTER TABLE erasures ADD COLUMN requested BOOLEAN NOT NULL DEFAULT FALSE;

DROP INDEX erasures_due;

CREATE INDEX erasures_due ON erasures (requested, again_at, person);
