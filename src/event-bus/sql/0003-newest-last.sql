-- A row that changes hundreds of times a second leaves a version each time. While any transaction on the server stays open none of them can
-- be removed, and whoever looks for the present one walks past all: after ten minutes a batch took a tenth of a second. So what changes
-- with each batch and each page is a new row with a greater key, and the old one is deleted: the newest is found at once, from the end of
-- the index.

alter table event_bus.sequencer rename to sequencer_turn;
alter table event_bus.sequencer_turn rename constraint sequencer_pkey to sequencer_turn_one;
alter table event_bus.sequencer_turn drop constraint sequencer_turn_one;
alter table event_bus.sequencer_turn drop column one;
alter table event_bus.sequencer_turn add column turn bigint not null default 0;
alter table event_bus.sequencer_turn add primary key (turn);
comment on table event_bus.sequencer_turn is 'shared: the state after each batch; the last is in force, those before are deleted';

-- The state in force.
create view event_bus.sequencer with (security_invoker = true) as
  select turn, epoch, snapshot, last_position, sequenced_at from event_bus.sequencer_turn order by turn desc limit 1;

-- cursor: every event up to it that concerns the lane is handled or has its row in delivery. The greatest of a lane is in force. No foreign
-- key: its check would cost each page more than the row.
create table event_bus.lane_cursor (
  subscription text not null,
  lane integer not null,
  cursor bigint not null,
  primary key (subscription, lane, cursor)
);
comment on table event_bus.lane_cursor is 'shared: subscriptions belong to services';
insert into event_bus.lane_cursor (subscription, lane, cursor) select subscription, lane, cursor from event_bus.lane;
alter table event_bus.lane drop column cursor;

-- Functions, as the planner would read a table whole that has been small, and go on doing so while it grows: these settings hold for it inside.
-- Each statement of them sees what has been committed by then.

-- Locks those of the lanes that still have their fence, in one order; then reads their cursors, which whoever held the locks before may have
-- moved, and whether any event of the subscription waits in delivery. A lane that is not held has the cursor null.
create function event_bus.lock_lanes(of_subscription text, lanes integer[], fences integer[], out cursors bigint[], out waiting boolean)
  language plpgsql volatile
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
declare
  held integer[];
begin
  held := array(
    select l.lane from event_bus.lane l join unnest(lanes, fences) as mine (lane, fence) using (lane)
     where l.subscription = of_subscription and l.fence = mine.fence order by l.lane for update of l);
  cursors := array(
    select case when wanted.lane = any (held) then (
             select c.cursor from event_bus.lane_cursor c
              where c.subscription = of_subscription and c.lane = wanted.lane order by c.cursor desc limit 1) end
      from unnest(lanes) with ordinality as wanted (lane, place) order by place);
  waiting := exists (
    select from event_bus.delivery d where d.queue = of_subscription and d.state <> 'dead' and d.ordering_key is not null);
end
$$;

-- Puts the next cursors in the place of the past ones, of lanes that the transaction has locked.
create function event_bus.advance_lanes(of_subscription text, lanes integer[], past bigint[], next bigint[]) returns void
  language plpgsql volatile
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
begin
  -- A join might walk the whole index instead.
  delete from event_bus.lane_cursor where ctid = any (array(
    select (select c.ctid from event_bus.lane_cursor c
             where c.subscription = of_subscription and c.lane = gone.lane and c.cursor = gone.cursor)
      from unnest(lanes, past) as gone (lane, cursor)));
  insert into event_bus.lane_cursor (subscription, lane, cursor)
  select of_subscription, moved.lane, moved.cursor from unnest(lanes, next) as moved (lane, cursor);
end
$$;
