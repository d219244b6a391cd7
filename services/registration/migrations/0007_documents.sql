-- Surveys after events. The survey of an event is an aggregate of its own, so that answers do not
-- queue up behind the seats; its version is revision + answered. `body` is the serialized proto
-- resource with the fields that have no column.
CREATE TABLE surveys (
  event TEXT COLLATE "C" PRIMARY KEY,
  revision BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Who has answered, and nothing of what: the next two tables have nothing of who.
CREATE TABLE survey_participants (
  event TEXT COLLATE "C" NOT NULL,
  registration TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (event, registration)
);

-- How many gave which answer: `value` is a rating, "1" to "5", the id of a choice, or '' for any text.
CREATE TABLE survey_counts (
  event TEXT COLLATE "C" NOT NULL,
  question TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  count BIGINT NOT NULL CHECK (count > 0),
  PRIMARY KEY (event, question, value)
);

-- `id` is random, so that the order says nothing, and there is no time.
CREATE TABLE survey_texts (
  event TEXT COLLATE "C" NOT NULL,
  question TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (event, question, id)
);
