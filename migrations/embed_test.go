package migrations_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/casement-dev/casement/migrations"
)

var name = regexp.MustCompile(`^(\d{14})_[a-z0-9_]+\.sql$`)

func TestMigrationsAreNumberedOnceAndHaveAPartToApply(t *testing.T) {
	entries, err := fs.ReadDir(migrations.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]string{}
	for _, entry := range entries {
		match := name.FindStringSubmatch(entry.Name())
		if match == nil {
			t.Errorf("%s is not named YYYYMMDDHHMMSS_words.sql", entry.Name())
			continue
		}
		if other, taken := numbers[match[1]]; taken {
			t.Errorf("%s and %s have one number", other, entry.Name())
		}
		numbers[match[1]] = entry.Name()
		text, err := fs.ReadFile(migrations.FS, entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "-- +goose Up\n") {
			t.Errorf("%s has no part to apply (-- +goose Up)", entry.Name())
		}
	}
}
