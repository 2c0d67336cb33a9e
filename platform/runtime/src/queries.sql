-- name: upsert_timer
INSERT INTO runtime_timer (tenant_id, kind, key, due_at_ms, payload) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, kind, key) DO UPDATE SET due_at_ms = excluded.due_at_ms, payload = excluded.payload

-- name: delete_timer
DELETE FROM runtime_timer WHERE tenant_id = $1 AND kind = $2 AND key = $3

-- name: take_timer
DELETE FROM runtime_timer WHERE tenant_id = $1 AND kind = $2 AND key = $3 AND due_at_ms = $4 RETURNING payload

-- name: timers_after
SELECT tenant_id, kind, key, due_at_ms FROM runtime_timer WHERE (tenant_id, kind, key) > ($1, $2, $3)
ORDER BY tenant_id, kind, key LIMIT $4

-- name: store_cursor
INSERT INTO runtime_cursor (tenant_id, handler, seq) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, handler) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > runtime_cursor.seq

-- name: cursors_of
SELECT handler, seq FROM runtime_cursor WHERE tenant_id = $1

-- name: upsert_dead_letter
INSERT INTO runtime_dead_letter (tenant_id, id, handler, seq, type, payload, error, event_at_ms, at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, handler, seq) DO UPDATE SET error = excluded.error, at_ms = excluded.at_ms

-- name: dead_letters_after
SELECT id, handler, seq, type, payload, error, event_at_ms, at_ms FROM runtime_dead_letter
WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3

-- name: dead_letter
SELECT id, handler, seq, type, payload, error, event_at_ms, at_ms FROM runtime_dead_letter
WHERE tenant_id = $1 AND id = $2

-- name: delete_dead_letter
DELETE FROM runtime_dead_letter WHERE tenant_id = $1 AND id = $2
