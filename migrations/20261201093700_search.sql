-- oldest binary: 20261201090000
-- +goose Up

-- What can be found of each case, one vector for each audience: a resident's
-- words are matched against the public one, and nothing else can be probed.
-- Each holds what the one before it holds. Kept by the follower of the feed;
-- it can be thrown away and made again (casement reindex).
create table case_search (
    case_id  uuid primary key references cases on delete cascade,
    scope_id integer not null references scopes,
    public   tsvector not null,
    staff    tsvector not null,
    private  tsvector
);
-- Without a list of pending entries, which every search would have to read.
create index case_search_staff on case_search using gin (staff) with (fastupdate = off);
create index case_search_private on case_search using gin (private) with (fastupdate = off) where private is not null;
comment on table case_search is 'What can be found of each case, by audience. Derived; private is null when it would be the same as staff.';
comment on column case_search.case_id is 'personal: none';
comment on column case_search.scope_id is 'personal: none';
comment on column case_search.public is 'personal: person';
comment on column case_search.staff is 'personal: person';
comment on column case_search.private is 'personal: person';

-- The words there are, to put typing errors right. They are never shown: what
-- they lead to are cases within the reader's reach.
create table search_words (
    word text primary key
);
comment on table search_words is 'Every word of letters alone that stands in some case.';
comment on column search_words.word is 'personal: person';

create table search_slips (
    slip text not null,
    word text not null references search_words on delete cascade,
    primary key (slip, word)
);
create index search_slips_by_word on search_slips (word);
comment on table search_slips is 'Each word, and each word without one of its letters: two words that are one slip apart share one of these.';
comment on column search_slips.slip is 'personal: person';
comment on column search_slips.word is 'personal: person';

-- For the beginning of a reference.
create index cases_by_ref_prefix on cases (ref text_pattern_ops);

-- +goose Down
drop index cases_by_ref_prefix;
drop table search_slips;
drop table search_words;
drop table case_search;
