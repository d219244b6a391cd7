-- What lint.py must refuse; now() in a comment is fine.
CREATE TABLE a (
  id TEXT PRIMARY KEY,
  number BIGSERIAL,
  tags TEXT[],
  created TIMESTAMP DEFAULT now()
);
CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;
