package portalpages

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// CasePage is a case as its requester sees it.
type CasePage struct {
	Base      string
	Noun      string // "complaint"
	Kicker    string // "Your complaint CMP-7K2M-4QX9: missed collections"
	Headline  string
	Chip      layout.Chip
	Lost      bool // raised without a name: nobody can write to them
	ToAnswer  []ToAnswer
	Steps     []Step
	Promise   Promise
	Said      []Said
	Sent      *Sent
	Files     []File
	Sections  []SectionBox
	Facts     []Fact
	May       May
	Satisfied Satisfied
	Problems  render.Problems
}

// ToAnswer is a question that awaits its answer.
type ToAnswer struct {
	No     int
	Asks   string // "Priya asks"
	Text   string
	By     string // the day by which the answer is wanted
	Action string
	Answer layout.Field
	Files  FilesField
	Key    string
}

// Long reports whether the question is more than a line or two.
func (a ToAnswer) Long() bool { return strings.Contains(a.Text, "\n") }

// Sent is what was submitted when the case was raised.
type Sent struct {
	At       time.Time
	Sections []SentSection
}

// SentSection is a group of answers under one heading, "" for none.
type SentSection struct {
	Name string
	Rows []core.ReviewRow
}

// File is one that the requester may have.
type File struct {
	Name, URL, Icon string
	Size            int64
}

// SectionBox is where a details section of a plugin is drawn, once the page is
// there. See web/sectionpages.
type SectionBox struct{ ID, Title, URL string }

// Fact is a line about the case.
type Fact struct{ Term, Text string }

// May is what the requester can do beside answering.
type May struct {
	Add, Contact, Withdraw bool
	Reopen                 bool
	ReopenUntil            string
	TooLate                bool   // closed, and the time to reopen has passed
	Closed                 string // the day it was closed, once it is too late: "on 3 June 2026"
	Begin                  bool   // a message starts a new case
	Next                   string // reference of the case that an earlier message started
	NextURL                string // of its page; "" where the reader has no way there
}

// told is what the requester is told of a case, before it is put into words.
type told struct {
	*way
	organisation string
	holder       string // the case manager by name, once work has begun
	heldSince    time.Time
	began        time.Time      // when work began
	ended        core.EventKind // how it ended: closed, cancelled or withdrawn; "" while it has not
	reopenUntil  time.Time      // zero when it cannot be reopened, or no longer
	promise      Promise
	asked        []core.Question
	open         []core.Question
	notes        []core.Note
	letters      []correspondence.Letter // that were for them
	files        []core.Attachment
	submission   *core.Submission
	names        map[string]string  // of staff who started work
	begins       bool               // it is over, and a message starts a new case
	next, before links.Continuation // the cases that go on with each other
}

func (p *Pages) showCase(c *fiber.Ctx, w *way) error {
	page, err := p.casePage(c, w)
	if err != nil {
		return err
	}
	return render.Page(c, p.caseView(w), page)
}

func (p *Pages) caseView(w *way) render.View {
	v := w.view("case", w.noun()+" "+string(w.Case.Ref))
	v.Main = "main-wide"
	return v
}

func (p *Pages) casePage(c *fiber.Ctx, w *way) (CasePage, error) {
	t, history, err := p.read(c.UserContext(), w)
	if err != nil {
		return CasePage{}, err
	}
	cs := w.Case
	page := CasePage{
		Base: w.base, Noun: typeWord(w.Type), Kicker: w.noun() + " " + string(cs.Ref) + ": " + cs.Subject, Lost: cs.Anonymous,
		Headline: p.headline(t), Chip: layout.StatusChip(cs.StatusKind, statusWords(cs, w.Type)),
		Steps: p.steps(t), Promise: t.promise, Said: p.conversation(t, history), Sent: sent(t.submission),
		Facts: facts(t), May: p.may(t),
	}
	if page.Satisfied, err = p.satisfied(c, w); err != nil {
		return CasePage{}, err
	}
	for _, q := range t.open {
		page.ToAnswer = append(page.ToAnswer, p.toAnswer(w.base, w.Type, q))
	}
	if p.Details != nil {
		for _, head := range p.Details.Of(w.Seen) {
			page.Sections = append(page.Sections, SectionBox{"section-" + head.Key, head.Title, w.base + "/sections/" + head.Key})
		}
	}
	for _, f := range t.files {
		page.Files = append(page.Files, fileOf(w.base, f))
	}
	return page, nil
}

// read gathers what the requester is told.
func (p *Pages) read(ctx context.Context, w *way) (*told, []core.Recorded, error) {
	t := &told{way: w}
	organisation, err := p.Portals.Organisation(ctx)
	if err != nil {
		return nil, nil, err
	}
	t.organisation = organisation.Name
	if t.promise, err = p.promise(ctx, w.Case); err != nil {
		return nil, nil, err
	}
	if t.asked, err = p.Questions.OfCase(ctx, w.Case.ID); err != nil {
		return nil, nil, err
	}
	for _, q := range t.asked {
		if q.IsOpen() {
			t.open = append(t.open, q)
		}
	}
	if t.notes, err = p.Notes.OfCase(ctx, w.Case.ID, []core.Audience{core.Public}); err != nil {
		return nil, nil, err
	}
	if p.Desk != nil {
		if t.letters, err = p.Desk.OfCase(ctx, w.Case.ID, core.Public); err != nil {
			return nil, nil, err
		}
	}
	if t.files, err = p.Attachments.OfCase(ctx, w.Seen); err != nil {
		return nil, nil, err
	}
	if t.submission, err = p.Cases.Submission(ctx, w.Seen); err != nil {
		return nil, nil, err
	}
	history, err := p.Cases.Timeline(ctx, w.Seen, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := p.readHolder(ctx, t, history); err != nil {
		return nil, nil, err
	}
	if t.before, _, err = p.Links.Continues(ctx, w.Case); err != nil {
		return nil, nil, err
	}
	if t.next, _, err = p.Links.Continued(ctx, w.Case); err != nil {
		return nil, nil, err
	}
	return t, history, p.readReopening(ctx, t)
}

// readHolder finds out who has the case, as the requester is told: nobody
// before work has begun.
func (p *Pages) readHolder(ctx context.Context, t *told, history []core.Recorded) error {
	var ids []string
	for _, e := range history {
		switch e.Kind {
		case core.WorkStarted:
			t.began = e.HappenedAt
			ids = append(ids, e.Actor.ID)
		case core.StatusChanged:
			if t.began.IsZero() {
				t.began = e.HappenedAt
			}
		case core.CaseClosed, core.CaseCancelled, core.CaseWithdrawn:
			t.ended = e.Kind
		case core.CaseReopened:
			t.ended = ""
		}
		if to, ok := e.Changes[core.AspectAssignee]; ok && to[1] == t.Case.Assignee.String() {
			t.heldSince = e.HappenedAt
		}
	}
	if !t.Case.Assignee.IsZero() {
		ids = append(ids, t.Case.Assignee.String())
	}
	var err error
	if t.names, err = p.People.NamesOf(ctx, ids...); err != nil {
		return err
	}
	if !t.began.IsZero() {
		t.holder = t.names[t.Case.Assignee.String()]
	}
	return nil
}

// readReopening finds out until when the requester may ask for a closed case
// to be looked at again.
func (p *Pages) readReopening(ctx context.Context, t *told) error {
	if !t.Case.IsFinal() {
		return nil
	}
	calendar, _, err := p.Cases.Types().Calendar(ctx, t.Type.Calendar)
	if err != nil {
		return err
	}
	if !cases.Over(t.Case, t.Type, calendar, p.Clock.Now()) {
		t.reopenUntil = cases.ReopenUntil(t.Case, t.Type, calendar)
		return nil
	}
	t.begins, err = p.mayBegin(ctx, t.way)
	return err
}

// may is what is offered to the requester; the door decides.
func (p *Pages) may(t *told) May {
	cs := t.Case
	may := May{
		Add: !cs.IsFinal(), Contact: !cs.Anonymous, Withdraw: !cs.IsFinal(),
		Reopen: !t.reopenUntil.IsZero(), ReopenUntil: p.day(t.reopenUntil), TooLate: cs.IsFinal() && t.reopenUntil.IsZero(), Begin: t.begins, Next: string(t.next.Ref),
	}
	if may.TooLate {
		may.Closed = p.on(cs.ClosedAt)
	}
	if may.Next != "" && t.signedIn() {
		may.NextURL = "/portal/cases/" + may.Next
	}
	return may
}

// facts are what the case is about, for its requester.
func facts(t *told) []Fact {
	w := t.way
	out := []Fact{{"Reference", string(w.Case.Ref)}}
	if t.before.Ref != "" {
		out = append(out, Fact{"Goes on from", string(t.before.Ref)})
	}
	if subtype, ok := w.Type.Subtype(w.Case.Subtype); ok {
		out = append(out, Fact{"About", subtype.Name.String()})
	}
	if w.Case.Address != "" {
		out = append(out, Fact{"Where", w.Case.Address})
	}
	if w.Case.OnBehalfOf != "" {
		out = append(out, Fact{"For", w.Case.OnBehalfOf + ", by you"})
	}
	return out
}

// sent groups what was submitted by its headings.
func sent(s *core.Submission) *Sent {
	if s == nil {
		return nil
	}
	out := &Sent{At: s.SubmittedAt}
	for _, row := range s.Review {
		if n := len(out.Sections); n == 0 || out.Sections[n-1].Name != row.Section {
			out.Sections = append(out.Sections, SentSection{Name: row.Section})
		}
		last := &out.Sections[len(out.Sections)-1]
		last.Rows = append(last.Rows, row)
	}
	return out
}

func fileOf(base string, f core.Attachment) File {
	icon := "file"
	if attachments.Previewable(f.Kind) && f.Kind[:min(len(f.Kind), 6)] == "image/" {
		icon = "image"
	}
	return File{Name: f.Name, URL: base + "/files/" + itoa(f.No), Icon: icon, Size: f.Size}
}
