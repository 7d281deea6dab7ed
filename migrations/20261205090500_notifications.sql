-- oldest binary: 20261201090000
-- +goose Up
create table notifications (
    id        bigint generated always as identity primary key,
    staff_id  uuid not null references staff_users,
    case_id   uuid not null references cases on delete cascade,
    event_seq bigint not null,
    kind      text not null,
    audience  text not null,
    needs     text not null,
    task      integer,
    made_at   timestamptz not null,
    read_at   timestamptz,
    in_digest boolean not null default false,
    digest_on date,
    unique (event_seq, staff_id)
);
create index notifications_by_staff on notifications (staff_id, id);
create index notifications_unread on notifications (staff_id, id) where read_at is null;
create index notifications_for_digest on notifications (staff_id) where in_digest and digest_on is null;
create index notifications_by_case on notifications (case_id);
create index notifications_by_age on notifications (made_at);
comment on table notifications is 'What staff are told in the console. Their words are made when they are read, and whether the reader may still see the case is asked then.';
comment on column notifications.id is 'personal: none';
comment on column notifications.staff_id is 'personal: staff';
comment on column notifications.case_id is 'personal: none';
comment on column notifications.event_seq is 'personal: none';
comment on column notifications.kind is 'personal: none; the line of the message table that the event fell under';
comment on column notifications.audience is 'personal: none; as whom they are told';
comment on column notifications.needs is 'personal: none; the permission without which it is not shown';
comment on column notifications.task is 'personal: none; the number of the task that it is about';
comment on column notifications.made_at is 'personal: none';
comment on column notifications.read_at is 'personal: staff';
comment on column notifications.in_digest is 'personal: staff; the next digest lists it instead of a mail of its own';
comment on column notifications.digest_on is 'personal: staff; the day whose digest has dealt with it';

create table notification_preferences (
    staff_id uuid not null references staff_users,
    kind     text not null,
    how      text not null check (how in ('digest', 'console', 'none')),
    primary key (staff_id, kind)
);
comment on table notification_preferences is 'How staff want to be told, where it is not the usual way: by mail at once, and in the console.';
comment on column notification_preferences.staff_id is 'personal: staff';
comment on column notification_preferences.kind is 'personal: staff';
comment on column notification_preferences.how is 'personal: staff';

create table notification_settings (
    staff_id    uuid primary key references staff_users,
    digest_hour smallint not null check (digest_hour between 0 and 23),
    zone        text not null default ''
);
comment on table notification_settings is 'When staff get their daily digest.';
comment on column notification_settings.staff_id is 'personal: staff';
comment on column notification_settings.digest_hour is 'personal: staff; by the clocks of their zone';
comment on column notification_settings.zone is 'personal: staff; IANA name, empty for that of the organisation';

create table notification_digests (
    staff_id uuid not null references staff_users,
    day      date not null,
    items    integer not null,
    made_at  timestamptz not null,
    primary key (staff_id, day)
);
create index notification_digests_by_age on notification_digests (made_at);
comment on table notification_digests is 'The digests that were written: one for each person and day.';
comment on column notification_digests.staff_id is 'personal: staff';
comment on column notification_digests.day is 'personal: staff';
comment on column notification_digests.items is 'personal: none';
comment on column notification_digests.made_at is 'personal: none';

-- +goose Down
drop table notification_digests;
drop table notification_settings;
drop table notification_preferences;
drop table notifications;
