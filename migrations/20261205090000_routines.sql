-- oldest binary: 20261201090000
-- +goose Up
-- What routines were set off, and whether their condition held: once for each
-- case, routine and occasion, which is an event of the case or a moment.
create table routine_runs (
    case_id      uuid not null references cases,
    routine      text not null,
    occasion     text not null,
    place        integer not null,
    type_key     text not null,
    type_version integer not null,
    event        bigint not null,
    kind         text not null,
    due_at       timestamptz,
    round        bigint,
    state        text not null check (state in ('passed', 'waiting', 'done', 'failed', 'stopping', 'stopped')),
    answer       jsonb not null,
    chain        text[] not null,
    why          text not null,
    at           timestamptz not null,
    finished_at  timestamptz,
    primary key (case_id, routine, occasion)
);
create index routine_runs_by_routine on routine_runs (type_key, routine, at desc, case_id, occasion);
create index routine_runs_passed on routine_runs (at) where state = 'passed';
create index routine_runs_of_round on routine_runs (round) where round is not null;
comment on table routine_runs is 'What routines were set off by, whether their condition held and with which values.';
comment on column routine_runs.case_id is 'personal: none';
comment on column routine_runs.routine is 'personal: none';
comment on column routine_runs.occasion is 'personal: none';
comment on column routine_runs.place is 'personal: none';
comment on column routine_runs.type_key is 'personal: none';
comment on column routine_runs.type_version is 'personal: none';
comment on column routine_runs.event is 'personal: none';
comment on column routine_runs.kind is 'personal: none';
comment on column routine_runs.due_at is 'personal: none';
comment on column routine_runs.round is 'personal: none';
comment on column routine_runs.state is 'personal: none';
comment on column routine_runs.answer is 'personal: person';
comment on column routine_runs.chain is 'personal: none';
comment on column routine_runs.why is 'personal: none';
comment on column routine_runs.at is 'personal: none';
comment on column routine_runs.finished_at is 'personal: none';

-- How each action of a run went.
create table routine_results (
    case_id     uuid not null references cases,
    routine     text not null,
    occasion    text not null,
    no          integer not null,
    action      text not null,
    state       text not null check (state in ('waiting', 'done', 'refused', 'failed')),
    outcome     text not null,
    problem     text not null,
    tries       integer not null,
    took        bigint not null,
    finished_at timestamptz,
    primary key (case_id, routine, occasion, no),
    foreign key (case_id, routine, occasion) references routine_runs on delete cascade
);
comment on table routine_results is 'How each action of a run of a routine went; took is in microseconds.';
comment on column routine_results.case_id is 'personal: none';
comment on column routine_results.routine is 'personal: none';
comment on column routine_results.occasion is 'personal: none';
comment on column routine_results.no is 'personal: none';
comment on column routine_results.action is 'personal: none';
comment on column routine_results.state is 'personal: none';
comment on column routine_results.outcome is 'personal: person';
comment on column routine_results.problem is 'personal: none';
comment on column routine_results.tries is 'personal: none';
comment on column routine_results.took is 'personal: none';
comment on column routine_results.finished_at is 'personal: none';

-- When time may set a routine off for a case: never later than it does. What is
-- found due is looked at again, so nothing is written here while a case is
-- worked on.
create table routine_moments (
    case_id  uuid not null references cases,
    type_key text not null,
    routine  text not null,
    at       timestamptz not null,
    handled  text not null default '',
    primary key (case_id, routine)
);
create index routine_moments_due on routine_moments (type_key, routine, at, case_id);
comment on column routine_moments.case_id is 'personal: none';
comment on column routine_moments.type_key is 'personal: none';
comment on column routine_moments.routine is 'personal: none';
comment on column routine_moments.at is 'personal: none';
comment on column routine_moments.handled is 'personal: none';

-- How far each routine that time sets off has come: its rule as it was when its
-- moments were found, the case up to which they have been, and for schedules
-- the next moment and the case up to which that has been done.
create table routine_clocks (
    type_key  text not null,
    routine   text not null,
    rule      text not null,
    filled    boolean not null,
    filled_to uuid not null,
    next_at   timestamptz,
    done_to   uuid not null,
    primary key (type_key, routine)
);
comment on column routine_clocks.type_key is 'personal: none';
comment on column routine_clocks.routine is 'personal: none';
comment on column routine_clocks.rule is 'personal: none';
comment on column routine_clocks.filled is 'personal: none';
comment on column routine_clocks.filled_to is 'personal: none';
comment on column routine_clocks.next_at is 'personal: none';
comment on column routine_clocks.done_to is 'personal: none';

-- The report of each look of the clock that found cases.
create table routine_rounds (
    no       bigint primary key generated always as identity,
    type_key text not null,
    routine  text not null,
    at       timestamptz not null,
    looked   integer not null,
    fired    integer not null
);
create index routine_rounds_by_routine on routine_rounds (type_key, routine, no desc);
comment on column routine_rounds.no is 'personal: none';
comment on column routine_rounds.type_key is 'personal: none';
comment on column routine_rounds.routine is 'personal: none';
comment on column routine_rounds.at is 'personal: none';
comment on column routine_rounds.looked is 'personal: none';
comment on column routine_rounds.fired is 'personal: none';

-- +goose Down
drop table routine_rounds;
drop table routine_clocks;
drop table routine_moments;
drop table routine_results;
drop table routine_runs;
