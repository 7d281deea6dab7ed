-- oldest binary: 20261201090000
-- +goose Up
create table plugins (
    id         text primary key check (id <> '' and length(id) <= 100),
    shipped    boolean not null default false,
    is_on      boolean not null default true,
    off_reason text not null default '',
    live       text,
    live_since timestamptz,
    granted    text[] not null default '{}',
    decided    text[] not null default '{}',
    config     json,
    recording  boolean not null default true,
    revived_at timestamptz,
    changed_at timestamptz not null
);
comment on table plugins is 'Code of third parties that is installed. Live names the version that serves; decided are the capabilities that an administrator has said yes or no to, granted those with a yes.';
comment on column plugins.id is 'personal: none';
comment on column plugins.shipped is 'personal: none; it comes with the program';
comment on column plugins.is_on is 'personal: none';
comment on column plugins.off_reason is 'personal: none; why an administrator switched it off';
comment on column plugins.live is 'personal: none';
comment on column plugins.live_since is 'personal: none';
comment on column plugins.granted is 'personal: none';
comment on column plugins.decided is 'personal: none';
comment on column plugins.config is 'personal: none';
comment on column plugins.recording is 'personal: none; whether its calls are recorded, to be replayed';
comment on column plugins.revived_at is 'personal: none; when somebody let it run again after faults';
comment on column plugins.changed_at is 'personal: none';

create table plugin_versions (
    hash      text primary key check (hash ~ '^[0-9a-f]{64}$'),
    plugin_id text not null references plugins on delete cascade,
    version   text not null,
    name      text not null,
    publisher text not null,
    summary   text not null default '',
    manifest  json not null,
    needs     text[] not null default '{}',
    module    bytea not null,
    size      bigint not null,
    key       text not null default '',
    unsigned  boolean not null default false,
    shipped   boolean not null default false,
    added_at  timestamptz not null,
    added_by  uuid references staff_users,
    unique (plugin_id, hash)
);
-- A module is read whole, and seldom: not worth the time of compressing it.
alter table plugin_versions alter column module set storage external;
alter table plugins add foreign key (id, live) references plugin_versions (plugin_id, hash);
comment on table plugin_versions is 'Packages of plugins as they were uploaded, by the SHA-256 of the file. They never change.';
comment on column plugin_versions.hash is 'personal: none';
comment on column plugin_versions.plugin_id is 'personal: none';
comment on column plugin_versions.version is 'personal: none';
comment on column plugin_versions.name is 'personal: none';
comment on column plugin_versions.publisher is 'personal: none';
comment on column plugin_versions.summary is 'personal: none';
comment on column plugin_versions.manifest is 'personal: none';
comment on column plugin_versions.needs is 'personal: none; capabilities it asks for';
comment on column plugin_versions.module is 'personal: none; the file';
comment on column plugin_versions.size is 'personal: none';
comment on column plugin_versions.key is 'personal: none; public key of its signature';
comment on column plugin_versions.unsigned is 'personal: none; taken without the signature of a trusted publisher';
comment on column plugin_versions.shipped is 'personal: none';
comment on column plugin_versions.added_at is 'personal: none';
comment on column plugin_versions.added_by is 'personal: staff';

create table plugin_publishers (
    key      text primary key check (key ~ '^[0-9a-f]{64}$'),
    name     text not null check (name <> ''),
    added_at timestamptz not null,
    added_by uuid references staff_users
);
comment on table plugin_publishers is 'Whose signatures on packages are trusted.';
comment on column plugin_publishers.key is 'personal: none';
comment on column plugin_publishers.name is 'personal: none';
comment on column plugin_publishers.added_at is 'personal: none';
comment on column plugin_publishers.added_by is 'personal: staff';

create table plugin_secrets (
    plugin_id  text not null references plugins on delete cascade,
    name       text not null,
    sealed     bytea not null,
    changed_at timestamptz not null,
    primary key (plugin_id, name)
);
comment on table plugin_secrets is 'What administrators entered for the HTTP requests of plugins, encrypted with the key of the installation.';
comment on column plugin_secrets.plugin_id is 'personal: none';
comment on column plugin_secrets.name is 'personal: none';
comment on column plugin_secrets.sealed is 'personal: none';
comment on column plugin_secrets.changed_at is 'personal: none';

-- Figures, log and calls are written behind the requests by every server, and
-- hold no references to what an administrator may remove meanwhile.
create table plugin_figures (
    plugin_id text not null,
    minute    timestamptz not null,
    calls     bigint not null,
    faults    bigint not null,
    waits     bigint not null,
    took      bigint[] not null,
    max_fuel  bigint not null,
    max_mib   integer not null,
    primary key (plugin_id, minute)
);
create index plugin_figures_by_age on plugin_figures (minute);
comment on table plugin_figures is 'How plugins did, by minute, on all servers together. Took counts calls by how long they took.';
comment on column plugin_figures.plugin_id is 'personal: none';
comment on column plugin_figures.minute is 'personal: none';
comment on column plugin_figures.calls is 'personal: none';
comment on column plugin_figures.faults is 'personal: none';
comment on column plugin_figures.waits is 'personal: none';
comment on column plugin_figures.took is 'personal: none';
comment on column plugin_figures.max_fuel is 'personal: none';
comment on column plugin_figures.max_mib is 'personal: none';

create table plugin_log (
    no        bigint generated always as identity primary key,
    plugin_id text not null,
    at        timestamptz not null,
    level     text not null check (level in ('info', 'fault')),
    version   text not null default '',
    entry     text not null default '',
    text      text not null,
    server    text not null default ''
);
create index plugin_log_by_plugin on plugin_log (plugin_id, no desc);
create index plugin_log_by_age on plugin_log (at);
comment on table plugin_log is 'What plugins had to say and how they failed, kept for 30 days.';
comment on column plugin_log.no is 'personal: none';
comment on column plugin_log.plugin_id is 'personal: none';
comment on column plugin_log.at is 'personal: none';
comment on column plugin_log.level is 'personal: none';
comment on column plugin_log.version is 'personal: none';
comment on column plugin_log.entry is 'personal: none';
comment on column plugin_log.text is 'personal: person; in part the plugin''s own words, which may hold what it was told';
comment on column plugin_log.server is 'personal: none';

create table plugin_calls (
    no        bigint generated always as identity primary key,
    plugin_id text not null,
    hash      text not null,
    entry     text not null,
    event     text not null,
    at        timestamptz not null,
    took_us   bigint not null,
    fuel      bigint not null,
    draft_id  uuid,
    case_id   uuid references cases on delete cascade,
    content   bytea not null,
    fault     text not null default ''
);
create index plugin_calls_by_plugin on plugin_calls (plugin_id, no desc);
create index plugin_calls_by_age on plugin_calls (at);
create index plugin_calls_by_case on plugin_calls (case_id) where case_id is not null;
create index plugin_calls_by_draft on plugin_calls (draft_id) where draft_id is not null;
comment on table plugin_calls is 'Calls of plugins, to be replayed against another version: the last of each plugin, for 14 days at most.';
comment on column plugin_calls.no is 'personal: none';
comment on column plugin_calls.plugin_id is 'personal: none';
comment on column plugin_calls.hash is 'personal: none; of the version that answered';
comment on column plugin_calls.entry is 'personal: none';
comment on column plugin_calls.event is 'personal: none';
comment on column plugin_calls.at is 'personal: none';
comment on column plugin_calls.took_us is 'personal: none';
comment on column plugin_calls.fuel is 'personal: none';
comment on column plugin_calls.draft_id is 'personal: none; the form it was about, until that is a case';
comment on column plugin_calls.case_id is 'personal: none; it goes with its case';
comment on column plugin_calls.content is 'personal: person; request and answer, encrypted with the key of the installation';
comment on column plugin_calls.fault is 'personal: person; in part the plugin''s own words';

-- +goose Down
drop table plugin_calls;
drop table plugin_log;
drop table plugin_figures;
drop table plugin_secrets;
drop table plugin_publishers;
alter table plugins drop constraint plugins_id_live_fkey;
drop table plugin_versions;
drop table plugins;
