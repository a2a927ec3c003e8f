-- Compressing a message by PostgreSQL's own method costs more than all else that a step writes. Where the server has a quick one, it is
-- used; otherwise messages are stored as they are.
do $$ begin
  alter table component_orchestrator.message alter column body set compression lz4;
exception when feature_not_supported then
  alter table component_orchestrator.message alter column body set storage external;
end $$;
