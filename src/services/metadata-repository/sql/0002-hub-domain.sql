-- null: of the hub itself, which alone changes it.
alter table metadata_repository.domain alter column owner_id drop not null;
alter table metadata_repository.schema_version alter column created_by drop not null;
