-- +goose Up
create table groups (
    key        text primary key check (key ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    name       text not null,
    email      text not null default '',
    created_at timestamptz not null
);
comment on column groups.key is 'personal: none';
comment on column groups.name is 'personal: none';
comment on column groups.email is 'personal: none';
comment on column groups.created_at is 'personal: none';

create table staff_users (
    id            uuid primary key,
    name          text not null,
    email         text not null unique,
    password_hash text not null default '',
    roles         text[] not null default '{}',
    active        boolean not null default true,
    after_save    text not null default '',
    created_at    timestamptz not null
);
comment on column staff_users.id is 'personal: staff';
comment on column staff_users.name is 'personal: staff';
comment on column staff_users.email is 'personal: staff';
comment on column staff_users.password_hash is 'personal: staff';
comment on column staff_users.roles is 'personal: staff';
comment on column staff_users.active is 'personal: staff';
comment on column staff_users.after_save is 'personal: staff';
comment on column staff_users.created_at is 'personal: staff';

create table memberships (
    staff_id  uuid not null references staff_users,
    group_key text not null references groups on update cascade,
    primary key (staff_id, group_key)
);
create index memberships_by_group on memberships (group_key, staff_id);
comment on column memberships.staff_id is 'personal: staff';
comment on column memberships.group_key is 'personal: staff';

create table persons (
    id         uuid primary key,
    name       text not null default '',
    email      text not null default '',
    phone      text not null default '',
    address    text not null default '',
    language   text not null default '',
    created_at timestamptz not null
);
create unique index persons_by_email on persons (email) where email <> '';
create index persons_by_name on persons using gin (lower(name) gin_trgm_ops);
comment on column persons.id is 'personal: person';
comment on column persons.name is 'personal: person';
comment on column persons.email is 'personal: person';
comment on column persons.phone is 'personal: person';
comment on column persons.address is 'personal: person';
comment on column persons.language is 'personal: person';
comment on column persons.created_at is 'personal: person';

create table sessions (
    token_hash bytea primary key,
    kind       text not null check (kind in ('staff', 'person')),
    staff_id   uuid references staff_users,
    person_id  uuid references persons,
    csrf       text not null,
    created_at timestamptz not null,
    seen_at    timestamptz not null,
    expires_at timestamptz not null,
    check ((kind = 'staff') = (staff_id is not null) and (kind = 'person') = (person_id is not null))
);
create index sessions_by_staff on sessions (staff_id);
create index sessions_by_person on sessions (person_id);
create index sessions_by_expiry on sessions (expires_at);
comment on column sessions.token_hash is 'personal: none';
comment on column sessions.kind is 'personal: none';
comment on column sessions.staff_id is 'personal: staff';
comment on column sessions.person_id is 'personal: person';
comment on column sessions.csrf is 'personal: none';
comment on column sessions.created_at is 'personal: none';
comment on column sessions.seen_at is 'personal: none';
comment on column sessions.expires_at is 'personal: none';

create table sign_in_links (
    token_hash bytea primary key,
    email      text not null,
    next       text not null default '',
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index sign_in_links_by_expiry on sign_in_links (expires_at);
comment on column sign_in_links.token_hash is 'personal: none';
comment on column sign_in_links.email is 'personal: person';
comment on column sign_in_links.next is 'personal: none';
comment on column sign_in_links.created_at is 'personal: none';
comment on column sign_in_links.expires_at is 'personal: none';
comment on column sign_in_links.used_at is 'personal: none';

-- +goose Down
drop table sign_in_links;
drop table sessions;
drop table persons;
drop table memberships;
drop table staff_users;
drop table groups;
