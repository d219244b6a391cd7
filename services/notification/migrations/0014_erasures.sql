-- Who was erased a while ago, by opaque id: everything is erased once more at again_at, and the row
-- goes with it (people/erasures.h).
CREATE TABLE erasures (
  person TEXT COLLATE "C" PRIMARY KEY,
  again_at BIGINT NOT NULL
);

CREATE INDEX erasures_due ON erasures (again_at, person);
