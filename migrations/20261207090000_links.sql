-- oldest binary: 20261201090000
-- +goose Up

-- How cases belong together: one row for a pair and a kind. What the kind says
-- is true of case_id and said of other_id ("blocks"); kinds that read alike from
-- both sides keep the lower identifier first.
create table links (
    case_id    uuid not null references cases on delete cascade,
    other_id   uuid not null references cases on delete cascade,
    kind       text not null,
    actor_kind text not null,
    actor_id   text not null,
    created_at timestamptz not null,
    primary key (case_id, other_id, kind),
    check (case_id <> other_id)
);
create index links_by_other on links (other_id);
comment on table links is 'Cases that belong together. Each side is shown only to those who may see both.';
comment on column links.case_id is 'personal: none';
comment on column links.other_id is 'personal: none';
comment on column links.kind is 'personal: none';
comment on column links.actor_kind is 'personal: none';
comment on column links.actor_id is 'personal: staff';
comment on column links.created_at is 'personal: none';

-- +goose Down
drop table links;
