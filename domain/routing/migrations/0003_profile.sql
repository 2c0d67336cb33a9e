CREATE TABLE routing_profile (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  profile TEXT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
);
