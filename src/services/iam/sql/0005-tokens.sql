-- Tokens that are made, listed and renewed. The values by which a token is known stand beside it: a new one can overlap with older ones.

-- hash: SHA-256 of the value, which itself is nowhere. expires_at null = with its token.
create table iam.token_value (
  hash bytea primary key,
  token_id uuid not null references iam.token on delete cascade,
  expires_at timestamptz,
  created_at timestamptz not null
);
create index token_value_token on iam.token_value (token_id);
create index token_value_expiry on iam.token_value (expires_at) where expires_at is not null;
comment on table iam.token_value is 'own policy: for the system alone';

insert into iam.token_value (hash, token_id, created_at) select hash, id, created_at from iam.token;

-- scope: what the token allows at most of what the account may do; null = all of it. lifespan: seconds; null = until it is withdrawn.
-- made_by: who asked for it. used_at: to about a minute.
alter table iam.token
  drop column hash,
  add column scope text[],
  add column description text,
  add column inquirer text,
  add column flow_id uuid,
  add column made_by uuid,
  add column lifespan integer,
  add column used_at timestamptz;
create unique index token_flow on iam.token (flow_id, user_id, tenant_id) where flow_id is not null;

-- Whether what is held, or asked for, comprises the permission: by its name, by "all", or by "tenant.all" for one within a tenant.
create function iam.comprises(held text[], name text) returns boolean language sql stable as $$
  select name = any (held) or 'all' = any (held)
    or ('tenant.all' = any (held) and exists (select from iam.permission p where p.name = $2 and p.scope = 'tenant'))
$$;

-- What is left of the permissions held within the scope of a token.
create function iam.within_scope(held text[], scope text[]) returns text[] language sql stable as $$
  select array(
    select wanted from unnest(scope) wanted where iam.comprises(held, wanted)
    union
    select had from unnest(held) had where iam.comprises(scope, had))
$$;

alter table iam.token_value enable row level security, force row level security;
create policy token_value_all on iam.token_value using (oih.sees_all());
