-- Whoever builds flows of a tenant may follow its events. TENANT_ADMIN and ADMIN may by what they have.
update iam.role set permissions = permissions || '{events.read}', changed_at = now()
 where id = '00000000-0000-7000-8000-000000000002' and not permissions @> '{events.read}';
