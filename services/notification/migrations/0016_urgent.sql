-- What somebody waits for, and goes to a few people (IsUrgent in deliveries/rules/ledger.h): it is
-- claimed before the rest. It stays so when it is put off, held by a rate, or tried again.
ALTER TABLE deliveries ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE;

-- Few are, so that this one costs next to nothing beside deliveries_due, which has them too.
CREATE INDEX deliveries_urgent ON deliveries (channel, next_at, id)
  WHERE urgent = TRUE AND next_at IS NOT NULL;
