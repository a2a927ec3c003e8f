-- What an account may do in a tenant at this moment: nothing unless it is ACTIVE.
create function iam.held_by(account uuid, tenant uuid) returns text[] language sql stable as $$
  select array(
    select unnest(u.permissions) from iam.user u where u.id = account and u.status = 'ACTIVE'
    union
    select unnest(m.permissions) from iam.membership m join iam.user u on u.id = m.user_id and u.status = 'ACTIVE'
     where m.user_id = account and m.tenant_id = tenant
    union
    select unnest(r.permissions) from iam.role r join iam.user u on u.id = account and u.status = 'ACTIVE'
     where r.id in (
       select role_id from iam.platform_role where user_id = account
       union all
       select role_id from iam.membership_role where user_id = account and tenant_id = tenant))
$$;

-- Of a token with permissions of its own: those that its maker still has; all where the hub itself made it.
create function iam.of_maker(own text[], maker uuid, tenant uuid) returns text[] language sql stable as $$
  select case when own = '{}' or maker is null then own else iam.within_scope(own, iam.held_by(maker, tenant)) end
$$;
