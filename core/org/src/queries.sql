-- name: insert_tenant
INSERT INTO org_tenant (tenant_id, name, locale, time_zone, recall_window_ms, demo, created_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: list_tenants
SELECT tenant_id, name, locale, time_zone, recall_window_ms, demo, created_at_ms
FROM org_tenant ORDER BY tenant_id LIMIT 10000

-- name: load_tenant
SELECT tenant_id, name, locale, time_zone, recall_window_ms, demo, created_at_ms
FROM org_tenant WHERE tenant_id = $1

-- name: update_tenant
UPDATE org_tenant SET name = $2, locale = $3, time_zone = $4, recall_window_ms = $5 WHERE tenant_id = $1

-- Takes the row's lock on PostgreSQL, so that two changes that each look at all administrators come one after the other.
-- name: lock_tenant
UPDATE org_tenant SET name = name WHERE tenant_id = $1

-- name: insert_unit
INSERT INTO org_unit (tenant_id, id, parent_id, kind, name, code) VALUES ($1, $2, $3, $4, $5, $6)

-- name: list_units
SELECT id, parent_id, kind, name, code FROM org_unit WHERE tenant_id = $1 ORDER BY id LIMIT 5000

-- name: load_unit
SELECT id, parent_id, kind, name, code FROM org_unit WHERE tenant_id = $1 AND id = $2

-- name: load_root_unit
SELECT id, parent_id, kind, name, code FROM org_unit WHERE tenant_id = $1 AND parent_id IS NULL

-- name: count_units
SELECT count(*) FROM org_unit WHERE tenant_id = $1

-- name: rename_unit
UPDATE org_unit SET name = $3 WHERE tenant_id = $1 AND id = $2

-- name: count_in_unit
SELECT (SELECT count(*) FROM org_unit WHERE tenant_id = $1 AND parent_id = $2)
     + (SELECT count(*) FROM org_team WHERE tenant_id = $1 AND unit_id = $2)
     + (SELECT count(*) FROM org_user WHERE tenant_id = $1 AND unit_id = $2)

-- name: delete_unit
DELETE FROM org_unit WHERE tenant_id = $1 AND id = $2

-- Counts 1 when unit $2 is the unit of user $3 or stands below it.
-- name: count_unit_in_reach
WITH RECURSIVE up(id, parent_id) AS (
  SELECT id, parent_id FROM org_unit WHERE tenant_id = $1 AND id = $2
  UNION ALL
  SELECT p.id, p.parent_id FROM org_unit p JOIN up ON p.id = up.parent_id WHERE p.tenant_id = $1)
SELECT count(*) FROM up JOIN org_user u ON u.unit_id = up.id WHERE u.tenant_id = $1 AND u.id = $3

-- name: insert_team
INSERT INTO org_team (tenant_id, id, unit_id, name) VALUES ($1, $2, $3, $4)

-- name: list_teams
SELECT t.id, t.unit_id, t.name,
  (SELECT count(*) FROM org_team_member m WHERE m.tenant_id = t.tenant_id AND m.team_id = t.id)
FROM org_team t WHERE t.tenant_id = $1 ORDER BY t.id LIMIT 2000

-- name: load_team
SELECT t.id, t.unit_id, t.name,
  (SELECT count(*) FROM org_team_member m WHERE m.tenant_id = t.tenant_id AND m.team_id = t.id)
FROM org_team t WHERE t.tenant_id = $1 AND t.id = $2

-- name: count_teams
SELECT count(*) FROM org_team WHERE tenant_id = $1

-- name: update_team
UPDATE org_team SET name = $3, unit_id = $4 WHERE tenant_id = $1 AND id = $2

-- name: delete_team
DELETE FROM org_team WHERE tenant_id = $1 AND id = $2

-- name: list_team_members
SELECT u.id FROM org_team_member m JOIN org_user u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
WHERE m.tenant_id = $1 AND m.team_id = $2 AND u.disabled = 0 ORDER BY m.user_id LIMIT 20000

-- name: insert_team_member
INSERT INTO org_team_member (tenant_id, team_id, user_id) VALUES ($1, $2, $3)

-- name: delete_memberships
DELETE FROM org_team_member WHERE tenant_id = $1 AND user_id = $2

-- name: insert_role
INSERT INTO org_role (tenant_id, id, role_key, name, scope, permissions) VALUES ($1, $2, $3, $4, $5, $6)

-- name: list_roles
SELECT id, role_key, name, scope, permissions FROM org_role WHERE tenant_id = $1 ORDER BY id LIMIT 200

-- name: load_role
SELECT id, role_key, name, scope, permissions FROM org_role WHERE tenant_id = $1 AND id = $2

-- name: count_roles
SELECT count(*) FROM org_role WHERE tenant_id = $1

-- name: update_role
UPDATE org_role SET name = $3, scope = $4, permissions = $5 WHERE tenant_id = $1 AND id = $2

-- name: count_users_of_role
SELECT count(*) FROM org_user WHERE tenant_id = $1 AND role_id = $2

-- name: delete_role
DELETE FROM org_role WHERE tenant_id = $1 AND id = $2

-- name: insert_user
INSERT INTO org_user (tenant_id, id, login, name, display_name, password_hash, role_id, unit_id, locale, capacity,
  disabled, totp_secret, totp_pending, totp_step, search_text, created_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '', '', 0, $11, $12)

-- name: count_users
SELECT count(*) FROM org_user WHERE tenant_id = $1

-- name: load_user
SELECT u.id, u.login, u.name, u.display_name, u.role_id, u.unit_id, u.locale, u.capacity, u.disabled, u.totp_secret,
  u.created_at_ms, m.team_id
FROM org_user u LEFT JOIN org_team_member m ON m.tenant_id = u.tenant_id AND m.user_id = u.id
WHERE u.tenant_id = $1 AND u.id = $2 ORDER BY m.team_id

-- name: list_users
WITH page AS (
  SELECT id FROM org_user WHERE tenant_id = $1 AND id > $2 AND search_text LIKE $3 ESCAPE '!' ORDER BY id LIMIT $4)
SELECT u.id, u.login, u.name, u.display_name, u.role_id, u.unit_id, u.locale, u.capacity, u.disabled, u.totp_secret,
  u.created_at_ms, m.team_id
FROM page JOIN org_user u ON u.tenant_id = $1 AND u.id = page.id
LEFT JOIN org_team_member m ON m.tenant_id = u.tenant_id AND m.user_id = u.id
ORDER BY u.id, m.team_id

-- name: find_user
SELECT id FROM org_user WHERE tenant_id = $1 AND login = $2

-- name: update_user
UPDATE org_user SET name = $3, display_name = $4, role_id = $5, unit_id = $6, locale = $7, capacity = $8,
  disabled = $9, search_text = $10
WHERE tenant_id = $1 AND id = $2

-- name: set_password_hash
UPDATE org_user SET password_hash = $3 WHERE tenant_id = $1 AND id = $2

-- name: count_other_administrators
SELECT count(*) FROM org_user u JOIN org_role r ON r.tenant_id = u.tenant_id AND r.id = u.role_id
WHERE u.tenant_id = $1 AND u.id <> $2 AND r.role_key = 'administrator' AND u.disabled = 0 AND u.password_hash <> ''

-- name: load_credentials
SELECT login, password_hash, totp_secret, totp_pending, totp_step, disabled
FROM org_user WHERE tenant_id = $1 AND id = $2

-- name: find_login
SELECT tenant_id, id, password_hash, totp_secret FROM org_user WHERE tenant_id = $1 AND login = $2 LIMIT 2

-- name: find_login_of_all
SELECT tenant_id, id, password_hash, totp_secret FROM org_user WHERE login = $1 LIMIT 2

-- name: set_totp_pending
UPDATE org_user SET totp_pending = $3 WHERE tenant_id = $1 AND id = $2

-- name: set_totp
UPDATE org_user SET totp_secret = $3, totp_pending = '', totp_step = $4 WHERE tenant_id = $1 AND id = $2

-- The guard makes one step usable once, even by two logins at the same moment.
-- name: use_totp_step
UPDATE org_user SET totp_step = $3 WHERE tenant_id = $1 AND id = $2 AND totp_step < $3

-- name: insert_attempt
INSERT INTO org_login_attempt (id, login_hash, address, at_ms) VALUES ($1, $2, $3, $4)

-- name: count_attempts_of_login
SELECT count(*) FROM org_login_attempt WHERE login_hash = $1 AND at_ms > $2

-- name: count_attempts_of_address
SELECT count(*) FROM org_login_attempt WHERE address = $1 AND at_ms > $2

-- name: delete_attempts_of_login
DELETE FROM org_login_attempt WHERE login_hash = $1

-- name: delete_old_attempts
DELETE FROM org_login_attempt WHERE at_ms <= $1

-- name: insert_session
INSERT INTO org_session (tenant_id, id, user_id, secret_hash, created_at_ms, seen_at_ms, address, user_agent)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7)

-- name: load_actor_of_session
SELECT u.id, u.name, u.display_name, u.unit_id, u.locale, u.disabled, r.scope, r.role_key, r.permissions,
  s.id, s.created_at_ms, s.seen_at_ms, s.address
FROM org_session s
JOIN org_user u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
JOIN org_role r ON r.tenant_id = u.tenant_id AND r.id = u.role_id
WHERE s.tenant_id = $1 AND s.secret_hash = $2

-- name: touch_session
UPDATE org_session SET seen_at_ms = $3 WHERE tenant_id = $1 AND id = $2 AND seen_at_ms < $3

-- name: delete_session
DELETE FROM org_session WHERE tenant_id = $1 AND id = $2

-- name: delete_other_sessions
DELETE FROM org_session WHERE tenant_id = $1 AND user_id = $2 AND id <> $3

-- name: delete_old_sessions
DELETE FROM org_session WHERE tenant_id = $1 AND user_id = $2 AND (seen_at_ms <= $3 OR created_at_ms <= $4)

-- name: delete_surplus_sessions
DELETE FROM org_session WHERE tenant_id = $1 AND user_id = $2 AND id NOT IN (
  SELECT id FROM org_session WHERE tenant_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT $3)

-- name: load_own_teams
SELECT team_id, 1 FROM org_team_member WHERE tenant_id = $1 AND user_id = $2 ORDER BY team_id LIMIT 2000

-- name: load_teams_of_unit
WITH RECURSIVE below(id) AS (
  SELECT id FROM org_unit WHERE tenant_id = $1 AND id = $3
  UNION ALL
  SELECT c.id FROM org_unit c JOIN below ON c.parent_id = below.id WHERE c.tenant_id = $1)
SELECT t.id, CASE WHEN m.user_id IS NULL THEN 0 ELSE 1 END
FROM org_team t LEFT JOIN org_team_member m ON m.tenant_id = t.tenant_id AND m.team_id = t.id AND m.user_id = $2
WHERE t.tenant_id = $1 AND (m.user_id IS NOT NULL OR t.unit_id IN (SELECT id FROM below)) ORDER BY t.id LIMIT 2000

-- name: load_teams_of_tenant
SELECT t.id, CASE WHEN m.user_id IS NULL THEN 0 ELSE 1 END
FROM org_team t LEFT JOIN org_team_member m ON m.tenant_id = t.tenant_id AND m.team_id = t.id AND m.user_id = $2
WHERE t.tenant_id = $1 ORDER BY t.id LIMIT 2000

-- name: insert_token
INSERT INTO org_token (tenant_id, id, name, hint, secret_hash, permissions, created_by, created_at_ms, expires_at_ms,
  last_used_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)

-- name: list_tokens
SELECT id, name, hint, permissions, created_by, created_at_ms, expires_at_ms, last_used_at_ms
FROM org_token WHERE tenant_id = $1 ORDER BY id LIMIT 500

-- name: load_token
SELECT id, name, hint, permissions, created_by, created_at_ms, expires_at_ms, last_used_at_ms
FROM org_token WHERE tenant_id = $1 AND id = $2

-- name: count_tokens
SELECT count(*) FROM org_token WHERE tenant_id = $1

-- name: delete_token
DELETE FROM org_token WHERE tenant_id = $1 AND id = $2

-- name: load_actor_of_token
SELECT u.id, u.name, u.display_name, u.unit_id, u.locale, u.disabled, r.scope, r.role_key, r.permissions,
  k.id, k.name, k.permissions, k.created_by, k.expires_at_ms
FROM org_token k
LEFT JOIN org_user u ON u.tenant_id = k.tenant_id AND u.id = k.created_by
LEFT JOIN org_role r ON r.tenant_id = u.tenant_id AND r.id = u.role_id
WHERE k.tenant_id = $1 AND k.secret_hash = $2

-- name: touch_token
UPDATE org_token SET last_used_at_ms = $3 WHERE tenant_id = $1 AND id = $2

-- name: insert_audit
INSERT INTO org_audit (tenant_id, id, at_ms, actor_id, actor_name, action, object, before_json, after_json, address)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: list_audit
SELECT id, at_ms, actor_id, actor_name, action, object, before_json, after_json, address
FROM org_audit WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
