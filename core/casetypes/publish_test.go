package casetypes_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

type fixedClock struct{ now time.Time }

func (c fixedClock) Now() time.Time { return c.now }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

type office struct {
	db        *postgres.DB
	types     *casetypes.Service
	publisher *casetypes.Publisher
	held      core.Held
}

// newOffice is an installation with the shipped configuration.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{db: postgres.NewDB(pgtest.New(t))}
	o.types = casetypes.New(o.db)
	o.publisher = casetypes.NewPublisher(o.types, fixedClock{noon}, casetypes.Surroundings{
		References: func(context.Context) (casetypes.References, error) {
			known := surroundings()
			known.Calendars, known.Prefixes = nil, nil // the publisher knows
			return known, nil
		},
		Holds: func(context.Context, string) (core.Held, error) { return o.held, nil },
	})
	if err := o.publisher.Install(t.Context(), core.SystemActor()); err != nil {
		t.Fatal(err)
	}
	return o
}

func configurator() core.Actor {
	return core.StaffActor(core.NewID[core.StaffID](), "Priya", core.RoleConfigurator)
}

func TestPublishingMakesTheNextVersionAndRecordsIt(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	f := editedFile(t, "complaint.yaml", "name: Waiting for requester", "name: On hold")
	draft, err := o.publisher.Check(ctx, f)
	if err != nil || !draft.Publishable() || draft.Current != 1 || len(draft.Changes) != 1 {
		t.Fatalf("the draft is %+v, %v", draft, err)
	}
	by := configurator()
	got, err := o.publisher.Publish(ctx, by, casetypes.Upload{File: f, Note: "Shorter.", Seen: &draft.Current})
	if err != nil || got.Version != 2 || !got.New {
		t.Fatalf("published %+v, %v", got, err)
	}
	now, err := o.types.Published(ctx, "complaint")
	if err != nil || now.Version != 2 {
		t.Fatalf("published is version %d, %v", now.Version, err)
	}
	if s, _ := now.Status("waiting"); s.Name.String() != "On hold" {
		t.Errorf("the status is %q", s.Name)
	}
	if before, err := o.types.At(ctx, "complaint", 1); err != nil || before.Version != 1 {
		t.Errorf("version 1 is %v, %v", before, err)
	}
	versions, err := o.types.Versions(ctx, casetypes.KindCaseType, "complaint")
	if err != nil || len(versions) != 2 || versions[0].Note != "Shorter." || versions[0].ByID != by.ID || !versions[0].At.Equal(noon) {
		t.Errorf("the versions are %+v, %v", versions, err)
	}
	history, err := events.History(ctx, o.db.Pool(), core.StreamConfiguration, "case_type/complaint", 0, 10)
	if err != nil || len(history) != 2 || history[1].Kind != core.ConfigurationPublished || history[1].Actor.ID != by.ID {
		t.Errorf("the history is %+v, %v", history, err)
	}
	file, err := o.types.File(ctx, casetypes.KindCaseType, "complaint", 2)
	if err != nil || string(file.Source) != string(f.Source) {
		t.Errorf("the file came back different: %v", err)
	}
}

func TestPublishingTheSameAgainMakesNoVersion(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	for _, f := range []casetypes.File{shippedFile(t, "enquiry.yaml"), shippedFile(t, "northmoor-offices.yaml"),
		editedFile(t, "enquiry.yaml", "# General enquiries", "# Any enquiries")} {
		got, err := o.publisher.Publish(ctx, configurator(), casetypes.Upload{File: f})
		if err != nil || got.New || got.Version != 1 {
			t.Errorf("%s: published %+v, %v", f.Name, got, err)
		}
	}
	if err := o.publisher.Install(ctx, core.SystemActor()); err != nil {
		t.Errorf("installing again: %v", err)
	}
}

func TestGoingBackPublishesAnOldVersionAgain(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	f := editedFile(t, "report.yaml", "within: 10 working days", "within: 12 working days")
	if _, err := o.publisher.Publish(ctx, configurator(), casetypes.Upload{File: f}); err != nil {
		t.Fatal(err)
	}
	back, err := o.publisher.Again(ctx, configurator(), casetypes.KindCaseType, "report", 1, nil)
	if err != nil || back.Version != 3 || !back.New {
		t.Fatalf("went back to %+v, %v", back, err)
	}
	if changes, err := o.publisher.Between(ctx, casetypes.KindCaseType, "report", 1, 3); err != nil || len(changes) > 0 {
		t.Errorf("version 3 differs from version 1: %v, %v", changes, err)
	}
	changes, err := o.publisher.Between(ctx, casetypes.KindCaseType, "report", 1, 2)
	if err != nil || len(changes) != 1 || changes[0].Sentence != "Target ‘Put it right’: 10 → 12 working days." {
		t.Errorf("version 2 changed %v, %v", changes, err)
	}
}

func TestWhatMayNotBePublishedChangesNothing(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	good := editedFile(t, "complaint.yaml", "name: Waiting for requester", "name: On hold")
	zero := 0
	for name, test := range map[string]struct {
		by   core.Actor
		up   casetypes.Upload
		want core.ErrorKind
	}{
		"by a case manager":       {core.StaffActor(core.NewID[core.StaffID](), "Ann"), casetypes.Upload{File: good}, core.ErrForbidden},
		"by an administrator":     {core.StaffActor(core.NewID[core.StaffID](), "Ann", core.RoleAdministrator), casetypes.Upload{File: good}, core.ErrForbidden},
		"by the public":           {core.AnonymousActor(), casetypes.Upload{File: good}, core.ErrForbidden},
		"a mistake in the file":   {configurator(), casetypes.Upload{File: editedFile(t, "complaint.yaml", "manage: [complaints-team]", "manage: [complaint-team]")}, core.ErrInvalid},
		"another type's prefix":   {configurator(), casetypes.Upload{File: editedFile(t, "complaint.yaml", "prefix: CMP", "prefix: ENQ")}, core.ErrInvalid},
		"an unknown calendar":     {configurator(), casetypes.Upload{File: editedFile(t, "complaint.yaml", "calendar: northmoor-offices", "calendar: depot")}, core.ErrInvalid},
		"somebody was faster":     {configurator(), casetypes.Upload{File: good, Seen: &zero}, core.ErrConflict},
		"a note that is too long": {configurator(), casetypes.Upload{File: good, Note: strings.Repeat("a", 501)}, core.ErrInvalid},
		"nothing at all":          {configurator(), casetypes.Upload{}, core.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := o.publisher.Publish(ctx, test.by, test.up); core.KindOf(err) != test.want {
				t.Errorf("the error is %v, want %s", err, test.want)
			}
		})
	}
	if versions, err := o.types.Versions(ctx, casetypes.KindCaseType, "complaint"); err != nil || len(versions) != 1 {
		t.Errorf("there are %d versions, %v", len(versions), err)
	}
	o.held = core.Held{Statuses: map[string]int{"waiting": 2}}
	gone := editedFile(t, "complaint.yaml", "{ key: waiting, kind: waiting", "{ key: on-hold, kind: waiting")
	if _, err := o.publisher.Publish(ctx, configurator(), casetypes.Upload{File: gone}); len(casetypes.FindingsOf(err)) != 1 {
		t.Errorf("dropping a held status gave %v", err)
	}
	gone.Source = append(gone.Source, "replaced_by: { statuses: { waiting: on-hold } }\n"...)
	if got, err := o.publisher.Publish(ctx, configurator(), casetypes.Upload{File: gone}); err != nil || got.Version != 2 {
		t.Errorf("with a replacement: %+v, %v", got, err)
	}
}

func TestManyAtOncePublishOneVersionEach(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	var wait sync.WaitGroup
	for _, days := range []string{"6", "7", "8", "9"} {
		f := editedFile(t, "enquiry.yaml", "within: 5 working days", "within: "+days+" working days")
		wait.Go(func() {
			if got, err := o.publisher.Publish(ctx, configurator(), casetypes.Upload{File: f}); err != nil || !got.New {
				t.Errorf("published %+v, %v", got, err)
			}
		})
	}
	wait.Wait()
	versions, err := o.types.Versions(ctx, casetypes.KindCaseType, "enquiry")
	if err != nil || len(versions) != 5 || versions[0].Version != 5 {
		t.Errorf("the versions are %+v, %v", versions, err)
	}
}

func TestTheServiceAnswersForWhatIsPublished(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	all, err := o.types.All(ctx)
	if err != nil || len(all) != 3 || all[0].Key != "complaint" {
		t.Fatalf("all types are %v, %v", all, err)
	}
	calendar, version, err := o.types.Calendar(ctx, "northmoor-offices")
	if err != nil || version != 1 || calendar.Version != 1 || calendar.IsOpen(time.Date(2026, 12, 25, 11, 0, 0, 0, time.UTC)) {
		t.Errorf("the calendar is %v, version %d, %v", calendar, version, err)
	}
	for what, err := range map[string]error{
		"a type":     second(o.types.Published(ctx, "nothing")),
		"a version":  second(o.types.At(ctx, "complaint", 9)),
		"a calendar": second(o.types.CalendarAt(ctx, "nothing", 1)),
		"versions":   second(o.types.Versions(ctx, casetypes.KindCaseType, "nothing")),
		"a file":     second(o.types.File(ctx, casetypes.KindCalendar, "nothing", 1)),
	} {
		if core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%s that is not there: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
