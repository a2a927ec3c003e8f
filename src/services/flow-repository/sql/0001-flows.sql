-- status: see flow-status.ts. generation: number of starts; answers to an earlier one are ignored. version: grows with each change.
create table flow_repository.flow (
  id uuid primary key,
  tenant_id uuid not null,
  name text not null,
  description text,
  type text not null,
  graph json not null,
  owners jsonb not null,
  status text not null default 'inactive' check (status in ('inactive', 'starting', 'active', 'stopping')),
  generation integer not null default 0,
  version integer not null default 1,
  failure text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index flow_by_creation on flow_repository.flow (tenant_id, created_at, id);
