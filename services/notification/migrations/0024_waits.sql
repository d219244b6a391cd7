-- What waits, by when that was written: what a clock wrote that was ahead is found at once (WaitFromNow
-- in deliveries/store.h), past all that is scheduled.
CREATE INDEX deliveries_waits ON deliveries (channel, updated_at)
  WHERE next_at IS NOT NULL AND state IN (1, 3);
