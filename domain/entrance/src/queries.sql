-- name: newest_plan
SELECT plan FROM entrance_plan WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1

-- name: insert_plan
INSERT INTO entrance_plan (tenant_id, version, plan, saved_at_ms, saved_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, version) DO NOTHING

-- name: forget_plans
DELETE FROM entrance_plan WHERE tenant_id = $1 AND version <= $2

-- name: decision
SELECT decision FROM entrance_decision WHERE tenant_id = $1 AND conversation_id = $2 AND episode_id = $3

-- name: insert_decision
INSERT INTO entrance_decision (tenant_id, conversation_id, episode_id, decision) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, conversation_id, episode_id) DO NOTHING

-- name: update_decision
UPDATE entrance_decision SET decision = $4 WHERE tenant_id = $1 AND conversation_id = $2 AND episode_id = $3

-- name: count_external
INSERT INTO entrance_external (tenant_id, asked, answered, late, failed, last_error, last_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id) DO UPDATE SET asked = entrance_external.asked + $2,
  answered = entrance_external.answered + $3, late = entrance_external.late + $4,
  failed = entrance_external.failed + $5,
  last_error = CASE WHEN $6 = '' THEN entrance_external.last_error ELSE $6 END,
  last_at_ms = COALESCE($7, entrance_external.last_at_ms)

-- name: external_status
SELECT asked, answered, late, failed, last_error, last_at_ms FROM entrance_external WHERE tenant_id = $1
