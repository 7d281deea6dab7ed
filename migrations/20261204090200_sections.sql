-- oldest binary: 20261201090000
-- +goose Up
-- Through what somebody looked: a plugin with its version, and which parts of
-- the case it was shown.
alter table access_log add column through text not null default '';
comment on column access_log.through is 'personal: none';

-- Cases at one address, whatever its capitals.
create index cases_by_address on cases (lower(address), raised_at desc) where address <> '';

-- What plugins keep between calls: of one case, or of the plugin.
create table plugin_values (
    plugin     text not null,
    case_id    uuid references cases,
    key        text not null,
    value      text not null,
    size       integer not null,
    changed_at timestamptz not null,
    unique nulls not distinct (plugin, case_id, key)
);
create index plugin_values_by_case on plugin_values (case_id) where case_id is not null;
comment on table plugin_values is 'Values that plugins keep; without a case they are the plugin''s own.';
comment on column plugin_values.plugin is 'personal: none';
comment on column plugin_values.case_id is 'personal: none';
comment on column plugin_values.key is 'personal: person';
comment on column plugin_values.value is 'personal: person';
comment on column plugin_values.size is 'personal: none';
comment on column plugin_values.changed_at is 'personal: none';

-- Lists that a configurator keeps, and their rows.
create table lookup_lists (
    key        text primary key,
    name       text not null,
    columns    text[] not null,
    size       integer not null,
    version    integer not null,
    changed_at timestamptz not null,
    changed_by text not null
);
comment on column lookup_lists.key is 'personal: none';
comment on column lookup_lists.name is 'personal: none';
comment on column lookup_lists.columns is 'personal: none';
comment on column lookup_lists.size is 'personal: none';
comment on column lookup_lists.version is 'personal: none';
comment on column lookup_lists.changed_at is 'personal: none';
comment on column lookup_lists.changed_by is 'personal: staff';

create table lookup_rows (
    list    text not null references lookup_lists on delete cascade,
    version integer not null,
    place   integer not null,
    value   text not null,
    label   text not null,
    cells   text[] not null,
    words   tsvector not null,
    primary key (list, version, place)
);
create index lookup_rows_by_value on lookup_rows (list, version, value);
create index lookup_rows_by_words on lookup_rows using gin (words);
comment on column lookup_rows.list is 'personal: none';
comment on column lookup_rows.version is 'personal: none';
comment on column lookup_rows.place is 'personal: none';
comment on column lookup_rows.value is 'personal: none';
comment on column lookup_rows.label is 'personal: none';
comment on column lookup_rows.cells is 'personal: none';
comment on column lookup_rows.words is 'personal: none';

-- The sections of a case: where each stands.
create table case_sections (
    case_id    uuid not null references cases,
    section    text not null,
    pin        text not null,
    state      bytea,
    view       jsonb,
    version    integer not null,
    changed_at timestamptz not null,
    changed_by text not null,
    primary key (case_id, section)
);
comment on table case_sections is 'Details sections of cases: the state that a plugin made, and what it showed last.';
comment on column case_sections.case_id is 'personal: none';
comment on column case_sections.section is 'personal: none';
comment on column case_sections.pin is 'personal: none';
comment on column case_sections.state is 'personal: person';
comment on column case_sections.view is 'personal: person';
comment on column case_sections.version is 'personal: none';
comment on column case_sections.changed_at is 'personal: none';
comment on column case_sections.changed_by is 'personal: staff';

-- Where somebody stands who fills a section in and has not saved it: theirs
-- alone. version is that of the section when they began.
create table section_drafts (
    case_id  uuid not null references cases,
    section  text not null,
    staff_id uuid not null references staff_users,
    version  integer not null,
    pin      text not null,
    state    bytea,
    view     jsonb,
    typed    jsonb,
    at       timestamptz not null,
    primary key (case_id, section, staff_id)
);
create index section_drafts_by_age on section_drafts (at);
comment on column section_drafts.case_id is 'personal: none';
comment on column section_drafts.section is 'personal: none';
comment on column section_drafts.staff_id is 'personal: staff';
comment on column section_drafts.version is 'personal: none';
comment on column section_drafts.pin is 'personal: none';
comment on column section_drafts.state is 'personal: person';
comment on column section_drafts.view is 'personal: person';
comment on column section_drafts.typed is 'personal: person';
comment on column section_drafts.at is 'personal: none';

-- Which actions ran, or are to run, for which events of a case.
create table case_actions (
    case_id     uuid not null references cases,
    event       bigint not null,
    action      text not null,
    name        text not null,
    kind        text not null,
    depth       integer not null,
    state       text not null check (state in ('waiting', 'done', 'failed')),
    tries       integer not null,
    outcome     text not null,
    problem     text not null,
    through     text not null,
    queued_at   timestamptz not null,
    finished_at timestamptz,
    primary key (case_id, event, action)
);
comment on table case_actions is 'Routine actions of plugins on cases: once for each event and action.';
comment on column case_actions.case_id is 'personal: none';
comment on column case_actions.event is 'personal: none';
comment on column case_actions.action is 'personal: none';
comment on column case_actions.name is 'personal: none';
comment on column case_actions.kind is 'personal: none';
comment on column case_actions.depth is 'personal: none';
comment on column case_actions.state is 'personal: none';
comment on column case_actions.tries is 'personal: none';
comment on column case_actions.outcome is 'personal: person';
comment on column case_actions.problem is 'personal: none';
comment on column case_actions.through is 'personal: none';
comment on column case_actions.queued_at is 'personal: none';
comment on column case_actions.finished_at is 'personal: none';

-- +goose Down
drop table case_actions;
drop table section_drafts;
drop table case_sections;
drop table lookup_rows;
drop table lookup_lists;
drop table plugin_values;
drop index cases_by_address;
alter table access_log drop column through;
