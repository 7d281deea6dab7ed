-- +goose Up
create table form_drafts (
    id          uuid primary key,
    token_hash  bytea not null unique,
    type_key    text not null,
    form        text not null,
    pin         text not null default '',
    state       json,
    view        json,
    typed       json,
    files       json not null default '{}',
    raise       json,
    page        json,
    version     integer not null default 1,
    case_id     uuid,
    sending_at  timestamptz,
    raised_at   timestamptz,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    expires_at  timestamptz not null
);
create index form_drafts_by_expiry on form_drafts (expires_at);
comment on table form_drafts is 'Forms begun. A draft belongs to a token, not to a session and not to a person; it lives 30 days, and is emptied when its case is raised. Its documents are json, not jsonb: a form''s state is kept byte for byte.';
comment on column form_drafts.id is 'personal: none';
comment on column form_drafts.token_hash is 'personal: none';
comment on column form_drafts.type_key is 'personal: none';
comment on column form_drafts.form is 'personal: none';
comment on column form_drafts.pin is 'personal: none; the version of the form that made the state';
comment on column form_drafts.state is 'personal: person';
comment on column form_drafts.view is 'personal: person; the page shown last, with what was typed into it';
comment on column form_drafts.typed is 'personal: person; what was sent and not yet taken';
comment on column form_drafts.files is 'personal: person; names of uploaded files, by question';
comment on column form_drafts.raise is 'personal: person; the case it asks for, until that is raised';
comment on column form_drafts.page is 'personal: none; the words of the confirmation';
comment on column form_drafts.version is 'personal: none';
comment on column form_drafts.case_id is 'personal: none; chosen before the case exists, so no foreign key';
comment on column form_drafts.sending_at is 'personal: none; since when a server has been raising the case';
comment on column form_drafts.raised_at is 'personal: none';
comment on column form_drafts.created_at is 'personal: none';
comment on column form_drafts.updated_at is 'personal: none';
comment on column form_drafts.expires_at is 'personal: none';

alter table attachments add foreign key (draft_id) references form_drafts on delete set null;

-- +goose Down
alter table attachments drop constraint attachments_draft_id_fkey;
drop table form_drafts;
