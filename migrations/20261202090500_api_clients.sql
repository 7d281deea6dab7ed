-- oldest binary: 20261201090000
-- +goose Up
create table api_clients (
    id          uuid primary key,
    no          integer generated always as identity unique,
    name        text not null check (name <> ''),
    purpose     text not null default '',
    types       text[] not null default '{}',
    permissions text[] not null default '{}',
    rights      text[] not null default '{}',
    per_minute  integer not null check (per_minute > 0),
    created_at  timestamptz not null,
    expires_at  timestamptz,
    revoked_at  timestamptz
);
create unique index api_clients_by_name on api_clients (lower(name));
comment on table api_clients is 'Programs that use the API. An empty list of types or permissions opens nothing; "*" among the types is every one.';
comment on column api_clients.id is 'personal: none';
comment on column api_clients.no is 'personal: none';
comment on column api_clients.name is 'personal: none';
comment on column api_clients.purpose is 'personal: staff; who looks after it';
comment on column api_clients.types is 'personal: none';
comment on column api_clients.permissions is 'personal: none';
comment on column api_clients.rights is 'personal: none';
comment on column api_clients.per_minute is 'personal: none';
comment on column api_clients.created_at is 'personal: none';
comment on column api_clients.expires_at is 'personal: none';
comment on column api_clients.revoked_at is 'personal: none';

create table api_keys (
    id         uuid primary key,
    client_id  uuid not null references api_clients,
    hash       bytea not null unique,
    prefix     text not null,
    created_at timestamptz not null,
    ends_at    timestamptz,
    used_at    timestamptz
);
create index api_keys_by_client on api_keys (client_id, created_at);
comment on table api_keys is 'The keys of programs, as hashes. A key that is taken away is deleted; an access token stands for its key and ends with it.';
comment on column api_keys.id is 'personal: none';
comment on column api_keys.client_id is 'personal: none';
comment on column api_keys.hash is 'personal: none';
comment on column api_keys.prefix is 'personal: none';
comment on column api_keys.created_at is 'personal: none';
comment on column api_keys.ends_at is 'personal: none';
comment on column api_keys.used_at is 'personal: none';

-- +goose Down
drop table api_keys;
drop table api_clients;
