-- Keys that seal what a tenant keeps here; see vault/data-keys.ts. They go with their tenant, and with them all that they have sealed.
create table secret_service.data_key (
  tenant_id uuid not null,
  version integer not null,
  wrapped bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, version)
);

-- settings: what is not secret. sealed: the rest by field, base64; see vault/vault.ts.
create table secret_service.auth_client (
  id uuid primary key,
  tenant_id uuid not null,
  name text not null,
  type text not null,
  owners jsonb not null,
  settings jsonb not null,
  key_version integer not null,
  sealed jsonb not null,
  -- Grows with each change: what was sealed for another version does not open.
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index auth_client_by_creation on secret_service.auth_client (tenant_id, created_at, id);
create index auth_client_by_owner on secret_service.auth_client using gin (owners jsonb_path_ops);

-- external_id: whom the provider knows, as a hash with the servers that said so; set by a connection alone, never by callers.
-- token_origin: the server that obtained what the next value is obtained by: it is sent to no other.
-- version: of the value in force; see secret_value. renews: whether the hub itself gets the next value when this one is over.
create table secret_service.secret (
  id uuid primary key,
  tenant_id uuid not null,
  name text not null,
  type text not null,
  domain text,
  owners jsonb not null,
  auth_client_id uuid,
  external_id text,
  token_origin text,
  allowed_hosts text[] not null,
  version integer not null,
  expires_at timestamptz,
  renews boolean not null,
  -- When to warn that it is over soon; null = not, or done.
  warn_at timestamptz,
  -- Until when somebody gets the next value; see refresh/. The fence grows with every lease: a result with an old one is refused.
  lease_fence integer not null default 0,
  lease_until timestamptz,
  -- Failures in a row, the last one, and not before when to try again.
  refresh_failures integer not null default 0,
  current_error jsonb,
  next_refresh_at timestamptz,
  refreshed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index secret_by_creation on secret_service.secret (tenant_id, created_at, id);
create index secret_by_owner on secret_service.secret using gin (owners jsonb_path_ops);
create index secret_by_warning on secret_service.secret (warn_at) where warn_at is not null;
create index secret_by_renewal on secret_service.secret (refreshed_at) where renews;
create unique index secret_by_external_id on secret_service.secret (tenant_id, auth_client_id, external_id) where external_id is not null;
create index secret_by_client on secret_service.secret (auth_client_id) where auth_client_id is not null;

-- One row for each version of a value; more than one can be in force while a value is being replaced.
create table secret_service.secret_value (
  secret_id uuid not null references secret_service.secret on delete cascade,
  version integer not null,
  tenant_id uuid not null,
  plain jsonb not null,
  key_version integer not null,
  sealed jsonb not null,
  created_at timestamptz not null,
  -- Of a replaced one: until when it is good; null = in force.
  valid_until timestamptz,
  primary key (secret_id, version)
);
create index secret_value_by_end on secret_service.secret_value (valid_until) where valid_until is not null;

-- An authorization under way: from the redirect to the provider until its callback. session_hash: the browser that began it.
-- taken_at: since when a callback is being dealt with.
create table secret_service.auth_flow (
  state_hash bytea primary key,
  tenant_id uuid not null,
  user_id uuid not null,
  session_hash bytea,
  auth_client_id uuid not null references secret_service.auth_client on delete cascade,
  key_version integer not null,
  sealed jsonb not null,
  expires_at timestamptz not null,
  taken_at timestamptz
);
create index auth_flow_by_end on secret_service.auth_flow (expires_at);
