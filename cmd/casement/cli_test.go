package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/mail/mailtest"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/settings"
)

// shell runs the program's commands on one database, in this process.
type shell struct {
	t    *testing.T
	pool *pgxpool.Pool
	dir  string
}

func newShell(t *testing.T, pool *pgxpool.Pool) *shell {
	return &shell{t: t, pool: pool, dir: t.TempDir()}
}

// run returns what a command printed and how it ended.
func (s *shell) run(words ...string) (string, error) {
	var out bytes.Buffer
	err := run(append(words, "--database-url", pgtest.DSN(s.pool), "--data-dir", s.dir, "--log-level", "error"), &out)
	return out.String(), err
}

// prints fails the test unless a command ends well and prints each of words.
func (s *shell) prints(command []string, words ...string) string {
	s.t.Helper()
	out, err := s.run(command...)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
	s.says(command, out, words...)
	return out
}

// fails fails the test unless a command ends badly and prints each of words,
// its error included.
func (s *shell) fails(command []string, words ...string) {
	s.t.Helper()
	out, err := s.run(command...)
	if err == nil {
		s.t.Fatalf("%s ended well\n%s", strings.Join(command, " "), out)
	}
	s.says(command, out+err.Error(), words...)
}

func (s *shell) says(command []string, out string, words ...string) {
	s.t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			s.t.Errorf("%s does not say %q but\n%s", strings.Join(command, " "), w, out)
		}
	}
}

func (s *shell) exec(sql string, args ...any) {
	s.t.Helper()
	tag, err := s.pool.Exec(s.t.Context(), sql, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	if tag.RowsAffected() == 0 && !tag.Select() {
		s.t.Fatalf("%s changed nothing", sql)
	}
}

func TestVersionIsPrinted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run([]string{"version"}, &out); err != nil || out.String() != "casement "+version+"\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestAWordThatIsNoCommandIsRefused(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{{"sevre"}, {"config"}, {"config", "publish"}, {"serve", "--nonsense"}} {
		if err := run(words, new(bytes.Buffer)); err == nil {
			t.Errorf("%v was accepted", words)
		}
	}
}

func TestSettingsThatContradictEachOtherAreNamed(t *testing.T) {
	t.Parallel()
	s := newShell(t, pgtest.Empty(t))
	s.fails([]string{"doctor", "--listen", "nowhere", "--clock-file", "/tmp/clock"}, "CASEMENT_LISTEN", "CASEMENT_CLOCK_FILE")
}

func TestAnEmptyDatabaseIsMigratedOnceAndAgain(t *testing.T) {
	t.Parallel()
	s := newShell(t, pgtest.Empty(t))
	s.fails([]string{"doctor"}, "run “casement migrate”")
	for range 2 {
		s.prints([]string{"migrate"}, "The schema in", "casement "+version)
	}
	out, err := s.run("doctor")
	if err == nil || strings.Contains(out, "WRONG  schema") {
		t.Errorf("after the migration, with nothing in it: %v\n%s", err, out)
	}
}

func TestADatabaseOfANewerProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newShell(t, pgtest.New(t))
	s.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (29990101000000, true)`)
	s.exec(`INSERT INTO migration_support (version, oldest_binary) VALUES (29990101000000, 29990101000000)`)
	s.fails([]string{"migrate"}, "newer than this program")
}

// installed is a database with an installation on it: the shipped case types,
// an administrator, a case that waits for an answer, and a fresh one.
func installed(t *testing.T) (*shell, *council) {
	t.Helper()
	c := newCouncil(t, false)
	c.subject(nil)
	fresh := &subject{c: c, id: core.NewID[core.CaseID]()}
	fresh.do(core.PersonActor(c.amara.ID, c.amara.Name), sample(&cases.Raise{}, fresh).(cases.Command))
	s := newShell(t, c.db.Pool())
	s.dir = c.settings.DataDir // where its key is
	return s, c
}

// follow reads the feed to its end and seals it, as a running server does.
func follow(t *testing.T, c *council) {
	t.Helper()
	f := events.NewFollower(c.db, c.clock)
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	// Events wait for the oldest transaction of the whole database server, so
	// those of other tests may hold them up for a moment.
	for deadline := time.Now().Add(20 * time.Second); ; <-wait.C {
		if _, err := f.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		lag, err := events.Lag(t.Context(), c.db)
		if err != nil {
			t.Fatal(err)
		}
		if lag == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d events are not followed", lag)
		}
	}
	if _, err := f.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestDoctorFindsNothingWrongWithAFreshInstallation(t *testing.T) {
	t.Parallel()
	s, _ := installed(t)
	out := s.prints([]string{"doctor"}, "ok     schema", "ok     case types  3 published", "ok     people", "ok     targets", "ok     mail")
	if strings.Contains(out, "WRONG") {
		t.Error(out)
	}
}

func TestDoctorSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, wrong := range []struct {
		name, sql string
		says      string
	}{
		{"nobody can administer", `UPDATE staff_users SET active = false WHERE 'administrator' = ANY (roles)`, "WRONG  people      nobody is an administrator"},
		{"a due time that its ledger does not explain", `UPDATE targets SET due_at = due_at + interval '1 hour' WHERE rule_key = 'respond' AND due_at IS NOT NULL`, "WRONG  targets"},
		{"a target without a cause", `UPDATE targets SET causes = '[]' WHERE rule_key = 'respond'`, "it has no causes"},
		{"a case that is due at another time than its targets", `UPDATE cases SET due_at = due_at - interval '1 day' WHERE due_at IS NOT NULL`, "it is not due when its most urgent target is"},
		{"another key", `UPDATE installation SET key_proof = 'another'`, "WRONG  key         the secret key of this server is not the one"},
		{"a queue that was emptied by hand", `DELETE FROM river_job`, "its job is gone"},
		{"a reaction that was given up", `UPDATE river_job SET state = 'discarded', finalized_at = now(), attempt = 25, errors = ARRAY['{"error": "no such template"}'::jsonb]`,
			"failed 25 times, and is tried again each hour: no such template"},
		{"nobody follows the feed", `INSERT INTO events (stream_kind, stream_id, version, kind, actor_kind, origin, happened_at, recorded_at, digest)
			SELECT 'case', 'x', n, 'note_added', 'system', 'live', now(), now(), '' FROM generate_series(1, 2000) n`, "is a server running?"},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			t.Parallel()
			s, _ := installed(t)
			s.exec(wrong.sql)
			s.fails([]string{"doctor"}, wrong.says, "checks found something wrong")
		})
	}
	t.Run("no case type", func(t *testing.T) {
		t.Parallel()
		newShell(t, pgtest.New(t)).fails([]string{"doctor"}, "there is no case type", "nobody is an administrator")
	})
	t.Run("a mail server that does not answer", func(t *testing.T) {
		t.Parallel()
		s, _ := installed(t)
		s.fails([]string{"doctor", "--smtp-host", "127.0.0.1", "--smtp-port", "1", "--smtp-from", "cases@example.org", "--smtp-tls", "none"}, "WRONG  mail")
	})
	t.Run("a mailbox that cannot be read", func(t *testing.T) {
		t.Parallel()
		s, _ := installed(t)
		d := mailtest.StartDovecot(t, "")
		file := filepath.Join(t.TempDir(), "mailboxes.yaml")
		say := func(password, folder string) {
			text := fmt.Sprintf("reply_address: cases@northmoor.example\nmailboxes:\n  - {key: cases, host: 127.0.0.1, port: %d, tls: none, user: %s, password: %s, folder: %s}\n",
				d.Port, d.User, password, folder)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		say(d.Password, "INBOX")
		s.prints([]string{"doctor", "--mailboxes", file}, "ok     mailboxes", "cases: INBOX opens, 0 mails wait in it")
		say("hunter2-hunter2", "INBOX")
		s.fails([]string{"doctor", "--mailboxes", file}, "WRONG  mailboxes", "does not let cases sign in")
		if out, err := s.run("doctor", "--mailboxes", file); strings.Contains(out, "hunter2") || err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is printed: %s, %v", out, err)
		}
		say(d.Password, "Nowhere")
		s.fails([]string{"doctor", "--mailboxes", file}, "The folder Nowhere cannot be opened")
	})
}

func TestVerifyAuditPassesAsLongAsNobodyTampers(t *testing.T) {
	t.Parallel()
	s, c := installed(t)
	s.prints([]string{"verify-audit"}, "under 0 seals", "events not sealed yet")
	follow(t, c)
	s.prints([]string{"verify-audit"}, "under 1 seals", " 0 events not sealed yet", "The history is as it was written.")
}

func TestVerifyAuditFailsAfterTampering(t *testing.T) {
	t.Parallel()
	const one = `seq = (SELECT min(seq) + 3 FROM events)`
	for name, sql := range map[string]string{
		"who did it":         `UPDATE events SET actor_id = 'somebody else' WHERE ` + one,
		"when it was":        `UPDATE events SET happened_at = happened_at - interval '1 day' WHERE ` + one,
		"what was said":      `UPDATE event_bodies SET body = body || ' ' WHERE ` + one,
		"an event taken out": `DELETE FROM events WHERE ` + one,
		"an event slipped in": `INSERT INTO events (tx, seq, stream_kind, stream_id, version, kind, actor_kind, origin, happened_at, recorded_at, digest)
			OVERRIDING SYSTEM VALUE SELECT tx, -1, stream_kind, 'x', 1, kind, actor_kind, origin, happened_at, recorded_at, digest FROM events WHERE tx = (SELECT max(tx) FROM events) LIMIT 1`,
		"a seal made anew": `UPDATE event_seals SET root = prev_root`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := installed(t)
			follow(t, c)
			s.exec(sql)
			s.fails([]string{"verify-audit"}, "BROKEN:", "the history is not as it was written")
		})
	}
}

func TestVerifyAuditHoldsAfterAnErasure(t *testing.T) {
	t.Parallel()
	s, c := installed(t)
	follow(t, c)
	s.exec(`DELETE FROM event_bodies WHERE seq IN (SELECT seq FROM events WHERE stream_kind = 'case')`)
	s.prints([]string{"verify-audit"}, "The history is as it was written.")
}

// shippedFile writes a shipped configuration file, changed, into a directory of
// the test's own.
func (s *shell) shippedFile(name string, changes ...string) string {
	s.t.Helper()
	files, err := casetypes.Shipped()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range files {
		if filepath.Base(f.Name) != name {
			continue
		}
		text := strings.NewReplacer(changes...).Replace(string(f.Source))
		if len(changes) > 0 && text == string(f.Source) {
			s.t.Fatalf("%s does not say %q", name, changes[0])
		}
		to := filepath.Join(s.dir, name)
		if err := os.WriteFile(to, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
		return to
	}
	s.t.Fatalf("no file %s is shipped", name)
	return ""
}

func TestAConfigurationIsCheckedPublishedAndExported(t *testing.T) {
	t.Parallel()
	s, c := installed(t)
	file := s.shippedFile("enquiry.yaml", "prefix: ENQ", "prefix: ASK")
	s.prints([]string{"config", "check", file}, "can be published as version 2", "ASK")
	if _, err := c.types.At(t.Context(), "enquiry", 2); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("checking has published: %v", err)
	}
	s.prints([]string{"config", "publish", file, "--note", "New letters"}, "Published enquiry as version 2")
	s.prints([]string{"config", "publish", file}, "already")
	s.prints([]string{"config", "check", file}, "says what is published as version 2")

	exported := s.prints([]string{"config", "export", "enquiry"}, "prefix: ASK")
	if written, err := os.ReadFile(file); err != nil || exported != string(written) {
		t.Errorf("what comes out is not what went in: %v\n%s", err, firstDifference(exported, string(written)))
	}
	s.prints([]string{"config", "export", "enquiry", "--at", "1"}, "prefix: ENQ")
	s.prints([]string{"config", "export", "northmoor-offices", "--calendar"}, "kind: calendar")
	s.fails([]string{"config", "export", "enquiries"}, "enquiries")
	s.fails([]string{"config", "export", "enquiry", "--at", "9"})
}

func TestExamplesThatDoNotHoldAreSaidAndBlockPublishing(t *testing.T) {
	t.Parallel()
	s, c := installed(t)
	s.prints([]string{"config", "check", s.shippedFile("complaint.yaml")}, "holds: Raised just before the weekend", "says what is published as version 1")
	file := s.shippedFile("complaint.yaml", `respond: "Friday 16:50, 2 weeks later"`, `respond: "Tuesday 12:50"`)
	for _, command := range []string{"check", "publish"} {
		s.fails([]string{"config", command, file}, "“respond” should be due Tuesday 12:50, but is due Friday 16:50, 2 weeks later.")
	}
	if _, err := c.types.At(t.Context(), "complaint", 2); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("it was published all the same: %v", err)
	}
	s.prints([]string{"config", "publish", s.shippedFile("complaint.yaml", `message: closed-not-upheld, to: requester } }`, `message: closed-not-upheld, to: requester } }
  - { given: { event: update.added }, expect: { message: update-received, to: assignee } }`)}, "Published complaint as version 2")
}

func TestAWrongConfigurationIsRefusedWithFileAndLine(t *testing.T) {
	t.Parallel()
	s, c := installed(t)
	file := s.shippedFile("enquiry.yaml", "prefix: ENQ", "prefix: enquiries")
	for _, command := range []string{"check", "publish"} {
		s.fails([]string{"config", command, file}, "capital letters")
	}
	s.fails([]string{"config", "check", file}, "enquiry.yaml:")
	if _, err := c.types.At(t.Context(), "enquiry", 2); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("it was published all the same: %v", err)
	}
	s.fails([]string{"config", "check", filepath.Join(s.dir, "nothing.yaml")}, "nothing.yaml")
	large := filepath.Join(s.dir, "large.yaml")
	if err := os.WriteFile(large, bytes.Repeat([]byte("# \n"), maxConfigFile), 0o644); err != nil {
		t.Fatal(err)
	}
	s.fails([]string{"config", "check", large}, "larger than 1 MB")
}

func TestTheSchemaOfConfigurationIsJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run([]string{"config", "schema"}, &out); err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(out.Bytes(), &schema); err != nil || schema["$schema"] == nil {
		t.Errorf("%v: %.200s", err, out.String())
	}
}

func TestNoSecretIsPrintedWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	const secret = "correct-horse-battery"
	var out bytes.Buffer
	err := run([]string{"doctor", "--data-dir", t.TempDir(), "--database-url", "postgres://casement:" + secret + "@127.0.0.1:1/casement?connect_timeout=1"}, &out)
	if err == nil {
		t.Fatal("there is a database at port 1")
	}
	if strings.Contains(out.String()+err.Error(), secret) {
		t.Errorf("the password is in %q or %q", out.String(), err)
	}
}

// The settings stand in docs/operations.md as the program itself explains them.
func TestTheTableOfSettingsInTheDocsIsCurrent(t *testing.T) {
	t.Parallel()
	openDocument(t, "operations.md").Holds("settings", settingsTable(t, settings.Settings{}))
}

// settingsTable lists every flag that is not hidden, in the order of the code.
func settingsTable(t *testing.T, s settings.Settings) string {
	t.Helper()
	parser, err := kong.New(&s, kong.Name("casement"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| environment | flag | default | what it is |\n| --- | --- | --- | --- |\n")
	for _, f := range parser.Model.Flags {
		if f.Hidden || f.Name == "help" {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | %s | %s |\n", strings.Join(f.Envs, "`, `"), f.Name, quoted(f.Default), strings.ReplaceAll(f.Help, "|", "\\|"))
	}
	return b.String()
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
