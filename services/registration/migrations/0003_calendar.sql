-- What a contact was invited to, the last first: for the calendar of a person.
CREATE INDEX invitations_by_person ON invitations (person, created_at, event, registration);
