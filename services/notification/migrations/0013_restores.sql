-- The one row that says when the database was last restored from a backup; 0 for never.
CREATE TABLE restores (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  restored_at BIGINT NOT NULL
);

INSERT INTO restores (id, restored_at) VALUES (1, 0);
