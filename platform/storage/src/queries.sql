-- name: advance_seq
INSERT INTO storage_tenant_seq (tenant_id, last_seq) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET last_seq = storage_tenant_seq.last_seq + excluded.last_seq
RETURNING last_seq

-- name: insert_event
INSERT INTO storage_event (tenant_id, seq, at_ms, type, payload) VALUES ($1, $2, $3, $4, $5)

-- name: last_seq
SELECT last_seq FROM storage_tenant_seq WHERE tenant_id = $1

-- name: tenants
SELECT tenant_id FROM storage_tenant_seq ORDER BY tenant_id

-- name: events_after
SELECT seq, at_ms, type, payload FROM storage_event WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3

-- name: oldest_events
SELECT seq, at_ms FROM storage_event WHERE tenant_id = $1 ORDER BY seq LIMIT $2

-- name: forget_events
DELETE FROM storage_event WHERE tenant_id = $1 AND seq <= $2
