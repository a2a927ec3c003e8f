-- In whose name the runs of a start may act: who started the flow, then its owners at that time. Of starts before this, who asked for the
-- latest start is known.
alter table component_orchestrator.flow_version add column accounts uuid[] not null default '{}';
update component_orchestrator.flow_version v set accounts = array[f.started_by]
  from component_orchestrator.flow f where f.id = v.flow_id and f.started_by is not null;
