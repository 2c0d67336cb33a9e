CREATE TABLE webchat_widget (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  widget_key TEXT NOT NULL,
  identity_key TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  settings TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX webchat_widget_by_key ON webchat_widget (widget_key);

CREATE TABLE webchat_secret (
  tenant_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  secret TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, number)
);
