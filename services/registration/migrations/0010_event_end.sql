-- When the event ends, which its hot row repeats: from then on nobody who waits gets a place. The
-- default is for events that a process of an earlier version still makes: those have no such end until
-- they are changed.
ALTER TABLE event_seats ADD COLUMN end_at BIGINT NOT NULL DEFAULT 9223372036854775807;

UPDATE event_seats
SET end_at = COALESCE((SELECT e.end_at FROM events e WHERE e.name = event_seats.event), end_at);
