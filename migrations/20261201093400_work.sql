-- +goose Up
create table notes (
    id         uuid primary key,
    case_id    uuid not null references cases,
    no         integer not null,
    audience   text not null check (audience in ('public', 'staff', 'private')),
    body       text not null,
    actor_kind text not null,
    actor_id   text not null,
    created_at timestamptz not null,
    unique (case_id, no)
);
comment on table notes is 'What was said: by staff for staff, by staff for the requester, and by the requester.';
comment on column notes.id is 'personal: none';
comment on column notes.case_id is 'personal: none';
comment on column notes.no is 'personal: none';
comment on column notes.audience is 'personal: none';
comment on column notes.body is 'personal: person';
comment on column notes.actor_kind is 'personal: none';
comment on column notes.actor_id is 'personal: staff';
comment on column notes.created_at is 'personal: none';

create table questions (
    id            uuid primary key,
    case_id       uuid not null references cases,
    no            integer not null,
    body          text not null,
    pauses        boolean not null,
    asker_kind    text not null,
    asker_id      text not null,
    asked_at      timestamptz not null,
    due_at        timestamptz,
    reminded_at   timestamptz,
    answer        text not null default '',
    answerer_kind text not null default '',
    answerer_id   text not null default '',
    answered_at   timestamptz,
    channel       text not null default '',
    withdrawn_at  timestamptz,
    unique (case_id, no)
);
create index questions_open on questions (asker_id, asked_at) where answered_at is null and withdrawn_at is null;
create index questions_to_remind on questions (due_at) where answered_at is null and withdrawn_at is null and reminded_at is null;
create index questions_answered on questions (asker_id, answered_at desc) where answered_at is not null;
comment on column questions.id is 'personal: none';
comment on column questions.case_id is 'personal: none';
comment on column questions.no is 'personal: none';
comment on column questions.body is 'personal: person';
comment on column questions.pauses is 'personal: none';
comment on column questions.asker_kind is 'personal: none';
comment on column questions.asker_id is 'personal: staff';
comment on column questions.asked_at is 'personal: none';
comment on column questions.due_at is 'personal: none';
comment on column questions.reminded_at is 'personal: none';
comment on column questions.answer is 'personal: person';
comment on column questions.answerer_kind is 'personal: none';
comment on column questions.answerer_id is 'personal: person';
comment on column questions.answered_at is 'personal: none';
comment on column questions.channel is 'personal: none';
comment on column questions.withdrawn_at is 'personal: none';

create table tasks (
    id          uuid primary key,
    case_id     uuid not null references cases,
    no          integer not null,
    type        text not null default '',
    title       text not null,
    brief       text not null default '',
    state       text not null check (state in ('open', 'done', 'cancelled')),
    group_key   text not null references groups on update cascade,
    assignee_id uuid references staff_users,
    required    boolean not null default true,
    cancelable  boolean not null default false,
    due_at      timestamptz,
    outcome     text not null default '',
    reason      text not null default '',
    created_at  timestamptz not null,
    ended_at    timestamptz,
    ended_by    text not null default '',
    unique (case_id, no)
);
create index tasks_open_by_assignee on tasks (assignee_id, due_at) where state = 'open';
create index tasks_open_by_group on tasks (group_key, due_at) where state = 'open';
comment on column tasks.id is 'personal: none';
comment on column tasks.case_id is 'personal: none';
comment on column tasks.no is 'personal: none';
comment on column tasks.type is 'personal: none';
comment on column tasks.title is 'personal: person';
comment on column tasks.brief is 'personal: person';
comment on column tasks.state is 'personal: none';
comment on column tasks.group_key is 'personal: none';
comment on column tasks.assignee_id is 'personal: staff';
comment on column tasks.required is 'personal: none';
comment on column tasks.cancelable is 'personal: none';
comment on column tasks.due_at is 'personal: none';
comment on column tasks.outcome is 'personal: person';
comment on column tasks.reason is 'personal: person';
comment on column tasks.created_at is 'personal: none';
comment on column tasks.ended_at is 'personal: none';
comment on column tasks.ended_by is 'personal: staff';

create table attachments (
    id         uuid primary key,
    case_id    uuid references cases,
    draft_id   uuid,
    no         integer,
    name       text not null,
    kind       text not null,
    size       bigint not null check (size >= 0),
    sha256     bytea not null,
    audience   text not null check (audience in ('public', 'staff', 'private')),
    source     text not null,
    actor_kind text not null,
    actor_id   text not null,
    created_at timestamptz not null,
    deleted_at timestamptz,
    deleted_by text not null default '',
    unique (case_id, no)
);
create index attachments_pending on attachments (created_at) where case_id is null;
create index attachments_by_draft on attachments (draft_id) where draft_id is not null;
comment on table attachments is 'Files of cases. One without a case is pending: adopted by the transaction that uses it, or swept after a day.';
comment on column attachments.id is 'personal: none';
comment on column attachments.case_id is 'personal: none';
comment on column attachments.draft_id is 'personal: none';
comment on column attachments.no is 'personal: none';
comment on column attachments.name is 'personal: person';
comment on column attachments.kind is 'personal: none';
comment on column attachments.size is 'personal: none';
comment on column attachments.sha256 is 'personal: person';
comment on column attachments.audience is 'personal: none';
comment on column attachments.source is 'personal: none';
comment on column attachments.actor_kind is 'personal: none';
comment on column attachments.actor_id is 'personal: staff';
comment on column attachments.created_at is 'personal: none';
comment on column attachments.deleted_at is 'personal: none';
comment on column attachments.deleted_by is 'personal: staff';

create table targets (
    id               uuid primary key,
    case_id          uuid not null references cases,
    rule_key         text not null,
    name             jsonb not null,
    type_version     integer not null,
    calendar         text not null,
    calendar_version integer not null,
    causes           jsonb not null,
    done             text[] not null default '{}',
    state            text not null check (state in ('due', 'paused', 'met', 'breached', 'cleared')),
    due_at           timestamptz,
    time_left        bigint not null default 0,
    left_working     boolean not null default false,
    stopped_at       timestamptz,
    next_at          timestamptz,
    generation       integer not null,
    unique (case_id, rule_key)
);
create index targets_due on targets (next_at, id) include (case_id) where next_at is not null;
comment on table targets is 'Promises with a clock, each under the rule of the version of its case type that it was set by. The causes explain the due time; all below done is derived from them.';
comment on column targets.id is 'personal: none';
comment on column targets.case_id is 'personal: none';
comment on column targets.rule_key is 'personal: none';
comment on column targets.name is 'personal: none';
comment on column targets.type_version is 'personal: none';
comment on column targets.calendar is 'personal: none';
comment on column targets.calendar_version is 'personal: none';
comment on column targets.causes is 'personal: person, since reasons are given in words; names of staff too';
comment on column targets.done is 'personal: none';
comment on column targets.state is 'personal: none';
comment on column targets.due_at is 'personal: none';
comment on column targets.time_left is 'personal: none; nanoseconds';
comment on column targets.left_working is 'personal: none';
comment on column targets.stopped_at is 'personal: none';
comment on column targets.next_at is 'personal: none';
comment on column targets.generation is 'personal: none';

create table composer_drafts (
    staff_id   uuid not null references staff_users,
    case_id    uuid not null references cases,
    mode       text not null,
    body       text not null,
    updated_at timestamptz not null,
    primary key (staff_id, case_id, mode)
);
create index composer_drafts_by_age on composer_drafts (updated_at);
comment on table composer_drafts is 'What a staff user has begun to write on a case. Kept 30 days.';
comment on column composer_drafts.staff_id is 'personal: staff';
comment on column composer_drafts.case_id is 'personal: none';
comment on column composer_drafts.mode is 'personal: none';
comment on column composer_drafts.body is 'personal: person';
comment on column composer_drafts.updated_at is 'personal: none';

create table presence (
    case_id  uuid not null references cases,
    staff_id uuid not null references staff_users,
    doing    text not null,
    seen_at  timestamptz not null,
    primary key (case_id, staff_id)
);
comment on table presence is 'Who has a case open just now. Rows older than a minute mean nothing.';
comment on column presence.case_id is 'personal: none';
comment on column presence.staff_id is 'personal: staff';
comment on column presence.doing is 'personal: staff';
comment on column presence.seen_at is 'personal: staff';

-- +goose Down
drop table presence;
drop table composer_drafts;
drop table targets;
drop table attachments;
drop table tasks;
drop table questions;
drop table notes;
