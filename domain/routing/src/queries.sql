-- name: upsert_agent
INSERT INTO routing_agent (tenant_id, user_id, state, reason, since_at_ms, until_at_ms, extend_until_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, user_id) DO UPDATE SET state = $3, reason = $4, since_at_ms = $5, until_at_ms = $6,
  extend_until_at_ms = $7

-- name: agent_states
SELECT user_id, state, reason, since_at_ms, until_at_ms, extend_until_at_ms FROM routing_agent WHERE tenant_id = $1

-- name: agent_state
SELECT user_id, state, reason, since_at_ms, until_at_ms, extend_until_at_ms FROM routing_agent
WHERE tenant_id = $1 AND user_id = $2

-- name: timeline_before
SELECT user_id, state, reason, at_ms FROM routing_agent_timeline
WHERE tenant_id = $1 AND user_id = $2 AND at_ms < $3 ORDER BY at_ms DESC, id DESC LIMIT 1

-- name: timeline_within
SELECT user_id, state, reason, at_ms FROM routing_agent_timeline
WHERE tenant_id = $1 AND user_id = $2 AND at_ms >= $3 AND at_ms < $4 ORDER BY at_ms, id LIMIT $5

-- name: reason_codes
SELECT codes FROM routing_reason_codes WHERE tenant_id = $1

-- name: upsert_reason_codes
INSERT INTO routing_reason_codes (tenant_id, codes, updated_at_ms) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET codes = $2, updated_at_ms = $3

-- name: assignments_of
SELECT conversation_id, episode_id, agent_id, team_id, at_ms, why FROM routing_assignment
WHERE tenant_id = $1 AND agent_id = $2 AND at_ms >= $3 AND at_ms < $4 ORDER BY at_ms DESC, id DESC LIMIT $5

-- name: count_assignments_of
SELECT count(*) FROM routing_assignment WHERE tenant_id = $1 AND agent_id = $2 AND at_ms >= $3 AND at_ms < $4

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

-- name: upsert_episode
INSERT INTO routing_episode (tenant_id, episode_id, conversation_id, team_id, channel, priority, vip, arrived_at_ms,
  first_assigned_at_ms, closed_at_ms, agent_id, estimated_wait_ms, target_ms, handled_ms, outcome, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (tenant_id, episode_id) DO UPDATE SET team_id = $4, channel = $5, priority = $6, vip = $7,
  first_assigned_at_ms = $9, closed_at_ms = $10, agent_id = $11, estimated_wait_ms = $12, target_ms = $13,
  handled_ms = $14, outcome = $15, version = $16
WHERE routing_episode.version <= $16

-- name: episode
SELECT episode_id, conversation_id, team_id, channel, priority, vip, arrived_at_ms, first_assigned_at_ms, closed_at_ms,
  agent_id, estimated_wait_ms, target_ms, handled_ms, outcome, version
FROM routing_episode WHERE tenant_id = $1 AND episode_id = $2

-- Whatever was assigned or came since then is open or ended since then, too.

-- name: episodes_since
SELECT episode_id, conversation_id, team_id, channel, priority, vip, arrived_at_ms, first_assigned_at_ms, closed_at_ms,
  agent_id, estimated_wait_ms, target_ms, handled_ms, outcome, version
FROM routing_episode WHERE tenant_id = $1 AND (closed_at_ms IS NULL OR closed_at_ms >= $2) LIMIT 1000000

-- name: episodes_between
SELECT episode_id, conversation_id, team_id, channel, priority, vip, arrived_at_ms, first_assigned_at_ms, closed_at_ms,
  agent_id, estimated_wait_ms, target_ms, handled_ms, outcome, version
FROM routing_episode WHERE tenant_id = $1 AND arrived_at_ms >= $2 AND arrived_at_ms < $3
ORDER BY arrived_at_ms, episode_id LIMIT $4

-- name: insert_episode_agent
INSERT INTO routing_episode_agent (tenant_id, episode_id, agent_id, at_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, episode_id, agent_id) DO NOTHING

-- Those of episodes that are open or ended since then, whenever it was.

-- name: episode_agents_since
SELECT a.episode_id, a.agent_id, a.at_ms
FROM routing_episode e JOIN routing_episode_agent a ON a.tenant_id = e.tenant_id AND a.episode_id = e.episode_id
WHERE e.tenant_id = $1 AND (e.closed_at_ms IS NULL OR e.closed_at_ms >= $2) LIMIT 2000000

-- name: first_explanation
SELECT why FROM routing_assignment
WHERE tenant_id = $1 AND conversation_id = $2 AND episode_id = $3 ORDER BY id LIMIT 1

-- name: insert_offer
INSERT INTO routing_offer (tenant_id, id, conversation_id, episode_id, kind, team_id, agents, from_id, from_name, note,
  why, made_at_ms, until_at_ms, outcome)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '')
ON CONFLICT (tenant_id, conversation_id, kind) WHERE outcome = '' DO NOTHING

-- name: offer
SELECT id, conversation_id, episode_id, kind, team_id, agents, from_id, from_name, note, why, made_at_ms, until_at_ms,
  outcome
FROM routing_offer WHERE tenant_id = $1 AND id = $2

-- name: open_offers
SELECT id, conversation_id, episode_id, kind, team_id, agents, from_id, from_name, note, why, made_at_ms, until_at_ms,
  outcome
FROM routing_offer WHERE tenant_id = $1 AND outcome = '' ORDER BY id LIMIT 100000

-- name: update_offer_agents
UPDATE routing_offer SET agents = $3 WHERE tenant_id = $1 AND id = $2 AND outcome = ''

-- name: end_offer
UPDATE routing_offer SET outcome = $3, by_id = $4, ended_at_ms = $5 WHERE tenant_id = $1 AND id = $2 AND outcome = ''

-- The last change of each agent within a time.

-- name: states_before
SELECT user_id, state, at_ms FROM routing_agent_timeline
WHERE tenant_id = $1 AND id IN (
  SELECT MAX(id) FROM routing_agent_timeline WHERE tenant_id = $1 AND at_ms >= $2 AND at_ms < $3 GROUP BY user_id)
LIMIT 20000

-- name: states_within
SELECT user_id, state, at_ms FROM routing_agent_timeline
WHERE tenant_id = $1 AND at_ms >= $2 AND at_ms < $3 ORDER BY at_ms, id LIMIT 2000000

-- name: queue_alarms
SELECT team_id, kind FROM routing_queue_alarm WHERE tenant_id = $1 LIMIT 10000

-- name: insert_queue_alarm
INSERT INTO routing_queue_alarm (tenant_id, team_id, kind, raised_at_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, team_id, kind) DO NOTHING

-- name: delete_queue_alarm
DELETE FROM routing_queue_alarm WHERE tenant_id = $1 AND team_id = $2 AND kind = $3

-- name: refused_offers
SELECT conversation_id, agents, ended_at_ms FROM routing_offer
WHERE tenant_id = $1 AND ended_at_ms > $2 AND kind = 'ring' AND outcome IN ('declined', 'expired') ORDER BY id LIMIT 100000
