package casetypes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Drafts keeps what is being made of case types and calendars before it is
// published: one draft a document, changed section by section by several
// people, each change a step that can be taken back. A draft is the text of a
// file that can be read; whether it may be published is another matter, and is
// said beside it. It is safe for concurrent use.
type Drafts struct {
	types     *Service
	publisher *Publisher
	clock     core.Clock
}

// NewDrafts makes the keeper of the drafts that a publisher publishes.
func NewDrafts(p *Publisher) *Drafts {
	return &Drafts{types: p.types, publisher: p, clock: p.clock}
}

// KeptDraft is a document as it is being changed; where nothing was changed,
// as it is published.
type KeptDraft struct {
	Draft            // its file, what it says, what is wrong, and what differs from what is live
	Kind      string // of the document
	Key       string //
	Kept      bool   // there is a draft
	Based     int    // the version it was begun from, or brought up to; 0 for a new document
	Revision  int    // of the draft; 0 when there is none
	Said      string // the last change, in a few words
	By        string // who made it
	ChangedAt time.Time
	CanUndo   bool
	CanRedo   bool
}

// Overtaken reports whether a version was published that the draft does not
// stand on.
func (d KeptDraft) Overtaken() bool { return d.Kept && d.Current > d.Based }

// Name is what people call the document.
func (d KeptDraft) Name() string { return cmp.Or(d.Document.Name.String(), d.Key) }

func forbidden() error { return core.Forbidden("Only configurators change case types and calendars.") }

func moved() error {
	return core.Conflict("Somebody else changed this draft meanwhile. This is how it stands now.")
}

// Get returns the draft of a document, or what is published of it; there is a
// not-found error when there is neither.
func (d *Drafts) Get(ctx context.Context, kind, key string) (KeptDraft, error) {
	kept, err := d.stands(ctx, d.types.db.Pool(), kind, key)
	if err != nil {
		return kept, err
	}
	checked, err := d.publisher.Check(ctx, kept.File)
	checked.File = kept.File
	kept.Draft = checked
	return kept, err
}

// stands reads how a document stands, without a look at what is right.
func (d *Drafts) stands(ctx context.Context, q postgres.Querier, kind, key string) (KeptDraft, error) {
	out := KeptDraft{Kind: kind, Key: key}
	if !slices.Contains(kinds(), kind) || !keyPattern.MatchString(key) {
		return out, core.NotFound("There is no %s “%s”.", kindWords(kind), shorten(key))
	}
	row, found, err := findKept(ctx, q, kind, key)
	if err != nil {
		return out, err
	}
	if found {
		out.File = File{Name: key + ".yaml", Source: []byte(row.Source)}
		out.Kept, out.Based, out.Revision, out.Said, out.By, out.ChangedAt = true, row.Based, row.Revision, row.Said, row.ByName, row.At.UTC()
		out.CanUndo, out.CanRedo = row.Step > row.First, row.Step < row.Last
		return out, nil
	}
	version, err := newestVersion(ctx, q, kind, key)
	if err != nil {
		return out, err
	}
	if version == 0 {
		return out, core.NotFound("There is no %s “%s”.", kindWords(kind), shorten(key))
	}
	out.File, err = d.types.Over(q).file(ctx, d.publisher.sections, kind, key, version)
	out.File.Name, out.Based = key+".yaml", version
	return out, err
}

// DraftHead is one draft in a list.
type DraftHead struct {
	Key       string
	Name      string
	Based     int
	Said      string
	By        string
	ChangedAt time.Time
}

// List lists the drafts of a kind, by key.
func (d *Drafts) List(ctx context.Context, kind string) ([]DraftHead, error) {
	rows, err := postgres.All[draftRow](ctx, d.types.db.Pool(), selectKeptOfKind, kind)
	if err != nil {
		return nil, err
	}
	out := make([]DraftHead, len(rows))
	for i, r := range rows {
		doc, _ := Decode(File{Name: r.Key, Source: []byte(r.Source)}, d.publisher.sections)
		out[i] = DraftHead{Key: r.Key, Name: cmp.Or(doc.Name.String(), r.Key), Based: r.Based, Said: r.Said, By: r.ByName, ChangedAt: r.At.UTC()}
	}
	return out, nil
}

// Mark tells what a section of a document says now, for [Drafts.Change]: of
// [FileSection], and of a calendar, what all of it says.
func (d *Drafts) Mark(k KeptDraft, section string) (string, error) {
	return markOf(d.publisher.sections, section, k.Document, k.File)
}

// Edit is one change to a document.
type Edit struct {
	Section string // the section it is made in
	Seen    string // its mark when it was shown; see [Drafts.Mark]
	// Type changes a case type, Calendar a calendar. They get a copy, and say in
	// a few words what they did: “Added status ‘On hold’”.
	Type     func(t *core.CaseType) (said string, err error)
	Calendar func(f *CalendarFile) (said string, err error)
	// Text replaces the text of the section, or of the whole file.
	Text *string
}

// Change makes a change to the draft of a document, and begins the draft if
// there is none. What it leads to need not be right, but must be such that a
// file can say it: findings with lines, of a text that cannot be read, are the
// cause of the invalid error. Where somebody else changed the section since it
// was seen, the conflict says who and what.
func (d *Drafts) Change(ctx context.Context, by core.Actor, kind, key string, e Edit) error {
	if !MayPublish(by) {
		return forbidden()
	}
	before, err := d.Get(ctx, kind, key)
	if err != nil {
		return err
	}
	if e.Seen != "" {
		mark, err := d.Mark(before, e.Section)
		if err != nil {
			return err
		}
		if mark != e.Seen {
			return d.overtaken(ctx, before, e)
		}
	}
	text, said, err := d.edited(before, e)
	if err != nil {
		return err
	}
	if string(text) == string(before.File.Source) {
		return nil
	}
	if len(text) > MaxFile {
		return core.Invalid("The configuration is too large: %d kB are the most.", MaxFile>>10)
	}
	return d.keep(ctx, by, before, text, e.Section, said, before.Based)
}

// edited is the text of the file after a change.
func (d *Drafts) edited(before KeptDraft, e Edit) ([]byte, string, error) {
	f, doc, sections := before.File, before.Document, d.publisher.sections
	switch {
	case e.Text != nil:
		out, after, findings := putText(f, sections, e.Section, *e.Text)
		if err := findings.Err(); err != nil {
			return nil, "", err
		}
		if after.Kind != before.Kind || after.Key != before.Key {
			return nil, "", core.Invalid("The text is of the %s “%s”. Its kind and its key stay as they are: %s, %s.", kindWords(after.Kind), after.Key, before.Kind, before.Key)
		}
		return out.Source, "Changed " + sectionName(sections, e.Section) + " as text", nil
	case e.Type != nil && doc.CaseType != nil:
		if _, findings := Decode(f, sections); len(findings) > 0 {
			return nil, "", core.Invalid("The draft cannot be read any more as it stands. Put it right as text, or discard it.")
		}
		return editType(f, sections, doc.CaseType, e.Type)
	case e.Calendar != nil && doc.CalendarFile != nil:
		was, err := copyOf(doc.CalendarFile)
		if err != nil {
			return nil, "", err
		}
		is, err := copyOf(doc.CalendarFile)
		if err != nil {
			return nil, "", err
		}
		said, err := e.Calendar(is)
		if err != nil {
			return nil, "", err
		}
		text, err := rewriteCalendar(f, before.Key, was, is)
		if err != nil {
			return nil, "", err
		}
		_, findings := Decode(File{Name: f.Name, Source: text}, sections)
		return text, said, findings.Err()
	}
	return nil, "", core.Invalid("This cannot be changed here.")
}

func editType(f File, sections []Section, t *core.CaseType, edit func(*core.CaseType) (string, error)) ([]byte, string, error) {
	was, err := copyOf(t)
	if err != nil {
		return nil, "", err
	}
	is, err := copyOf(t)
	if err != nil {
		return nil, "", err
	}
	said, err := edit(is)
	if err != nil {
		return nil, "", err
	}
	// Choices that reading takes from the subtypes follow the subtypes.
	if given := subtypeChoices(was); len(given) > 0 {
		for i := range is.Fields {
			if f := &is.Fields[i]; f.Is == core.UseSubtype && reflect.DeepEqual(f.Choices, given) {
				f.Choices = subtypeChoices(is)
			}
		}
	}
	if is, err = copyOf(is); err != nil {
		return nil, "", err
	}
	is.Key, is.Version = was.Key, was.Version
	text, err := rewriteType(f, sections, was, is)
	if err != nil {
		return nil, "", err
	}
	if doc, findings := Decode(File{Name: f.Name, Source: text}, sections); len(findings) > 0 || doc.CaseType == nil {
		return nil, "", findings.Err()
	}
	return text, said, nil
}

func sectionName(sections []Section, key string) string {
	for _, s := range sections {
		if s.Key == key {
			return "“" + s.Name + "”"
		}
	}
	return "the file"
}

// overtaken says what somebody else did to a section since it was seen.
func (d *Drafts) overtaken(ctx context.Context, now KeptDraft, e Edit) error {
	who, changes := cmp.Or(now.By, "Somebody"), []Change(nil)
	steps, err := latestSteps(ctx, d.types.db.Pool(), now.Kind, now.Key)
	if err != nil {
		return err
	}
	for i, s := range steps {
		f := File{Name: now.File.Name, Source: []byte(s.Source)}
		doc, _ := Decode(f, d.publisher.sections)
		if doc.CaseType == nil && doc.Calendar == nil {
			continue
		}
		if mark, err := markOf(d.publisher.sections, e.Section, doc, f); err != nil || mark != e.Seen {
			continue
		}
		if i > 0 {
			who = steps[i-1].ByName
		}
		if doc.CaseType != nil && now.Document.CaseType != nil {
			changes = Diff(d.publisher.sections, bare(doc.CaseType), bare(now.Document.CaseType))
		} else if doc.Calendar != nil && now.Document.Calendar != nil {
			changes = DiffCalendar(doc.Calendar, now.Document.Calendar)
		}
		break
	}
	var sentences []string
	for _, c := range changes {
		if c.Section == e.Section || now.Kind == KindCalendar {
			sentences = append(sentences, c.Sentence)
		}
	}
	const most = 4
	if rest := len(sentences) - most; rest > 0 {
		sentences = append(sentences[:most], fmt.Sprintf("And %d more.", rest))
	}
	what := cmp.Or(strings.Join(sentences, " "), now.Said+".")
	return core.Conflict("%s changed this meanwhile: %s Look at it, and save yours again if it still fits.", who, what)
}

// keep adds a step to a draft that stands as before.
func (d *Drafts) keep(ctx context.Context, by core.Actor, before KeptDraft, text []byte, section, said string, based int) error {
	now := d.clock.Now()
	return d.types.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		revision, err := lockDraft(ctx, tx, before.Kind, before.Key)
		if err != nil {
			return err
		}
		if revision < 0 && !before.Kept {
			begun := keptStep{based: before.Based, source: before.File.Source, said: fmt.Sprintf("Version %d", before.Based), by: by, at: now}
			if err := beginKept(ctx, tx, before.Kind, before.Key, begun); err != nil {
				return err
			}
		} else if revision != before.Revision {
			return moved()
		}
		row, _, err := findKept(ctx, tx, before.Kind, before.Key)
		if err != nil {
			return err
		}
		if err := forgetSteps(ctx, tx, before.Kind, before.Key, row.Step); err != nil {
			return err
		}
		step := keptStep{step: row.Step + 1, based: based, source: text, section: section, said: said, by: by, at: now}
		if err := addKeptStep(ctx, tx, before.Kind, before.Key, step); err != nil {
			return err
		}
		_, err = moveKeptTo(ctx, tx, before.Kind, before.Key, step.step, now)
		return err
	})
}

// Begin keeps a file as the draft of its document: of a new one, or of one that
// is published or has a draft already, whose draft then says what the file
// says. Revision is that of the draft that was seen, 0 for none. A file that
// cannot be read is refused with its findings; one that can is kept, right or
// not.
func (d *Drafts) Begin(ctx context.Context, by core.Actor, f File, said string, revision int) (kind, key string, err error) {
	if !MayPublish(by) {
		return "", "", forbidden()
	}
	doc, findings := Decode(f, d.publisher.sections)
	if err := findings.Err(); err != nil {
		return "", "", err
	}
	kind, key = doc.Kind, doc.Key
	before, err := d.stands(ctx, d.types.db.Pool(), kind, key)
	if core.KindOf(err) == core.ErrNotFound {
		now := d.clock.Now()
		return kind, key, d.types.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			return beginKept(ctx, tx, kind, key, keptStep{source: f.Source, section: FileSection, said: said, by: by, at: now})
		})
	}
	if err != nil {
		return kind, key, err
	}
	if before.Revision != revision {
		return kind, key, core.Conflict("There is a draft of “%s” already, changed by %s. Look at it first.", key, cmp.Or(before.By, "somebody"))
	}
	return kind, key, d.keep(ctx, by, before, f.Source, FileSection, said, before.Based)
}

// Create begins a case type that does not exist yet: a copy of another, or,
// with from "", something simple.
func (d *Drafts) Create(ctx context.Context, by core.Actor, key, name, prefix, from string) error {
	name = strings.TrimSpace(name)
	switch {
	case !MayPublish(by):
		return forbidden()
	case name == "" || len([]rune(name)) > maxName:
		return core.InvalidField("name", "Enter a name of 1 to %d letters.", maxName)
	case !keyPattern.MatchString(key):
		return core.InvalidField("key", "Enter 1 to 60 small letters, digits and hyphens, such as noise-report.")
	case !core.ValidReferencePrefix(prefix):
		return core.InvalidField("prefix", "Enter two to five capital letters, such as CMP.")
	}
	if taken, err := d.taken(ctx, key, prefix); err != nil {
		return err
	} else if taken != nil {
		return taken
	}
	t, said, err := d.pattern(ctx, from)
	if err != nil {
		return err
	}
	t.Key, t.Version, t.Name, t.Reference.Prefix = key, 0, core.Plain(name), prefix
	source, err := Encode(d.publisher.sections, t)
	if err != nil {
		return err
	}
	_, _, err = d.Begin(ctx, by, File{Name: key + ".yaml", Source: source}, said, 0)
	return err
}

// CreateCalendar begins a calendar that does not exist yet: a copy of another,
// or, with from "", weekdays from nine to five and no holidays.
func (d *Drafts) CreateCalendar(ctx context.Context, by core.Actor, key, name, from string) error {
	name = strings.TrimSpace(name)
	switch {
	case !MayPublish(by):
		return forbidden()
	case name == "" || len([]rune(name)) > maxName:
		return core.InvalidField("name", "Enter a name of 1 to %d letters.", maxName)
	case !keyPattern.MatchString(key):
		return core.InvalidField("key", "Enter 1 to 60 small letters, digits and hyphens, such as wardens.")
	}
	_, err := d.stands(ctx, d.types.db.Pool(), KindCalendar, key)
	if err == nil {
		return core.InvalidField("key", "There is a calendar “%s” already, or a draft of one.", key)
	}
	if core.KindOf(err) != core.ErrNotFound {
		return err
	}
	file, said, err := d.calendarPattern(ctx, from)
	if err != nil {
		return err
	}
	file.Name = core.Plain(name)
	source, err := WriteSheet(KindCalendar, key, file)
	if err != nil {
		return err
	}
	_, _, err = d.Begin(ctx, by, File{Name: key + ".yaml", Source: source}, said, 0)
	return err
}

// calendarPattern is what a new calendar begins with.
func (d *Drafts) calendarPattern(ctx context.Context, from string) (*CalendarFile, string, error) {
	if from != "" {
		version, err := newestVersion(ctx, d.types.db.Pool(), KindCalendar, from)
		if err != nil {
			return nil, "", err
		}
		f, err := d.types.File(ctx, KindCalendar, from, version)
		if err != nil {
			return nil, "", err
		}
		doc, findings := Decode(f, d.publisher.sections)
		if err := findings.Err(); err != nil {
			return nil, "", err
		}
		return doc.CalendarFile, "A copy of “" + doc.Title() + "”", nil
	}
	file := &CalendarFile{Zone: "Europe/London"}
	calendars, err := headsOf(ctx, d.types.db.Pool(), KindCalendar)
	if err != nil {
		return nil, "", err
	}
	if len(calendars) > 0 {
		known, err := d.types.CalendarAt(ctx, calendars[0].Key, calendars[0].Version)
		if err != nil {
			return nil, "", err
		}
		file.Zone = known.Zone
	}
	for day := time.Monday; day <= time.Friday; day++ {
		file.Hours[day] = []core.Opening{{From: 9 * 60, To: 17 * 60}}
	}
	return file, "Begun with weekdays from nine to five", nil
}

// taken says why a key or a prefix cannot be that of a new type.
func (d *Drafts) taken(ctx context.Context, key, prefix string) (said, err error) {
	_, err = d.stands(ctx, d.types.db.Pool(), KindCaseType, key)
	if err == nil {
		return core.InvalidField("key", "There is a case type “%s” already, or a draft of one.", key), nil
	}
	if core.KindOf(err) != core.ErrNotFound {
		return nil, err
	}
	used, err := prefixes(ctx, d.types.db.Pool())
	if err != nil {
		return nil, err
	}
	if other := used[prefix]; other != "" {
		return core.InvalidField("prefix", "References of “%s” begin with %s already. Choose other letters.", other, prefix), nil
	}
	return nil, nil
}

// pattern is what a new type begins with.
func (d *Drafts) pattern(ctx context.Context, from string) (*core.CaseType, string, error) {
	if from != "" {
		t, err := d.types.Published(ctx, from)
		if err != nil {
			return nil, "", err
		}
		t, err = copyOf(t)
		if err != nil {
			return nil, "", err
		}
		t.ReplacedBy = core.Replacements{} // no case of the new type holds what the old one had
		return t, "A copy of “" + t.Name.String() + "”", nil
	}
	t := &core.CaseType{
		Statuses: []core.Status{
			{Key: "new", Kind: core.StatusStart, Name: core.Plain("New")},
			{Key: "in-progress", Kind: core.StatusOpen, Name: core.Plain("In progress")},
			{Key: "waiting", Kind: core.StatusWaiting, Name: core.Plain("Waiting for requester")},
			{Key: "closed", Kind: core.StatusFinal, Name: core.Plain("Closed")},
			{Key: "cancelled", Kind: core.StatusFinal, Name: core.Plain("Cancelled")},
		},
		Priorities: []core.Choice{
			{Key: "low", Name: core.Plain("Low")}, {Key: "normal", Name: core.Plain("Normal")}, {Key: "high", Name: core.Plain("High")},
		},
		Fields: []core.Field{
			{Key: "subject", Kind: core.FieldText, Label: core.Plain("What is it about?"), Required: true, MaxLength: 120, Is: core.UseSubject},
			{Key: "details", Kind: core.FieldLongText, Label: core.Plain("Details"), Required: true, Is: core.UseDescription},
			{Key: "name", Kind: core.FieldText, Label: core.Plain("Your name"), Required: true, Is: core.UseName},
			{Key: "email", Kind: core.FieldEmail, Label: core.Plain("Email address"), Is: core.UseEmail},
		},
		Reasons: core.Reasons{
			Close:  []core.Reason{{Key: "done", Name: core.Plain("Done")}},
			Cancel: []core.Reason{{Key: "duplicate", Name: core.Plain("Duplicate")}},
		},
		Groups:   core.DutyTable{},
		Messages: usualMessages(),
	}
	calendars, err := headsOf(ctx, d.types.db.Pool(), KindCalendar)
	if err != nil {
		return nil, "", err
	}
	if len(calendars) > 0 {
		t.Calendar = calendars[0].Key
	}
	return t, "Begun with something simple", nil
}

// usualMessages is who is told of what in a type that begins with nothing else:
// nobody should have to find out that a ladder escalates in silence.
func usualMessages() core.MessageTable {
	return core.MessageTable{
		string(core.CaseRaised):         {"requester": "confirmation", "manage": "new-case"},
		string(core.CaseAssigned):       {"assignee": "assigned"},
		string(core.CaseReassigned):     {"assignee": "assigned", "manage": "reassigned-group"},
		string(core.CaseEscalated):      {"assignee": "escalated", "escalation": "escalated"},
		string(core.CaseClosed):         {"requester": "closed"},
		string(core.CaseCancelled):      {"requester": "cancelled"},
		string(core.NoteAdded):          {"requester": "public-note"},
		string(core.UpdateAdded):        {"assignee": "update-received"},
		string(core.QuestionAsked):      {"requester": "question"},
		string(core.QuestionAnswered):   {"asker": "question-answered"},
		string(core.QuestionUnanswered): {"requester": "question-reminder", "asker": "question-unanswered"},
		string(core.TargetReminded):     {"assignee": "reminder"},
		string(core.TargetBreached):     {"assignee": "breached", "escalation": "breached"},
		string(core.TaskAdded):          {"receiver": "task-assigned"},
		string(core.TaskAssigned):       {"receiver": "task-assigned"},
	}
}

// Undo takes the last change back.
func (d *Drafts) Undo(ctx context.Context, by core.Actor, kind, key string, revision int) error {
	return d.move(ctx, by, kind, key, revision, -1)
}

// Redo makes a change again that was taken back.
func (d *Drafts) Redo(ctx context.Context, by core.Actor, kind, key string, revision int) error {
	return d.move(ctx, by, kind, key, revision, 1)
}

func (d *Drafts) move(ctx context.Context, by core.Actor, kind, key string, revision, steps int) error {
	return d.at(ctx, by, kind, key, revision, func(ctx context.Context, tx pgx.Tx) error {
		row, _, err := findKept(ctx, tx, kind, key)
		if err != nil {
			return err
		}
		there, err := moveKeptTo(ctx, tx, kind, key, row.Step+steps, d.clock.Now())
		if err == nil && !there {
			return core.Conflict("There is nothing more to take back, or to make again.")
		}
		return err
	})
}

// Discard forgets a draft; a document that was never published is gone with it.
func (d *Drafts) Discard(ctx context.Context, by core.Actor, kind, key string, revision int) error {
	return d.at(ctx, by, kind, key, revision, func(ctx context.Context, tx pgx.Tx) error { return dropKept(ctx, tx, kind, key) })
}

// at does something to a draft that stands at a revision.
func (d *Drafts) at(ctx context.Context, by core.Actor, kind, key string, revision int, do func(context.Context, pgx.Tx) error) error {
	if !MayPublish(by) {
		return forbidden()
	}
	return d.types.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		now, err := lockDraft(ctx, tx, kind, key)
		switch {
		case err != nil:
			return err
		case now < 0:
			return core.Conflict("There is no draft any more: it was published or discarded meanwhile.")
		case now != revision:
			return moved()
		}
		return do(ctx, tx)
	})
}

// Rebase brings a draft up to the version that was published meanwhile: what
// the draft did not change becomes what that version says. It lists the
// sections that both changed, where the draft stays as it is.
func (d *Drafts) Rebase(ctx context.Context, by core.Actor, key string, revision int) (both []string, err error) {
	if !MayPublish(by) {
		return nil, forbidden()
	}
	before, err := d.Get(ctx, KindCaseType, key)
	switch {
	case err != nil:
		return nil, err
	case before.Revision != revision:
		return nil, moved()
	case !before.Overtaken() || before.Based == 0 || before.Document.CaseType == nil:
		return nil, core.Conflict("The draft stands on what is live already.")
	}
	old, err := d.types.At(ctx, key, before.Based)
	if err != nil {
		return nil, err
	}
	live, err := d.types.At(ctx, key, before.Current)
	if err != nil {
		return nil, err
	}
	text, said, err := editType(before.File, d.publisher.sections, before.Document.CaseType, func(t *core.CaseType) (string, error) {
		for _, s := range d.publisher.sections {
			was, now, mine := s.Parts(old), s.Parts(live), s.Parts(t)
			for i := range mine {
				switch {
				case reflect.DeepEqual(was[i].Value, now[i].Value):
				case reflect.DeepEqual(was[i].Value, mine[i].Value):
					reflect.ValueOf(mine[i].Value).Elem().Set(reflect.ValueOf(now[i].Value).Elem())
				case !reflect.DeepEqual(mine[i].Value, now[i].Value) && !slices.Contains(both, s.Name):
					both = append(both, s.Name)
				}
			}
		}
		return fmt.Sprintf("Took in version %d", before.Current), nil
	})
	if err != nil {
		return nil, err
	}
	return both, d.keep(ctx, by, before, text, FileSection, said, before.Current)
}

// Publish makes the draft the next version. Current is the version that was
// live when its changes were shown. What is wrong is an invalid error; see
// [FindingsOf].
func (d *Drafts) Publish(ctx context.Context, by core.Actor, kind, key string, revision, current int, note string) (Published, error) {
	if !MayPublish(by) {
		return Published{}, forbidden()
	}
	k, err := d.stands(ctx, d.types.db.Pool(), kind, key)
	switch {
	case err != nil:
		return Published{}, err
	case !k.Kept:
		return Published{}, core.Conflict("There is nothing to publish: nothing was changed, or it was published meanwhile.")
	case k.Revision != revision:
		return Published{}, moved()
	}
	made, err := d.publisher.Publish(ctx, by, Upload{File: k.File, Note: note, Seen: &current})
	if err != nil {
		return made, err
	}
	// The version is there. A draft that somebody changed in this moment stays,
	// and stands on the version before.
	err = d.Discard(ctx, by, kind, key, revision)
	var said *core.Error
	if errors.As(err, &said) && said.Kind == core.ErrConflict {
		err = nil
	}
	return made, err
}
