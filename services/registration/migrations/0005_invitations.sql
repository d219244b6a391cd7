-- By what the person of an invitation is recognised: each of their contacts, as the registry merges
-- them, and the person_key of the invitation. One of them belongs to one invitation of an event, so
-- a person has one, whichever of their clusters names them.
CREATE TABLE invitation_people (
  event TEXT COLLATE "C" NOT NULL,
  known_as TEXT COLLATE "C" NOT NULL,
  invitation TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (event, known_as)
);

CREATE INDEX invitation_people_by_invitation ON invitation_people (event, invitation);

-- Events that belong together; an event names its series. `body` is the serialized proto resource
-- without what has a column.
CREATE TABLE event_series (
  name TEXT COLLATE "C" PRIMARY KEY,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);
