package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/cases"
)

// linter is what judges the description from outside, at a pinned version.
const linter = "@redocly/cli@2.77.0"

// describe fetches the description as anybody can, without a key.
func (s *apiSite) describe() said {
	s.t.Helper()
	return (&program{s: s}).must(200, "GET", "/openapi.json", "")
}

func TestTheDescriptionIsAcceptedByALinterThatIsNotOurs(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("fetches a linter with npm")
	}
	npx, err := exec.LookPath("npx")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("npx is needed under CI: %v", err)
		}
		t.Skip("SKIPPED: the description of the API was not linted, because npx is not there")
	}
	s := openAPI(t)
	file := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(file, s.describe().body, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	lint := exec.CommandContext(ctx, npx, "--yes", linter, "lint", "--extends=recommended", "--format=stylish", file)
	lint.Dir, lint.Env = t.TempDir(), append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
	out, err := lint.CombinedOutput()
	if err != nil && strings.Contains(string(out), "npm error") && os.Getenv("CI") == "" {
		t.Skipf("SKIPPED: the linter could not be fetched:\n%s", out)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func TestEveryCommandThatAProgramCanGiveIsDescribedWithItsMembers(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	var described struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			RequestBody struct {
				Content map[string]struct{ Example any }
			}
			Responses map[string]any
			Security  []any
		}
	}
	if err := json.Unmarshal(s.describe().body, &described); err != nil {
		t.Fatal(err)
	}
	if described.OpenAPI != "3.1.0" {
		t.Errorf("the description is of version %q", described.OpenAPI)
	}
	commands := 0
	ids := map[string]bool{}
	for path, operations := range described.Paths {
		for method, op := range operations {
			if ids[op.OperationID] {
				t.Errorf("two operations are called %s", op.OperationID)
			}
			ids[op.OperationID] = true
			if op.Responses["401"] == nil || op.Responses["422"] == nil {
				t.Errorf("%s %s does not say how it refuses", method, path)
			}
			if _, unread := op.RequestBody.Content["application/octet-stream"]; unread {
				t.Errorf("%s is described as bytes", path)
			}
		}
		if strings.Contains(path, "/commands/") {
			commands++
		}
	}
	for _, e := range commandTable() {
		_, inner := e.command.(cases.Inner)
		if inner || slices.Contains([]string{"case.raise", "case.keep_time"}, string(e.command.Needs())) {
			continue
		}
		commands--
	}
	if commands != 0 {
		t.Errorf("there are %d more described commands than in the table", commands)
	}
	yaml := (&program{s: s}).must(200, "GET", "/openapi.yaml", "")
	if !strings.Contains(string(yaml.body), "openapi: 3.1.0") {
		t.Error("the description in YAML is something else")
	}
}

// An example that the API itself refuses would teach people a mistake.
func TestTheExamplesOfCommandsHaveTheRightMembers(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	ref := p.must(201, "POST", "/cases", newComplaint).text("ref")
	var described struct {
		Paths map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct{ Example json.RawMessage }
				}
			}
		}
	}
	if err := json.Unmarshal(s.describe().body, &described); err != nil {
		t.Fatal(err)
	}
	for path, item := range described.Paths {
		if !strings.Contains(path, "/commands/") {
			continue
		}
		example := string(item.Post.RequestBody.Content["application/json"].Example)
		a := p.ask("POST", strings.ReplaceAll(path, "{ref}", ref), example)
		if a.status == http.StatusBadRequest || a.status >= 500 || strings.Contains(a.text("detail"), "does not fit") {
			t.Errorf("%s %s: %d %s", path, example, a.status, a.body)
		}
	}
}
