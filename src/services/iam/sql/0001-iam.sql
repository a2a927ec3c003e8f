-- Who may do what, for which tenant. Tenants read their own part; users, memberships and platform roles are written by tenants only
-- where a policy says so, otherwise in the name of the system (scope 'everything').

create table iam.tenant (
  id uuid primary key,
  name text not null,
  status text not null check (status in ('ACTIVE', 'DISABLED', 'PENDING')),
  confirmed boolean not null default true,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
comment on table iam.tenant is 'own policy: a tenant sees itself';

-- permissions: given directly and in force in every tenant. username: as username.ts normalises it.
-- password_hash: a PHC string; null = nobody can log in with a password.
create table iam.user (
  id uuid primary key,
  kind text not null check (kind in ('user', 'service')),
  username text not null,
  password_hash text,
  firstname text,
  lastname text,
  status text not null check (status in ('ACTIVE', 'DISABLED', 'PENDING')),
  confirmed boolean not null default false,
  permissions text[] not null default '{}',
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint user_username unique (kind, username)
);
comment on table iam.user is 'own policy: a tenant sees its members';

-- permissions: given directly and in force in this tenant alone. Written before its user, so that a tenant's transaction may write
-- the user: hence the deferred reference.
create table iam.membership (
  user_id uuid not null references iam.user on delete cascade deferrable initially deferred,
  tenant_id uuid not null references iam.tenant on delete cascade,
  is_default boolean not null,
  permissions text[] not null default '{}',
  created_at timestamptz not null,
  primary key (user_id, tenant_id)
);
create unique index membership_default on iam.membership (user_id) where is_default;
create index membership_tenant on iam.membership (tenant_id, user_id);
comment on table iam.membership is 'own policy: a tenant sees its memberships, and adds only users who are new';

-- tenant_id null: a role of the hub. platform: in force in every tenant, and given to users, never to memberships.
create table iam.role (
  id uuid primary key,
  tenant_id uuid references iam.tenant on delete cascade,
  platform boolean not null default false,
  name text not null,
  description text not null default '',
  permissions text[] not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  check (not platform or tenant_id is null)
);
create unique index role_name on iam.role (tenant_id, lower(name)) nulls not distinct;
comment on table iam.role is 'own policy: a tenant sees its roles and those of the hub, and writes its own';

create table iam.membership_role (
  user_id uuid not null,
  tenant_id uuid not null,
  role_id uuid not null references iam.role on delete cascade,
  primary key (user_id, tenant_id, role_id),
  foreign key (user_id, tenant_id) references iam.membership on delete cascade
);
create index membership_role_role on iam.membership_role (role_id);
comment on table iam.membership_role is 'own policy: a tenant gives the roles that it sees, but none of the platform';

create table iam.platform_role (
  user_id uuid not null references iam.user on delete cascade,
  role_id uuid not null references iam.role on delete cascade,
  primary key (user_id, role_id)
);
create index platform_role_role on iam.platform_role (role_id);
comment on table iam.platform_role is 'own policy: a tenant sees those of its members';

-- hash: SHA-256 of the token, which itself is nowhere. tenant_id: the one it acts in; null = none. permissions: beside those of
-- the account. expires_at null = never. A token goes with the membership that it rests on.
create table iam.token (
  id uuid primary key,
  hash bytea not null,
  user_id uuid not null references iam.user on delete cascade,
  tenant_id uuid references iam.tenant on delete cascade,
  type text not null check (type in ('SELF', 'DELEGATE', 'EPHEMERAL_SERVICE_ACCOUNT', 'PERSISTENT')),
  permissions text[] not null default '{}',
  expires_at timestamptz,
  created_at timestamptz not null,
  constraint token_hash unique (hash),
  foreign key (user_id, tenant_id) references iam.membership on delete cascade
);
create index token_user on iam.token (user_id, tenant_id);
create index token_expiry on iam.token (expires_at);
-- The isolation template applies: a tenant sees the tokens that act in it.

-- One row per account (or hash of an unknown name) whose logins failed within the last minute; see login-failures.ts.
create table iam.login_failure (
  subject text primary key,
  user_id uuid,
  user_tenant uuid,
  since timestamptz not null,
  failures integer not null,
  untold integer not null
);
create index login_failure_since on iam.login_failure (since);
comment on table iam.login_failure is 'own policy: for the system alone';

-- The roles of the hub. Their ids are the same everywhere. Before the policies, which would keep the owner out.
insert into iam.role (id, platform, name, description, permissions, created_at, changed_at) values
  ('00000000-0000-7000-8000-000000000001', true, 'ADMIN', 'Runs the hub: may do everything, for every tenant', '{all}', now(), now()),
  ('00000000-0000-7000-8000-000000000002', false, 'USER', 'Builds and runs flows of the tenant',
   '{tenant.profile.read,tenant.roles.read,flows.read,flows.write,flows.control,executions.read}', now(), now()),
  ('00000000-0000-7000-8000-000000000003', false, 'TENANT_ADMIN', 'May do everything within the tenant', '{tenant.all}', now(), now());

alter table iam.tenant enable row level security, force row level security;
create policy tenant_all on iam.tenant using (oih.sees_all());
create policy tenant_self on iam.tenant for select using (id = oih.current_tenant());

-- Looks beyond what the caller sees, for this one answer. (A SET clause would need more rights than the owner has.)
create function iam.user_exists(wanted uuid) returns boolean language plpgsql as $$
declare
  tenant text := coalesce(current_setting('oih.tenant', true), '');
  answer boolean;
begin
  perform set_config('oih.tenant', '*', true);
  answer := exists (select from iam.user where id = wanted);
  perform set_config('oih.tenant', tenant, true);
  return answer;
end
$$;

alter table iam.membership enable row level security, force row level security;
create policy membership_all on iam.membership using (oih.sees_all());
create policy membership_read on iam.membership for select using (tenant_id = oih.current_tenant());
create policy membership_new_user on iam.membership for insert
  with check (tenant_id = oih.current_tenant() and not iam.user_exists(user_id));

alter table iam.user enable row level security, force row level security;
create policy user_all on iam.user using (oih.sees_all());
create policy user_member on iam.user for select using (exists (
  select from iam.membership m where m.user_id = "user".id and m.tenant_id = oih.current_tenant()));
create policy user_new_member on iam.user for insert with check (kind = 'user' and permissions = '{}' and exists (
  select from iam.membership m where m.user_id = "user".id and m.tenant_id = oih.current_tenant()));

alter table iam.role enable row level security, force row level security;
create policy role_all on iam.role using (oih.sees_all());
create policy role_own on iam.role using (tenant_id = oih.current_tenant());
create policy role_hub on iam.role for select using (tenant_id is null and oih.current_tenant() is not null);

alter table iam.membership_role enable row level security, force row level security;
create policy membership_role_all on iam.membership_role using (oih.sees_all());
create policy membership_role_own on iam.membership_role using (tenant_id = oih.current_tenant())
  with check (tenant_id = oih.current_tenant() and exists (
    select from iam.role r where r.id = role_id and not r.platform));

alter table iam.platform_role enable row level security, force row level security;
create policy platform_role_all on iam.platform_role using (oih.sees_all());
create policy platform_role_member on iam.platform_role for select using (exists (
  select from iam.membership m where m.user_id = platform_role.user_id and m.tenant_id = oih.current_tenant()));

alter table iam.login_failure enable row level security, force row level security;
create policy login_failure_all on iam.login_failure using (oih.sees_all());
