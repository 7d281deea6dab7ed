-- oldest binary: 20261201090000
-- +goose Up

-- What cases are narrowed and counted by, once per combination that occurs:
-- a search groups ten thousand matches by one number instead of eight texts.
create table search_profiles (
    id          integer generated always as identity primary key,
    type_key    text not null,
    subtype     text not null,
    status      text not null,
    status_kind text not null,
    stage       text not null,
    group_key   text not null references groups on update cascade,
    priority    text not null,
    channel     text not null,
    unique (type_key, subtype, status, status_kind, stage, group_key, priority, channel)
);
comment on table search_profiles is 'Every combination of type, status and so on that cases have had. Never shown: what it leads to are cases within the reader''s reach.';
comment on column search_profiles.id is 'personal: none';
comment on column search_profiles.type_key is 'personal: none';
comment on column search_profiles.subtype is 'personal: none';
comment on column search_profiles.status is 'personal: none';
comment on column search_profiles.status_kind is 'personal: none';
comment on column search_profiles.stage is 'personal: none';
comment on column search_profiles.group_key is 'personal: none';
comment on column search_profiles.priority is 'personal: none';
comment on column search_profiles.channel is 'personal: none';

-- The facts beside the words, so that a search looks nowhere else. Those that
-- change often are in no index: such a change writes the row and no index.
alter table case_search
    add column profile_id  integer not null default 0,
    add column raised_at   timestamptz not null default 'epoch',
    add column due_at      timestamptz,
    add column closed_at   timestamptz,
    add column assignee_id uuid,
    add column place       point,
    add column cell        bigint,
    add column digest      bigint not null default 0;
alter table case_search set (fillfactor = 90);
-- Searches for what is everywhere begin with the newest cases: the database
-- knows to a tenth of a hundredth when these were raised.
alter table case_search alter column raised_at set statistics 1000;
alter table case_search alter column profile_id set statistics 1000;
-- What customers may read is mostly all there is: it is kept once.
alter table case_search alter column public drop not null;
comment on table case_search is 'What can be found of each case, by audience, and its facts. Derived; public and private are null when they would be the same as staff.';
comment on column case_search.profile_id is 'personal: none';
comment on column case_search.raised_at is 'personal: none';
comment on column case_search.due_at is 'personal: none';
comment on column case_search.closed_at is 'personal: none';
comment on column case_search.assignee_id is 'personal: staff';
comment on column case_search.place is 'personal: person';
comment on column case_search.cell is 'personal: person';
comment on column case_search.digest is 'personal: none';

-- What searchable fields hold, to narrow by.
create table case_values (
    field    text not null,
    value    text not null,
    scope_id integer not null references scopes,
    case_id  uuid not null references cases on delete cascade,
    primary key (case_id, field, value)
);
create index case_values_by_value on case_values (field, value, scope_id, case_id);
comment on table case_values is 'The searchable fields of cases as filters name them. Derived.';
comment on column case_values.field is 'personal: none';
comment on column case_values.value is 'personal: person';
comment on column case_values.scope_id is 'personal: none';
comment on column case_values.case_id is 'personal: none';

-- How many cases lie where: squares of the map at each zoom level, a quarter of
-- a tile wide, numbered by the interleaved bits of column and row, so that the
-- four squares of the next level have the numbers 4n to 4n+3. Per scope, for
-- readers count what they reach; the sums are of ten-millionths of a degree.
create table map_cells (
    zoom     smallint not null,
    cell     bigint not null,
    scope_id integer not null references scopes,
    starts   integer not null,
    opens    integer not null,
    waitings integer not null,
    resolveds integer not null,
    finals   integer not null,
    lat      bigint not null,
    lng      bigint not null,
    primary key (zoom, cell, scope_id)
) with (fillfactor = 80);
comment on table map_cells is 'Cases counted by square of the map, scope and kind of status. Derived from case_search by its triggers.';
comment on column map_cells.zoom is 'personal: none';
comment on column map_cells.cell is 'personal: none';
comment on column map_cells.scope_id is 'personal: none';
comment on column map_cells.starts is 'personal: none';
comment on column map_cells.opens is 'personal: none';
comment on column map_cells.waitings is 'personal: none';
comment on column map_cells.resolveds is 'personal: none';
comment on column map_cells.finals is 'personal: none';
comment on column map_cells.lat is 'personal: none';
comment on column map_cells.lng is 'personal: none';

-- The cell of a point at the deepest level, 19.
-- +goose StatementBegin
create function map_cell(place point) returns bigint language sql immutable strict parallel safe as $$
    select sum((((x >> b) & 1) | (((y >> b) & 1) << 1)) << (2 * b))::bigint
    from (select least(2097151, greatest(0, floor((place[0] + 180) / 360 * 2097152)))::bigint as x,
                 least(2097151, greatest(0, floor((1 - asinh(tan(radians(least(85.05112878, greatest(-85.05112878, place[1]))))) / pi()) / 2 * 2097152)))::bigint as y) xy
    cross join generate_series(0, 20) b
$$;
-- +goose StatementEnd

-- The newest cases of some status, or of somebody: what changes often stands in
-- indexes here, where a change does not write the words anew.
create table search_newest (
    case_id     uuid primary key references case_search on delete cascade,
    profile_id  integer not null,
    scope_id    integer not null,
    assignee_id uuid,
    raised_at   timestamptz not null
);
create index search_newest_by_profile on search_newest (profile_id, raised_at desc, case_id) include (scope_id);
create index search_newest_by_assignee on search_newest (assignee_id, raised_at desc) where assignee_id is not null;
comment on table search_newest is 'What case_search is narrowed by most. Derived from it by its triggers.';
comment on column search_newest.case_id is 'personal: none';
comment on column search_newest.profile_id is 'personal: none';
comment on column search_newest.scope_id is 'personal: none';
comment on column search_newest.assignee_id is 'personal: staff';
comment on column search_newest.raised_at is 'personal: none';

-- Both follow their cases by trigger and not by the follower alone: a case that
-- retention removes takes its row of case_search with it, and must be gone from
-- the map in the same instant. What did not move is not written.
-- +goose StatementBegin
create function move_map_cells(scopes integer[], kinds text[], cells bigint[], places point[], ns integer[]) returns void language sql as $$
    insert into map_cells as m (zoom, cell, scope_id, starts, opens, waitings, resolveds, finals, lat, lng)
    select z, v.cell >> (2 * (19 - z)), v.scope_id,
        coalesce(sum(v.n) filter (where v.kind = 'start'), 0), coalesce(sum(v.n) filter (where v.kind = 'open'), 0),
        coalesce(sum(v.n) filter (where v.kind = 'waiting'), 0), coalesce(sum(v.n) filter (where v.kind = 'resolved'), 0),
        coalesce(sum(v.n) filter (where v.kind = 'final'), 0),
        sum(v.n * round(v.place[1] * 1e7)::bigint), sum(v.n * round(v.place[0] * 1e7)::bigint)
    from unnest(scopes, kinds, cells, places, ns) as v(scope_id, kind, cell, place, n) cross join generate_series(0, 16) z
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (zoom, cell, scope_id) do update set
        starts = m.starts + excluded.starts, opens = m.opens + excluded.opens, waitings = m.waitings + excluded.waitings,
        resolveds = m.resolveds + excluded.resolveds, finals = m.finals + excluded.finals,
        lat = m.lat + excluded.lat, lng = m.lng + excluded.lng;
    delete from map_cells m using (
        select distinct z, v.cell >> (2 * (19 - z)) as cell, v.scope_id
        from unnest(scopes, cells, ns) as v(scope_id, cell, n) cross join generate_series(0, 16) z where v.n < 0) gone
    where m.zoom = gone.z and m.cell = gone.cell and m.scope_id = gone.scope_id
        and m.starts = 0 and m.opens = 0 and m.waitings = 0 and m.resolveds = 0 and m.finals = 0;
$$;
create function count_found_cases() returns trigger language plpgsql as $$
begin
    perform move_map_cells(array_agg(s.scope_id), array_agg(p.status_kind), array_agg(s.cell), array_agg(s.place), array_agg(1))
    from found s join search_profiles p on p.id = s.profile_id where s.cell is not null having count(*) > 0;
    insert into search_newest as n (case_id, profile_id, scope_id, assignee_id, raised_at)
    select case_id, profile_id, scope_id, assignee_id, raised_at from found order by case_id
    on conflict (case_id) do update set profile_id = excluded.profile_id, scope_id = excluded.scope_id, assignee_id = excluded.assignee_id, raised_at = excluded.raised_at
    where (n.profile_id, n.scope_id, n.assignee_id, n.raised_at)
        is distinct from (excluded.profile_id, excluded.scope_id, excluded.assignee_id, excluded.raised_at);
    return null;
end
$$;
create function count_lost_cases() returns trigger language plpgsql as $$
begin
    perform move_map_cells(array_agg(s.scope_id), array_agg(p.status_kind), array_agg(s.cell), array_agg(s.place), array_agg(-1))
    from lost s join search_profiles p on p.id = s.profile_id where s.cell is not null having count(*) > 0;
    return null;
end
$$;
create function count_moved_cases() returns trigger language plpgsql as $$
begin
    perform move_map_cells(array_agg(v.scope_id), array_agg(v.status_kind), array_agg(v.cell), array_agg(v.place), array_agg(v.n))
    from (
        select m.scope_id, p.status_kind, m.cell, point(m.lng, m.lat) as place, sum(m.n)::integer as n
        from (select scope_id, profile_id, cell, place[0] as lng, place[1] as lat, 1 as n from found where cell is not null
            union all select scope_id, profile_id, cell, place[0], place[1], -1 from lost where cell is not null) m
        join search_profiles p on p.id = m.profile_id
        group by m.scope_id, p.status_kind, m.cell, m.lng, m.lat having sum(m.n) <> 0) v
    having count(*) > 0;
    insert into search_newest as n (case_id, profile_id, scope_id, assignee_id, raised_at)
    select case_id, profile_id, scope_id, assignee_id, raised_at from found order by case_id
    on conflict (case_id) do update set profile_id = excluded.profile_id, scope_id = excluded.scope_id, assignee_id = excluded.assignee_id, raised_at = excluded.raised_at
    where (n.profile_id, n.scope_id, n.assignee_id, n.raised_at)
        is distinct from (excluded.profile_id, excluded.scope_id, excluded.assignee_id, excluded.raised_at);
    return null;
end
$$;
create function count_no_cases() returns trigger language plpgsql as $$
begin
    delete from map_cells;
    return null;
end
$$;
-- +goose StatementEnd
create trigger case_search_found after insert on case_search referencing new table as found
    for each statement execute function count_found_cases();
create trigger case_search_lost after delete on case_search referencing old table as lost
    for each statement execute function count_lost_cases();
create trigger case_search_moved after update on case_search referencing old table as lost new table as found
    for each statement execute function count_moved_cases();
create trigger case_search_emptied after truncate on case_search for each statement execute function count_no_cases();

-- What is there already gets its facts, and the marks by which a word that is
-- everywhere is looked for in some scopes and some weeks only. A digest of 0
-- lets the next change of a case write its words anew.
insert into search_profiles (type_key, subtype, status, status_kind, stage, group_key, priority, channel)
select distinct type_key, subtype, status, status_kind, stage, group_key, priority, channel from cases;
update case_search s set
    profile_id = p.id, scope_id = c.scope_id, raised_at = c.raised_at, due_at = c.due_at, closed_at = c.closed_at, assignee_id = c.assignee_id,
    place = c.place, cell = map_cell(c.place),
    staff = s.staff || array_to_tsvector(array['~s' || c.scope_id,
        '~w' || w.week, '~x' || floor(w.week / 8.0)::bigint, '~y' || floor(w.week / 64.0)::bigint])
from cases c join search_profiles p using (type_key, subtype, status, status_kind, stage, group_key, priority, channel)
cross join lateral (select floor(extract(epoch from c.raised_at) / 604800)::bigint as week) w
where c.id = s.case_id;

create index case_search_by_raised on case_search (scope_id, raised_at desc, case_id desc);
create index case_search_by_cell on case_search (scope_id, cell) where cell is not null;

-- For words that are still being typed, whatever the collation.
create index search_words_by_beginning on search_words (word text_pattern_ops);

-- For a reference of another system, whichever that is.
create index case_aliases_by_value on case_aliases (value);

-- +goose Down
drop index case_aliases_by_value;
drop index search_words_by_beginning;
drop trigger case_search_found on case_search;
drop trigger case_search_lost on case_search;
drop trigger case_search_moved on case_search;
drop trigger case_search_emptied on case_search;
drop function count_found_cases, count_lost_cases, count_moved_cases, count_no_cases, move_map_cells, map_cell;
drop index case_search_by_raised, case_search_by_cell;
drop table search_newest;
drop table map_cells;
drop table case_values;
alter table case_search
    drop column profile_id, drop column raised_at, drop column due_at, drop column closed_at, drop column assignee_id,
    drop column place, drop column cell, drop column digest;
alter table case_search reset (fillfactor);
update case_search set public = staff where public is null;
alter table case_search alter column public set not null;
drop table search_profiles;
