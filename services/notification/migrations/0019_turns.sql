-- Whose turn it is when a worker claims (deliveries/rules/turns.h): the event, with its sessions and
-- meetings; 'service' for what is about none.
ALTER TABLE deliveries ADD COLUMN tenant TEXT COLLATE "C" NOT NULL DEFAULT 'service';

UPDATE deliveries SET tenant =
  (SELECT n.root_event FROM notifications n WHERE n.id = deliveries.notification_id)
  WHERE next_at IS NOT NULL AND event >= 'events/' AND event < 'events0';

-- From one tenant to the next, past all that one has, and the first of each that are due. The urgent
-- are found by it too.
CREATE INDEX deliveries_turns ON deliveries (channel, urgent, tenant, next_at, id)
  WHERE next_at IS NOT NULL;
DROP INDEX deliveries_urgent;
