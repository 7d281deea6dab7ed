-- oldest binary: 20261201090000
-- +goose Up

alter table sessions add column device text not null default '';
comment on column sessions.device is 'personal: staff';

alter table sign_in_links add column purpose text not null default 'sign_in' check (purpose in ('sign_in', 'password'));
comment on column sign_in_links.purpose is 'personal: none';
create index sign_in_links_by_email on sign_in_links (email, created_at);

create table sign_in_failures (
    account  bytea primary key,
    failures integer not null,
    last_at  timestamptz not null
);
create index sign_in_failures_by_age on sign_in_failures (last_at);
comment on table sign_in_failures is 'Wrong passwords in a row, by hash of the address that was typed: counted alike whether or not there is such an account.';
comment on column sign_in_failures.account is 'personal: staff';
comment on column sign_in_failures.failures is 'personal: none';
comment on column sign_in_failures.last_at is 'personal: none';

-- Small numbers name people in addresses of pages, where identifiers do not
-- belong.
alter table staff_users add column no integer generated always as identity unique;
alter table persons add column no integer generated always as identity unique;
comment on column staff_users.no is 'personal: staff';
comment on column persons.no is 'personal: person';

-- Finding a caller: by part of a telephone number, of an email address, or of
-- a postal address and its postcode, however they are spaced.
create index persons_by_phone on persons using gin (regexp_replace(phone, '\D', '', 'g') gin_trgm_ops) where phone <> '';
create index persons_by_email_part on persons using gin (email gin_trgm_ops) where email <> '';
create index persons_by_address on persons using gin (replace(lower(address), ' ', '') gin_trgm_ops) where address <> '';

-- +goose Down
drop index persons_by_address;
drop index persons_by_email_part;
drop index persons_by_phone;
alter table persons drop column no;
alter table staff_users drop column no;
drop table sign_in_failures;
drop index sign_in_links_by_email;
alter table sign_in_links drop column purpose;
alter table sessions drop column device;
