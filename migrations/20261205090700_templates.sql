-- oldest binary: 20261201090000
-- +goose Up
alter table outbox add column missing text[] not null default '{}';
comment on column outbox.missing is 'personal: none';

-- +goose Down
alter table outbox drop column missing;
