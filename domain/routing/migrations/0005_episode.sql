-- Facts of service, one row an episode: what the board counts and what recordings are made of. Times that have not come
-- are NULL; `version` is the conversation's of the newest event that was written down.
CREATE TABLE routing_episode (
  tenant_id BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  team_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  priority BIGINT NOT NULL,
  vip BIGINT NOT NULL,
  arrived_at_ms BIGINT NOT NULL,
  first_assigned_at_ms BIGINT,
  closed_at_ms BIGINT,
  agent_id BIGINT NOT NULL,
  estimated_wait_ms BIGINT,
  target_ms BIGINT NOT NULL,
  handled_ms BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, episode_id)
);
CREATE INDEX routing_episode_by_arrival ON routing_episode (tenant_id, arrived_at_ms);
CREATE INDEX routing_episode_by_end ON routing_episode (tenant_id, closed_at_ms);

-- When an agent got an episode for the first time.
CREATE TABLE routing_episode_agent (
  tenant_id BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, episode_id, agent_id)
);
