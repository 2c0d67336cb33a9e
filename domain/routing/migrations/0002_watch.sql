CREATE TABLE routing_watch (
  tenant_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  watch TEXT NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id)
);
