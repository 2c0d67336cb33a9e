-- SQLite keeps a table in the order of its INTEGER PRIMARY KEY, so `id` stands alone here: ids are unique over all
-- tenants, rows are appended in time order, and a row is found without a second index. PostgreSQL has its own variant.
-- In id columns other than the key, 0 means none. Every query names the tenant.

CREATE TABLE conversation_thread (
  id INTEGER PRIMARY KEY,
  tenant_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  customer_label TEXT NOT NULL,
  customer_level TEXT NOT NULL,
  channel TEXT NOT NULL,
  widget_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  team_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  agent_name TEXT NOT NULL,
  participants TEXT NOT NULL,
  episode_id BIGINT NOT NULL,
  episode_number BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  last_preview TEXT NOT NULL,
  last_author TEXT NOT NULL,
  unread BIGINT NOT NULL,
  waiting_since_ms BIGINT,
  queued_at_ms BIGINT,
  promised_at_ms BIGINT,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  closed_at_ms BIGINT,
  version BIGINT NOT NULL,
  customer_delivered_seq BIGINT NOT NULL,
  customer_read_seq BIGINT NOT NULL,
  agent_delivered_seq BIGINT NOT NULL,
  agent_read_seq BIGINT NOT NULL,
  assign_reason TEXT NOT NULL,
  visible_seq BIGINT NOT NULL,
  episode_opened_at_ms BIGINT NOT NULL,
  episode_first_assigned_at_ms BIGINT,
  episode_first_reply_at_ms BIGINT,
  episode_customer_messages BIGINT NOT NULL,
  episode_agent_messages BIGINT NOT NULL,
  episode_agents TEXT NOT NULL,
  listed_at_ms BIGINT NOT NULL,
  queue_rank BIGINT NOT NULL,
  is_open BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_thread_by_customer ON conversation_thread (tenant_id, customer_id);
CREATE INDEX conversation_thread_by_time ON conversation_thread (tenant_id, is_open, listed_at_ms);
CREATE INDEX conversation_thread_by_team ON conversation_thread (tenant_id, is_open, team_id, listed_at_ms);
CREATE INDEX conversation_thread_by_agent ON conversation_thread (tenant_id, is_open, agent_id, listed_at_ms);
CREATE INDEX conversation_thread_by_queue ON conversation_thread (tenant_id, team_id, queue_rank, queued_at_ms)
  WHERE queued_at_ms IS NOT NULL;
CREATE INDEX conversation_thread_by_rank ON conversation_thread (tenant_id, queue_rank, queued_at_ms)
  WHERE queued_at_ms IS NOT NULL;
CREATE INDEX conversation_thread_by_wait ON conversation_thread (tenant_id, queued_at_ms)
  WHERE queued_at_ms IS NOT NULL;

-- Inboxes of those who take part in open conversations without owning them.
CREATE TABLE conversation_participant (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, conversation_id)
);

-- The open episode's progress stands on its thread and comes here when it closes.
CREATE TABLE conversation_episode (
  id INTEGER PRIMARY KEY,
  tenant_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  channel TEXT NOT NULL,
  opened_at_ms BIGINT NOT NULL,
  first_assigned_at_ms BIGINT,
  first_reply_at_ms BIGINT,
  closed_at_ms BIGINT,
  close_reason TEXT NOT NULL,
  customer_messages BIGINT NOT NULL,
  agent_messages BIGINT NOT NULL,
  agents TEXT NOT NULL
);
CREATE UNIQUE INDEX conversation_episode_by_number ON conversation_episode (tenant_id, conversation_id, number);

CREATE TABLE conversation_message (
  id INTEGER PRIMARY KEY,
  tenant_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  episode_id BIGINT NOT NULL,
  author_kind TEXT NOT NULL,
  author_id BIGINT NOT NULL,
  author_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  internal BIGINT NOT NULL,
  automatic BIGINT NOT NULL,
  client_msg_id TEXT NOT NULL,
  body TEXT NOT NULL,
  file_id BIGINT NOT NULL,
  file TEXT NOT NULL,
  quote_id BIGINT NOT NULL,
  quote_author TEXT NOT NULL,
  quote_preview TEXT NOT NULL,
  mentions TEXT NOT NULL,
  system_event TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  recalled_at_ms BIGINT
);
CREATE UNIQUE INDEX conversation_message_by_seq ON conversation_message (tenant_id, conversation_id, seq);
CREATE UNIQUE INDEX conversation_message_by_key
  ON conversation_message (tenant_id, conversation_id, author_id, client_msg_id) WHERE client_msg_id <> '';
CREATE INDEX conversation_message_by_quote ON conversation_message (tenant_id, conversation_id, quote_id)
  WHERE quote_id <> 0;
CREATE INDEX conversation_message_by_file ON conversation_message (tenant_id, file_id) WHERE file_id <> 0;

-- Who uploaded it: a customer or a user, the other one is 0.
CREATE TABLE conversation_file (
  id INTEGER PRIMARY KEY,
  tenant_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  thumbnail BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  storage_key TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE conversation_canned (
  id INTEGER PRIMARY KEY,
  tenant_id BIGINT NOT NULL,
  owner_id BIGINT NOT NULL,
  shortcut TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_canned_by_shortcut ON conversation_canned (tenant_id, owner_id, shortcut);
