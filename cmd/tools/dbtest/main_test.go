package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/postgres/pgtest"
)

func TestTheCommandIsGivenAServerThatIsGoneAfterwards(t *testing.T) {
	t.Setenv(pgtest.Variable, "")
	out := filepath.Join(t.TempDir(), "out")
	code, err := run([]string{"/bin/sh", "-c", `echo "$CASEMENT_TEST_DATABASE" > "$0"; exit 7`, out})
	if err != nil || code != 7 {
		t.Fatalf("code %d, %v", code, err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	host, _, ok := strings.Cut(strings.TrimPrefix(string(text), "host='"), "'")
	if !ok || !filepath.IsAbs(host) {
		t.Fatalf("the command was given %q", text)
	}
	if _, err := os.Stat(filepath.Join(host, ".s.PGSQL.5432")); !os.IsNotExist(err) {
		t.Errorf("the server still listens: %v", err)
	}
}

func TestAServerThatWasGivenIsPassedOn(t *testing.T) {
	t.Setenv(pgtest.Variable, "host=somewhere")
	if code, err := run([]string{"/bin/sh", "-c", `[ "$CASEMENT_TEST_DATABASE" = host=somewhere ]`}); err != nil || code != 0 {
		t.Errorf("code %d, %v", code, err)
	}
}

func TestACommandThatCannotRunIsAnError(t *testing.T) {
	t.Setenv(pgtest.Variable, "host=somewhere")
	for _, command := range [][]string{nil, {"/no/such/command"}} {
		if code, err := run(command); err == nil || code == 0 {
			t.Errorf("%v: code %d, %v", command, code, err)
		}
	}
}
