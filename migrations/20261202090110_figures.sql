-- oldest binary: 20261201090000
-- +goose Up
create table scope_figures (
    scope_id  integer primary key references scopes on delete cascade,
    open      integer not null default 0,
    unclaimed integer not null default 0,
    unopened  integer not null default 0,
    reopened  integer not null default 0,
    waiting   integer not null default 0
);
comment on table scope_figures is 'How many open cases each scope has, and of which sort: the sums of counted_cases. Kept by the follower of the feed.';
comment on column scope_figures.scope_id is 'personal: none';
comment on column scope_figures.open is 'personal: none';
comment on column scope_figures.unclaimed is 'personal: none';
comment on column scope_figures.unopened is 'personal: none';
comment on column scope_figures.reopened is 'personal: none';
comment on column scope_figures.waiting is 'personal: none';

create table counted_cases (
    case_id   uuid primary key references cases on delete cascade,
    scope_id  integer not null,
    unclaimed boolean not null,
    unopened  boolean not null,
    reopened  boolean not null,
    waiting   boolean not null,
    due_at    timestamptz
);
create index counted_cases_by_due on counted_cases (scope_id, due_at) where due_at is not null;
comment on table counted_cases is 'How each open case was counted last, so that the next change of it counts the difference.';
comment on column counted_cases.case_id is 'personal: none';
comment on column counted_cases.scope_id is 'personal: none';
comment on column counted_cases.unclaimed is 'personal: none';
comment on column counted_cases.unopened is 'personal: none';
comment on column counted_cases.reopened is 'personal: none';
comment on column counted_cases.waiting is 'personal: none';
comment on column counted_cases.due_at is 'personal: none';

insert into counted_cases (case_id, scope_id, unclaimed, unopened, reopened, waiting, due_at)
select id, scope_id, assignee_id is null, opened_at is null, reopened > 0, status_kind = 'waiting', due_at
from cases where status_kind in ('start', 'open', 'waiting');
insert into scope_figures (scope_id, open, unclaimed, unopened, reopened, waiting)
select scope_id, count(*), count(*) filter (where unclaimed), count(*) filter (where unopened),
    count(*) filter (where reopened), count(*) filter (where waiting)
from counted_cases group by scope_id;

-- Lists of parts of a queue that may be few among many, and lists of a reach
-- with so many scopes that one scan for each would take longer than a filter.
create index cases_unclaimed_by_due on cases (scope_id, coalesce(due_at, 'infinity'), id) where status_kind in ('start', 'open', 'waiting') and assignee_id is null;
create index cases_unopened_by_due on cases (scope_id, coalesce(due_at, 'infinity'), id) where status_kind in ('start', 'open', 'waiting') and opened_at is null;
create index cases_reopened_by_due on cases (scope_id, coalesce(due_at, 'infinity'), id) where status_kind in ('start', 'open', 'waiting') and reopened > 0;
create index cases_waiting_by_due on cases (scope_id, coalesce(due_at, 'infinity'), id) where status_kind = 'waiting';
create index cases_all_open_by_due on cases (coalesce(due_at, 'infinity'), id) where status_kind in ('start', 'open', 'waiting');
create index cases_all_by_raised on cases (raised_at desc, id desc);

-- +goose Down
drop index cases_all_by_raised;
drop index cases_all_open_by_due;
drop index cases_waiting_by_due;
drop index cases_reopened_by_due;
drop index cases_unopened_by_due;
drop index cases_unclaimed_by_due;
drop table counted_cases;
drop table scope_figures;
