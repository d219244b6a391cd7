-- Answers to requests with a request_id, kept for at least 24 hours (libs/sql/idempotency.h).
CREATE TABLE idempotency (
  principal TEXT COLLATE "C" NOT NULL,
  request_id TEXT COLLATE "C" NOT NULL,
  method TEXT NOT NULL,
  digest TEXT NOT NULL,
  response BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (principal, request_id)
);

CREATE INDEX idempotency_by_created_at ON idempotency (created_at);
