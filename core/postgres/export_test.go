package postgres

// Doors for the tests, which live in another package because pgtest imports
// this one.
var (
	MigrateFrom    = migrate
	ReadMigrations = readMigrations
)
