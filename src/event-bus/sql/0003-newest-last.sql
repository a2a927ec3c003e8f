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
