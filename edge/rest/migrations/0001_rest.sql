-- Answers kept for repeats of the same write (Idempotency-Key); trimmed after a day.
CREATE TABLE rest_idempotency (
  tenant_id BIGINT NOT NULL,
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status BIGINT NOT NULL,
  body TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, actor, key)
);
CREATE INDEX rest_idempotency_age ON rest_idempotency (tenant_id, created_at_ms);
