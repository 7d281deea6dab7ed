package notifications_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

const base = "https://casework.northmoor.example"

// office is the small council with the shipped case types, whose people are
// written to.
type office struct {
	*casestest.World
	*notifications.Service
	targets   *targets.Service
	questions *questions.Service
	messages  *messages.Service
	delivered int // how often the sending of letters was queued
	seen      int // letters that have been looked at
}

func open(t *testing.T) *office {
	t.Helper()
	t.Parallel()
	w := casestest.New(t)
	targets.Wire(w.Cases)
	questions.Wire(w.Cases)
	notes.Wire(w.Cases)
	tasks.Wire(w.Cases)
	targets.KeepTasks(w.Cases, targets.Tasks{Find: tasks.Find, SetDue: tasks.SetDue})
	o := &office{
		World: w, targets: targets.New(w.DB, w.Cases, w.Clock), questions: questions.New(w.DB, w.Cases, w.Clock, casestest.Secret),
		messages: messages.New(w.DB, w.Clock, messages.Options{Domain: "northmoor.example"}),
	}
	o.Service = notifications.New(notifications.Options{
		DB: w.DB, Messages: o.messages, People: people.New(w.DB, people.Options{Clock: w.Clock, BaseURL: base}), Cases: w.Cases,
		Notes: notes.New(w.DB, w.Clock), Questions: o.questions, Targets: o.targets, Tasks: tasks.New(w.DB, w.Cases, w.Clock, nil), Portals: portals.New(w.DB, w.Types, w.Clock),
		Followers: followers.New(w.DB), Satisfaction: satisfaction.New(w.DB, w.Cases, w.Clock, casestest.Secret), Secret: casestest.Secret,
		Log: slog.New(slog.DiscardHandler), BaseURL: base + "/", Deliver: func(*pgx.Batch) { o.delivered++ },
	})
	w.Cases.Listen(o.Heard)
	o.exec(t, `INSERT INTO groups (key, name, created_at) SELECT k, initcap(replace(k, '-', ' ')), $2 FROM unnest($1::text[]) k ON CONFLICT DO NOTHING`,
		casetypes.ShippedGroups(), casestest.Start)
	o.publishShipped(t)
	return o
}

// publishShipped makes the shipped files the published configuration.
func (o *office) publishShipped(t *testing.T) {
	t.Helper()
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		doc, findings := casetypes.Decode(f, casetypes.Sections())
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		var content any = doc.CaseType
		if doc.Calendar != nil {
			content = doc.Calendar
		}
		raw, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		o.Publish(t, doc.Kind, doc.Key, string(raw))
	}
}

func (o *office) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := o.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// restrict makes a case one for those named on it.
func (o *office) restrict(t testing.TB, id core.CaseID) {
	t.Helper()
	o.exec(t, `WITH made AS (INSERT INTO scopes (type_key, group_key, confidentiality) SELECT type_key, group_key, 'restricted' FROM cases WHERE id = $1 RETURNING id)
		UPDATE cases SET confidentiality = 'restricted', scope_id = (SELECT id FROM made) WHERE id = $1`, id)
}

// react lets the listeners hear what happened to a case.
func (o *office) react(t testing.TB, id core.CaseID) {
	t.Helper()
	if err := o.Cases.React(t.Context(), id, func(context.Context, pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// letter is a line of the outbox.
type letter struct{ Event, Audience, Template, To, Name, Subject, Text string }

func (l letter) String() string {
	return fmt.Sprintf("%s %s %s %s", l.Event, l.Audience, l.Template, l.To)
}

// letters reacts to a case and returns what was written since the last time.
func (o *office) letters(t testing.TB, id core.CaseID) []letter {
	t.Helper()
	o.react(t, id)
	rows, err := o.Pool.Query(t.Context(), `SELECT event_kind, audience, template, recipient, recipient_name, subject, body_text
		FROM outbox ORDER BY event_seq, audience, recipient`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[letter])
	if err != nil {
		t.Fatal(err)
	}
	fresh := all[min(o.seen, len(all)):]
	o.seen = len(all)
	return fresh
}

// wants compares letters with lines of "event audience template address".
func wants(t testing.TB, what string, got []letter, want ...string) {
	t.Helper()
	var lines []string
	for _, l := range got {
		lines = append(lines, l.String())
	}
	slices.Sort(lines)
	slices.Sort(want)
	if !slices.Equal(lines, want) {
		t.Errorf("%s: written were\n  %s\nwanted\n  %s", what, strings.Join(lines, "\n  "), strings.Join(want, "\n  "))
	}
}

// raise raises a case of a type for Amara.
func (o *office) raise(t testing.TB, typeKey string) core.CaseID {
	t.Helper()
	return o.raiseBy(t, o.amara(), &cases.Raise{
		Type: typeKey, Subject: "Collections missed", Channel: core.ChannelWeb, Requester: o.Amara,
		Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: amaraMail},
	})
}

func (o *office) raiseBy(t testing.TB, by core.Actor, raise *cases.Raise) core.CaseID {
	t.Helper()
	id := core.NewID[core.CaseID]()
	raise.Channel = cmp.Or(raise.Channel, core.ChannelWeb)
	o.Do(t, by, id, raise)
	return id
}

func (o *office) amara() core.Actor { return core.PersonActor(o.Amara, "Amara") }

const amaraMail = "amara@example.org"
