-- +goose Up
create table scopes (
    id              integer generated always as identity primary key,
    type_key        text not null,
    group_key       text not null references groups on update cascade,
    confidentiality text not null,
    unique (type_key, group_key, confidentiality)
);
comment on table scopes is 'One row per combination of what permission depends on. An actor''s scopes are resolved before a query and applied before any LIMIT.';
comment on column scopes.id is 'personal: none';
comment on column scopes.type_key is 'personal: none';
comment on column scopes.group_key is 'personal: none';
comment on column scopes.confidentiality is 'personal: none';

create table cases (
    id                uuid primary key,
    ref               text not null unique,
    type_key          text not null,
    type_version      integer not null,
    scope_id          integer not null references scopes,
    version           bigint not null,
    reacted_to        bigint not null default 0,
    confidentiality   text not null default 'normal',
    subject           text not null,
    description       text not null default '',
    subtype           text not null default '',
    priority          text not null default '',
    channel           text not null,
    place             point,
    address           text not null default '',
    fields            jsonb not null default '{}',
    status            text not null,
    status_kind       text not null,
    stage             text not null default '',
    group_key         text not null references groups on update cascade,
    assignee_id       uuid references staff_users,
    creator_id        uuid references staff_users,
    level             integer not null default 0,
    requester_id      uuid references persons,
    anonymous         boolean not null default false,
    on_behalf_of      text not null default '',
    contact           jsonb not null default '{}',
    tracking_hash     bytea unique,
    raised_at         timestamptz not null,
    received_at       timestamptz not null,
    opened_at         timestamptz,
    first_response_at timestamptz,
    resolved_at       timestamptz,
    closed_at         timestamptz,
    outcome           text not null default '',
    reopened          integer not null default 0,
    due_at            timestamptz,
    updated_at        timestamptz not null
);
create index cases_by_raised on cases (scope_id, raised_at desc, id desc);
create index cases_open_by_due on cases (scope_id, coalesce(due_at, 'infinity'), id) where status_kind in ('start', 'open', 'waiting');
create index cases_open_by_raised on cases (scope_id, raised_at desc, id desc) where status_kind in ('start', 'open', 'waiting');
create index cases_by_assignee on cases (assignee_id, coalesce(due_at, 'infinity'), id) where status_kind in ('start', 'open', 'waiting');
create index cases_by_requester on cases (requester_id, raised_at desc) where requester_id is not null;
create index cases_by_place on cases using gist (place) where place is not null;
comment on table cases is 'One matter somebody is answerable for. version and updated_at are in no index: every command writes them.';
comment on column cases.id is 'personal: none';
comment on column cases.ref is 'personal: none';
comment on column cases.type_key is 'personal: none';
comment on column cases.type_version is 'personal: none';
comment on column cases.scope_id is 'personal: none';
comment on column cases.version is 'personal: none';
comment on column cases.reacted_to is 'personal: none';
comment on column cases.confidentiality is 'personal: none';
comment on column cases.subject is 'personal: person';
comment on column cases.description is 'personal: person';
comment on column cases.subtype is 'personal: none';
comment on column cases.priority is 'personal: none';
comment on column cases.channel is 'personal: none';
comment on column cases.place is 'personal: person';
comment on column cases.address is 'personal: person';
comment on column cases.fields is 'personal: person';
comment on column cases.status is 'personal: none';
comment on column cases.status_kind is 'personal: none';
comment on column cases.stage is 'personal: none';
comment on column cases.group_key is 'personal: none';
comment on column cases.assignee_id is 'personal: staff';
comment on column cases.creator_id is 'personal: staff';
comment on column cases.level is 'personal: none';
comment on column cases.requester_id is 'personal: person';
comment on column cases.anonymous is 'personal: none';
comment on column cases.on_behalf_of is 'personal: person';
comment on column cases.contact is 'personal: person';
comment on column cases.tracking_hash is 'personal: none';
comment on column cases.raised_at is 'personal: none';
comment on column cases.received_at is 'personal: none';
comment on column cases.opened_at is 'personal: none';
comment on column cases.first_response_at is 'personal: none';
comment on column cases.resolved_at is 'personal: none';
comment on column cases.closed_at is 'personal: none';
comment on column cases.outcome is 'personal: none';
comment on column cases.reopened is 'personal: none';
comment on column cases.due_at is 'personal: none';
comment on column cases.updated_at is 'personal: none';

create table retired_references (
    ref text primary key
);
comment on table retired_references is 'References whose case is gone. None is ever used again.';
comment on column retired_references.ref is 'personal: none';

create table case_access (
    actor_kind text not null,
    actor_id   text not null,
    case_id    uuid not null references cases,
    why        text not null,
    at         timestamptz not null,
    primary key (case_id, actor_kind, actor_id, why)
);
create index case_access_by_actor on case_access (actor_kind, actor_id, case_id);
comment on table case_access is 'Exceptions to scopes: followers, named people, escalation groups, task officers. actor_kind is staff, person or group.';
comment on column case_access.actor_kind is 'personal: none';
comment on column case_access.actor_id is 'personal: staff';
comment on column case_access.case_id is 'personal: none';
comment on column case_access.why is 'personal: none';
comment on column case_access.at is 'personal: none';

create table submissions (
    id           uuid primary key,
    case_id      uuid not null unique references cases,
    form         text not null,
    answers      jsonb not null,
    review       jsonb not null,
    submitted_at timestamptz not null
);
comment on table submissions is 'Answers as they were given. Never changed.';
comment on column submissions.id is 'personal: none';
comment on column submissions.case_id is 'personal: none';
comment on column submissions.form is 'personal: none';
comment on column submissions.answers is 'personal: person';
comment on column submissions.review is 'personal: person';
comment on column submissions.submitted_at is 'personal: none';

create table idempotency_keys (
    principal    text not null,
    key          text not null,
    request_hash bytea not null,
    result       jsonb not null,
    created_at   timestamptz not null,
    primary key (principal, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
comment on table idempotency_keys is 'What a request led to, kept 48 hours, so that a repeat returns the first result. principal is a hash.';
comment on column idempotency_keys.principal is 'personal: none';
comment on column idempotency_keys.key is 'personal: none';
comment on column idempotency_keys.request_hash is 'personal: none';
comment on column idempotency_keys.result is 'personal: none';
comment on column idempotency_keys.created_at is 'personal: none';

-- +goose Down
drop table idempotency_keys;
drop table submissions;
drop table case_access;
drop table retired_references;
drop table cases;
drop table scopes;
