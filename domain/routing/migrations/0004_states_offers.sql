-- wrap_up: when it ends, and how far the agent may extend it.
ALTER TABLE routing_agent ADD COLUMN until_at_ms BIGINT;
ALTER TABLE routing_agent ADD COLUMN extend_until_at_ms BIGINT;
-- An agent's day.
CREATE INDEX routing_agent_timeline_by_time ON routing_agent_timeline (tenant_id, user_id, at_ms);
CREATE INDEX routing_assignment_by_agent ON routing_assignment (tenant_id, agent_id, at_ms);
CREATE TABLE routing_reason_codes (
  tenant_id BIGINT NOT NULL PRIMARY KEY,
  codes TEXT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);
-- Offers; `outcome` is empty while they ring. Ended ones stay: who let it ring is part of why somebody else got it.
CREATE TABLE routing_offer (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  team_id BIGINT,
  agents TEXT NOT NULL,
  from_id BIGINT,
  from_name TEXT NOT NULL,
  note TEXT NOT NULL,
  why TEXT NOT NULL,
  made_at_ms BIGINT NOT NULL,
  until_at_ms BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  by_id BIGINT,
  ended_at_ms BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX routing_offer_open ON routing_offer (tenant_id, conversation_id, kind) WHERE outcome = '';
-- Alarms of queues that were raised and have not ended.
CREATE TABLE routing_queue_alarm (
  tenant_id BIGINT NOT NULL,
  team_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  raised_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, team_id, kind)
);
-- Policies saved before know nothing of these.
UPDATE routing_policy SET policy = substr(policy, 1, length(policy) - 1) ||
  ',"offer_ms":20000,"wrap_up_ms":0,"wrap_up_max_ms":600000,"alarm_length":0,"alarm_wait_ms":180000}';
