-- oldest binary: 20261201090000
-- +goose Up
-- What is being made of a case type or a calendar before it is published: one
-- draft a document, kept change by change, so that each can be taken back. A
-- draft is the text of its file, and need not be right to be kept.
create table configuration_drafts (
    kind       text not null,
    key        text not null,
    step       integer not null,
    revision   integer not null,
    changed_at timestamptz not null,
    primary key (kind, key)
);
comment on table configuration_drafts is 'Case types and calendars that are being changed. Revision grows with whatever is done to a draft.';
comment on column configuration_drafts.kind is 'personal: none';
comment on column configuration_drafts.key is 'personal: none';
comment on column configuration_drafts.step is 'personal: none';
comment on column configuration_drafts.revision is 'personal: none';
comment on column configuration_drafts.changed_at is 'personal: none';

create table configuration_draft_steps (
    kind    text not null,
    key     text not null,
    step    integer not null check (step >= 0),
    based   integer not null check (based >= 0),
    source  text not null,
    section text not null,
    said    text not null,
    by_id   text not null,
    by_name text not null,
    at      timestamptz not null,
    primary key (kind, key, step),
    foreign key (kind, key) references configuration_drafts on delete cascade
);
comment on table configuration_draft_steps is 'What a draft said after each change, and the version it stood on; steps after the draft''s own were taken back.';
comment on column configuration_draft_steps.kind is 'personal: none';
comment on column configuration_draft_steps.key is 'personal: none';
comment on column configuration_draft_steps.step is 'personal: none';
comment on column configuration_draft_steps.based is 'personal: none';
comment on column configuration_draft_steps.source is 'personal: none';
comment on column configuration_draft_steps.section is 'personal: none';
comment on column configuration_draft_steps.said is 'personal: none';
comment on column configuration_draft_steps.by_id is 'personal: staff';
comment on column configuration_draft_steps.by_name is 'personal: staff';
comment on column configuration_draft_steps.at is 'personal: none';

-- +goose Down
drop table configuration_draft_steps;
drop table configuration_drafts;
