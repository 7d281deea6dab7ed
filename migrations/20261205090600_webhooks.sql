-- oldest binary: 20261201090000
-- +goose Up
create table webhook_endpoints (
    id            uuid primary key,
    no            integer generated always as identity unique,
    key           text not null unique check (key ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    name          text not null,
    url           text not null,
    kinds         text[] not null default '{}',
    types         text[] not null default '{}',
    client_id     uuid references api_clients,
    is_on         boolean not null default true,
    off_reason    text not null default '',
    secret        bytea not null,
    old_secret    bytea,
    old_until     timestamptz,
    failing_since timestamptz,
    created_at    timestamptz not null,
    changed_at    timestamptz not null
);
comment on table webhook_endpoints is 'Where other systems want to be told of what happens to cases.';
comment on column webhook_endpoints.id is 'personal: none';
comment on column webhook_endpoints.no is 'personal: none';
comment on column webhook_endpoints.key is 'personal: none; by which routines name it';
comment on column webhook_endpoints.name is 'personal: none';
comment on column webhook_endpoints.url is 'personal: none';
comment on column webhook_endpoints.kinds is 'personal: none; kinds of events, all when empty';
comment on column webhook_endpoints.types is 'personal: none; keys of case types, all when empty';
comment on column webhook_endpoints.client_id is 'personal: none; the program as which the case is sent along, none when it is not';
comment on column webhook_endpoints.is_on is 'personal: none';
comment on column webhook_endpoints.off_reason is 'personal: none; why it was switched off by itself';
comment on column webhook_endpoints.secret is 'personal: none; encrypted with the key of the installation';
comment on column webhook_endpoints.old_secret is 'personal: none; the one before, likewise';
comment on column webhook_endpoints.old_until is 'personal: none; until when the one before signs too';
comment on column webhook_endpoints.failing_since is 'personal: none; the first failure since it last took something';
comment on column webhook_endpoints.created_at is 'personal: none';
comment on column webhook_endpoints.changed_at is 'personal: none';

create table webhook_deliveries (
    id          uuid primary key,
    no          bigint generated always as identity unique,
    endpoint_id uuid not null references webhook_endpoints on delete cascade,
    case_id     uuid references cases on delete cascade,
    event_seq   bigint,
    version     bigint not null default 0,
    kind        text not null,
    aspects     text[] not null default '{}',
    actor_kind  text not null default '',
    happened_at timestamptz not null,
    state       text not null check (state in ('waiting', 'delivered', 'given_up', 'dropped')),
    tries       integer not null default 0,
    round       integer not null default 0,
    claim       integer not null default 0,
    next_at     timestamptz,
    queued_at   timestamptz not null,
    finished_at timestamptz,
    unique (endpoint_id, event_seq)
);
create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_at) where state = 'waiting';
create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, no desc);
create index webhook_deliveries_by_case on webhook_deliveries (case_id) where case_id is not null;
create index webhook_deliveries_by_age on webhook_deliveries (queued_at);
comment on table webhook_deliveries is 'What endpoints are told: one row for each event and endpoint. The body is made when it is sent.';
comment on column webhook_deliveries.id is 'personal: none';
comment on column webhook_deliveries.no is 'personal: none';
comment on column webhook_deliveries.endpoint_id is 'personal: none';
comment on column webhook_deliveries.case_id is 'personal: none';
comment on column webhook_deliveries.event_seq is 'personal: none; none for a test';
comment on column webhook_deliveries.version is 'personal: none; of the case after the event';
comment on column webhook_deliveries.kind is 'personal: none';
comment on column webhook_deliveries.aspects is 'personal: none';
comment on column webhook_deliveries.actor_kind is 'personal: none';
comment on column webhook_deliveries.happened_at is 'personal: none';
comment on column webhook_deliveries.state is 'personal: none';
comment on column webhook_deliveries.tries is 'personal: none; since it was queued, or asked for again';
comment on column webhook_deliveries.round is 'personal: none; how often somebody asked for it again';
comment on column webhook_deliveries.claim is 'personal: none; tells the attempts of several servers apart';
comment on column webhook_deliveries.next_at is 'personal: none';
comment on column webhook_deliveries.queued_at is 'personal: none';
comment on column webhook_deliveries.finished_at is 'personal: none';

create table webhook_attempts (
    delivery_id uuid not null references webhook_deliveries on delete cascade,
    claim       integer not null,
    at          timestamptz not null,
    took_ms     integer not null,
    status      integer not null,
    answer      text not null default '',
    problem     text not null default '',
    primary key (delivery_id, claim)
);
comment on table webhook_attempts is 'How endpoints answered, kept as long as the delivery.';
comment on column webhook_attempts.delivery_id is 'personal: none';
comment on column webhook_attempts.claim is 'personal: none';
comment on column webhook_attempts.at is 'personal: none';
comment on column webhook_attempts.took_ms is 'personal: none';
comment on column webhook_attempts.status is 'personal: none; of HTTP, 0 when there was no answer';
comment on column webhook_attempts.answer is 'personal: person; what the endpoint said, cut short';
comment on column webhook_attempts.problem is 'personal: none';

-- +goose Down
drop table webhook_attempts;
drop table webhook_deliveries;
drop table webhook_endpoints;
