-- The master keys that this database has been sealed with. See src/lib/master-key/.
--   id     8 bytes that tell the key and nothing of it; they stand in front of all that is sealed under it
--   state  current (all that is sealed from now on) | retiring (what is sealed under it is being sealed anew) | retired (nothing is)
--   since  when it came into this state
create table oih.master_key (
  id bytea primary key check (length(id) = 8),
  state text not null check (state in ('current', 'retiring', 'retired')),
  since timestamptz not null default clock_timestamp()
);
create unique index master_key_current on oih.master_key (state) where state in ('current', 'retiring');
comment on table oih.master_key is 'shared: of the whole database';

-- The id is the beginning of the value by which the one key was recognised until now.
insert into oih.master_key (id, state) select substring(value from 1 for 8), 'current' from oih.key_check;
drop table oih.key_check;

-- Which keys the process holds, as ids in hexadecimal digits; null = it has not said.
alter table oih.member add column master_keys text[];
