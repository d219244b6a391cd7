-- What @ROWS@ registrations store, in one transaction with a statement for each table: what PostgreSQL
-- itself takes for a batch of ours, with nothing read, checked or answered. The same tables, indexes
-- and sizes.
\set a random(100000000000000000, 999999999999999999)
BEGIN;
SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint AS now \gset
INSERT INTO registrations (event, id, revision, state, person, active_key, invitation,
    waiting_number, checked_in_at, body, created_at, updated_at, category, expires_at, log,
    event_version)
  SELECT :event, '00' || :now::text || n::text || :a::text, 1, 2,
    'persons/00' || :now::text || n::text || :a::text, md5(:now::text || n::text || :a::text), '',
    NULL, NULL, '@BODY@'::bytea, :now, :now, '', NULL, '@LOG@'::bytea, 1
  FROM generate_series(1, @ROWS@) AS n;
INSERT INTO persons (id, registration, given_name, family_name, email, language, organisation,
    special_needs, created_at, likeness)
  SELECT 'persons/00' || :now::text || n::text || :a::text,
    :event::text || '/registrations/00' || :now::text || n::text || :a::text, 'Stanisława',
    'Woźniak-' || n::text || :a::text, n::text || :a::text || '@r0.example.org', 'pl',
    'BioTechMed Mazovia Cluster', '', :now,
    :event::text || ' ' || md5(:now::text || n::text || :a::text)
  FROM generate_series(1, @ROWS@) AS n;
INSERT INTO changes (transaction_id, ordinal, aggregate, version, kind, resource, person,
    attributes)
  SELECT '00' || :now::text || :a::text, n, :event, 1, 'registration.confirmed',
    :event::text || '/registrations/00' || :now::text || n::text || :a::text,
    'persons/00' || :now::text || n::text || :a::text, ''
  FROM generate_series(1, @ROWS@) AS n;
INSERT INTO idempotency (principal, request_id, method, digest, response, created_at)
  SELECT '', '00' || :now::text || n::text || :a::text,
    'wici.registration.v1.RegistrationService/CreateRegistration',
    '000000000000000000000000000000' || :now::text || n::text || :a::text, '@RESPONSE@'::bytea, :now
  FROM generate_series(1, @ROWS@) AS n;
UPDATE event_seats SET version = version + 1, confirmed = confirmed + @ROWS@
  WHERE event = :event AND confirmed + @ROWS@ <= capacity;
COMMIT;
