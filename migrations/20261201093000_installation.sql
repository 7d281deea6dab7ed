-- +goose Up

create table installation (
    one        boolean primary key default true check (one),
    name       text not null,
    epoch      bigint not null default 1,
    test       boolean not null default false,
    created_at timestamptz not null,
    prepared_at timestamptz,
    demonstration boolean not null default false
);
comment on table installation is 'The one row that says which installation this is. A restore raises epoch.';
comment on column installation.one is 'personal: none';
comment on column installation.name is 'personal: none';
comment on column installation.epoch is 'personal: none';
comment on column installation.test is 'personal: none';
comment on column installation.created_at is 'personal: none';
comment on column installation.prepared_at is 'personal: none';
comment on column installation.demonstration is 'personal: none';

create table documents (
    kind    text not null,
    key     text not null,
    version integer not null check (version > 0),
    body    jsonb not null,
    source  text not null default '',
    by_id   text not null default '',
    at      timestamptz not null,
    note    text not null default '',
    primary key (kind, key, version)
);
comment on table documents is 'Published configuration: case types, calendars, message templates, the organisation. A version never changes.';
comment on column documents.kind is 'personal: none';
comment on column documents.key is 'personal: none';
comment on column documents.version is 'personal: none';
comment on column documents.body is 'personal: none';
comment on column documents.source is 'personal: none';
comment on column documents.by_id is 'personal: staff';
comment on column documents.at is 'personal: none';
comment on column documents.note is 'personal: none';

-- +goose Down
drop table documents;
drop table installation;
