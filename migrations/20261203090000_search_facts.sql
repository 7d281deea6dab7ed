-- oldest binary: 20261201090000
-- +goose Up

-- A search reads the facts of ten thousand cases and the words of a thousand.
-- The words of one case are shorter than the two thousand bytes from which on
-- the database stores a value apart, and so the facts lay one on a page, between
-- words that nobody asked for. The padding makes every row long enough: the words
-- move out, the padding itself is compressed to 35 bytes, and the facts of forty
-- cases share a page. To change a fact then writes no words either.
--
-- Cases are stored in the order in which they were raised, as they are when they
-- come one after another, so that the newest share pages too. And days are
-- marked beside weeks: a search that looks among the newest for a word that is
-- everywhere looks at fewer (core/search/postgresindex/marks.go).
set local maintenance_work_mem = '512MB';
drop index case_search_staff;
alter table case_search set (toast_tuple_target = 128);
alter table case_search add column padding text not null default repeat(' ', 2048);
alter table case_search
    alter column public set storage external,
    alter column staff set storage external,
    alter column private set storage external,
    alter column padding set storage main,
    alter column staff type tsvector using staff || array_to_tsvector(array['~d' || floor(extract(epoch from raised_at) / 86400)::bigint]);
comment on column case_search.padding is 'personal: none';

create index case_search_order on case_search (raised_at);
cluster case_search using case_search_order;
drop index case_search_order;
create index case_search_staff on case_search using gin (staff) with (fastupdate = off);
analyze case_search;

-- +goose Down
drop index case_search_staff;
alter table case_search
    alter column public set storage extended,
    alter column staff set storage extended,
    alter column private set storage extended,
    drop column padding,
    alter column staff type tsvector using ts_delete(staff, '~d' || floor(extract(epoch from raised_at) / 86400)::bigint);
alter table case_search reset (toast_tuple_target);
create index case_search_staff on case_search using gin (staff) with (fastupdate = off);
