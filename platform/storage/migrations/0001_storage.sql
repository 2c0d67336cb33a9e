CREATE TABLE storage_tenant_seq (
  tenant_id BIGINT NOT NULL PRIMARY KEY,
  last_seq  BIGINT NOT NULL
) WITHOUT ROWID;

-- With rows of its own and not WITHOUT ROWID: a payload of 1.5 KB would overflow into a page of its own there.
CREATE TABLE storage_event (
  tenant_id BIGINT NOT NULL,
  seq       BIGINT NOT NULL,
  at_ms     BIGINT NOT NULL,
  type      TEXT NOT NULL,
  payload   TEXT NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);
