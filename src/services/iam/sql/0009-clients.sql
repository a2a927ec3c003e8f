-- Where applications have users led to once they are signed out; and the secret before the present one, as long as both are good.
alter table iam.client
  add column post_logout_redirect_uris text[] not null default '{}',
  add column former_secret_hash bytea,
  add column former_secret_until timestamptz,
  add check ((former_secret_hash is null) = (former_secret_until is null));
