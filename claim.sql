begin; set local oih.tenant='*'; set local role oih_app;
set local plan_cache_mode=force_generic_plan; prepare c(text[],int,uuid) as   with recursive tenant (queue, fair_key) as (
    select wanted.queue, (
             select t.fair_key from component_orchestrator.task t where t.queue = wanted.queue and t.state = 'ready' order by t.fair_key limit 1)
      from unnest($1::text[]) as wanted (queue)
    union all
    select tenant.queue, (
             select t.fair_key from component_orchestrator.task t
              where t.queue = tenant.queue and t.state = 'ready' and t.fair_key > tenant.fair_key order by t.fair_key limit 1)
      from tenant where tenant.fair_key is not null
  ), busy as (
    select fair_key, count(*) as tasks from component_orchestrator.task where state = 'running' and queue = any ($1::text[]) group by fair_key
  ), head as (
    select waiting.id,
           coalesce(busy.tasks, 0) + row_number() over (partition by tenant.fair_key order by waiting.run_at, waiting.seq) as turn
      from tenant left join busy using (fair_key) cross join lateral (
        select t.id, t.run_at, t.seq from component_orchestrator.task t
         where t.queue = tenant.queue and t.fair_key = tenant.fair_key and t.state = 'ready' and t.run_at <= statement_timestamp()
           and (t.ordering_key is null or t.seq = (
             select first.seq from component_orchestrator.task first
              where first.queue = t.queue and first.ordering_key = t.ordering_key and first.state <> 'dead'
              order by first.seq limit 1))
         order by t.run_at, t.seq
         limit $2 for update skip locked) waiting
     where tenant.fair_key is not null
  ), due as materialized (
    select id, turn from head order by turn, random() limit $2
  )
  update component_orchestrator.task task
     set state = 'running', worker = $3, fence = task.fence + 1, attempt = task.attempt + 1, changed_at = clock_timestamp()
    from due where task.id = due.id
  returning task.*, due.turn;
explain (analyze,buffers,timing off) execute c('{step}',10,'00000000-0000-0000-0000-000000000001');explain (analyze,buffers,timing off) execute c('{step}',10,'00000000-0000-0000-0000-000000000001'); rollback;
