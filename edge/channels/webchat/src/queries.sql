-- name: insert_widget
INSERT INTO webchat_widget (tenant_id, id, widget_key, identity_key, enabled, settings, version, created_at_ms,
  updated_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)

-- name: update_widget
UPDATE webchat_widget SET enabled = $3, settings = $4, version = version + 1, updated_at_ms = $5
WHERE tenant_id = $1 AND id = $2

-- name: update_identity_key
UPDATE webchat_widget SET identity_key = $3, version = version + 1, updated_at_ms = $4
WHERE tenant_id = $1 AND id = $2

-- name: delete_widget
DELETE FROM webchat_widget WHERE tenant_id = $1 AND id = $2

-- name: load_widget
SELECT tenant_id, id, widget_key, identity_key, settings, version FROM webchat_widget WHERE tenant_id = $1 AND id = $2

-- name: list_widgets
SELECT tenant_id, id, widget_key, identity_key, settings, version FROM webchat_widget
WHERE tenant_id = $1 ORDER BY id LIMIT $2

-- Every tenant's, once at start.

-- name: all_widgets
SELECT tenant_id, id, widget_key, identity_key, settings, version FROM webchat_widget
WHERE tenant_id > $1 OR (tenant_id = $1 AND id > $2) ORDER BY tenant_id, id LIMIT $3

-- name: insert_secret
INSERT INTO webchat_secret (tenant_id, number, secret, created_at_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, number) DO NOTHING

-- name: list_secrets
SELECT number, secret, created_at_ms FROM webchat_secret WHERE tenant_id = $1 ORDER BY number DESC LIMIT $2

-- name: delete_secrets
DELETE FROM webchat_secret WHERE tenant_id = $1 AND number <= $2
