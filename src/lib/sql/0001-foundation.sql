-- The tenant of the transaction: null when unset (no rows) and when it is '*' (see sees_all).
create function oih.current_tenant() returns uuid language sql stable parallel safe
  return nullif(nullif(current_setting('oih.tenant', true), ''), '*')::uuid;

create function oih.sees_all() returns boolean language sql stable parallel safe
  return coalesce(current_setting('oih.tenant', true), '') = '*';

-- The processes that share this database; see src/lib/membership.ts.
create table oih.member (
  id uuid primary key,
  expires_at timestamptz not null
);
comment on table oih.member is 'shared: processes belong to no tenant';

-- One row: by it a start with another master key is recognised. See src/lib/master-key.ts.
create table oih.key_check (
  one boolean primary key default true check (one),
  value bytea not null
);
comment on table oih.key_check is 'shared: of the whole database, append-only';

-- Every task table looks alike, so that one piece of code (src/lib/task-queue.ts) serves them all.
--   queue         what the task is for; a worker takes the tasks of one queue
--   tenant_id     whose work it is: claims go round-robin over tenants
--   ordering_key  tasks of one queue with the same key run one after the other, by seq; null = no order
--   state         ready (from run_at on) | running (leased by worker until fenced or lost) | dead (waits for an operator)
--   fence         grows with every lease: a result with an old fence is refused
create procedure oih.create_task_table(name text) language plpgsql as $$
declare
  plain text := replace(name, '.', '_');
begin
  execute format($ddl$
    create table %1$s (
      id uuid primary key,
      seq bigint generated always as identity,
      queue text not null,
      tenant_id uuid,
      fair_key text not null generated always as (coalesce(tenant_id::text, '')) stored,
      ordering_key text,
      state text not null default 'ready' check (state in ('ready', 'running', 'dead')),
      run_at timestamptz not null default clock_timestamp(),
      attempt integer not null default 0,
      worker uuid,
      fence integer not null default 0,
      error jsonb,
      created_at timestamptz not null default clock_timestamp(),
      changed_at timestamptz not null default clock_timestamp()
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)
  $ddl$, name);
  execute format('create index %2$s_claim on %1$s (queue, fair_key, run_at, seq) where state = ''ready''', name, plain);
  execute format('create index %2$s_running on %1$s (worker) where state = ''running''', name, plain);
  execute format('create index %2$s_order on %1$s (queue, ordering_key, seq) where ordering_key is not null and state <> ''dead''', name, plain);
end
$$;
