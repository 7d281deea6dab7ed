-- +goose Up
create table outbox (
    id          uuid primary key,
    no          bigint generated always as identity unique,
    case_id     uuid references cases,
    person_id   uuid references persons,
    event_seq   bigint,
    event_kind  text not null,
    audience    text not null,
    template    text not null,
    at_least_once boolean not null default false,
    recipient   text not null,
    recipient_name text not null default '',
    subject     text not null,
    body_text   text not null,
    body_html   text not null default '',
    message_id  text not null unique,
    state       text not null check (state in ('held', 'queued', 'sending', 'sent', 'refused', 'unknown')),
    detail      text not null default '',
    attempts    integer not null default 0,
    next_at     timestamptz,
    created_at  timestamptz not null,
    sent_at     timestamptz
);
create unique index outbox_once_per_event on outbox (event_seq, audience, recipient) where event_seq is not null;
create index outbox_by_case on outbox (case_id, created_at);
create index outbox_due on outbox (next_at) where state in ('queued', 'sending');
create index outbox_by_age on outbox (created_at desc);
comment on table outbox is 'Every message, exactly as sent, and how far it got.';
comment on column outbox.id is 'personal: none';
comment on column outbox.no is 'personal: none';
comment on column outbox.case_id is 'personal: none';
comment on column outbox.person_id is 'personal: person';
comment on column outbox.event_seq is 'personal: none';
comment on column outbox.event_kind is 'personal: none';
comment on column outbox.audience is 'personal: none';
comment on column outbox.template is 'personal: none';
comment on column outbox.at_least_once is 'personal: none';
comment on column outbox.recipient is 'personal: person';
comment on column outbox.recipient_name is 'personal: person';
comment on column outbox.subject is 'personal: person';
comment on column outbox.body_text is 'personal: person';
comment on column outbox.body_html is 'personal: person';
comment on column outbox.message_id is 'personal: none';
comment on column outbox.state is 'personal: none';
comment on column outbox.detail is 'personal: person';
comment on column outbox.attempts is 'personal: none';
comment on column outbox.next_at is 'personal: none';
comment on column outbox.created_at is 'personal: none';
comment on column outbox.sent_at is 'personal: none';

-- +goose Down
drop table outbox;
