-- A contact that was deleted may be one of several of an invited person: who it was is found by all
-- that an invitation is known as. `erased` is of an id that stays when all else of the person is
-- gone, until they are invited again.
ALTER TABLE invitation_people ADD COLUMN erased BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX invitation_people_known_as ON invitation_people (known_as, event);

-- What was registered with an invitation.
CREATE INDEX registrations_by_invitation ON registrations (event, invitation, id)
  WHERE invitation <> '';

-- Contacts that the registry has deleted, who are erased a second time: one may have been invited
-- just then (people/registry_erasures.h).
CREATE TABLE contact_erasures (
  contact TEXT COLLATE "C" PRIMARY KEY,
  again_at BIGINT NOT NULL
);

CREATE INDEX contact_erasures_due ON contact_erasures (again_at, contact);
