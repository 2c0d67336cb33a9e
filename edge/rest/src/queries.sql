-- name: find_answer
SELECT request_hash, status, body, created_at_ms FROM rest_idempotency WHERE tenant_id = $1 AND actor = $2 AND key = $3

-- name: insert_answer
INSERT INTO rest_idempotency (tenant_id, actor, key, request_hash, status, body, created_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: delete_answer
DELETE FROM rest_idempotency WHERE tenant_id = $1 AND actor = $2 AND key = $3

-- name: trim_answers
DELETE FROM rest_idempotency WHERE tenant_id = $1 AND created_at_ms < $2

-- name: any_answer
SELECT 1 FROM rest_idempotency WHERE tenant_id = $1 LIMIT 1

-- name: ping
SELECT 1
