-- One-to-one meetings. The meetings of an event are an aggregate root of their own, so that they do
-- not queue up behind the seats: its row in meeting_roots is written first in every transaction
-- that changes a meeting, a profile or a schedule of the event, so these take turns, and caps need
-- no other guard. Registrations are named by their ids. `body` is the serialized proto resource
-- with the fields that have no column. States are the numbers of the enums in
-- proto/wici/registration/v1. What people wrote stands in `words` of their own rows, which
-- erasure empties.

CREATE TABLE meeting_roots (
  event TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL
);

-- `body` is a MeetingProfile with availability and vetoes, `words` one with offers and needs.
CREATE TABLE meeting_profiles (
  event TEXT COLLATE "C" NOT NULL,
  registration TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  body BYTEA NOT NULL,
  words BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (event, registration)
);

-- `slot`, `start_at`, `end_at` and `table_number` are NULL until the meeting has a place.
-- `open_pair` says who in which session, the lesser id first, while the meeting is REQUESTED,
-- ACCEPTED or SCHEDULED, and is NULL afterwards: two people have one open meeting in a session.
-- `body`, `requester_words` and `invitee_words` are parts of one Meeting: what one of the two wrote
-- (message, rating, reason of a step) stands in their words, the rest in the body.
CREATE TABLE meetings (
  event TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  session TEXT COLLATE "C" NOT NULL,
  requester TEXT COLLATE "C" NOT NULL,
  invitee TEXT COLLATE "C" NOT NULL,
  state BIGINT NOT NULL,
  expires_at BIGINT,
  slot BIGINT,
  start_at BIGINT,
  end_at BIGINT,
  table_number BIGINT,
  calendar_sequence BIGINT NOT NULL,
  open_pair TEXT COLLATE "C",
  body BYTEA NOT NULL,
  requester_words BYTEA NOT NULL,
  invitee_words BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (event, id)
);

CREATE UNIQUE INDEX meetings_one_open ON meetings (event, open_pair);
CREATE INDEX meetings_by_session ON meetings (event, session, state, id);
CREATE INDEX meetings_by_requester ON meetings (event, requester, id);
CREATE INDEX meetings_by_invitee ON meetings (event, invitee, id);
CREATE INDEX meetings_by_state ON meetings (event, state, id);
-- Not partial, see registrations_one_active: expires_at is NULL once a request is answered.
CREATE INDEX meetings_expiring ON meetings (event, expires_at, id);
CREATE INDEX meetings_expiring_anywhere ON meetings (expires_at, event);

-- What was worked out last for a session. `body` is the MeetingSchedule.
CREATE TABLE meeting_schedules (
  event TEXT COLLATE "C" NOT NULL,
  session TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  state BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  published_at BIGINT,
  PRIMARY KEY (event, session)
);
