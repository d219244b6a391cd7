-- What an attempt sends, over any channel, from before it begins until it is known what became of
-- it: an attempt that is repeated without anybody knowing whether the first arrived sends the same
-- bytes. Has addresses, numbers and texts; a row goes when its delivery is settled or deferred for
-- a known reason, when a restored database holds it, and when its person is erased.
CREATE TABLE kept_mails (
  delivery_id TEXT COLLATE "C" PRIMARY KEY,
  person TEXT COLLATE "C" NOT NULL,
  fence BIGINT NOT NULL,
  recipient TEXT NOT NULL,
  message BYTEA NOT NULL
);

CREATE INDEX kept_mails_by_person ON kept_mails (person, delivery_id);
