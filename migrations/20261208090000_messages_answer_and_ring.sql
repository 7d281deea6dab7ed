-- oldest binary: 20261201090000
-- +goose Up
-- Which mail a message answers: Message-IDs, the nearest last.
alter table outbox add column answered text[] not null default '{}';
comment on column outbox.answered is 'personal: none';

-- What a routine tells staff is of no event: the matrix tells of that one.
alter table notifications alter column event_seq drop not null, add column routine text not null default '';
comment on column notifications.routine is 'personal: none; the key of the routine that says so';

-- +goose Down
delete from notifications where event_seq is null;
alter table notifications drop column routine, alter column event_seq set not null;
alter table outbox drop column answered;
