-- name: lock_cursor
INSERT INTO supervision_cursor (tenant_id, seq) VALUES ($1, 0)
ON CONFLICT (tenant_id) DO UPDATE SET seq = supervision_cursor.seq RETURNING seq

-- name: store_cursor
UPDATE supervision_cursor SET seq = $2 WHERE tenant_id = $1

-- name: open_alarm
SELECT id, kind, team_id, conversation_id, agent_id, customer_name, agent_name, value_ms, count, raised_at_ms,
       ended_at_ms, acknowledged_by, acknowledged_by_name, acknowledged_at_ms
FROM supervision_alarm WHERE tenant_id = $1 AND kind = $2 AND subject = $3 AND ended_at_ms IS NULL

-- name: open_alarms_of
SELECT id, kind, team_id, conversation_id, agent_id, customer_name, agent_name, value_ms, count, raised_at_ms,
       ended_at_ms, acknowledged_by, acknowledged_by_name, acknowledged_at_ms
FROM supervision_alarm WHERE tenant_id = $1 AND conversation_id = $2 AND ended_at_ms IS NULL ORDER BY id LIMIT 100

-- name: open_alarms
SELECT id, kind, team_id, conversation_id, agent_id, customer_name, agent_name, value_ms, count, raised_at_ms,
       ended_at_ms, acknowledged_by, acknowledged_by_name, acknowledged_at_ms
FROM supervision_alarm WHERE tenant_id = $1 AND ended_at_ms IS NULL ORDER BY id LIMIT 200000

-- name: alarm
SELECT id, kind, team_id, conversation_id, agent_id, customer_name, agent_name, value_ms, count, raised_at_ms,
       ended_at_ms, acknowledged_by, acknowledged_by_name, acknowledged_at_ms
FROM supervision_alarm WHERE tenant_id = $1 AND id = $2

-- name: alarms_before
SELECT id, kind, team_id, conversation_id, agent_id, customer_name, agent_name, value_ms, count, raised_at_ms,
       ended_at_ms, acknowledged_by, acknowledged_by_name, acknowledged_at_ms
FROM supervision_alarm WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3

-- name: open_alarms_before
SELECT id, kind, team_id, conversation_id, agent_id, customer_name, agent_name, value_ms, count, raised_at_ms,
       ended_at_ms, acknowledged_by, acknowledged_by_name, acknowledged_at_ms
FROM supervision_alarm WHERE tenant_id = $1 AND id < $2 AND ended_at_ms IS NULL ORDER BY id DESC LIMIT $3

-- name: upsert_alarm
INSERT INTO supervision_alarm (tenant_id, id, kind, subject, team_id, conversation_id, agent_id, customer_name,
  agent_name, value_ms, count, raised_at_ms, ended_at_ms, acknowledged_by, acknowledged_by_name, acknowledged_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (tenant_id, id) DO UPDATE SET team_id = $5, agent_id = $7, customer_name = $8, agent_name = $9,
  value_ms = $10, count = $11, ended_at_ms = $13, acknowledged_by = $14, acknowledged_by_name = $15,
  acknowledged_at_ms = $16

-- name: forget_alarms
DELETE FROM supervision_alarm WHERE tenant_id = $1 AND ended_at_ms IS NOT NULL AND ended_at_ms < $2

-- name: webhooks
SELECT id, url, secret, kinds, enabled FROM supervision_webhook WHERE tenant_id = $1 ORDER BY place LIMIT 100

-- name: delete_webhooks
DELETE FROM supervision_webhook WHERE tenant_id = $1

-- name: insert_webhook
INSERT INTO supervision_webhook (tenant_id, id, place, url, secret, kinds, enabled)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: insert_delivery
INSERT INTO supervision_delivery (tenant_id, id, webhook_id, url, event, alarm_id, alarm, state, attempts, status,
  error, created_at_ms, next_at_ms, done_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

-- name: update_delivery
UPDATE supervision_delivery SET state = $3, attempts = $4, status = $5, error = $6, next_at_ms = $7, done_at_ms = $8
WHERE tenant_id = $1 AND id = $2

-- name: delivery
SELECT id, webhook_id, url, event, alarm_id, state, attempts, status, error, created_at_ms, next_at_ms, done_at_ms,
       alarm
FROM supervision_delivery WHERE tenant_id = $1 AND id = $2

-- name: newest_deliveries
SELECT id, webhook_id, url, event, alarm_id, state, attempts, status, error, created_at_ms, next_at_ms, done_at_ms,
       alarm
FROM supervision_delivery WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2

-- name: count_pending
SELECT COUNT(*) FROM supervision_delivery WHERE tenant_id = $1 AND done_at_ms IS NULL

-- name: forget_deliveries
DELETE FROM supervision_delivery WHERE tenant_id = $1 AND done_at_ms IS NOT NULL AND created_at_ms < $2
