-- Where the process says that users sign in to applications; null = it runs no IAM. See src/hub/public-url.ts.
alter table oih.member add column public_url text;
