-- How fast logins may be tried: one row for each account, address, tenant and pair of these that has failed of late. tat: when the key
-- is at rest again, as in the generic cell rate algorithm; see login-throttle.ts.
create table iam.login_pace (
  key text primary key,
  tat timestamptz not null
);
create index login_pace_tat on iam.login_pace (tat);
comment on table iam.login_pace is 'own policy: for the system alone';

-- Where a user has logged in from. address: a keyed hash of it.
create table iam.login_place (
  user_id uuid not null references iam.user on delete cascade,
  address text not null,
  seen_at timestamptz not null,
  primary key (user_id, address)
);
create index login_place_seen on iam.login_place (seen_at);
comment on table iam.login_place is 'own policy: for the system alone';

alter table iam.login_pace enable row level security, force row level security;
create policy login_pace_all on iam.login_pace using (oih.sees_all());
alter table iam.login_place enable row level security, force row level security;
create policy login_place_all on iam.login_place using (oih.sees_all());
