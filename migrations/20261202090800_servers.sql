-- oldest binary: 20261201090000
-- +goose Up

-- Servers that share a database share their secret key. What is kept of it
-- here is a keyed hash, by which a server knows a key that is not theirs.
alter table installation add column key_proof bytea;
comment on column installation.key_proof is 'personal: none';

-- Counted for all servers together: tries at what protects secrets. A crash of
-- the database forgets them, which costs nothing but a few tries more.
create unlogged table rate_counts (
    subject bytea primary key,
    span    timestamptz not null,
    count   integer not null
);
create index rate_counts_by_age on rate_counts (span);
comment on table rate_counts is 'How often something was tried since a span of time began, by keyed hash of what it was and who tried.';
comment on column rate_counts.subject is 'personal: none';
comment on column rate_counts.span is 'personal: none';
comment on column rate_counts.count is 'personal: none';

-- +goose Down
drop table rate_counts;
alter table installation drop column key_proof;
