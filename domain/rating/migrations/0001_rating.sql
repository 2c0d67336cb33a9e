-- One row an ended episode: the facts that summaries count, with the question when it was put. `state` is '' when nobody
-- was asked; `offer` is what was offered, as JSON.
CREATE TABLE rating_episode (
  tenant_id BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  channel TEXT NOT NULL,
  team_id BIGINT,
  agent_id BIGINT,
  closed_at_ms BIGINT NOT NULL,
  day TEXT NOT NULL,
  close_reason TEXT NOT NULL,
  state TEXT NOT NULL,
  scale TEXT NOT NULL,
  offer TEXT NOT NULL,
  solved BIGINT,
  score BIGINT,
  satisfied BIGINT NOT NULL,
  reason_keys TEXT NOT NULL,
  words TEXT NOT NULL,
  invited_at_ms BIGINT,
  answered_at_ms BIGINT,
  editable_until_ms BIGINT,
  PRIMARY KEY (tenant_id, episode_id)
);
CREATE INDEX rating_episode_by_time ON rating_episode (tenant_id, closed_at_ms, episode_id);
CREATE INDEX rating_episode_by_conversation ON rating_episode (tenant_id, conversation_id, episode_id);
-- Who has which part of an episode, 1,000,000 in all; agent 0 is nobody. `closed_at_ms` is the episode's.
CREATE TABLE rating_share (
  tenant_id BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  place BIGINT NOT NULL,
  share_ppm BIGINT NOT NULL,
  closed_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, episode_id, agent_id)
);
CREATE INDEX rating_share_by_agent ON rating_share (tenant_id, agent_id, closed_at_ms, episode_id);
CREATE TABLE rating_follow_up (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  follow_up TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX rating_follow_up_by_episode ON rating_follow_up (tenant_id, episode_id);
CREATE INDEX rating_follow_up_by_state ON rating_follow_up (tenant_id, state, id);
CREATE TABLE rating_settings (
  tenant_id BIGINT NOT NULL PRIMARY KEY,
  settings TEXT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);
