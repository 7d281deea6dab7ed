-- oldest binary: 20261201090000
-- +goose Up

-- All four are trusted extensions: the owner of the database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

-- Words are indexed as they are written, in lower case and without accents:
-- names and addresses suffer from stemming, and a council writes in more than
-- one language.
CREATE TEXT SEARCH CONFIGURATION casement (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION casement
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;

-- What a program needs to know to work with migrations it has never heard of.
CREATE TABLE migration_support (
    version       bigint PRIMARY KEY,
    oldest_binary bigint NOT NULL
);
COMMENT ON TABLE migration_support IS 'Which programs may use the database, by migration';
COMMENT ON COLUMN migration_support.version IS 'personal: none';
COMMENT ON COLUMN migration_support.oldest_binary IS 'personal: none';
