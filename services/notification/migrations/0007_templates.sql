-- Templates of organisations (the built-in ones are in the program), and their texts, which never
-- change. A deleted template keeps its id and its texts: what was accepted before is still sent.
CREATE TABLE templates (
  id TEXT COLLATE "C" PRIMARY KEY,
  revision BIGINT NOT NULL,
  title TEXT NOT NULL,
  purpose BIGINT NOT NULL,
  calendar_method BIGINT NOT NULL,
  unknown_policy BIGINT NOT NULL,
  version BIGINT NOT NULL,
  deleted BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- body: a serialized TemplateVersion.
CREATE TABLE template_versions (
  template TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  purpose BIGINT NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (template, version)
);
