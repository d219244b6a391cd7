-- Memberships over time and their history, identifiers of organisations, contacts and their roles.

-- A membership without a first day is open since '', one without a last day until '9999-12-31'.
-- `committed` is what the member says or its role implies.
CREATE TABLE members (
  name TEXT COLLATE "C" PRIMARY KEY,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  version BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  role BIGINT NOT NULL,
  committed BOOLEAN NOT NULL,
  valid_from TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  recorded_from BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX members_by_cluster ON members (cluster, name);

-- Lists of a kind, and the counts of a cluster from the index alone.
CREATE INDEX members_by_kind ON members (cluster, kind, name, valid_from, valid_until, committed);

CREATE INDEX members_by_role ON members (cluster, role, name);

-- Earlier record versions of members: what was believed from recorded_from (included) to
-- recorded_until (excluded). Rows are never changed.
CREATE TABLE member_history (
  name TEXT COLLATE "C" NOT NULL,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  role BIGINT NOT NULL,
  committed BOOLEAN NOT NULL,
  valid_from TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  recorded_from BIGINT NOT NULL,
  recorded_until BIGINT NOT NULL CHECK (recorded_until > recorded_from),
  body BYTEA NOT NULL,
  PRIMARY KEY (name, recorded_from)
);

CREATE INDEX member_history_by_cluster ON member_history (cluster, name);

-- Which organisation a member is: its identifiers, with the interval of the membership. Finds an
-- overlapping membership (C4) and all memberships of an organisation.
CREATE TABLE member_identifiers (
  scheme TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  cluster TEXT COLLATE "C" NOT NULL,
  member TEXT COLLATE "C" NOT NULL,
  valid_from TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (scheme, value, cluster, member)
);

CREATE INDEX member_identifiers_by_member ON member_identifiers (member);

-- The identifiers of the versions in member_history.
CREATE TABLE member_identifier_history (
  scheme TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  cluster TEXT COLLATE "C" NOT NULL,
  member TEXT COLLATE "C" NOT NULL,
  valid_from TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  recorded_from BIGINT NOT NULL,
  recorded_until BIGINT NOT NULL,
  PRIMARY KEY (scheme, value, cluster, member, recorded_from)
);

CREATE INDEX member_identifier_history_by_member
  ON member_identifier_history (member, recorded_from);

-- Personal data: erased by deleting the row. `person` is the human being a contact is, across
-- clusters: an opaque id, if it is known. `email_key` is the address as it is compared: people with one
-- address are one person.
CREATE TABLE contacts (
  name TEXT COLLATE "C" PRIMARY KEY,
  cluster TEXT COLLATE "C" NOT NULL REFERENCES clusters (name),
  version BIGINT NOT NULL,
  person TEXT COLLATE "C",
  email_key TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE INDEX contacts_by_cluster ON contacts (cluster, name);

-- Over all rows: PostgreSQL would plan to read a partial index whole while few contacts name a person,
-- and keep to that plan.
CREATE INDEX contacts_by_person ON contacts (person, name);

CREATE INDEX contacts_by_email ON contacts (email_key, name);

-- The roles of contacts, present and earlier ones, by interval (C8), as believed since
-- recorded_from. No personal data: opaque ids.
CREATE TABLE contact_roles (
  contact TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  cluster TEXT COLLATE "C" NOT NULL,
  role BIGINT NOT NULL,
  valid_from TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  is_primary BOOLEAN NOT NULL,
  recorded_from BIGINT NOT NULL,
  PRIMARY KEY (contact, position)
);

CREATE INDEX contact_roles_by_role ON contact_roles (cluster, role, contact);

-- What was believed of the roles of a contact before, from recorded_from (included) to
-- recorded_until (excluded). Deleted with the contact.
CREATE TABLE contact_role_history (
  contact TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  role BIGINT NOT NULL,
  valid_from TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  is_primary BOOLEAN NOT NULL,
  recorded_from BIGINT NOT NULL,
  recorded_until BIGINT NOT NULL CHECK (recorded_until > recorded_from),
  PRIMARY KEY (contact, recorded_from, position)
);
