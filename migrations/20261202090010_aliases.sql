-- oldest binary: 20261201090000
-- +goose Up
create table case_aliases (
    source  text not null,
    value   text not null,
    case_id uuid not null references cases on delete cascade,
    primary key (source, value)
);
create index case_aliases_by_case on case_aliases (case_id);
comment on table case_aliases is 'References under which other systems know a case. The primary key makes two imports of one record one case.';
comment on column case_aliases.source is 'personal: none';
comment on column case_aliases.value is 'personal: none';
comment on column case_aliases.case_id is 'personal: none';

-- +goose Down
drop table case_aliases;
