-- The forms of events: every version of them, and when answers have to be deleted. What people
-- answered stands in the rows of their registrations.

-- A version of the questions to the registrations of `category` (the last part of its name, or '' for
-- all without a form of their own) at `stage` (FormStage). It never changes but for `current`, 1
-- while it is what is asked. event_seats.form_versions counts them: an event without forms costs a
-- registration no statement here.
CREATE TABLE form_definitions (
  event TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  stage BIGINT NOT NULL,
  current BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (event, version)
);

CREATE INDEX form_definitions_current ON form_definitions (event, category, stage, current);

-- Answers to fields with a retention of `days` are deleted at `due_at`, so many days after the end of
-- the event or of its registration, whatever is later, and after 14 days what people need; NULL once
-- it is done. Moves with the event.
CREATE TABLE form_deadlines (
  event TEXT COLLATE "C" NOT NULL,
  days BIGINT NOT NULL,
  due_at BIGINT,
  PRIMARY KEY (event, days)
);

CREATE INDEX form_deadlines_due ON form_deadlines (due_at, event, days) WHERE due_at IS NOT NULL;

-- A token bucket for each address links are asked for, and one for each that completed what was held
-- ("completed " before the id): full again at `full_at`, when the row means nothing any more. `id` is
-- a keyed hash of event and address (blind_index.h), of people who are registered and of others
-- alike.
CREATE TABLE resend_buckets (
  id TEXT COLLATE "C" PRIMARY KEY,
  full_at BIGINT NOT NULL
);

CREATE INDEX resend_buckets_full ON resend_buckets (full_at);
