-- What a contact was invited to, the last first: for the calendar of a person.
CREATE INDEX invitations_by_person ON invitations (person, created_at, event, registration);

-- Sessions that were called off, as they were: calendars keep them as CANCELLED, and registrations
-- go on naming them, so their ids are not used again.
CREATE TABLE deleted_sessions (
  event TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (event, id)
);
