-- What somebody waits for, and goes to a few people (IsUrgent in deliveries/rules/ledger.h): it is
-- claimed before the rest. It stays so when it is put off, held by a rate, or tried again.
ALTER TABLE deliveries ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE;

-- Those that wait were marked by a head start: a time to go out that lies three days before they were
-- made, or more. They are urgent for good now, and due since they were made. 2 is a webhook, which has
-- no urgent ones.
UPDATE deliveries SET urgent = TRUE, next_at = created_at
  WHERE next_at <= created_at - 259200000000 AND channel <> 2;

-- Few are, so that this one costs next to nothing beside deliveries_due, which has them too.
CREATE INDEX deliveries_urgent ON deliveries (channel, next_at, id)
  WHERE urgent = TRUE AND next_at IS NOT NULL;
