-- +goose Up
create table events (
    tx          xid8 not null default pg_current_xact_id(),
    seq         bigint generated always as identity,
    stream_kind text not null,
    stream_id   text not null,
    version     bigint not null,
    kind        text not null,
    aspects     text[] not null default '{}',
    actor_kind  text not null,
    actor_id    text not null default '',
    origin      text not null,
    happened_at timestamptz not null,
    recorded_at timestamptz not null,
    digest      bytea not null,
    primary key (stream_kind, stream_id, version)
);
create unique index events_by_feed on events (tx, seq);
create index events_by_seq on events (seq);
comment on table events is 'The append-only history. Order within a stream is version; order of the feed is (tx, seq), and between transactions only.';
comment on column events.tx is 'personal: none';
comment on column events.seq is 'personal: none';
comment on column events.stream_kind is 'personal: none';
comment on column events.stream_id is 'personal: none';
comment on column events.version is 'personal: none';
comment on column events.kind is 'personal: none';
comment on column events.aspects is 'personal: none';
comment on column events.actor_kind is 'personal: none';
comment on column events.actor_id is 'personal: staff';
comment on column events.origin is 'personal: none';
comment on column events.happened_at is 'personal: none';
comment on column events.recorded_at is 'personal: none';
comment on column events.digest is 'personal: none';

create table event_bodies (
    seq  bigint primary key,
    salt bytea not null,
    body bytea not null
);
comment on table event_bodies is 'What each event said, as the exact bytes that were hashed. Erasure deletes rows here; the seals still verify.';
comment on column event_bodies.seq is 'personal: none';
comment on column event_bodies.salt is 'personal: none';
comment on column event_bodies.body is 'personal: person';

create table event_seals (
    no        bigint primary key,
    from_seq  bigint not null,
    to_tx     xid8 not null,
    to_seq    bigint not null,
    count     integer not null,
    root      bytea not null,
    prev_root bytea not null,
    sealed_at timestamptz not null
);
comment on table event_seals is 'A chain of roots over every column of events, written by the follower. casement verify-audit recomputes it.';
comment on column event_seals.no is 'personal: none';
comment on column event_seals.from_seq is 'personal: none';
comment on column event_seals.to_tx is 'personal: none';
comment on column event_seals.to_seq is 'personal: none';
comment on column event_seals.count is 'personal: none';
comment on column event_seals.root is 'personal: none';
comment on column event_seals.prev_root is 'personal: none';
comment on column event_seals.sealed_at is 'personal: none';

create table feed_cursors (
    name  text primary key,
    epoch bigint not null,
    tx    xid8 not null,
    seq   bigint not null,
    at    timestamptz not null
);
comment on table feed_cursors is 'How far each reader of the feed has come.';
comment on column feed_cursors.name is 'personal: none';
comment on column feed_cursors.epoch is 'personal: none';
comment on column feed_cursors.tx is 'personal: none';
comment on column feed_cursors.seq is 'personal: none';
comment on column feed_cursors.at is 'personal: none';

create table access_log (
    at         timestamptz not null,
    actor_kind text not null,
    actor_id   text not null,
    what       text not null,
    case_id    uuid,
    person_id  uuid
);
create index access_log_by_case on access_log (case_id, at);
comment on table access_log is 'Who looked. Committed asynchronously; no version, no reaction.';
comment on column access_log.at is 'personal: none';
comment on column access_log.actor_kind is 'personal: none';
comment on column access_log.actor_id is 'personal: staff';
comment on column access_log.what is 'personal: none';
comment on column access_log.case_id is 'personal: none';
comment on column access_log.person_id is 'personal: person';

-- +goose Down
drop table access_log;
drop table feed_cursors;
drop table event_seals;
drop table event_bodies;
drop table events;
