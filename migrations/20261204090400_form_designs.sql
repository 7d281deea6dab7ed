-- oldest binary: 20261201090000
-- +goose Up
-- Forms made in the designer are documents of the kind form_design. What is
-- being made of one before it is published is a draft, kept change by change,
-- so that each can be taken back.
create table form_design_drafts (
    key        text primary key,
    based      integer not null,
    step       integer not null,
    changed_at timestamptz not null
);
comment on table form_design_drafts is 'Forms of the designer that are being changed. One draft a form.';
comment on column form_design_drafts.key is 'personal: none';
comment on column form_design_drafts.based is 'personal: none';
comment on column form_design_drafts.step is 'personal: none';
comment on column form_design_drafts.changed_at is 'personal: none';

create table form_design_steps (
    key     text not null references form_design_drafts on delete cascade,
    step    integer not null check (step >= 0),
    body    jsonb not null,
    said    text not null,
    by_id   text not null,
    by_name text not null,
    at      timestamptz not null,
    primary key (key, step)
);
comment on table form_design_steps is 'What a draft of a form was after each change; those after the draft''s step were taken back.';
comment on column form_design_steps.key is 'personal: none';
comment on column form_design_steps.step is 'personal: none';
comment on column form_design_steps.body is 'personal: none';
comment on column form_design_steps.said is 'personal: none';
comment on column form_design_steps.by_id is 'personal: staff';
comment on column form_design_steps.by_name is 'personal: staff';
comment on column form_design_steps.at is 'personal: none';

-- +goose Down
drop table form_design_steps;
drop table form_design_drafts;
