-- What is not ended of a notification, for campaigns to be told how far they are: a look at what is
-- open, and not at all that was ever sent.
CREATE INDEX deliveries_open ON deliveries (notification_id, state, next_at)
  WHERE next_at IS NOT NULL;
