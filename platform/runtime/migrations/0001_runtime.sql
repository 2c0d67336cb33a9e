CREATE TABLE runtime_timer (
  tenant_id BIGINT NOT NULL,
  kind      TEXT NOT NULL,
  key       TEXT NOT NULL,
  due_at_ms BIGINT NOT NULL,
  payload   TEXT NOT NULL,
  PRIMARY KEY (tenant_id, kind, key)
);

CREATE TABLE runtime_cursor (
  tenant_id BIGINT NOT NULL,
  handler   TEXT NOT NULL,
  seq       BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, handler)
);

CREATE TABLE runtime_dead_letter (
  tenant_id   BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  handler     TEXT NOT NULL,
  seq         BIGINT NOT NULL,
  type        TEXT NOT NULL,
  payload     TEXT NOT NULL,
  error       TEXT NOT NULL,
  event_at_ms BIGINT NOT NULL,
  at_ms       BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, handler, seq)
);
