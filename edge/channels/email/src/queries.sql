-- name: load_settings
SELECT tenant_id, settings, password FROM email_settings WHERE tenant_id = $1

-- Every tenant's, once at start.

-- name: all_settings
SELECT tenant_id, settings, password FROM email_settings WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2

-- name: save_settings
INSERT INTO email_settings (tenant_id, settings, password, updated_at_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id) DO UPDATE SET settings = excluded.settings, password = excluded.password,
  updated_at_ms = excluded.updated_at_ms

-- name: load_thread
SELECT tenant_id, conversation_id, customer_id, state, not_before_ms, mailed_seq, last_message_id
FROM email_thread WHERE tenant_id = $1 AND conversation_id = $2

-- name: save_thread
INSERT INTO email_thread (tenant_id, conversation_id, customer_id, state, not_before_ms, mailed_seq, last_message_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET state = excluded.state, not_before_ms = excluded.not_before_ms,
  mailed_seq = excluded.mailed_seq, last_message_id = excluded.last_message_id

-- name: delete_thread
DELETE FROM email_thread WHERE tenant_id = $1 AND conversation_id = $2

-- Every tenant's, once at start.

-- name: threads_at_work
SELECT tenant_id, conversation_id, customer_id, state, not_before_ms, mailed_seq, last_message_id
FROM email_thread
WHERE state <> 'idle' AND (tenant_id > $1 OR (tenant_id = $1 AND conversation_id > $2))
ORDER BY tenant_id, conversation_id LIMIT $3

-- name: insert_mail
INSERT INTO email_outbox (tenant_id, id, conversation_id, customer_id, recipient, state, from_seq, upto_seq, answers,
  attempts, words, message_id, created_at_ms, next_at_ms, ended_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

-- name: update_mail
UPDATE email_outbox SET recipient = $3, state = $4, answers = $5, attempts = $6, words = $7, next_at_ms = $8,
  ended_at_ms = $9
WHERE tenant_id = $1 AND id = $2

-- name: load_mail
SELECT tenant_id, id, conversation_id, customer_id, recipient, state, from_seq, upto_seq, answers, attempts, words,
       message_id, created_at_ms, next_at_ms, ended_at_ms
FROM email_outbox WHERE tenant_id = $1 AND id = $2

-- name: list_mails
SELECT tenant_id, id, conversation_id, customer_id, recipient, state, from_seq, upto_seq, answers, attempts, words,
       message_id, created_at_ms, next_at_ms, ended_at_ms
FROM email_outbox WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3

-- name: forget_mails
DELETE FROM email_outbox WHERE tenant_id = $1 AND ended_at_ms < $2
