-- `subject` is the conversation or the team. Ids other than keys: 0 means none.
CREATE TABLE supervision_alarm (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject BIGINT NOT NULL,
  team_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  agent_name TEXT NOT NULL,
  value_ms BIGINT NOT NULL,
  count BIGINT NOT NULL,
  raised_at_ms BIGINT NOT NULL,
  ended_at_ms BIGINT,
  acknowledged_by BIGINT NOT NULL,
  acknowledged_by_name TEXT NOT NULL,
  acknowledged_at_ms BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX supervision_alarm_open ON supervision_alarm (tenant_id, kind, subject) WHERE ended_at_ms IS NULL;
CREATE INDEX supervision_alarm_ended ON supervision_alarm (tenant_id, ended_at_ms) WHERE ended_at_ms IS NOT NULL;

-- How far the event log has been digested into alarms: an event that comes twice is known by it.
CREATE TABLE supervision_cursor (
  tenant_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (tenant_id)
);

CREATE TABLE supervision_webhook (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  place BIGINT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  kinds TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- The outbox. `alarm` is the alarm as it was told, JSON; "" for a test.
CREATE TABLE supervision_delivery (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  webhook_id BIGINT NOT NULL,
  url TEXT NOT NULL,
  event TEXT NOT NULL,
  alarm_id BIGINT NOT NULL,
  alarm TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  status BIGINT NOT NULL,
  error TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  next_at_ms BIGINT,
  done_at_ms BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX supervision_delivery_pending ON supervision_delivery (tenant_id, id) WHERE done_at_ms IS NULL;
