-- tenant_id null: of the hub itself, for its administrators. owner_id null, as created_by below: of the hub, which alone changes it. public: every tenant reads it; set by those administrators alone.
-- compatibility: the mode by which changes of its schemas are checked that name none of their own; see schema/compatibility.ts.
create table metadata_repository.domain (
  id uuid primary key,
  tenant_id uuid,
  name text not null,
  description text,
  public boolean not null,
  compatibility text not null,
  owner_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
comment on table metadata_repository.domain is 'own policy: a tenant writes its own, and reads what is public';
create index domain_by_creation on metadata_repository.domain (tenant_id, created_at, id);
create index domain_public on metadata_repository.domain (created_at, id) where public;

-- location: what others refer to it by; see language/. At most 2,000 characters, as both indexes on locations bear no longer ones.
-- version: the newest. refs: the locations that this version refers to, its own not among them, whether there is something or not.
-- pointers: the same with the fragment behind, where there is one.
create table metadata_repository.schema (
  id uuid primary key,
  tenant_id uuid,
  domain_id uuid not null references metadata_repository.domain,
  uri text not null,
  location text not null,
  name text not null,
  description text,
  compatibility text,
  version integer not null,
  refs text[] not null,
  pointers text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint schema_location unique (location)
);
comment on table metadata_repository.schema is 'own policy: a tenant writes its own, and reads those of public domains';
create index schema_by_creation on metadata_repository.schema (domain_id, created_at, id);

-- value: JSON, its $id and references as locations. broken: references that led nowhere when it was written. It goes with its schema.
create table metadata_repository.schema_version (
  schema_id uuid not null references metadata_repository.schema on delete cascade,
  version integer not null,
  tenant_id uuid,
  dialect text not null,
  value text not null,
  refs text[] not null,
  broken jsonb not null,
  created_by uuid,
  created_at timestamptz not null,
  primary key (schema_id, version)
);
comment on table metadata_repository.schema_version is
  'own policy: a tenant adds to its own, and reads those of public domains; append-only';

alter table metadata_repository.domain enable row level security, force row level security;
create policy domain_all on metadata_repository.domain using (oih.sees_all());
create policy domain_own on metadata_repository.domain using (tenant_id = oih.current_tenant());
create policy domain_public on metadata_repository.domain for select
  using (public and oih.current_tenant() is not null);

alter table metadata_repository.schema enable row level security, force row level security;
create policy schema_all on metadata_repository.schema using (oih.sees_all());
create policy schema_own on metadata_repository.schema using (tenant_id = oih.current_tenant());
create policy schema_public on metadata_repository.schema for select
  using (oih.current_tenant() is not null and exists (
    select from metadata_repository.domain d where d.id = domain_id and d.public));

alter table metadata_repository.schema_version enable row level security, force row level security;
create policy schema_version_all on metadata_repository.schema_version using (oih.sees_all());
create policy schema_version_own on metadata_repository.schema_version using (tenant_id = oih.current_tenant());
create policy schema_version_public on metadata_repository.schema_version for select
  using (oih.current_tenant() is not null and exists (
    select from metadata_repository.schema s join metadata_repository.domain d on d.id = s.domain_id
     where s.id = schema_id and d.public));
