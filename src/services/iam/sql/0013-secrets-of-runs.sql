-- secrets: those that the runs of a flow may read by the token, each once and in order. Runs of an earlier start of the flow may need others
-- than those of the present one, and go on beside them: each set has a token of its own.
alter table iam.token add column secrets uuid[] not null default '{}';
drop index iam.token_flow;
create unique index token_flow on iam.token (flow_id, user_id, tenant_id, secrets) where flow_id is not null;
