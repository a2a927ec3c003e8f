-- What the orchestrator knows of a flow: its latest start or stop. Starts and stops of one flow arrive in order.
--   preparing  a start has been asked for; the task 'prepare' fetches and checks the flow
--   started    triggers take things in
--   failed     the start came to nothing
--   stopped    triggers take nothing in; accepted runs finish
create table component_orchestrator.flow (
  id uuid primary key,
  tenant_id uuid not null,
  generation integer not null,
  state text not null check (state in ('preparing', 'started', 'failed', 'stopped')),
  started_by uuid,
  first_step text
);

-- The graph of one start. Runs keep to the one they began with.
create table component_orchestrator.flow_version (
  flow_id uuid not null,
  generation integer not null,
  tenant_id uuid not null,
  graph json not null,
  primary key (flow_id, generation)
);

-- One run: all that one message of a trigger leads to. open_steps: messages that still wait for a step or are in one. all_steps: those
-- that are done included; bounded, as a graph of few steps can double its messages at each.
create table component_orchestrator.run (
  id uuid primary key,
  tenant_id uuid not null,
  flow_id uuid not null,
  generation integer not null,
  request_id text not null,
  open_steps integer not null,
  all_steps integer not null default 1,
  failed_steps integer not null default 0,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz
) with (fillfactor = 80);
create index run_of_flow on component_orchestrator.run (flow_id, started_at desc, id desc);
create index run_of_tenant on component_orchestrator.run (tenant_id, started_at desc, id desc);

-- Each message once, however many steps it goes to. task_id: the step that emitted it, null for what the trigger took in.
create table component_orchestrator.message (
  id uuid primary key,
  tenant_id uuid not null,
  run_id uuid not null,
  task_id uuid,
  place integer not null default 0,
  body text not null
);
create index message_of_run on component_orchestrator.message (run_id, task_id, place);

-- Steps done, for good or ill. id is that of the task.
create table component_orchestrator.step (
  id uuid primary key,
  tenant_id uuid not null,
  run_id uuid not null,
  step_id text not null,
  message_id uuid not null,
  status text not null check (status in ('success', 'failed')),
  attempt integer not null,
  error jsonb,
  created_at timestamptz not null,
  started_at timestamptz not null,
  finished_at timestamptz not null default clock_timestamp()
);
create index step_of_run on component_orchestrator.step (run_id);

-- Work to do. queue 'step': one message at one step. queue 'prepare': a flow to be started.
call oih.create_task_table('component_orchestrator.task');
alter table component_orchestrator.task
  add column flow_id uuid not null,
  add column generation integer not null,
  add column run_id uuid,
  add column step_id text,
  add column message_id uuid;
create index task_of_run on component_orchestrator.task (run_id) where run_id is not null;
