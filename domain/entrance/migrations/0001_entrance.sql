CREATE TABLE entrance_plan (
  tenant_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  plan TEXT NOT NULL,
  saved_at_ms BIGINT NOT NULL,
  saved_by BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, version)
);
CREATE TABLE entrance_decision (
  tenant_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  decision TEXT NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id, episode_id)
);
CREATE TABLE entrance_external (
  tenant_id BIGINT NOT NULL,
  asked BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  late BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  last_at_ms BIGINT,
  PRIMARY KEY (tenant_id)
);
