-- name: upsert_agent
INSERT INTO routing_agent (tenant_id, user_id, state, reason, since_at_ms) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, user_id) DO UPDATE SET state = $3, reason = $4, since_at_ms = $5

-- name: agent_states
SELECT user_id, state, reason, since_at_ms FROM routing_agent WHERE tenant_id = $1

-- name: insert_timeline
INSERT INTO routing_agent_timeline (tenant_id, user_id, id, at_ms, state, reason) VALUES ($1, $2, $3, $4, $5, $6)

-- name: policies
SELECT policy FROM routing_policy WHERE tenant_id = $1 ORDER BY team_id LIMIT 2000

-- name: upsert_policy
INSERT INTO routing_policy (tenant_id, team_id, policy, updated_at_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, team_id) DO UPDATE SET policy = $3, updated_at_ms = $4

-- name: insert_assignment
INSERT INTO routing_assignment (tenant_id, conversation_id, id, episode_id, agent_id, team_id, at_ms, why)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: assignments
SELECT conversation_id, episode_id, agent_id, team_id, at_ms, why FROM routing_assignment
WHERE tenant_id = $1 AND conversation_id = $2 ORDER BY id DESC LIMIT 50

-- name: watch
SELECT watch FROM routing_watch WHERE tenant_id = $1 AND conversation_id = $2

-- name: watches
SELECT conversation_id, watch FROM routing_watch WHERE tenant_id = $1 LIMIT 200000

-- name: upsert_watch
INSERT INTO routing_watch (tenant_id, conversation_id, watch) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET watch = $3

-- name: delete_watch
DELETE FROM routing_watch WHERE tenant_id = $1 AND conversation_id = $2

-- name: last_assigned_agent
SELECT agent_id FROM routing_assignment WHERE tenant_id = $1 AND conversation_id = $2 ORDER BY id DESC LIMIT 1

-- name: profiles
SELECT profile FROM routing_profile WHERE tenant_id = $1 ORDER BY user_id LIMIT 20000

-- name: upsert_profile
INSERT INTO routing_profile (tenant_id, user_id, profile, updated_at_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, user_id) DO UPDATE SET profile = $3, updated_at_ms = $4
