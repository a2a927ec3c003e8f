-- The OpenID provider: applications, what users have granted them, and the keys that sign. The ids of grants, codes, tokens and sessions
-- are stored as SHA-256, their content is sealed by the master key: whoever reads the tables can use none of them.

-- secret_hash: SHA-256 of the secret, which has 256 random bits; null = a client that keeps no secret.
create table iam.client (
  id uuid primary key,
  name text not null,
  type text not null check (type in ('web', 'browser', 'native', 'service')),
  redirect_uris text[] not null,
  trusted boolean not null,
  secret_hash bytea,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  check ((secret_hash is not null) = (type in ('web', 'service')))
);
comment on table iam.client is 'own policy: for the system alone';

-- tenant_id: the one in which the user acts for the client; a grant goes with the membership that it rests on.
create table iam.client_grant (
  hash bytea primary key,
  client_id uuid not null references iam.client on delete cascade,
  user_id uuid not null references iam.user on delete cascade,
  tenant_id uuid,
  sealed bytea not null,
  expires_at timestamptz not null,
  foreign key (user_id, tenant_id) references iam.membership on delete cascade
);
create index client_grant_client on iam.client_grant (client_id);
create index client_grant_user on iam.client_grant (user_id, tenant_id);
create index client_grant_expiry on iam.client_grant (expires_at);
comment on table iam.client_grant is 'own policy: for the system alone';

-- What rests on a grant goes with it, a session of a browser with the login that it rests on. kind: as the provider names them.
-- uid: SHA-256 of a session's second name. consumed_at: codes and refresh tokens are good once, and stay so that a second use is seen.
create table iam.openid_artifact (
  kind text not null,
  hash bytea not null,
  grant_hash bytea references iam.client_grant on delete cascade,
  client_id uuid references iam.client on delete cascade,
  user_id uuid references iam.user on delete cascade,
  login_id uuid references iam.token on delete cascade,
  uid bytea,
  sealed bytea not null,
  consumed_at timestamptz,
  expires_at timestamptz not null,
  primary key (kind, hash)
);
create index openid_artifact_grant on iam.openid_artifact (grant_hash);
create index openid_artifact_client on iam.openid_artifact (client_id);
create index openid_artifact_user on iam.openid_artifact (user_id);
create index openid_artifact_login on iam.openid_artifact (login_id);
create index openid_artifact_uid on iam.openid_artifact (uid);
create index openid_artifact_expiry on iam.openid_artifact (expires_at);
comment on table iam.openid_artifact is 'own policy: for the system alone';

-- jwk: the public half. expires_at: until when a key that signs no longer is published; null = the one that signs.
create table iam.signing_key (
  id uuid primary key,
  jwk jsonb not null,
  sealed bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz
);
create unique index signing_key_current on iam.signing_key ((true)) where expires_at is null;
comment on table iam.signing_key is 'own policy: for the system alone';

-- In the transaction of the change, whoever makes it: nothing that was granted outlives a password or comes back with an account.
create function iam.void_grants() returns trigger language plpgsql as $$
declare
  tenant text := coalesce(current_setting('oih.tenant', true), '');
begin
  perform set_config('oih.tenant', '*', true);
  delete from iam.client_grant where user_id = new.id;
  perform set_config('oih.tenant', tenant, true);
  return null;
end
$$;
create trigger user_grants after update of status, password_hash on iam.user
  for each row when (new.status <> 'ACTIVE' or old.password_hash is distinct from new.password_hash)
  execute function iam.void_grants();

alter table iam.client enable row level security, force row level security;
create policy client_all on iam.client using (oih.sees_all());
alter table iam.client_grant enable row level security, force row level security;
create policy client_grant_all on iam.client_grant using (oih.sees_all());
alter table iam.openid_artifact enable row level security, force row level security;
create policy openid_artifact_all on iam.openid_artifact using (oih.sees_all());
alter table iam.signing_key enable row level security, force row level security;
create policy signing_key_all on iam.signing_key using (oih.sees_all());
