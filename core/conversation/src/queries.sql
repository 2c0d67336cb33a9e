-- Columns of conversation_thread are read in one order everywhere, see store.cpp. A `lock_` query is the first
-- statement of a verb that writes: on PostgreSQL it holds the row until the commit; SQLite has one writer anyway.

-- name: find_thread
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND id = $2

-- name: lock_thread
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND id = $2
-- postgres:
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND id = $2
FOR UPDATE

-- name: find_thread_of_customer
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND customer_id = $2

-- name: lock_thread_of_customer
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND customer_id = $2
-- postgres:
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND customer_id = $2
FOR UPDATE

-- name: insert_thread
INSERT INTO conversation_thread (tenant_id, id, customer_id, customer_name, customer_label, customer_level, channel,
  widget_id, state, team_id, agent_id, agent_name, participants, episode_id, episode_number, priority, last_seq,
  last_preview, last_author, unread, waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms,
  closed_at_ms, version, customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq,
  assign_reason, visible_seq, episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms,
  episode_customer_messages, episode_agent_messages, episode_agents, listed_at_ms, queue_rank, is_open, topic)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
$24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43)
ON CONFLICT (tenant_id, customer_id) DO NOTHING

-- The way of every message: touches no indexed column, so no index is written.

-- name: advance_thread
UPDATE conversation_thread SET
  last_seq = $4, last_preview = $5, last_author = $6, unread = $7, waiting_since_ms = $8, updated_at_ms = $9, version
  = $10, visible_seq = $11, episode_first_reply_at_ms = $12, episode_customer_messages = $13, episode_agent_messages =
  $14, episode_agents = $15
WHERE tenant_id = $1 AND id = $2 AND version = $3

-- name: advance_thread_listed
UPDATE conversation_thread SET
  last_seq = $4, last_preview = $5, last_author = $6, unread = $7, waiting_since_ms = $8, updated_at_ms = $9, version
  = $10, visible_seq = $11, episode_first_reply_at_ms = $12, episode_customer_messages = $13, episode_agent_messages =
  $14, episode_agents = $15, listed_at_ms = $16
WHERE tenant_id = $1 AND id = $2 AND version = $3

-- name: save_thread
UPDATE conversation_thread SET
  channel = $4, widget_id = $5, state = $6, team_id = $7, agent_id = $8, agent_name = $9, participants = $10,
  episode_id = $11, episode_number = $12, priority = $13, last_seq = $14, last_preview = $15, last_author = $16,
  unread = $17, waiting_since_ms = $18, queued_at_ms = $19, promised_at_ms = $20, updated_at_ms = $21, closed_at_ms =
  $22, version = $23, customer_delivered_seq = $24, customer_read_seq = $25, agent_delivered_seq = $26, agent_read_seq
  = $27, assign_reason = $28, visible_seq = $29, episode_opened_at_ms = $30, episode_first_assigned_at_ms = $31,
  episode_first_reply_at_ms = $32, episode_customer_messages = $33, episode_agent_messages = $34, episode_agents =
  $35, listed_at_ms = $36, queue_rank = $37, is_open = $38, topic = $39
WHERE tenant_id = $1 AND id = $2 AND version = $3

-- name: save_receipts
UPDATE conversation_thread SET
  customer_delivered_seq = $4, customer_read_seq = $5, agent_delivered_seq = $6, agent_read_seq = $7, unread = $8,
  version = $9
WHERE tenant_id = $1 AND id = $2 AND version = $3

-- name: save_customer
UPDATE conversation_thread SET
  customer_name = $4, customer_label = $5, customer_level = $6, updated_at_ms = $7, version = $8, listed_at_ms = $9
WHERE tenant_id = $1 AND id = $2 AND version = $3

-- Lists: one query for each index that serves a box; rows strictly behind the cursor.

-- name: list_by_scope
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND is_open = $2 AND (listed_at_ms, id) < ($3, $4)
ORDER BY listed_at_ms DESC, id DESC LIMIT $5

-- name: list_by_team
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND is_open = $2 AND (listed_at_ms, id) < ($3, $4) AND team_id = $6
ORDER BY listed_at_ms DESC, id DESC LIMIT $5

-- name: list_by_agent
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND is_open = $2 AND (listed_at_ms, id) < ($3, $4) AND agent_id = $6
ORDER BY listed_at_ms DESC, id DESC LIMIT $5

-- CROSS JOIN makes SQLite begin with the participations: a person has few of them open.

-- name: list_by_participant
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_participant p CROSS JOIN conversation_thread t
WHERE p.tenant_id = $1 AND p.user_id = $6 AND t.tenant_id = $1 AND t.id = p.conversation_id AND t.is_open = $2
  AND (t.listed_at_ms, t.id) < ($3, $4)
ORDER BY t.listed_at_ms DESC, t.id DESC LIMIT $5

-- name: list_queue
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND team_id = $2 AND queued_at_ms IS NOT NULL
  AND (queue_rank, queued_at_ms, id) > ($3, $4, $5)
ORDER BY queue_rank, queued_at_ms, id LIMIT $6

-- name: list_queues
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND queued_at_ms IS NOT NULL AND (queue_rank, queued_at_ms, id) > ($2, $3, $4)
ORDER BY queue_rank, queued_at_ms, id LIMIT $5

-- name: list_waiting
SELECT id, customer_id, customer_name, customer_label, customer_level, channel, widget_id, state, team_id, agent_id,
       agent_name, participants, episode_id, episode_number, priority, last_seq, last_preview, last_author, unread,
       waiting_since_ms, queued_at_ms, promised_at_ms, created_at_ms, updated_at_ms, closed_at_ms, version,
       customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq,
       episode_opened_at_ms, episode_first_assigned_at_ms, episode_first_reply_at_ms, episode_customer_messages,
       episode_agent_messages, episode_agents, topic
FROM conversation_thread
WHERE tenant_id = $1 AND queued_at_ms IS NOT NULL
ORDER BY queued_at_ms, id LIMIT $2

-- name: count_loads
SELECT agent_id, COUNT(*) FROM conversation_thread
WHERE tenant_id = $1 AND is_open = 1 AND agent_id > 0
GROUP BY agent_id ORDER BY agent_id

-- name: count_load
SELECT COUNT(*) FROM conversation_thread WHERE tenant_id = $1 AND is_open = 1 AND agent_id = $2

-- name: insert_participant
INSERT INTO conversation_participant (tenant_id, user_id, conversation_id) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, user_id, conversation_id) DO NOTHING

-- name: delete_participant
DELETE FROM conversation_participant WHERE tenant_id = $1 AND user_id = $2 AND conversation_id = $3

-- name: insert_episode
INSERT INTO conversation_episode (tenant_id, id, conversation_id, number, channel, opened_at_ms,
  first_assigned_at_ms, first_reply_at_ms, closed_at_ms, close_reason, customer_messages, agent_messages, agents)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: save_episode
UPDATE conversation_episode SET
  first_assigned_at_ms = $3, first_reply_at_ms = $4, closed_at_ms = $5, close_reason = $6, customer_messages = $7,
  agent_messages = $8, agents = $9
WHERE tenant_id = $1 AND id = $2

-- name: list_episodes
SELECT id, conversation_id, number, channel, opened_at_ms, first_assigned_at_ms, first_reply_at_ms, closed_at_ms,
       close_reason, customer_messages, agent_messages, agents
FROM conversation_episode
WHERE tenant_id = $1 AND conversation_id = $2 ORDER BY number DESC LIMIT $3

-- name: find_episode
SELECT id, conversation_id, number, channel, opened_at_ms, first_assigned_at_ms, first_reply_at_ms, closed_at_ms,
       close_reason, customer_messages, agent_messages, agents
FROM conversation_episode
WHERE tenant_id = $1 AND conversation_id = $2 AND id = $3

-- What was said to the other side, by hand.

-- name: count_answers
SELECT author_id, COUNT(*) FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND episode_id = $3 AND seq > $4 AND author_kind = 'agent'
  AND automatic = 0 AND kind IN ('text', 'image', 'file', 'video', 'voice')
GROUP BY author_id ORDER BY author_id

-- name: last_speaker
SELECT author_kind FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND episode_id = $3 AND seq > $4
  AND automatic = 0 AND kind IN ('text', 'image', 'file', 'video', 'voice')
ORDER BY seq DESC LIMIT 1

-- name: insert_message
INSERT INTO conversation_message (tenant_id, id, conversation_id, episode_id, seq, author_kind, author_id,
  author_name, kind, body, file, quote_id, quote_author, quote_preview, mentions, system_event, client_msg_id,
  automatic, created_at_ms, recalled_at_ms, file_id, internal)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT (tenant_id, conversation_id, author_id, client_msg_id) WHERE client_msg_id <> '' DO NOTHING

-- name: find_message
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND id = $2

-- name: find_message_by_key
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND author_id = $3 AND client_msg_id = $4 AND client_msg_id <> ''

-- name: messages_before
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND seq < $3
ORDER BY seq DESC LIMIT $4

-- name: visible_messages_before
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND seq < $3 AND internal = 0
ORDER BY seq DESC LIMIT $4

-- name: messages_after
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND seq > $3
ORDER BY seq LIMIT $4

-- An agent reads the whispers that he said ($5) or that were said to him ($6: the mentions column then), no others.

-- name: messages_before_for_agent
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND seq < $3 AND (kind <> 'whisper' OR author_id = $5 OR mentions = $6)
ORDER BY seq DESC LIMIT $4

-- name: messages_after_for_agent
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND seq > $3 AND (kind <> 'whisper' OR author_id = $5 OR mentions = $6)
ORDER BY seq LIMIT $4

-- name: newest_previewed_message
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND seq < $3 AND internal = 0 AND kind <> 'system'
  AND recalled_at_ms IS NULL
ORDER BY seq DESC LIMIT 1

-- name: count_unread
SELECT COUNT(*) FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND seq > $3 AND author_kind = 'customer'

-- A whisper keeps who may read it.

-- name: recall_message
UPDATE conversation_message
SET body = '', file = '', file_id = 0, quote_id = 0, quote_author = '', quote_preview = '',
    mentions = CASE WHEN kind = 'whisper' THEN mentions ELSE '' END, recalled_at_ms = $3
WHERE tenant_id = $1 AND id = $2 AND recalled_at_ms IS NULL

-- name: blank_quotes
UPDATE conversation_message SET quote_preview = ''
WHERE tenant_id = $1 AND conversation_id = $2 AND quote_id = $3 AND quote_id <> 0

-- name: quoting_messages
SELECT id, conversation_id, episode_id, seq, author_kind, author_id, author_name, kind, body, file, quote_id,
       quote_author, quote_preview, mentions, system_event, client_msg_id, automatic, created_at_ms, recalled_at_ms
FROM conversation_message
WHERE tenant_id = $1 AND conversation_id = $2 AND quote_id = $3 AND quote_id <> 0
LIMIT $4

-- name: insert_file
INSERT INTO conversation_file (tenant_id, id, name, content_type, bytes, width, height, duration_ms, thumbnail,
  customer_id, user_id, storage_key, created_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: find_file
SELECT id, name, content_type, bytes, width, height, duration_ms, thumbnail, customer_id, user_id, storage_key
FROM conversation_file WHERE tenant_id = $1 AND id = $2

-- name: file_seen_by_customer
SELECT 1 FROM conversation_message m
JOIN conversation_thread t ON t.tenant_id = m.tenant_id AND t.id = m.conversation_id
WHERE m.tenant_id = $1 AND m.file_id = $2 AND m.file_id <> 0 AND m.internal = 0 AND t.customer_id = $3 LIMIT 1

-- name: conversations_with_file
SELECT conversation_id FROM conversation_message
WHERE tenant_id = $1 AND file_id = $2 AND file_id <> 0 LIMIT $3

-- name: list_canned
SELECT id, shortcut, title, body, owner_id, updated_at_ms FROM conversation_canned
WHERE tenant_id = $1 AND owner_id IN (0, $2) ORDER BY shortcut, id LIMIT $3

-- name: find_canned
SELECT id, shortcut, title, body, owner_id, updated_at_ms FROM conversation_canned
WHERE tenant_id = $1 AND id = $2

-- name: count_canned
SELECT COUNT(*) FROM conversation_canned WHERE tenant_id = $1 AND owner_id = $2

-- name: canned_with_shortcut
SELECT id FROM conversation_canned WHERE tenant_id = $1 AND owner_id = $2 AND shortcut = $3

-- name: insert_canned
INSERT INTO conversation_canned (tenant_id, id, shortcut, title, body, owner_id, updated_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, owner_id, shortcut) DO NOTHING

-- name: save_canned
UPDATE conversation_canned SET shortcut = $3, title = $4, body = $5, owner_id = $6, updated_at_ms = $7
WHERE tenant_id = $1 AND id = $2

-- name: delete_canned
DELETE FROM conversation_canned WHERE tenant_id = $1 AND id = $2
