package casetypes

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// Surroundings is what a [Publisher] asks the rest of the program.
type Surroundings struct {
	// References says what exists outside configuration: groups, templates,
	// forms, workflows. Calendars and prefixes are filled in by the publisher.
	References func(ctx context.Context) (References, error)
	// Holds counts what the open cases of a type hold. Nil: there are no cases.
	Holds func(ctx context.Context, typeKey string) (core.Held, error)
	// Sections are [Sections] and what other slices contribute; nil is Sections.
	Sections []Section
}

// Checker looks at a document that is sound and names nothing that does not
// exist, and says what else keeps it from being published: an example that
// fails, a loop of routines. It changes nothing.
type Checker func(ctx context.Context, doc Document) (Findings, error)

// Publisher turns files into published versions: checked against everything
// they name, numbered, recorded as events, and never changed afterwards.
type Publisher struct {
	types    *Service
	clock    core.Clock
	around   Surroundings
	sections []Section
	checkers []Checker
	advisers []Checker
}

// NewPublisher makes a publisher on the service's database.
func NewPublisher(types *Service, clock core.Clock, around Surroundings) *Publisher {
	p := &Publisher{types: types, clock: clock, around: around, sections: around.Sections}
	if p.sections == nil {
		p.sections = Sections()
	}
	return p
}

// Sections lists the sections of case types in this program.
func (p *Publisher) Sections() []Section { return p.sections }

// Require adds checks that whatever is published has to pass. It is for where
// the program is put together, before anything is published.
func (p *Publisher) Require(checkers ...Checker) { p.checkers = append(p.checkers, checkers...) }

// Advise adds checks whose findings warn and keep nothing from being published:
// routines that may set off each other for ever. They are asked like those of
// [Publisher.Require].
func (p *Publisher) Advise(advisers ...Checker) { p.advisers = append(p.advisers, advisers...) }

// Draft is a file before it is published, and what publishing it would do.
// With findings it cannot be.
type Draft struct {
	File     File
	Document Document
	Current  int      // the version published now; 0: the document would be new
	Changes  []Change // against that version; none: publishing would do nothing
	Findings Findings
	Warnings Findings   // what does not keep it from being published; only of a document that can be
	Known    References // what the document may name; of case types that can be read
}

// Next is the number the version would have.
func (d Draft) Next() int { return d.Current + 1 }

// Same reports whether the file says what is published already.
func (d Draft) Same() bool { return d.Current > 0 && len(d.Findings) == 0 && len(d.Changes) == 0 }

// Publishable reports whether publishing would make a version.
func (d Draft) Publishable() bool { return len(d.Findings) == 0 && !d.Same() }

// Check reads a file and says what publishing it would change, or why it
// cannot be. It changes nothing. Wrong files are findings, not errors.
func (p *Publisher) Check(ctx context.Context, f File) (Draft, error) {
	draft, err := p.check(ctx, p.types.db.Pool(), f)
	if err == nil && len(draft.Findings) == 0 {
		draft.Findings, err = ask(ctx, p.checkers, draft.Document)
	}
	if err == nil && len(draft.Findings) == 0 {
		draft.Warnings, err = ask(ctx, p.advisers, draft.Document)
	}
	return draft, err
}

// ask asks checkers about a document.
func ask(ctx context.Context, checkers []Checker, doc Document) (Findings, error) {
	var out Findings
	for _, checker := range checkers {
		found, err := checker(ctx, doc)
		if err != nil {
			return nil, fmt.Errorf("check %s %s: %w", doc.Kind, doc.Key, err)
		}
		for _, f := range found {
			out = append(out, doc.placed(f))
		}
	}
	return out.sorted(), nil
}

func (p *Publisher) check(ctx context.Context, q postgres.Querier, f File) (Draft, error) {
	draft := Draft{File: f}
	draft.Document, draft.Findings = Decode(f, p.sections)
	doc := draft.Document
	if doc.CaseType == nil && doc.Calendar == nil {
		return draft, nil // it is not even known what it is
	}
	var err error
	if draft.Current, err = newestVersion(ctx, q, doc.Kind, doc.Key); err != nil {
		return draft, err
	}
	if len(draft.Findings) > 0 {
		return draft, nil
	}
	known, err := p.references(ctx, q, doc)
	if err != nil {
		return draft, err
	}
	if doc.CaseType != nil {
		doc.CaseType.Fields = withDesigned(withKept(doc.CaseType, known.Details), doc.CaseType.Form, known.Designs)
	}
	draft.Known = known
	draft.Findings = doc.Check(p.sections, known)
	draft.Changes, err = p.changes(ctx, draft)
	return draft, err
}

func (p *Publisher) references(ctx context.Context, q postgres.Querier, doc Document) (References, error) {
	if doc.Kind != KindCaseType {
		return References{}, nil
	}
	known, err := p.around.References(ctx)
	if err != nil {
		return known, fmt.Errorf("find what case types may name: %w", err)
	}
	known.Conditions = p.types.Conditions()
	calendars, err := headsOf(ctx, q, KindCalendar)
	if err != nil {
		return known, err
	}
	known.CalendarNames = make(map[string]string, len(calendars))
	for _, c := range calendars {
		known.Calendars = append(known.Calendars, c.Key)
		calendar, err := p.types.Over(q).CalendarAt(ctx, c.Key, c.Version)
		if err != nil {
			return known, err
		}
		known.CalendarNames[c.Key] = calendar.Name.String()
	}
	if known.Prefixes, err = prefixes(ctx, q); err != nil {
		return known, err
	}
	if p.around.Holds != nil {
		if known.Held, err = p.around.Holds(ctx, doc.Key); err != nil {
			return known, fmt.Errorf("find what open cases hold: %w", err)
		}
	}
	return known, nil
}

func (p *Publisher) changes(ctx context.Context, d Draft) ([]Change, error) {
	doc := d.Document
	if doc.Kind == KindCalendar {
		var before *core.CalendarSpec
		if d.Current > 0 {
			calendar, err := p.types.CalendarAt(ctx, doc.Key, d.Current)
			if err != nil {
				return nil, err
			}
			before = &calendar.CalendarSpec
		}
		return DiffCalendar(before, doc.Calendar), nil
	}
	var before *core.CaseType
	if d.Current > 0 {
		var err error
		if before, err = p.types.At(ctx, doc.Key, d.Current); err != nil {
			return nil, err
		}
	}
	return Diff(p.sections, before, doc.CaseType), nil
}

// Upload is a file somebody wants published.
type Upload struct {
	File File
	Note string // why, for the list of versions; may be empty
	// Seen is the version that was current when the changes were shown, as
	// [Draft.Current]. Nil does not ask whether somebody was faster.
	Seen *int
}

// Published names the version that a publication led to.
type Published struct {
	Kind    string
	Key     string
	Version int
	New     bool // false: the file said what was published already
	Changes []Change
}

const maxPublishNote = 500

// Publish checks a file and makes it the next version. A file that says what
// is published already makes none. By must be a configurator, or the system.
// What is wrong is an invalid error; see [FindingsOf].
func (p *Publisher) Publish(ctx context.Context, by core.Actor, u Upload) (Published, error) {
	note := strings.TrimSpace(u.Note)
	switch {
	case !MayPublish(by):
		return Published{}, core.Forbidden("Only configurators publish case types and calendars.")
	case utf8.RuneCountInString(note) > maxPublishNote || strings.ContainsFunc(note, unwelcome):
		return Published{}, core.InvalidField("note", "Say why in %d letters at most.", maxPublishNote)
	}
	// The checkers are asked before the transaction: they may read, and whoever
	// holds a connection does not wait for another.
	if draft, err := p.Check(ctx, u.File); err != nil {
		return Published{}, err
	} else if err := draft.Findings.Err(); err != nil {
		return Published{}, err
	}
	var out Published
	err := p.types.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// One publication at a time: prefixes and references are compared with
		// what is published, and version numbers have no gaps.
		if err := lockConfiguration(ctx, tx); err != nil {
			return err
		}
		draft, err := p.check(ctx, tx, u.File)
		if err != nil {
			return err
		}
		if err := draft.Findings.Err(); err != nil {
			return err
		}
		out = Published{Kind: draft.Document.Kind, Key: draft.Document.Key, Version: draft.Current, Changes: draft.Changes}
		switch {
		case draft.Same():
			return nil
		case u.Seen != nil && *u.Seen != draft.Current:
			return core.Conflict("Somebody else published version %d of “%s” meanwhile. Look at the changes again.", draft.Current, draft.Document.Title())
		}
		out.Version, out.New = draft.Next(), true
		return p.write(ctx, tx, by, draft, note)
	})
	return out, err
}

// MayPublish reports whether somebody may publish configuration.
func MayPublish(by core.Actor) bool {
	return by.Kind == core.ActorSystem || by.IsStaff() && by.Has(core.RoleConfigurator)
}

func (p *Publisher) write(ctx context.Context, tx pgx.Tx, by core.Actor, d Draft, note string) error {
	doc, now := d.Document, p.clock.Now()
	body, err := bodyOf(doc)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, insertDocument, doc.Kind, doc.Key, d.Next(), body, string(d.File.Source), by.ID, now, note); err != nil {
		return fmt.Errorf("publish %s %s: %w", doc.Kind, doc.Key, postgres.Translate(err))
	}
	sentences := make([]string, len(d.Changes))
	for i, c := range d.Changes {
		sentences[i] = c.Sentence
	}
	return events.AppendNext(ctx, tx, events.Entry{
		Stream: core.StreamConfiguration, StreamID: doc.Kind + "/" + doc.Key,
		Event: core.Event{Kind: core.ConfigurationPublished, About: core.About{
			"kind": doc.Kind, "key": doc.Key, "version": d.Next(), "note": note, "changes": sentences}},
		Actor: by, Origin: core.OriginLive, HappenedAt: now, RecordedAt: now,
	})
}

// bodyOf is what a version is kept as.
func bodyOf(doc Document) ([]byte, error) {
	var what any = doc.CaseType
	if doc.Kind == KindCalendar {
		what = doc.Calendar
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(what); err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", doc.Kind, doc.Key, err)
	}
	return out.Bytes(), nil
}

// Again publishes what an old version said, as a new version: roll-back. It is
// checked against what exists now.
func (p *Publisher) Again(ctx context.Context, by core.Actor, kind, key string, version int, seen *int) (Published, error) {
	f, err := p.types.File(ctx, kind, key, version)
	if err != nil {
		return Published{}, err
	}
	return p.Publish(ctx, by, Upload{File: f, Note: fmt.Sprintf("As version %d.", version), Seen: seen})
}

// Install publishes the shipped files whose documents do not exist yet. What
// was changed since is left alone.
func (p *Publisher) Install(ctx context.Context, by core.Actor) error {
	files, err := Shipped()
	if err != nil {
		return err
	}
	for _, f := range files {
		doc, findings := Decode(f, p.sections)
		if err := findings.Err(); err != nil {
			return err
		}
		version, err := newestVersion(ctx, p.types.db.Pool(), doc.Kind, doc.Key)
		if err != nil {
			return err
		}
		if version > 0 {
			continue
		}
		if _, err := p.Publish(ctx, by, Upload{File: f, Note: "Shipped with Casement."}); err != nil {
			return err
		}
	}
	return nil
}

// Version is one published version, as lists show it.
type Version struct {
	Kind    string
	Key     string
	Version int
	ByID    string // who published it; "" for the installation itself
	ByName  string
	At      time.Time
	Note    string
}
