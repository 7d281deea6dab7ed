-- oldest binary: 20261201090000
-- +goose Up
-- What staff write to somebody by mail: the words once, however many there are
-- to read them. The outbox has one message for each of them.
create table letters (
    id         uuid primary key,
    case_id    uuid not null references cases,
    no         integer not null,
    subject    text not null,
    body       text not null,
    audience   text not null check (audience in ('public', 'staff')),
    saved      text not null default '',
    files      uuid[] not null default '{}',
    actor_kind text not null,
    actor_id   text not null,
    created_at timestamptz not null,
    unique (case_id, no)
);
comment on table letters is 'What staff wrote by mail. Public ones were for the requester too.';
comment on column letters.id is 'personal: none';
comment on column letters.case_id is 'personal: none';
comment on column letters.no is 'personal: none';
comment on column letters.subject is 'personal: person';
comment on column letters.body is 'personal: person';
comment on column letters.audience is 'personal: none';
comment on column letters.saved is 'personal: none';
comment on column letters.files is 'personal: none';
comment on column letters.actor_kind is 'personal: none';
comment on column letters.actor_id is 'personal: staff';
comment on column letters.created_at is 'personal: none';

-- What a message in somebody's own words has beside those of templates, and
-- which server took it.
alter table outbox
    add column letter_id uuid references letters,
    add column header_to text[] not null default '{}',
    add column header_cc text[] not null default '{}',
    add column answers_to text not null default '',
    add column files uuid[] not null default '{}',
    add column server text not null default '';
create index outbox_by_letter on outbox (letter_id) where letter_id is not null;
comment on column outbox.letter_id is 'personal: none';
comment on column outbox.header_to is 'personal: person';
comment on column outbox.header_cc is 'personal: person';
comment on column outbox.answers_to is 'personal: none';
comment on column outbox.files is 'personal: none';
comment on column outbox.server is 'personal: none';

-- What requesters say of how their cases were handled: once for each time that
-- a case was resolved. round is how often it had been reopened before.
create table satisfaction (
    case_id    uuid not null references cases,
    round      integer not null,
    score      smallint not null check (score between 1 and 5),
    comment    text not null default '',
    channel    text not null,
    actor_kind text not null,
    actor_id   text not null,
    given_at   timestamptz not null,
    changed_at timestamptz not null,
    primary key (case_id, round)
);
create index satisfaction_by_score on satisfaction (score, given_at desc);
comment on table satisfaction is 'How satisfied requesters were, from 1 to 5.';
comment on column satisfaction.case_id is 'personal: none';
comment on column satisfaction.round is 'personal: none';
comment on column satisfaction.score is 'personal: none';
comment on column satisfaction.comment is 'personal: person';
comment on column satisfaction.channel is 'personal: none';
comment on column satisfaction.actor_kind is 'personal: none';
comment on column satisfaction.actor_id is 'personal: person';
comment on column satisfaction.given_at is 'personal: none';
comment on column satisfaction.changed_at is 'personal: none';

-- +goose Down
drop table satisfaction;
alter table outbox
    drop column letter_id, drop column header_to, drop column header_cc, drop column answers_to, drop column files, drop column server;
drop table letters;
