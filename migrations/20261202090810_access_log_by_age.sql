-- oldest binary: 20261201090000
-- +goose NO TRANSACTION

-- +goose Up
-- What is old is deleted by it. Made while everybody goes on writing.
create index concurrently if not exists access_log_by_age on access_log (at);

-- +goose Down
drop index concurrently if exists access_log_by_age;
