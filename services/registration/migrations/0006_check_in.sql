-- The doors of an event. Written in the transactions that write the event's row, whose version
-- guards them. `registration` is its id; `list` is '' for the event or the id of a session.

-- Every scan that is kept, once: of a scanner by its gate and its own number, of the service itself
-- (`online` 1) with numbers that grow with the version of the event. `direction` is a number of
-- ScanDirection, `holder` for whom the ticket was made, or '' when it was by name.
CREATE TABLE door_scans (
  event TEXT COLLATE "C" NOT NULL,
  online BIGINT NOT NULL,
  gate TEXT COLLATE "C" NOT NULL,
  sequence BIGINT NOT NULL,
  registration TEXT COLLATE "C" NOT NULL,
  list TEXT COLLATE "C" NOT NULL,
  direction BIGINT NOT NULL,
  scanned_at BIGINT NOT NULL,
  holder TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (event, online, gate, sequence)
);

CREATE INDEX door_scans_by_registration ON door_scans (event, registration);

-- What the scans of a registration at a list come to. `body` is the Attendance.
CREATE TABLE attendances (
  event TEXT COLLATE "C" NOT NULL,
  list TEXT COLLATE "C" NOT NULL,
  registration TEXT COLLATE "C" NOT NULL,
  inside BIGINT NOT NULL,
  conflicts BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (event, list, registration)
);

-- Few have conflicts, so these are found by themselves.
CREATE INDEX attendances_conflicts ON attendances (event, list, registration) WHERE conflicts > 0;

-- The attendances of a list in numbers: entries and exits at each gate, and with the gate '' also
-- who is inside and who came.
CREATE TABLE check_in_counts (
  event TEXT COLLATE "C" NOT NULL,
  list TEXT COLLATE "C" NOT NULL,
  gate TEXT COLLATE "C" NOT NULL,
  entries BIGINT NOT NULL CHECK (entries >= 0),
  exits BIGINT NOT NULL CHECK (exits >= 0),
  inside BIGINT NOT NULL CHECK (inside >= 0),
  came BIGINT NOT NULL CHECK (came >= 0),
  PRIMARY KEY (event, list, gate)
);
