-- The log. A row is written in the transaction of the change that it reports and never changed.
--   seq       order of insertion: within one ordering key that is the order of the changes, as the key is locked by its writer
--   xid       the writing transaction: how the sequencer finds what has committed since it last looked
--   origin    '' for events of this database's own services, otherwise who brought it in ('amqp:<user>', 'http:<principal>')
--   body      the exact JSON text {"headers":…,"payload":…}
--   key_hash  hash of the ordering key, never negative: an event belongs to lane key_hash % lanes
--   size      bytes of body, so that readers can bound a page without reading bodies
create table event_bus.event (
  seq bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  id uuid not null,
  name text not null,
  origin text not null default '',
  ordering_key text not null,
  key_hash integer not null,
  correlation_id uuid,
  causation_id uuid,
  traceparent text,
  version smallint not null default 1,
  size integer not null,
  body text not null,
  constraint event_id unique (id)
) with (autovacuum_vacuum_insert_threshold = 100000);
create index event_xid on event_bus.event (xid);
comment on table event_bus.event is 'shared: read by services in the name of the system, append-only';

-- The order that readers see: dense positions from 1. Written by the sequencer alone.
create table event_bus.position (
  position bigint primary key,
  seq bigint not null,
  constraint position_seq unique (seq)
);
comment on table event_bus.position is 'shared: read by services in the name of the system, append-only';

-- One row.
--   snapshot      everything it shows as committed has its position
--   sequenced_at  when the transaction began that took the snapshot
--   epoch         grows with each new sequencer; fences the old one
create table event_bus.sequencer (
  one boolean primary key default true check (one),
  epoch bigint not null default 0,
  snapshot pg_snapshot not null default '1:1:',
  last_position bigint not null default 0,
  sequenced_at timestamptz not null default clock_timestamp()
);
insert into event_bus.sequencer default values;
comment on table event_bus.sequencer is 'shared: one row for the whole log';

-- A log that was restored into another server carries transaction numbers of the old one. Those that this server has yet to reach
-- would look new for ever. Nobody else ever changes a row of the log.
create function event_bus.adopt_restored_events() returns bigint language sql security definer set search_path = '' as $$
  with adopted as (
    update event_bus.event set xid = '1' where xid >= pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()) returning id)
  select count(*) from adopted
$$;

create table event_bus.subscription (
  name text primary key,
  lanes integer not null check (lanes between 1 and 4096),
  created_at timestamptz not null default clock_timestamp()
);
comment on table event_bus.subscription is 'shared: subscriptions belong to services';

-- cursor: every event up to it that concerns the lane is handled or has its row in delivery.
create table event_bus.lane (
  subscription text not null references event_bus.subscription on delete cascade,
  lane integer not null,
  cursor bigint not null,
  owner uuid,
  fence integer not null default 0,
  primary key (subscription, lane)
) with (fillfactor = 50);
comment on table event_bus.lane is 'shared: subscriptions belong to services';

-- Which member runs which subscription: lanes are shared out among these.
create table event_bus.subscriber (
  subscription text not null references event_bus.subscription on delete cascade,
  member uuid not null,
  primary key (subscription, member)
);
comment on table event_bus.subscriber is 'shared: subscriptions belong to services';

-- Events that a subscription did not handle at once, with their own copy: to be retried, parked behind an earlier event of the same
-- ordering key, dead, or to be replayed. queue is the subscription's name; seq orders the rows of one key.
call oih.create_task_table('event_bus.delivery');
alter table event_bus.delivery
  add column position bigint not null,
  add column event_id uuid not null,
  add column name text not null,
  add column origin text not null,
  add column correlation_id uuid,
  add column causation_id uuid,
  add column traceparent text,
  add column version smallint not null,
  add column body text not null,
  add column replay boolean not null default false;
comment on table event_bus.delivery is 'shared: read by services in the name of the system';
