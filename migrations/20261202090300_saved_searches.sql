-- oldest binary: 20261201090000
-- +goose Up

-- Searches that staff keep under a name. What is kept is the question, never
-- what was found: whoever opens one finds what they may find themselves.
create table saved_searches (
    no         integer primary key generated always as identity,
    owner_id   uuid not null references staff_users on delete cascade,
    name       text not null check (char_length(name) between 1 and 80),
    query      text not null check (char_length(query) <= 4000),
    audience   text not null check (audience in ('me', 'group', 'staff')),
    group_key  text references groups on delete cascade,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    check ((audience = 'group') = (group_key is not null))
);
create unique index saved_searches_by_name on saved_searches (owner_id, lower(name));
create index saved_searches_shared on saved_searches (audience, group_key) where audience <> 'me';
comment on table saved_searches is 'Searches that staff keep under a name, for themselves, a group or all staff.';
comment on column saved_searches.no is 'personal: none';
comment on column saved_searches.owner_id is 'personal: staff';
comment on column saved_searches.name is 'personal: person';
comment on column saved_searches.query is 'personal: person (words that were searched for)';
comment on column saved_searches.audience is 'personal: none';
comment on column saved_searches.group_key is 'personal: none';
comment on column saved_searches.created_at is 'personal: none';
comment on column saved_searches.changed_at is 'personal: none';

-- Results that staff take away as a file. A row lives as long as its file: a
-- day. That it happened stays in access_log.
create table exports (
    no          integer primary key generated always as identity,
    owner_id    uuid not null references staff_users on delete cascade,
    title       text not null,
    address     text not null,
    request     jsonb not null,
    format      text not null check (format in ('csv', 'csv-bom', 'xlsx')),
    state       text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    done        integer not null default 0,
    total       integer not null,
    rows        integer not null default 0,
    left_out    integer not null default 0,
    cut_off     boolean not null default false,
    size        bigint not null default 0,
    file_key    uuid,
    problem     text not null default '',
    created_at  timestamptz not null,
    finished_at timestamptz,
    expires_at  timestamptz not null
);
create index exports_by_owner on exports (owner_id, no);
create index exports_by_expiry on exports (expires_at);
comment on table exports is 'Results of searches as files, for a day. file_key names the attempt that writes the file, too.';
comment on column exports.no is 'personal: none';
comment on column exports.owner_id is 'personal: staff';
comment on column exports.title is 'personal: person (words that were searched for)';
comment on column exports.address is 'personal: person (words that were searched for)';
comment on column exports.request is 'personal: person (words that were searched for)';
comment on column exports.format is 'personal: none';
comment on column exports.state is 'personal: none';
comment on column exports.done is 'personal: none';
comment on column exports.total is 'personal: none';
comment on column exports.rows is 'personal: none';
comment on column exports.left_out is 'personal: none';
comment on column exports.cut_off is 'personal: none';
comment on column exports.size is 'personal: none';
comment on column exports.file_key is 'personal: none';
comment on column exports.problem is 'personal: none';
comment on column exports.created_at is 'personal: none';
comment on column exports.finished_at is 'personal: none';
comment on column exports.expires_at is 'personal: none';

-- +goose Down
drop table exports;
drop table saved_searches;
