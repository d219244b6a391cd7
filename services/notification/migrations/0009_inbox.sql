-- Messages inside the application. An inbox is that of one person: its id is a digest of the
-- opaque id, made when the first message comes. seq numbers the items, changed counts what happened
-- in the inbox: each new item and each change of one takes the next. revision counts the calls that
-- marked items, which are in the change feed.
CREATE TABLE inboxes (
  id TEXT COLLATE "C" PRIMARY KEY,
  person TEXT COLLATE "C" NOT NULL,
  last_seq BIGINT NOT NULL,
  last_changed BIGINT NOT NULL,
  revision BIGINT NOT NULL
);

CREATE INDEX inboxes_by_person ON inboxes (person);

-- Titles and texts are about people, so they go when their person is erased.
CREATE TABLE inbox_items (
  inbox TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  delivery TEXT COLLATE "C" NOT NULL UNIQUE,
  notification TEXT COLLATE "C" NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  url TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  read_at BIGINT,
  PRIMARY KEY (inbox, seq)
);

CREATE INDEX inbox_items_unread ON inbox_items (inbox, seq) WHERE read_at IS NULL;

CREATE INDEX inbox_items_changed ON inbox_items (inbox, changed);
