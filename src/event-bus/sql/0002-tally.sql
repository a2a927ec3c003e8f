-- How often each event has happened in each tenant, and when last: of events of local origin, up to the cursor. tenant_id null: of none.
create table event_bus.tally (
  name text not null,
  tenant_id uuid,
  count bigint not null,
  last_at timestamptz not null,
  constraint tally_of unique nulls not distinct (name, tenant_id)
) with (fillfactor = 70);

-- One row: the position up to which events are counted. Whoever counts holds its lock.
create table event_bus.tally_cursor (
  one boolean primary key default true check (one),
  position bigint not null default 0
) with (fillfactor = 10);
insert into event_bus.tally_cursor default values;
comment on table event_bus.tally_cursor is 'shared: one row for the whole log';

-- The tenant in which an event occurred: payload.tenant, where that is a UUID. Never fails, whatever the text holds: PostgreSQL reads
-- neither \u0000 nor half a surrogate nor any depth, and in none of these is there a tenant.
create function event_bus.tenant_of(body text) returns uuid language plpgsql immutable parallel unsafe as $$
declare
  readable text := body;
  tenant text;
begin
  if strpos(body, '\u') > 0 then
    readable := regexp_replace(body, '\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\u0020', 'g');
  end if;
  tenant := readable::json #>> '{payload,tenant}';
  if tenant ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then return tenant::uuid; end if;
  return null;
exception when others then
  return null;
end
$$;

-- The moment at which a UUIDv7 was made: its first 48 bits, in milliseconds.
create function event_bus.made_at(id uuid) returns timestamptz language sql immutable parallel safe as $$
  select to_timestamp((('x' || left(translate(id::text, '-', ''), 12))::bit(48)::bigint) / 1000.0)
$$;
