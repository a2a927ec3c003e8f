-- Permissions that could be given and were checked nowhere are none any more: nobody loses a right with them.
create function iam.without(held text[], names text[]) returns text[] language sql immutable as $$
  select array(select name from unnest(held) with ordinality as each (name, n) where name <> all (names) order by n)
$$;
do $$
declare
  unused constant text[] := '{iam.account.create,iam.account.read,iam.account.update,iam.tenant.update,tenant.membership.delete,tenant.profile.delete}';
begin
  delete from iam.permission where registered and name = any (unused);
  update iam.role set permissions = iam.without(permissions, unused) where permissions && unused;
  update iam.user set permissions = iam.without(permissions, unused) where permissions && unused;
  update iam.membership set permissions = iam.without(permissions, unused) where permissions && unused;
  update iam.token set permissions = iam.without(permissions, unused) where permissions && unused;
  update iam.token set scope = iam.without(scope, unused) where scope && unused;
end
$$;

-- What is in force within a tenant holds no permission of the platform, whoever writes it. The lock keeps a permission from being restricted
-- meanwhile; see permission-store.ts.
create function iam.keep_within_tenant() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('iam.permissions', 0));
  if 'all' = any (new.permissions)
    or exists (select from iam.permission p where p.scope = 'platform' and p.name = any (new.permissions)) then
    raise exception 'a permission of the platform is not given within a tenant' using errcode = '42501';
  end if;
  return new;
end
$$;

-- One that becomes a permission of the platform is taken from all who have it within a tenant, so that it can be registered as such.
create function iam.take_from_tenants() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('iam.permissions', 0));
  update iam.membership set permissions = array_remove(permissions, new.name) where new.name = any (permissions);
  update iam.role set permissions = array_remove(permissions, new.name) where new.name = any (permissions) and not platform;
  return null;
end
$$;

do $$
declare
  restricted constant text[] := array(select name from iam.permission where scope = 'platform') || '{all}';
begin
  update iam.membership set permissions = iam.without(permissions, restricted) where permissions && restricted;
  update iam.role set permissions = iam.without(permissions, restricted) where permissions && restricted and not platform;
end
$$;
drop function iam.without;

create trigger membership_within_tenant before insert or update of permissions on iam.membership
  for each row when (new.permissions <> '{}') execute function iam.keep_within_tenant();
create trigger role_within_tenant before insert or update of permissions, platform on iam.role
  for each row when (not new.platform and new.permissions <> '{}') execute function iam.keep_within_tenant();
create trigger permission_of_platform after insert or update of name, scope on iam.permission
  for each row when (new.scope = 'platform') execute function iam.take_from_tenants();
