// Package formdesigns keeps the forms that are made without code: what each
// asks, its versions, and what is being made of it before it is published. The
// plugin casement.designed asks them; case types name them as design:KEY.
//
//	definition.go  what a form is made of, and what people call it
//	check.go       what is wrong with one
//	edit.go        the changes the designer makes
//	formdesigns.go versions, drafts, undo; files
//	store.go       the SQL
package formdesigns

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
)

// Service keeps forms. It is safe for concurrent use.
type Service struct {
	db    *postgres.DB
	types *casetypes.Service
	clock core.Clock
	lists func(ctx context.Context) ([]string, error)

	mu    sync.RWMutex
	known map[versioned]*Definition // published versions never change
}

type versioned struct {
	key     string
	version int
}

// New makes the service. lists names the lists that look-ups may use; nil lets
// them name any.
func New(db *postgres.DB, types *casetypes.Service, clock core.Clock, lists func(ctx context.Context) ([]string, error)) *Service {
	return &Service{db: db, types: types, clock: clock, lists: lists, known: map[versioned]*Definition{}}
}

// Summary is one form in the list.
type Summary struct {
	Key         string
	Name        string // as drafted, else as published
	Version     int    // 0: not published yet
	PublishedAt time.Time
	PublishedBy string // "" for the installation itself
	Drafted     bool
	ChangedAt   time.Time // of the draft
	ChangedBy   string
}

// List returns every form, by key.
func (s *Service) List(ctx context.Context) ([]Summary, error) {
	published, err := postgres.All[publishedRow](ctx, s.db.Pool(), selectPublished)
	if err != nil {
		return nil, err
	}
	drafts, err := postgres.All[headRow](ctx, s.db.Pool(), selectDrafts)
	if err != nil {
		return nil, err
	}
	byKey := map[string]*Summary{}
	for _, r := range published {
		byKey[r.Key] = &Summary{Key: r.Key, Name: r.Name, Version: r.Version, PublishedAt: r.At.UTC(), PublishedBy: r.ByName}
	}
	for _, r := range drafts {
		if byKey[r.Key] == nil {
			byKey[r.Key] = &Summary{Key: r.Key}
		}
		d := byKey[r.Key]
		d.Name, d.Drafted, d.ChangedAt, d.ChangedBy = r.Name, true, r.ChangedAt.UTC(), r.ByName
	}
	out := make([]Summary, 0, len(byKey))
	for _, d := range byKey {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b Summary) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

// Published returns a version of a form; version 0 is the newest. The result
// must not be changed.
func (s *Service) Published(ctx context.Context, key string, version int) (*Definition, int, error) {
	s.mu.RLock()
	d := s.known[versioned{key, version}]
	s.mu.RUnlock()
	if d != nil {
		return d, version, nil
	}
	d = new(Definition)
	version, err := s.types.Sheet(ctx, casetypes.KindFormDesign, key, version, d)
	if err != nil {
		return nil, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[versioned{key, version}] = d
	return d, version, nil
}

// Fills says by form which fields of the case its answers become.
func (s *Service) Fills(ctx context.Context) (map[string][]core.Field, error) {
	rows, err := postgres.All[bodyRow](ctx, s.db.Pool(), selectBodies)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]core.Field, len(rows))
	for _, r := range rows {
		var d Definition
		if err := json.Unmarshal(r.Body, &d); err != nil {
			return nil, fmt.Errorf("read the form %s: %w", r.Key, err)
		}
		out[r.Key] = d.Fills()
	}
	return out, nil
}

// Draft is what is being made of a form.
type Draft struct {
	Key        string
	Definition Definition
	Kept       bool // false: it says what is published
	Based      int  // the version it was begun from; 0 for a new form
	Step       int  // of its changes; a change is made to the step that was seen
	Said       string
	By         string
	ChangedAt  time.Time
	CanUndo    bool
	CanRedo    bool
	Findings   casetypes.Findings
}

// Draft returns the draft of a form, or, where nothing was changed, what is
// published. There is a not-found error when the form does not exist.
func (s *Service) Draft(ctx context.Context, key string) (Draft, error) {
	d, found, err := findDraft(ctx, s.db.Pool(), key)
	if err != nil {
		return d, err
	}
	if !found {
		if d, err = s.fromPublished(ctx, key); err != nil {
			return d, err
		}
	}
	d.Findings, err = s.check(ctx, &d.Definition, casetypes.Sheet{})
	return d, err
}

func (s *Service) fromPublished(ctx context.Context, key string) (Draft, error) {
	if !casetypes.ValidKey(key) {
		return Draft{}, core.NotFound("There is no such form.")
	}
	published, version, err := s.Published(ctx, key, 0)
	if err != nil {
		return Draft{}, err
	}
	copied, err := published.Copy()
	return Draft{Key: key, Definition: copied, Based: version}, err
}

func (s *Service) check(ctx context.Context, d *Definition, sheet casetypes.Sheet) (casetypes.Findings, error) {
	var lists []string
	if s.lists != nil {
		var err error
		if lists, err = s.lists(ctx); err != nil {
			return nil, err
		}
		lists = append([]string{}, lists...)
	}
	return d.Check(sheet, lists), nil
}

// MayDesign reports whether somebody may change forms.
func MayDesign(by core.Actor) bool { return casetypes.MayPublish(by) }

func forbidden() error { return core.Forbidden("Only configurators change forms.") }

func overtaken() error {
	return core.Conflict("Somebody else changed this form meanwhile. This is how it stands now; make your change again.")
}

// Create begins a form that does not exist yet.
func (s *Service) Create(ctx context.Context, by core.Actor, key string, d Definition, said string) error {
	switch {
	case !MayDesign(by):
		return forbidden()
	case !casetypes.ValidKey(key):
		return core.InvalidField("key", "Enter 1 to 60 small letters, digits and hyphens, such as bulky-waste.")
	case strings.TrimSpace(d.Name) == "" || utf8.RuneCountInString(d.Name) > maxLabel:
		return core.InvalidField("name", "Enter a name of %d letters at most.", maxLabel)
	}
	list, err := s.List(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(has Summary) bool { return has.Key == key }) {
		return core.InvalidField("key", "There is a form “%s” already.", key)
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return beginDraft(ctx, tx, key, 0, &d, said, by, s.clock.Now())
	})
}

// Save makes a change: it keeps what the form is now, and says in a few words
// what was done. Seen is the step at which the change was made.
func (s *Service) Save(ctx context.Context, by core.Actor, key string, seen int, d Definition, said string) error {
	if !MayDesign(by) {
		return forbidden()
	}
	if raw, err := json.Marshal(d); err != nil || len(raw) > 2*maxBody {
		return core.Invalid("The form is too large to be kept.")
	}
	before, err := s.Draft(ctx, key)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		step, err := standing(ctx, tx, key)
		if err != nil {
			return err
		}
		if step < 0 && !before.Kept {
			step = 0
			said := fmt.Sprintf("Version %d", before.Based)
			if err := beginDraft(ctx, tx, key, before.Based, &before.Definition, said, by, now); err != nil {
				return err
			}
		}
		if step != seen {
			return overtaken()
		}
		if err := dropSteps(ctx, tx, key, step); err != nil {
			return err
		}
		if err := addStep(ctx, tx, key, step+1, &d, said, by, now); err != nil {
			return err
		}
		_, err = moveTo(ctx, tx, key, step+1, now)
		return err
	})
}

// Undo takes the last change back; Redo makes it again.
func (s *Service) Undo(ctx context.Context, by core.Actor, key string, seen int) error {
	return s.move(ctx, by, key, seen, -1)
}

// Redo makes a change again that was taken back.
func (s *Service) Redo(ctx context.Context, by core.Actor, key string, seen int) error {
	return s.move(ctx, by, key, seen, 1)
}

func (s *Service) move(ctx context.Context, by core.Actor, key string, seen, by1 int) error {
	if !MayDesign(by) {
		return forbidden()
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		step, err := standing(ctx, tx, key)
		if err != nil {
			return err
		}
		if step != seen {
			return overtaken()
		}
		moved, err := moveTo(ctx, tx, key, step+by1, s.clock.Now())
		if err == nil && !moved {
			return core.Conflict("There is nothing more to take back, or to make again.")
		}
		return err
	})
}

// Discard forgets a draft; a form that was never published is gone with it.
func (s *Service) Discard(ctx context.Context, by core.Actor, key string, seen int) error {
	if !MayDesign(by) {
		return forbidden()
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		step, err := standing(ctx, tx, key)
		if err != nil {
			return err
		}
		if step != seen {
			return overtaken()
		}
		return dropDraft(ctx, tx, key)
	})
}

// Publish makes the draft the next version. What is wrong is an invalid error;
// see [casetypes.FindingsOf].
func (s *Service) Publish(ctx context.Context, by core.Actor, key string, seen int, note string) (version int, err error) {
	note = strings.TrimSpace(note)
	switch {
	case !MayDesign(by):
		return 0, forbidden()
	case utf8.RuneCountInString(note) > 500:
		return 0, core.InvalidField("note", "Say why in 500 letters at most.")
	}
	d, err := s.Draft(ctx, key)
	if err != nil {
		return 0, err
	}
	switch {
	case !d.Kept:
		return 0, core.Conflict("There is nothing to publish: nothing was changed, or it was published meanwhile.")
	case d.Step != seen:
		return 0, overtaken()
	}
	if err := d.Findings.Err(); err != nil {
		return 0, err
	}
	source, err := d.Definition.File(key)
	if err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// A step never changes: at the same step the draft is what was read.
		if step, err := standing(ctx, tx, key); err != nil || step != seen {
			if err == nil {
				err = overtaken()
			}
			return err
		}
		version, err = s.types.AddSheet(ctx, tx, by, s.clock.Now(), casetypes.NewSheet{
			Kind: casetypes.KindFormDesign, Key: key, Body: &d.Definition, Source: source, Note: note, Seen: d.Based,
		})
		if err != nil {
			return err
		}
		return dropDraft(ctx, tx, key)
	})
	return version, err
}

// Versions lists the published versions, newest first.
func (s *Service) Versions(ctx context.Context, key string) ([]casetypes.Version, error) {
	list, err := s.types.Versions(ctx, casetypes.KindFormDesign, key)
	if core.KindOf(err) == core.ErrNotFound {
		return nil, nil
	}
	return list, err
}

// Copy is a definition that shares nothing with this one.
func (d *Definition) Copy() (Definition, error) {
	var out Definition
	raw, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

// Config is what the plugin of forms without code is told to ask. Show is a page
// that it shows whatever the page's condition says; "" for none.
func (d *Definition) Config(show string) (json.RawMessage, error) {
	raw, err := json.Marshal(struct {
		Definition *Definition `json:"definition"`
		Show       string      `json:"show,omitempty"`
	}{d, show})
	if err != nil {
		return nil, fmt.Errorf("write what a form asks: %w", err)
	}
	return raw, nil
}

// File writes a form as a file that [Read] reads.
func (d *Definition) File(key string) ([]byte, error) {
	return casetypes.WriteSheet(casetypes.KindFormDesign, key, d)
}

// Read reads a form from a file, with everything that is wrong with it. One
// whose findings all concern what it says, and not whether it can be read, is
// returned with them.
func (s *Service) Read(ctx context.Context, f casetypes.File) (key string, d Definition, findings casetypes.Findings, err error) {
	sheet, findings := casetypes.ReadSheet(f, casetypes.KindFormDesign, &d)
	if len(findings) > 0 {
		return "", Definition{}, findings, nil
	}
	findings, err = s.check(ctx, &d, sheet)
	return sheet.Key, d, findings, err
}

// Import keeps a form from a file as a draft: of the form with its key, or of a
// new one. With findings nothing is kept.
func (s *Service) Import(ctx context.Context, by core.Actor, f casetypes.File) (key string, findings casetypes.Findings, err error) {
	if !MayDesign(by) {
		return "", nil, forbidden()
	}
	key, d, findings, err := s.Read(ctx, f)
	if err != nil || len(findings) > 0 {
		return key, findings, err
	}
	now := s.current(ctx, key)
	if now == nil {
		return key, nil, s.Create(ctx, by, key, d, "From a file")
	}
	return key, nil, s.Save(ctx, by, key, now.Step, d, "From a file")
}

// current is the draft of a form that exists, or nil.
func (s *Service) current(ctx context.Context, key string) *Draft {
	d, err := s.Draft(ctx, key)
	if err != nil {
		return nil
	}
	return &d
}
