CREATE TABLE org_tenant (
  tenant_id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  locale TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  recall_window_ms BIGINT NOT NULL,
  demo BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE org_unit (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  parent_id BIGINT,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX org_unit_by_parent ON org_unit (tenant_id, parent_id);

CREATE TABLE org_team (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX org_team_by_unit ON org_team (tenant_id, unit_id);

CREATE TABLE org_role (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  role_key TEXT NOT NULL,
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  permissions BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE org_user (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  locale TEXT NOT NULL,
  capacity BIGINT NOT NULL,
  disabled BIGINT NOT NULL,
  totp_secret TEXT NOT NULL,
  totp_pending TEXT NOT NULL,
  totp_step BIGINT NOT NULL,
  search_text TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX org_user_by_login ON org_user (tenant_id, login);
CREATE INDEX org_user_by_login_of_all ON org_user (login);
CREATE INDEX org_user_by_role ON org_user (tenant_id, role_id);
CREATE INDEX org_user_by_unit ON org_user (tenant_id, unit_id);

CREATE TABLE org_team_member (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  team_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, team_id)
);
CREATE INDEX org_team_member_by_team ON org_team_member (tenant_id, team_id, user_id);

CREATE TABLE org_session (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  secret_hash TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  seen_at_ms BIGINT NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX org_session_by_secret ON org_session (tenant_id, secret_hash);
CREATE INDEX org_session_by_user ON org_session (tenant_id, user_id, id);

-- The one table without a tenant: a failed login is counted before it is known whose it was. The login stands hashed,
-- because people type passwords into the wrong field.
CREATE TABLE org_login_attempt (
  id BIGINT PRIMARY KEY,
  login_hash TEXT NOT NULL,
  address TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX org_login_attempt_by_login ON org_login_attempt (login_hash, at_ms);
CREATE INDEX org_login_attempt_by_address ON org_login_attempt (address, at_ms);
CREATE INDEX org_login_attempt_by_time ON org_login_attempt (at_ms);

CREATE TABLE org_token (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  permissions BIGINT NOT NULL,
  created_by BIGINT,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT,
  last_used_at_ms BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX org_token_by_secret ON org_token (tenant_id, secret_hash);

CREATE TABLE org_audit (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  actor_id BIGINT,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  before_json TEXT NOT NULL,
  after_json TEXT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
