// Package migrations holds the schema of the database as numbered SQL files,
// applied in order by core/postgres when the program starts.
//
// A file is named YYYYMMDDHHMMSS_words.sql and begins with
//
//	-- oldest binary: 20261201090000
//	-- +goose Up
//
// The first line states the oldest program that can still work with the
// database once this file has been applied, by the newest migration which that
// program knows. It is what lets servers be replaced one by one: expand now,
// contract a release later. Without that line only programs which know the
// migration may use the database.
//
// A "Down" part is a note for developers; the program only moves forward.
package migrations

import "embed"

// FS holds every migration.
//
//go:embed *.sql
var FS embed.FS
