-- Ids of tenants and users that are gone. Other services know them, and nobody else is to come under them.
create table iam.departed (
  id uuid not null,
  departed_at timestamptz not null default clock_timestamp()
);
create index departed_id on iam.departed (id);
comment on table iam.departed is 'own policy: all write, the system alone reads';
alter table iam.departed enable row level security, force row level security;
create policy departed_read on iam.departed for select using (oih.sees_all());
create policy departed_write on iam.departed for insert with check (true);

create function iam.note_departure() returns trigger language plpgsql as $$
begin
  insert into iam.departed (id) values (old.id);
  return null;
end
$$;
create trigger tenant_departed after delete on iam.tenant for each row execute function iam.note_departure();
create trigger user_departed after delete on iam.user for each row execute function iam.note_departure();
