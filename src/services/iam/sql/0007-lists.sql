-- Lists that are read on by cursor, in the order of names. Users have such an index by their unique names.
create index tenant_name on iam.tenant (name, id);
