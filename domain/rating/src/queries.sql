-- name: settings
SELECT settings FROM rating_settings WHERE tenant_id = $1

-- name: upsert_settings
INSERT INTO rating_settings (tenant_id, settings, updated_at_ms) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET settings = $2, updated_at_ms = $3

-- The end of an episode; one that went on and ended again keeps its question and answer.

-- name: upsert_episode
INSERT INTO rating_episode (tenant_id, episode_id, conversation_id, customer_name, channel, team_id, agent_id,
  closed_at_ms, day, close_reason, state, scale, offer, satisfied, reason_keys, words)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', '', 0, '', '')
ON CONFLICT (tenant_id, episode_id) DO UPDATE SET
  customer_name = $4, channel = $5, team_id = $6, agent_id = $7, closed_at_ms = $8, day = $9, close_reason = $10

-- name: delete_shares
DELETE FROM rating_share WHERE tenant_id = $1 AND episode_id = $2

-- name: insert_share
INSERT INTO rating_share (tenant_id, episode_id, agent_id, place, share_ppm, closed_at_ms)
VALUES ($1, $2, $3, $4, $5, $6)

-- name: invite
UPDATE rating_episode SET state = 'asked', scale = $3, offer = $4, invited_at_ms = $5
WHERE tenant_id = $1 AND episode_id = $2 AND state = ''

-- name: expire
UPDATE rating_episode SET state = 'expired'
WHERE tenant_id = $1 AND conversation_id = $2 AND episode_id <> $3 AND state = 'asked'

-- name: find_episode
SELECT episode_id, conversation_id, customer_name, team_id, agent_id, closed_at_ms, state, scale, offer, solved, score,
       reason_keys, words, invited_at_ms, answered_at_ms, editable_until_ms
FROM rating_episode WHERE tenant_id = $1 AND episode_id = $2

-- Holds the row until the transaction ends; SQLite has one writer anyway.

-- name: lock_episode
SELECT episode_id, conversation_id, customer_name, team_id, agent_id, closed_at_ms, state, scale, offer, solved, score,
       reason_keys, words, invited_at_ms, answered_at_ms, editable_until_ms
FROM rating_episode WHERE tenant_id = $1 AND episode_id = $2
-- postgres:
SELECT episode_id, conversation_id, customer_name, team_id, agent_id, closed_at_ms, state, scale, offer, solved, score,
       reason_keys, words, invited_at_ms, answered_at_ms, editable_until_ms
FROM rating_episode WHERE tenant_id = $1 AND episode_id = $2 FOR UPDATE

-- name: save_answer
UPDATE rating_episode SET state = $3, solved = $4, score = $5, satisfied = $6, reason_keys = $7, words = $8,
  answered_at_ms = $9, editable_until_ms = $10
WHERE tenant_id = $1 AND episode_id = $2

-- Lists of questions: newest close first, strictly behind a place.

-- name: episodes_by_time
SELECT episode_id, conversation_id, customer_name, team_id, agent_id, closed_at_ms, state, scale, offer, solved, score,
       reason_keys, words, invited_at_ms, answered_at_ms, editable_until_ms
FROM rating_episode
WHERE tenant_id = $1 AND closed_at_ms >= $2 AND (closed_at_ms, episode_id) < ($3, $4) AND state <> ''
ORDER BY closed_at_ms DESC, episode_id DESC LIMIT $5

-- CROSS JOIN makes SQLite begin with the agent's own episodes.

-- name: episodes_by_agent
SELECT e.episode_id, e.conversation_id, e.customer_name, e.team_id, e.agent_id, e.closed_at_ms, e.state, e.scale,
       e.offer, e.solved, e.score, e.reason_keys, e.words, e.invited_at_ms, e.answered_at_ms, e.editable_until_ms
FROM rating_share s CROSS JOIN rating_episode e
WHERE s.tenant_id = $1 AND s.agent_id = $6 AND s.closed_at_ms >= $2 AND (s.closed_at_ms, s.episode_id) < ($3, $4)
  AND e.tenant_id = $1 AND e.episode_id = s.episode_id AND e.state <> ''
ORDER BY s.closed_at_ms DESC, s.episode_id DESC LIMIT $5

-- name: episodes_of_conversation
SELECT episode_id, conversation_id, customer_name, team_id, agent_id, closed_at_ms, state, scale, offer, solved, score,
       reason_keys, words, invited_at_ms, answered_at_ms, editable_until_ms
FROM rating_episode
WHERE tenant_id = $1 AND conversation_id = $6 AND closed_at_ms >= $2 AND (closed_at_ms, episode_id) < ($3, $4)
  AND state <> ''
ORDER BY closed_at_ms DESC, episode_id DESC LIMIT $5

-- name: shares
SELECT agent_id, share_ppm FROM rating_share
WHERE tenant_id = $1 AND episode_id = $2 ORDER BY place LIMIT 1000

-- Numerators and denominators. The counts stand in this order: episodes, invited, answered, solved, unsolved, rated,
-- rated with stars, satisfied, sum of stars; first of whole episodes, then by share.

-- name: sums_by_team_day
SELECT team_id, day, CAST(0 AS BIGINT), COUNT(*),
       CAST(SUM(CASE WHEN state <> '' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN state IN ('solved', 'unsolved', 'rated') THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN state IN ('solved', 'rated') THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN state = 'unsolved' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN state = 'rated' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN state = 'rated' AND scale = 'stars' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(satisfied) AS BIGINT),
       CAST(SUM(CASE WHEN state = 'rated' AND scale = 'stars' THEN score ELSE 0 END) AS BIGINT)
FROM rating_episode
WHERE tenant_id = $1 AND closed_at_ms >= $2 AND closed_at_ms < $3
GROUP BY team_id, day LIMIT 200001

-- name: sums_by_team_agent
SELECT e.team_id, CAST('' AS TEXT), s.agent_id, COUNT(*),
       CAST(SUM(CASE WHEN e.state <> '' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state IN ('solved', 'unsolved', 'rated') THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state IN ('solved', 'rated') THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'unsolved' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' AND e.scale = 'stars' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(e.satisfied) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' AND e.scale = 'stars' THEN e.score ELSE 0 END) AS BIGINT),
       CAST(SUM(s.share_ppm) AS BIGINT),
       CAST(SUM(CASE WHEN e.state <> '' THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state IN ('solved', 'unsolved', 'rated') THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state IN ('solved', 'rated') THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'unsolved' THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' AND e.scale = 'stars' THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(e.satisfied * s.share_ppm) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' AND e.scale = 'stars' THEN e.score * s.share_ppm ELSE 0 END) AS BIGINT)
FROM rating_episode e CROSS JOIN rating_share s
WHERE e.tenant_id = $1 AND e.closed_at_ms >= $2 AND e.closed_at_ms < $3
  AND s.tenant_id = $1 AND s.episode_id = e.episode_id
GROUP BY e.team_id, s.agent_id LIMIT 200001

-- name: sums_of_agent
SELECT e.team_id, e.day, s.agent_id, COUNT(*),
       CAST(SUM(CASE WHEN e.state <> '' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state IN ('solved', 'unsolved', 'rated') THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state IN ('solved', 'rated') THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'unsolved' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' AND e.scale = 'stars' THEN 1 ELSE 0 END) AS BIGINT),
       CAST(SUM(e.satisfied) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' AND e.scale = 'stars' THEN e.score ELSE 0 END) AS BIGINT),
       CAST(SUM(s.share_ppm) AS BIGINT),
       CAST(SUM(CASE WHEN e.state <> '' THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state IN ('solved', 'unsolved', 'rated') THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state IN ('solved', 'rated') THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'unsolved' THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' AND e.scale = 'stars' THEN s.share_ppm ELSE 0 END) AS BIGINT),
       CAST(SUM(e.satisfied * s.share_ppm) AS BIGINT),
       CAST(SUM(CASE WHEN e.state = 'rated' AND e.scale = 'stars' THEN e.score * s.share_ppm ELSE 0 END) AS BIGINT)
FROM rating_share s CROSS JOIN rating_episode e
WHERE s.tenant_id = $1 AND s.agent_id = $4 AND s.closed_at_ms >= $2 AND s.closed_at_ms < $3
  AND e.tenant_id = $1 AND e.episode_id = s.episode_id
GROUP BY e.team_id, e.day, s.agent_id LIMIT 200001

-- name: insert_follow_up
INSERT INTO rating_follow_up (tenant_id, id, episode_id, state, follow_up) VALUES ($1, $2, $3, $4, $5)

-- name: save_follow_up
UPDATE rating_follow_up SET state = $3, follow_up = $4 WHERE tenant_id = $1 AND id = $2

-- name: lock_follow_up
SELECT follow_up FROM rating_follow_up WHERE tenant_id = $1 AND id = $2
-- postgres:
SELECT follow_up FROM rating_follow_up WHERE tenant_id = $1 AND id = $2 FOR UPDATE

-- name: follow_up_of_episode
SELECT follow_up FROM rating_follow_up WHERE tenant_id = $1 AND episode_id = $2

-- name: follow_ups
SELECT id, follow_up FROM rating_follow_up WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3

-- name: follow_ups_in_state
SELECT id, follow_up FROM rating_follow_up WHERE tenant_id = $1 AND id < $2 AND state = $4 ORDER BY id DESC LIMIT $3
