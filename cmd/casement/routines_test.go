package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/routines"
)

// Behind the real queue, with everything wired: an event sets off a routine,
// which gives commands and writes a message, and sets off another.
func TestRoutinesRunBehindTheQueue(t *testing.T) {
	c := newCouncil(t, false)
	file, err := c.types.File(t.Context(), casetypes.KindCaseType, "complaint", 1)
	if err != nil {
		t.Fatal(err)
	}
	const more = `
  - key: urgent
    name: Make it urgent
    when: { on: case.raised }
    if: fields.harm && case.priority != "urgent"
    do:
      - { command: case.change_priority, with: { to: urgent } }
      - { message: public-note, to: requester }
  - key: note-it
    name: Note it
    when: { on: case.priority_changed }
    if: event.by == "routine" && event.after.priority == "urgent"
    do:
      - { command: note.add, with: { body: "{{ case.reference }} is {{ case.priority }}." } }
`
	file.Source = []byte(strings.Replace(string(file.Source), "\nroutines:", "\nroutines:"+strings.TrimRight(more, "\n")+" #", 1))
	if _, err := c.publisher.Publish(t.Context(), core.SystemActor(), casetypes.Upload{File: file}); err != nil {
		t.Fatal(err)
	}
	runner, err := jobs.New(c.db.Pool(), c.work(), c.log)
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := runner.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	id := core.NewID[core.CaseID]()
	raise := &cases.Raise{
		Type: "complaint", Subject: "A wall leans over the pavement", Subtype: "pothole", Channel: core.ChannelWeb, Requester: c.amara.ID,
		Contact: core.Contact{Name: c.amara.Name, Email: c.amara.Email}, Fields: map[string]any{"harm": true},
	}
	if _, err := c.cases.Do(t.Context(), core.PersonActor(c.amara.ID, c.amara.Name), cases.One(id, 0, raise)); err != nil {
		t.Fatal(err)
	}
	seen, err := c.cases.ByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	by := core.StaffActor(c.priya.ID, c.priya.Name)
	var runs []routines.Run
	for wait := time.NewTimer(30 * time.Second); ; {
		found, err := c.cases.Find(t.Context(), by, seen.Ref, core.MayView)
		if err != nil {
			t.Fatal(err)
		}
		if runs, err = c.routines.OfCase(t.Context(), found); err != nil {
			t.Fatal(err)
		}
		done := 0
		for _, r := range runs {
			if r.State == routines.Ran {
				done++
			}
		}
		if done == 2 {
			break
		}
		select {
		case <-wait.C:
			t.Fatalf("the runs are %+v", runs)
		case <-time.After(20 * time.Millisecond):
		}
	}
	history, err := c.cases.Timeline(t.Context(), &cases.Seen{Case: seen}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var note core.Recorded
	for _, e := range history {
		if e.Kind == core.NoteAdded {
			note = e
		}
	}
	if note.Actor.ID != "complaint/note-it" || len(note.Actor.Chain) != 1 || note.Actor.Chain[0] != "complaint/urgent" {
		t.Errorf("the note is by %+v", note.Actor)
	}
	var body string
	if err := c.db.Pool().QueryRow(t.Context(), `SELECT body FROM notes WHERE case_id = $1`, id).Scan(&body); err != nil || body != string(seen.Ref)+" is Urgent." {
		t.Errorf("the note says %q, %v", body, err)
	}
	var letters int
	if err := c.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM outbox WHERE case_id = $1 AND event_kind = 'routine' AND recipient = $2`, id, c.amara.Email).Scan(&letters); err != nil || letters != 1 {
		t.Errorf("%d letters, %v", letters, err)
	}
}
