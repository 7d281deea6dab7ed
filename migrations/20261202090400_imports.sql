-- oldest binary: 20261201090000
-- +goose Up
create table imports (
    id         uuid primary key,
    no         integer generated always as identity unique,
    name       text not null,
    source     text not null,
    file_name  text not null,
    file_key   uuid,
    file_size  bigint not null,
    print      bytea not null,
    mapping    text not null,
    state      text not null check (state in ('checking', 'checked', 'running', 'done', 'cancelled', 'failed')),
    position   bigint not null default 0,
    line       bigint not null default 1,
    rows_read  bigint not null default 0,
    brought    bigint not null default 0,
    known      bigint not null default 0,
    refused    bigint not null default 0,
    warned     bigint not null default 0,
    left_out   bigint not null default 0,
    problem    text not null default '',
    by_kind    text not null,
    by_id      text not null,
    created_at timestamptz not null,
    started_at timestamptz,
    moved_at   timestamptz not null,
    ended_at   timestamptz
);
create unique index imports_under_way on imports (print) where state = 'running';
create index imports_by_file on imports (file_key) where file_key is not null;
comment on table imports is 'Files of cases that were kept elsewhere, how far each was read, and what became of its rows. print tells one file with one mapping from another.';
comment on column imports.id is 'personal: none';
comment on column imports.no is 'personal: none';
comment on column imports.name is 'personal: none';
comment on column imports.source is 'personal: none';
comment on column imports.file_name is 'personal: staff';
comment on column imports.file_key is 'personal: none';
comment on column imports.file_size is 'personal: none';
comment on column imports.print is 'personal: none';
comment on column imports.mapping is 'personal: none';
comment on column imports.state is 'personal: none';
comment on column imports.position is 'personal: none';
comment on column imports.line is 'personal: none';
comment on column imports.rows_read is 'personal: none';
comment on column imports.brought is 'personal: none';
comment on column imports.known is 'personal: none';
comment on column imports.refused is 'personal: none';
comment on column imports.warned is 'personal: none';
comment on column imports.left_out is 'personal: none';
comment on column imports.problem is 'personal: none';
comment on column imports.by_kind is 'personal: none';
comment on column imports.by_id is 'personal: staff';
comment on column imports.created_at is 'personal: none';
comment on column imports.started_at is 'personal: none';
comment on column imports.moved_at is 'personal: none';
comment on column imports.ended_at is 'personal: none';

create table import_refusals (
    import_id uuid not null references imports,
    no        bigint not null,
    line      bigint not null,
    reference text not null,
    field     text not null,
    reason    text not null,
    brought   boolean not null,
    primary key (import_id, no)
);
comment on table import_refusals is 'What was wrong with rows of an import. Where brought is true the case was brought in without the value.';
comment on column import_refusals.import_id is 'personal: none';
comment on column import_refusals.no is 'personal: none';
comment on column import_refusals.line is 'personal: none';
comment on column import_refusals.reference is 'personal: person';
comment on column import_refusals.field is 'personal: none';
comment on column import_refusals.reason is 'personal: person';
comment on column import_refusals.brought is 'personal: none';

-- +goose Down
drop table import_refusals;
drop table imports;
