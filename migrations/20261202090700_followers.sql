-- oldest binary: 20261201090000
-- +goose Up

create table followers (
    case_id   uuid not null references cases on delete cascade,
    no        bigint not null,
    person_id uuid references persons on delete cascade,
    staff_id  uuid references staff_users,
    hears     text not null,
    since     timestamptz not null,
    primary key (case_id, no),
    unique (case_id, person_id),
    unique (case_id, staff_id),
    check (num_nonnulls(person_id, staff_id) = 1)
);
create index followers_by_person on followers (person_id) where person_id is not null;
create index followers_by_staff on followers (staff_id) where staff_id is not null;
comment on table followers is 'Who hears of a case that is not their own: the public of a published report, and colleagues.';
comment on column followers.case_id is 'personal: none';
comment on column followers.no is 'personal: none';
comment on column followers.person_id is 'personal: person';
comment on column followers.staff_id is 'personal: staff';
comment on column followers.hears is 'personal: none';
comment on column followers.since is 'personal: none';

-- What of a case's files everybody may see on its public page: only what staff
-- have looked at.
alter table attachments add column shown_at timestamptz;
comment on column attachments.shown_at is 'personal: none';

-- +goose Down
alter table attachments drop column shown_at;
drop table followers;
