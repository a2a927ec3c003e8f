-- Makes other changes of a user wait until the transaction ends, and the deletion of a tenant that the user belongs to: this takes one lock
-- for all of its members, as PostgreSQL has room for some thousands of locks. A tenant's transaction need not see the other tenants.
create function iam.lock_user(wanted uuid) returns void language plpgsql as $$
declare
  tenant text := coalesce(current_setting('oih.tenant', true), '');
begin
  perform pg_advisory_xact_lock(hashtextextended('iam.user ' || wanted, 0));
  perform set_config('oih.tenant', '*', true);
  perform pg_advisory_xact_lock_shared(hashtextextended('iam.tenant ' || m.tenant_id, 0))
     from (select tenant_id from iam.membership where user_id = wanted order by tenant_id) m;
  perform set_config('oih.tenant', tenant, true);
end
$$;
