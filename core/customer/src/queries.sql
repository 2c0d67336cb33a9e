-- name: insert_customer
INSERT INTO customer_customer (tenant_id, id, external_id, name, label, email, phone, locale, level, tags_json,
  attributes_json, note, search_text, created_at_ms, seen_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

-- name: update_customer
UPDATE customer_customer SET external_id = $3, name = $4, label = $5, email = $6, phone = $7, locale = $8, level = $9,
  tags_json = $10, attributes_json = $11, note = $12, search_text = $13, seen_at_ms = $14
WHERE tenant_id = $1 AND id = $2

-- name: load_customer
SELECT id, external_id, name, label, email, phone, locale, level, tags_json, attributes_json, note, created_at_ms,
  seen_at_ms
FROM customer_customer WHERE tenant_id = $1 AND id = $2

-- name: find_by_external_id
SELECT id, external_id, name, label, email, phone, locale, level, tags_json, attributes_json, note, created_at_ms,
  seen_at_ms
FROM customer_customer WHERE tenant_id = $1 AND external_id = $2

-- name: list_customers
SELECT id, external_id, name, label, email, phone, locale, level, tags_json, attributes_json, note, created_at_ms,
  seen_at_ms
FROM customer_customer WHERE tenant_id = $1 AND id < $2 AND search_text LIKE $3 ESCAPE '!'
ORDER BY id DESC LIMIT $4

-- name: mark_seen
UPDATE customer_customer SET seen_at_ms = $3 WHERE tenant_id = $1 AND id = $2

-- name: insert_page
INSERT INTO customer_page (tenant_id, customer_id, id, url, title, referrer, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: forget_old_pages
DELETE FROM customer_page WHERE tenant_id = $1 AND customer_id = $2 AND id <= (
  SELECT id FROM customer_page WHERE tenant_id = $1 AND customer_id = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)

-- name: list_pages
SELECT url, title, referrer, at_ms FROM customer_page
WHERE tenant_id = $1 AND customer_id = $2 ORDER BY id DESC LIMIT $3
