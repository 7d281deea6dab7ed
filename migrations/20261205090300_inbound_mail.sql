-- oldest binary: 20261201090000
-- +goose Up
-- Mail that came in. A row is written before the mail is flagged where it lay,
-- and by its fingerprint only once, so that a crash between the two neither
-- loses nor doubles it.
create table mails_in (
    id          uuid primary key,
    no          bigint generated always as identity unique,
    mailbox     text not null,
    fingerprint bytea not null unique,
    message_id  text not null default '',
    sender      text not null default '',
    sender_name text not null default '',
    recipients  text[] not null default '{}',
    subject     text not null default '',
    said        text not null default '',
    quoted      text not null default '',
    html        text not null default '',
    files       jsonb not null default '[]',
    automatic   text not null default '' check (automatic in ('', 'reply', 'program', 'bounce')),
    sent_at     timestamptz,
    received_at timestamptz not null,
    size        bigint not null,
    cut         boolean not null default false,
    raw         bytea,
    state       text not null check (state in ('new', 'filed', 'triage', 'junk', 'ignored')),
    why         text not null default '',
    case_id     uuid references cases,
    claims      uuid,
    role        text not null default '' check (role in ('', 'requester', 'participant', 'attached', 'raised')),
    tries       integer not null default 0,
    decided_at  timestamptz
);
-- What is kept compressed already need not be compressed again.
alter table mails_in alter column raw set storage external;
create index mails_in_by_state on mails_in (state, received_at);
create index mails_in_by_case on mails_in (case_id, received_at) where case_id is not null;
create index mails_in_by_sender on mails_in (sender, received_at);
comment on table mails_in is 'Mail that came in, where it was filed, and why.';
comment on column mails_in.id is 'personal: none';
comment on column mails_in.no is 'personal: none';
comment on column mails_in.mailbox is 'personal: none';
comment on column mails_in.fingerprint is 'personal: none';
comment on column mails_in.message_id is 'personal: none';
comment on column mails_in.sender is 'personal: person';
comment on column mails_in.sender_name is 'personal: person';
comment on column mails_in.recipients is 'personal: person';
comment on column mails_in.subject is 'personal: person';
comment on column mails_in.said is 'personal: person';
comment on column mails_in.quoted is 'personal: person';
comment on column mails_in.html is 'personal: person';
comment on column mails_in.files is 'personal: person';
comment on column mails_in.automatic is 'personal: none';
comment on column mails_in.sent_at is 'personal: none';
comment on column mails_in.received_at is 'personal: none';
comment on column mails_in.size is 'personal: none';
comment on column mails_in.cut is 'personal: none';
comment on column mails_in.raw is 'personal: person';
comment on column mails_in.state is 'personal: none';
comment on column mails_in.why is 'personal: none';
comment on column mails_in.case_id is 'personal: none';
comment on column mails_in.claims is 'personal: none';
comment on column mails_in.role is 'personal: none';
comment on column mails_in.tries is 'personal: none';
comment on column mails_in.decided_at is 'personal: none';

alter table outbox drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check
    check (state in ('held', 'queued', 'sending', 'sent', 'refused', 'bounced', 'unknown'));

-- +goose Down
update outbox set state = 'refused' where state = 'bounced';
alter table outbox drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check
    check (state in ('held', 'queued', 'sending', 'sent', 'refused', 'unknown'));
drop table mails_in;
