-- Events and everything below them. The aggregate root is the event: its row in event_seats is
-- written, guarded by its version, in every transaction that changes something below the event.
-- Instants are microseconds since 1970 (UTC). `body` is the serialized proto resource with the
-- fields that have no column. States are the numbers of the enums in proto/wici/registration/v1.

CREATE TABLE events (
  name TEXT COLLATE "C" PRIMARY KEY,
  revision BIGINT NOT NULL,
  state BIGINT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  series TEXT COLLATE "C" NOT NULL
);

CREATE INDEX events_by_start ON events (start_at, name);
CREATE INDEX events_by_series ON events (series, start_at, name);

-- The hot row of an event: all that the decision about a seat needs, and nothing that is long.
-- `calendar_changes` repeats that of the event; `calendar_floor` is above what any registration that
-- is over has added to a SEQUENCE in somebody's calendar, and what new ones begin with.
CREATE TABLE event_seats (
  event TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  state BIGINT NOT NULL,
  opens_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  approval BIGINT NOT NULL,
  admission BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  waiting_list_capacity BIGINT NOT NULL,
  confirmed BIGINT NOT NULL CHECK (confirmed >= 0),
  waitlisted BIGINT NOT NULL CHECK (waitlisted >= 0),
  pending BIGINT NOT NULL CHECK (pending >= 0),
  checked_in BIGINT NOT NULL CHECK (checked_in >= 0),
  next_waiting_number BIGINT NOT NULL,
  held BIGINT NOT NULL CHECK (held >= 0),
  reserved BIGINT NOT NULL CHECK (reserved >= 0),
  categories BIGINT NOT NULL,
  limited_sessions BIGINT NOT NULL,
  offer_micros BIGINT NOT NULL,
  offer_requeues BIGINT NOT NULL,
  party_limit BIGINT NOT NULL,
  form_versions BIGINT NOT NULL DEFAULT 0,
  approvals_required BIGINT NOT NULL DEFAULT 0,
  reapproval BIGINT NOT NULL DEFAULT 0,
  transfers BIGINT NOT NULL DEFAULT 0,
  calendar_changes BIGINT NOT NULL DEFAULT 0,
  calendar_floor BIGINT NOT NULL DEFAULT 0,
  party_proof BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT event_seats_never_oversold CHECK (confirmed + held + reserved <= capacity)
);

-- The hot rows below it: what a registration takes a place in beside the event. `kind` is 1 for an
-- admission category, 2 for a session, whose `id` is the last part of its name, 3 for a party, with
-- its whole name, where the event limits those, 4 for an audience of the event, which counts the
-- registrations made with its invitations, and 7 for a voucher. `promised` is what of it is kept for
-- vouchers `within` it; `also_waiting` counts those in waiting_lines; `calendar_changes` repeats that of
-- the session. Written in the transactions that write the event's row, whose version guards them.
CREATE TABLE quotas (
  event TEXT COLLATE "C" NOT NULL,
  kind BIGINT NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  size BIGINT NOT NULL,
  reserved BIGINT NOT NULL,
  taken BIGINT NOT NULL CHECK (taken >= 0),
  waiting BIGINT NOT NULL CHECK (waiting >= 0),
  pending BIGINT NOT NULL CHECK (pending >= 0),
  approval BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  approvals_required BIGINT NOT NULL DEFAULT 0,
  reapproval BIGINT NOT NULL DEFAULT 0,
  promised BIGINT NOT NULL DEFAULT 0 CHECK (promised >= 0),
  also_waiting BIGINT NOT NULL DEFAULT 0 CHECK (also_waiting >= 0),
  code_required BIGINT NOT NULL DEFAULT 0,
  within TEXT COLLATE "C" NOT NULL DEFAULT '',
  calendar_changes BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (event, kind, id),
  CONSTRAINT quotas_never_oversold CHECK (taken + promised <= size),
  CONSTRAINT vouchers_never_overused CHECK (kind <> 7 OR taken + waiting + pending <= size)
);

CREATE TABLE admission_categories (
  event TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (event, id)
);

CREATE TABLE sessions (
  event TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (event, id)
);

CREATE INDEX sessions_by_start ON sessions (event, start_at, id);

-- `person_key` is a keyed hash of event and e-mail address (blind_index.h), where the address was
-- known, else ''. `audience` is the last part of the name of its audience, or ''. `decide_at` is until
-- when somebody who said MAYBE decides, and NULL once they were reminded then; `expires_at` until when
-- it can be answered, and NULL once it cannot expire; `due_at` from when a reminder makes sense, and
-- NULL while none does (rules/invitation_state.h says all three).
CREATE TABLE invitations (
  event TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  state BIGINT NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  answer BIGINT NOT NULL,
  answered_at BIGINT,
  registration TEXT COLLATE "C" NOT NULL,
  reminded_at BIGINT,
  reminder_count BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person_key TEXT COLLATE "C" NOT NULL,
  audience TEXT COLLATE "C" NOT NULL,
  decide_at BIGINT,
  expires_at BIGINT,
  due_at BIGINT,
  PRIMARY KEY (event, id)
);

CREATE UNIQUE INDEX invitations_one_per_person ON invitations (event, person);
CREATE INDEX invitations_due ON invitations (event, due_at, id);
-- Not partial, see registrations_one_active: both are NULL for most.
CREATE INDEX invitations_undecided ON invitations (decide_at, event, id);
CREATE INDEX invitations_expiring ON invitations (expires_at, event, id);

-- `active_key` says who, while the registration is active (PENDING_APPROVAL, CONFIRMED, WAITLISTED,
-- CHECKED_IN, NO_SHOW, HELD, OFFERED, UNDER_REVIEW): event and contact, or a keyed hash of event and e-mail
-- address (blind_index.h). It is NULL afterwards, so its index lets a person have one active
-- registration for an event. (Not a partial index: from a small one PostgreSQL plans to read all of
-- it, for as long as the plan lives.)
-- `event_version` is that of the change of the event that changed the registration last.
-- `category` is the last part of the name of its admission category, or ''. `log` is everything that
-- happened to it (RegistrationLog), in the row, so that a registration costs no second one.
-- No foreign keys here: the service has checked the event, and they cost a third of the rate.
CREATE TABLE registrations (
  event TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  state BIGINT NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  active_key TEXT COLLATE "C",
  invitation TEXT COLLATE "C" NOT NULL,
  waiting_number BIGINT,
  checked_in_at BIGINT,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT,
  log BYTEA NOT NULL,
  event_version BIGINT NOT NULL,
  PRIMARY KEY (event, id)
);

CREATE UNIQUE INDEX registrations_one_active ON registrations (active_key);

-- The queue: WAITLISTED in the order of their numbers; and that of each category.
CREATE INDEX registrations_waiting ON registrations (event, waiting_number) WHERE state = 3;
CREATE INDEX registrations_waiting_line ON registrations (event, category, waiting_number)
  WHERE state = 3;

-- Those in one state, by id, where that is neither CONFIRMED nor WAITLISTED: few of an event are, and
-- the many cost nothing.
CREATE INDEX registrations_by_state ON registrations (event, state, id) WHERE state NOT IN (2, 3);

-- HELD and OFFERED, the first to expire first.
CREATE INDEX registrations_expiring ON registrations (expires_at, event, id)
  WHERE expires_at IS NOT NULL;

-- What has changed since a version of the event: for the manifests of the doors. All versions are
-- above 0: the condition keeps the index out of the plans of queries that look up (event, id), which
-- PostgreSQL would make while the table is small, and keep.
CREATE INDEX registrations_by_version ON registrations (event, event_version, id)
  WHERE event_version > 0;

-- The only table with personal data. `registration` is the resource the person belongs to. `likeness`
-- is the same for people of one event with the same name and organisation (likeness.h), NULL without
-- organisation: then it costs nothing.
CREATE TABLE persons (
  id TEXT COLLATE "C" PRIMARY KEY,
  registration TEXT COLLATE "C" NOT NULL,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  email TEXT NOT NULL,
  language TEXT NOT NULL,
  organisation TEXT NOT NULL,
  special_needs TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  likeness TEXT COLLATE "C"
);

CREATE INDEX persons_alike ON persons (likeness, registration) WHERE likeness IS NOT NULL;
