CREATE TABLE customer_customer (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  external_id TEXT,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  locale TEXT NOT NULL,
  level TEXT NOT NULL,
  tags_json TEXT NOT NULL,
  attributes_json TEXT NOT NULL,
  note TEXT NOT NULL,
  search_text TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  seen_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
-- Anonymous customers have NULL there, and NULLs differ from one another in both engines.
CREATE UNIQUE INDEX customer_customer_by_external_id ON customer_customer (tenant_id, external_id);

CREATE TABLE customer_page (
  tenant_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  referrer TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, customer_id, id)
);
