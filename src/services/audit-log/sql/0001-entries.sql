-- The log itself. The leaf is what is proved; all other columns but leaf_hash are taken out of it for searching.
--   index          place among all entries, from 0, without gaps: the leaf index of the tree
--   tenant_id      the tenant in which it occurred; null = none
--   tenant_number  place among the entries of that tenant (or of none), from 1, without gaps
--   event_id       unique: an event that is delivered twice has one entry
--   actor, subject payload.user and payload.id
--   created_at     the producer's time; null where it stated none that can be read
--   search         other scalar values of the payload, as text; none that is personal, none of foreign events
--   leaf           the exact text, see FORMAT.md; leaf_hash its RFC 9162 hash
-- Indexes: uniqueness, and the two orders of the list. `tenant_number` rises with `index`, so its index also lists one tenant.
create table audit_log.entry (
  index bigint primary key,
  tenant_id uuid,
  tenant_number bigint not null,
  recorded_at timestamptz not null,
  position bigint not null,
  event_id uuid not null,
  origin text not null,
  correlation_id uuid,
  name text not null,
  service_name text,
  created_at timestamptz,
  actor uuid,
  subject text,
  search jsonb,
  leaf_hash bytea not null check (length(leaf_hash) = 32),
  leaf text not null,
  constraint entry_event unique (event_id),
  constraint entry_tenant_number unique nulls not distinct (tenant_id, tenant_number)
) with (autovacuum_vacuum_insert_threshold = 100000);
create index entry_created on audit_log.entry (created_at desc nulls last, index desc);
create index entry_name on audit_log.entry (name, index);
create index entry_actor on audit_log.entry (actor, index) where actor is not null;
comment on table audit_log.entry is 'append-only';

-- How many entries each tenant has, and the last of them. tenant_id null: the entries without tenant.
create table audit_log.stream (
  tenant_id uuid,
  count bigint not null,
  last_index bigint not null,
  constraint stream_tenant unique nulls not distinct (tenant_id)
) with (fillfactor = 50);

-- One row for the whole log. Whoever appends holds its lock until the commit: that makes both numberings gapless.
create table audit_log.head (
  one boolean primary key default true check (one),
  count bigint not null default 0,
  recorded_at timestamptz not null default to_timestamp(0)
) with (fillfactor = 10);
insert into audit_log.head default values;
comment on table audit_log.head is 'shared: one row for the whole log';

-- The keys that sealed values are under, wrapped by a key made of the master key. A person may be known to many tenants.
--   owner    'person:<id>', 'tenant:<id>' or 'platform'
--   wrapped  12 bytes nonce, 32 bytes ciphertext, 16 bytes tag (AES-256-GCM)
create table audit_log.owner_key (
  owner text primary key,
  wrapped bytea not null,
  created_at timestamptz not null default clock_timestamp()
);
comment on table audit_log.owner_key is 'shared: of no use without the master key';
