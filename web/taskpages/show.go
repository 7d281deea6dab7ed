package taskpages

import (
	"context"
	"errors"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// TaskPage is the page of one task, as far as its reader may see.
type TaskPage struct {
	URL       string
	Live      string // the topic on which changes of the case are told
	Ref, Case string // Case is the address of its case; "" for those who see the task alone
	Title     string
	Status    layout.Chip
	Brief     string
	Facts     []layout.Fact
	Due       time.Time
	Tone      string // of Due: "", warn (today), bad (late)
	Quick     []Quick
	Notices   []render.Notice
	Workflow  template.HTML // drawn by viewtree; "" for the built-in workflow, or none
	Trouble   *Trouble      // in place of the workflow
	Tick      *Form         // of the built-in workflow
	Outcome   string
	Ended     string // "Done by Ines Carvalho"
	EndedAt   time.Time
	Shown     []layout.Fact // what of the case its type shows
	Long      string        // the description of the case, if its type shows it
	Files     []FileLink
	Forms     []Form
	History   []Line
}

// Quick is a button that does something at once.
type Quick struct{ Label, Icon, Action string }

// Trouble says that the workflow itself failed: what happened, and what was
// typed.
type Trouble struct {
	Message string
	Again   string
	Typed   []layout.Fact
}

// FileLink is a file that the reader may have.
type FileLink struct {
	Name string
	URL  string
	Size int64
}

var taskView = render.View{Template: "taskpages/task", Part: "taskpages/task-body", Nav: "tasks"}

func viewOf(page TaskPage) render.View {
	v := taskView
	v.Title = page.Title + ", " + page.Ref
	return v
}

func (p *Pages) showTask(c *fiber.Ctx) error {
	a, err := p.at(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	o, failed, err := p.open(ctx, a)
	if err != nil {
		return err
	}
	if err := p.Cases.LogLook(ctx, a.by, a.seen.Case.ID, "task "+c.Params("no")); err != nil {
		return err
	}
	if p.Opened != nil {
		if err := p.Opened(ctx, a.by, a.seen.Case.ID, a.no); err != nil {
			return err
		}
	}
	var shown tasks.Shown
	if failed == nil {
		shown, err = p.Tasks.Show(ctx, o, c.Query("step"), p.visit())
		if failed = failureOf(err); failed == nil && err != nil {
			return err
		}
	}
	page, err := p.page(c, o, drawing{shown: shown, failed: failed})
	if err != nil {
		return err
	}
	return render.Page(c, viewOf(page), page)
}

// open finds a task. A workflow that fails to begin leaves the task to be shown
// without it.
func (p *Pages) open(ctx context.Context, a at) (*tasks.Opened, *tasks.Failure, error) {
	o, err := p.Tasks.Open(ctx, a.by, a.seen, a.no, p.visit())
	if failed := failureOf(err); failed != nil && o != nil {
		return o, failed, nil
	}
	if core.KindOf(err) == core.ErrNotFound {
		err = noTask()
	}
	return o, nil, err
}

func failureOf(err error) *tasks.Failure {
	var f *tasks.Failure
	if !errors.As(err, &f) {
		return nil
	}
	var worded *core.Error
	if !errors.As(f, &worded) {
		return nil // not the workflow's own fault: the database, the network
	}
	return f
}

// drawing is what is known of the workflow, and of a form beside it that was
// sent with mistakes.
type drawing struct {
	shown   tasks.Shown
	failed  *tasks.Failure
	confirm string // id of a button whose question is to be asked
	tables  map[string]viewtree.Sorting
	sent    string // which form
	typed   func(name string) string
	refused render.Problems
}

// page fills the page of a task.
func (p *Pages) page(c *fiber.Ctx, o *tasks.Opened, d drawing) (TaskPage, error) {
	ctx, now := c.UserContext(), p.Cases.Clock().Now().In(p.Zone)
	page := TaskPage{
		URL: taskURL(o.Ref, o.No), Live: "case:" + string(o.Ref), Ref: string(o.Ref), Title: o.Title, Status: chipOf(o.Task),
		Brief: o.Brief, Due: o.DueAt, Outcome: o.Outcome, EndedAt: o.EndedAt,
	}
	if o.Seen.MayDo(core.MayEnquire) {
		page.Case = "/cases/" + string(o.Ref)
	}
	if o.State == core.TaskOpen {
		page.Tone = toneOf(o.DueAt, now)
	} else {
		page.Ended = endedWords(o)
	}
	page.Facts = factsOf(o)
	page.Shown, page.Long = shownOf(o)
	page.Quick, page.Forms = quickOf(o), formsOf(o, d)
	if o.State == core.TaskOpen && o.Apart != "" {
		page.Notices = append(page.Notices, render.Notice{Tone: "info", Text: o.Apart})
	}
	if o.Workflow == "" && o.MayAct() {
		page.Tick = tickForm(o, d)
	}
	if err := p.drawWorkflow(c, o, d, &page); err != nil {
		return page, err
	}
	var err error
	if page.Files, err = p.filesOf(ctx, o); err != nil {
		return page, err
	}
	page.History, err = p.history(ctx, o)
	return page, err
}

func endedWords(o *tasks.Opened) string {
	words := map[core.TaskState]string{core.TaskDone: "Done", core.TaskCancelled: "Cancelled"}[o.State]
	if o.EndedBy != "" {
		words += " by " + o.EndedBy
	}
	if o.Reason != "" {
		words += ": " + o.Reason
	}
	return words
}

func factsOf(o *tasks.Opened) []layout.Fact {
	with := o.AssigneeName
	if with == "" {
		with = "Nobody yet"
	}
	facts := []layout.Fact{{Term: "With", Text: with}, {Term: "Group", Text: o.GroupName}}
	if !o.Kind.Name.IsZero() && o.Kind.Name.String() != o.Title {
		facts = append(facts, layout.Fact{Term: "Kind", Text: o.Kind.Name.String()})
	}
	return facts
}

// shownOf is what of the case the type of the task shows, beside the brief.
func shownOf(o *tasks.Opened) (facts []layout.Fact, long string) {
	cs, shows := o.Seen.Case, func(what string) bool { return slices.Contains(o.Kind.Shows, what) }
	add := func(term, text string) {
		if text = strings.TrimSpace(text); text != "" {
			facts = append(facts, layout.Fact{Term: term, Text: text})
		}
	}
	if shows(core.ShowSubject) {
		add("About", cs.Subject)
	}
	if shows(core.ShowRequester) && !cs.Anonymous {
		add("Requester", cs.Contact.Name)
		add("Telephone", cs.Contact.Phone)
		add("Email", cs.Contact.Email)
	}
	if shows(core.ShowPlace) {
		add("Place", cs.Address)
	}
	for _, what := range o.Kind.Shows {
		if key, ok := strings.CutPrefix(what, core.ShowField); ok {
			if f, known := o.Seen.Type.Field(key); known {
				add(f.Label.String(), f.Words(cs.Fields[key], core.DefaultLanguage))
			}
		}
	}
	if shows(core.ShowDescription) {
		long = cs.Description
	}
	return facts, long
}

// drawWorkflow draws what the workflow shows, or says why it cannot.
func (p *Pages) drawWorkflow(c *fiber.Ctx, o *tasks.Opened, d drawing, page *TaskPage) error {
	if d.failed != nil {
		page.Trouble = troubleOf(o, d.failed)
		return nil
	}
	tree := d.shown.View
	if d.shown.Overtaken {
		page.Notices = append(page.Notices, render.Notice{Tone: "warn", Text: overtaken(o)})
	}
	if tree == nil {
		if o.Workflow != "" && o.State == core.TaskOpen && !o.MayAct() && o.Apart == "" {
			page.Notices = append(page.Notices, render.Notice{Tone: "info", Text: "This task is for somebody else to do."})
		}
		return nil
	}
	tree.Walk(func(n *view.Node) { // whoever sees the task alone is told of no other case
		if page.Case == "" {
			n.Ref, n.Refs = "", nil
		}
	})
	if tree.Caption == o.Title { // the page is headed by it already
		tree.Caption = ""
	}
	opt := viewtree.Page{
		Errors: d.shown.Messages, Icons: p.Asset("icons.svg"), Map: viewtree.Map{Script: p.Asset("map.js"), Style: p.Asset("map.css")},
		Prefix: "task-", Level: 2, Confirm: d.confirm, Tables: d.tables, Zone: p.Zone, Target: "task",
		StepURL: func(step string) string { return stepURL(page.URL, step) },
		FileURL: func(id string) string { return page.URL + "/files/" + id },
		CaseURL: func(ref string) string { return "/cases/" + ref },
	}
	if o.State == core.TaskOpen {
		opt.Action = page.URL
		opt.Hidden = []viewtree.Hidden{p.Token(c), {Name: stepField, Value: tree.ID}}
	} else {
		opt.ReadOnly = true
	}
	if opt.Tables == nil {
		opt.Tables = viewtree.ReadTables(tree, opt.Prefix, query(c))
	}
	if p.Lookup != nil {
		opt.Lookup = p.Lookup(c)
	}
	var err error
	page.Workflow, err = p.tree.Render(tree, opt)
	return err
}

func overtaken(o *tasks.Opened) string {
	if o.State != core.TaskOpen {
		return "This task has ended meanwhile, so what you sent was not taken."
	}
	return "The task has gone on meanwhile, in another window or with somebody else, so what you sent was not taken. This is how it stands now."
}

// troubleOf says that the workflow failed, and what of the reader's is kept.
func troubleOf(o *tasks.Opened, failed *tasks.Failure) *Trouble {
	t := &Trouble{Again: taskURL(o.Ref, o.No)}
	var worded *core.Error
	if errors.As(failed, &worded) {
		t.Message = worded.Message
	}
	typed := o.Typed()
	if typed == nil {
		return t
	}
	labels := map[string]string{}
	if left := o.Left(); left != nil {
		for _, f := range left.Fields() {
			labels[f.ID] = f.Label
		}
	}
	for field, values := range typed.Answers {
		text := strings.TrimSpace(strings.Join(values, ", "))
		if text == "" {
			continue
		}
		label := labels[field]
		if label == "" {
			label = field
		}
		t.Typed = append(t.Typed, layout.Fact{Term: label, Text: text})
	}
	slices.SortFunc(t.Typed, func(a, b layout.Fact) int { return strings.Compare(a.Term, b.Term) })
	return t
}
