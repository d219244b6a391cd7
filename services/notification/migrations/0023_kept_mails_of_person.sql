-- By the person alone. The table is empty most of the time, and of such a one PostgreSQL knows nothing
-- that tells the primary key from an index that has delivery_id second: it looked each mail that had
-- been sent up by reading all of that.
DROP INDEX kept_mails_by_person;
CREATE INDEX kept_mails_by_person ON kept_mails (person);
