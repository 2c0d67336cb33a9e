CREATE TABLE routing_agent (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  since_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
);
CREATE TABLE routing_agent_timeline (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, id)
);
CREATE TABLE routing_policy (
  tenant_id BIGINT NOT NULL,
  team_id BIGINT NOT NULL,
  policy TEXT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, team_id)
);
CREATE TABLE routing_assignment (
  tenant_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  team_id BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id, id)
);
