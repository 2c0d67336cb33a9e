CREATE TABLE email_settings (
  tenant_id BIGINT NOT NULL,
  settings TEXT NOT NULL,
  password TEXT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id)
);

CREATE TABLE email_thread (
  tenant_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  not_before_ms BIGINT NOT NULL,
  mailed_seq BIGINT NOT NULL,
  last_message_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id)
);
CREATE INDEX email_thread_present ON email_thread (tenant_id, conversation_id) WHERE state = 'present';

CREATE TABLE email_outbox (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  recipient TEXT NOT NULL,
  state TEXT NOT NULL,
  from_seq BIGINT NOT NULL,
  upto_seq BIGINT NOT NULL,
  answers BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  words TEXT NOT NULL,
  message_id TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  next_at_ms BIGINT,
  ended_at_ms BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX email_outbox_open ON email_outbox (tenant_id, conversation_id) WHERE state IN ('queued', 'sending');
CREATE INDEX email_outbox_ended ON email_outbox (tenant_id, ended_at_ms);
