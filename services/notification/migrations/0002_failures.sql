-- How many attempts failed for a fault of the delivery itself, and not of the relay: the wait before
-- the next one goes by these.
ALTER TABLE deliveries ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
