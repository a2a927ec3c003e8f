-- What a tenant's own administrators may change. What lies beyond the tenant stays with the system.

-- Whether the user is the current tenant's alone: a member of it and of no other, with no rights beyond it. Only such a user may a
-- tenant change or delete: whoever sets the password of a user can act as that user, and so in each of the user's tenants. Looks beyond what the
-- caller sees, for this one answer.
create function iam.is_own_user(wanted uuid) returns boolean language plpgsql as $$
declare
  tenant text := coalesce(current_setting('oih.tenant', true), '');
  answer boolean;
begin
  perform set_config('oih.tenant', '*', true);
  answer := exists (
      select from iam.user u
       where u.id = wanted and u.kind = 'user' and u.permissions = '{}'
         and not exists (select from iam.platform_role p where p.user_id = u.id))
    and exists (select from iam.membership m where m.user_id = wanted and m.tenant_id::text = tenant)
    and not exists (select from iam.membership m where m.user_id = wanted and m.tenant_id::text <> tenant);
  perform set_config('oih.tenant', tenant, true);
  return answer;
end
$$;

create policy user_own on iam.user for update using (iam.is_own_user(id)) with check (kind = 'user' and permissions = '{}');
create policy user_own_end on iam.user for delete using (iam.is_own_user(id));
create policy tenant_change on iam.tenant for update
  using (id = oih.current_tenant()) with check (id = oih.current_tenant());
create policy membership_change on iam.membership for update
  using (tenant_id = oih.current_tenant()) with check (tenant_id = oih.current_tenant());
create policy membership_end on iam.membership for delete using (tenant_id = oih.current_tenant());

-- A login of before the user came to the tenant acts in none, and is to end with the others.
create policy token_of_own_user on iam.token for select using (tenant_id is null and iam.is_own_user(user_id));
create policy token_of_own_user_end on iam.token for delete using (tenant_id is null and iam.is_own_user(user_id));

-- A membership never passes to another user or tenant: that would let a tenant take in whom it does not know.
create function iam.keep_membership() returns trigger language plpgsql as $$
begin
  raise exception 'a membership stays with its user and tenant' using errcode = '42501';
end
$$;
create trigger membership_stays before update of user_id, tenant_id on iam.membership
  for each row when (old.user_id <> new.user_id or old.tenant_id <> new.tenant_id) execute function iam.keep_membership();

-- A user who loses the default tenant has the oldest of the others instead.
create function iam.pass_default_on() returns trigger language plpgsql as $$
declare
  tenant text := coalesce(current_setting('oih.tenant', true), '');
begin
  perform set_config('oih.tenant', '*', true);
  update iam.membership set is_default = true
   where (user_id, tenant_id) in (
     select m.user_id, m.tenant_id from iam.membership m where m.user_id = old.user_id order by m.created_at, m.tenant_id limit 1);
  perform set_config('oih.tenant', tenant, true);
  return null;
end
$$;
create trigger membership_default after delete on iam.membership
  for each row when (old.is_default) execute function iam.pass_default_on();

-- Every permission that can be given. registered: a service checks it; otherwise an administrator made it for applications of their own.
create table iam.permission (
  id uuid primary key,
  name text not null constraint permission_name unique,
  scope text not null check (scope in ('tenant', 'platform')),
  description text not null default '',
  registered boolean not null,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
comment on table iam.permission is 'own policy: every tenant reads the catalogue, the system alone writes it';

-- The key of a tenant that existing clients set and read. sealed: by the master key, bound to the tenant.
create table iam.tenant_key (
  tenant_id uuid primary key references iam.tenant on delete cascade,
  sealed bytea not null,
  created_at timestamptz not null
);
comment on table iam.tenant_key is 'own policy: for the system alone';

alter table iam.permission enable row level security, force row level security;
create policy permission_all on iam.permission using (oih.sees_all());
create policy permission_read on iam.permission for select using (oih.current_tenant() is not null);
alter table iam.tenant_key enable row level security, force row level security;
create policy tenant_key_all on iam.tenant_key using (oih.sees_all());
