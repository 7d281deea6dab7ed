-- +goose Up
create table form_drafts (
    id          uuid primary key,
    token_hash  bytea not null unique,
    type_key    text not null,
    form        text not null,
    person_id   uuid references persons,
    staff_id    uuid references staff_users,
    step        text not null default '',
    state       jsonb not null default '{}',
    fields      jsonb not null default '[]',
    typed       jsonb not null default '{}',
    version     integer not null default 1,
    case_id     uuid references cases,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    expires_at  timestamptz not null
);
create index form_drafts_by_expiry on form_drafts (expires_at);
comment on table form_drafts is 'Forms begun. A draft belongs to a token, not to a session; it lives 30 days.';
comment on column form_drafts.id is 'personal: none';
comment on column form_drafts.token_hash is 'personal: none';
comment on column form_drafts.type_key is 'personal: none';
comment on column form_drafts.form is 'personal: none';
comment on column form_drafts.person_id is 'personal: person';
comment on column form_drafts.staff_id is 'personal: staff';
comment on column form_drafts.step is 'personal: none';
comment on column form_drafts.state is 'personal: person';
comment on column form_drafts.fields is 'personal: none';
comment on column form_drafts.typed is 'personal: person';
comment on column form_drafts.version is 'personal: none';
comment on column form_drafts.case_id is 'personal: none';
comment on column form_drafts.created_at is 'personal: none';
comment on column form_drafts.updated_at is 'personal: none';
comment on column form_drafts.expires_at is 'personal: none';

alter table attachments add foreign key (draft_id) references form_drafts on delete set null;

-- +goose Down
alter table attachments drop constraint attachments_draft_id_fkey;
drop table form_drafts;
