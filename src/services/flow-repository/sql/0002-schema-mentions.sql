-- What the graphs of flows name: schemas by their location, and the domains that these lie in; see schema-mentions.ts. Flows from before name
-- nothing, as there was no step that took a schema. A table, as row-level security lets no GIN index on an array be used: its operators
-- are not leakproof.
create table flow_repository.schema_mention (
  flow_id uuid not null references flow_repository.flow on delete cascade,
  tenant_id uuid not null,
  location text not null,
  primary key (flow_id, location)
);
create index schema_mention_by_location on flow_repository.schema_mention (location, tenant_id);
