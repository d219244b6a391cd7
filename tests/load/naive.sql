-- The transaction everybody writes first, for pgbench: lock the event, insert what one registration
-- inserts, count it, commit. The same tables, indexes and sizes as ours.
\set a random(100000000000000000, 999999999999999999)
BEGIN;
SELECT version, state, opens_at, closes_at, capacity, confirmed,
  (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint AS now
  FROM event_seats WHERE event = :event FOR UPDATE \gset
INSERT INTO registrations (event, id, revision, state, person, active_key, invitation,
    waiting_number, checked_in_at, body, created_at, updated_at, category, expires_at, log,
    event_version)
  VALUES (:event, '00' || :now::text || :a::text, 1, 2, 'persons/00' || :now::text || :a::text,
    :now::text || :a::text, '', NULL, NULL,
    '@BODY@'::bytea, :now, :now, '', NULL, '@LOG@'::bytea, :version + 1);
INSERT INTO persons (id, registration, given_name, family_name, email, language, organisation,
    special_needs, created_at, likeness)
  VALUES ('persons/00' || :now::text || :a::text,
    :event::text || '/registrations/00' || :now::text || :a::text, 'Stanisława',
    'Woźniak-' || :a::text, :a::text || '@r0.example.org', 'pl', 'BioTechMed Mazovia Cluster', '',
    :now, :event::text || ' ' || :now::text || :a::text);
INSERT INTO changes (transaction_id, ordinal, aggregate, version, kind, resource, person,
    attributes)
  VALUES ('00' || :now::text || :a::text, 0, :event, :version, 'registration.confirmed',
    :event::text || '/registrations/00' || :now::text || :a::text,
    'persons/00' || :now::text || :a::text, '');
INSERT INTO idempotency (principal, request_id, method, digest, response, created_at)
  VALUES ('', '00' || :now::text || :a::text,
    'wici.registration.v1.RegistrationService/CreateRegistration',
    '000000000000000000000000000000' || :now::text || :a::text, '@RESPONSE@'::bytea, :now);
UPDATE event_seats SET version = version + 1, confirmed = confirmed + 1
  WHERE event = :event AND confirmed < capacity;
COMMIT;
