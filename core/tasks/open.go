package tasks

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/sdk/view"
)

// Visit is what a page says of its reader.
type Visit struct {
	Zone     *time.Location
	Language string
}

// Opened is one task as somebody looks at it.
type Opened struct {
	Item
	Seen     *cases.Seen
	Kind     core.TaskType // the zero type for a task made by hand, or of a type that was dropped
	By       core.Actor
	Mine     bool   // it was given to them, or to a group of theirs
	Manages  bool   // they work the whole case
	Apart    string // why they may not do it all the same, in a sentence; "" when nothing keeps them from it
	Workflow string // the plugin's entry that it goes through; "" for the built-in workflow

	stands *stands
}

// MayAct reports whether the reader may do something with the task now.
func (o *Opened) MayAct() bool {
	return o.State == core.TaskOpen && (o.Mine || o.Manages) && o.Apart == ""
}

// Files lists what was sent with the task, by question.
func (o *Opened) Files() map[string][]view.File { return o.stands.Files }

// Typed is what the reader sent last and was not taken, or nil.
func (o *Opened) Typed() *dialogue.Typed {
	if o.stands.TypedBy != o.By.ID {
		return nil
	}
	return o.stands.Typed
}

// Left is the page on which the workflow left the task, or nil: of a task that
// has ended, for everybody who may read it.
func (o *Opened) Left() *view.Node { return o.stands.View }

// seed is the randomness of the next call: the same when the same is sent again.
func (o *Opened) seed() int64 {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(o.ID[:], uint64(o.stands.Version)))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}

// filesOf gives the files of every file question of a page.
func (o *Opened) filesOf(page *view.Node) map[string][]view.File {
	out := map[string][]view.File{}
	for _, f := range page.Fields() {
		if f.Kind == view.KindFile {
			out[f.ID] = append([]view.File{}, o.stands.Files[f.ID]...)
		}
	}
	return out
}

const selectMembership = `SELECT group_key FROM memberships WHERE staff_id = $1 AND group_key = $2`

type membershipRow struct{ GroupKey string }

// load reads a task and where it stands. To whoever may not see it there is none.
func (s *Service) load(ctx context.Context, by core.Actor, seen *cases.Seen, no int) (*Opened, error) {
	item, err := s.Find(ctx, by, seen, no)
	if err != nil {
		return nil, err
	}
	o := &Opened{Item: item, Seen: seen, By: by, Manages: seen.MayDo(core.MayWork)}
	o.Kind, _ = seen.Type.Task(item.Type)
	if me := by.StaffID(); !me.IsZero() {
		found, err := postgres.All[membershipRow](ctx, s.db.Pool(), selectMembership, me, item.Group)
		if err != nil {
			return nil, err
		}
		o.Mine = item.Assignee == me || len(found) > 0
	}
	if o.Apart, err = s.apartFor(ctx, o); err != nil {
		return nil, err
	}
	if o.stands, err = s.standsOf(ctx, item.ID); err != nil {
		return nil, err
	}
	if o.Workflow = o.Kind.Plugin(); o.stands.begun() {
		o.Workflow = o.stands.Workflow // whatever the type says by now
	}
	return o, nil
}

// Open returns a task as somebody sees it. When they may do it, its workflow
// begins, if it has not, and hears that the task was taken up again, if it was.
//
// When the workflow fails at that, the error is a [Failure], and the task is
// returned beside it.
func (s *Service) Open(ctx context.Context, by core.Actor, seen *cases.Seen, no int, v Visit) (*Opened, error) {
	for range attempts {
		o, err := s.load(ctx, by, seen, no)
		if err != nil {
			return nil, err
		}
		event, waits := o.waiting()
		if !waits || !o.MayAct() {
			return o, nil
		}
		err = s.tell(ctx, o, v, event)
		if err != nil {
			if seen, err = s.overtaken(ctx, by, seen, err); err != nil {
				return o, err
			}
		}
	}
	return nil, busy()
}

// waiting is what the workflow of an open task has not heard yet.
func (o *Opened) waiting() (dialogue.Event, bool) {
	switch {
	case o.Workflow == "" || o.State != core.TaskOpen:
		return dialogue.Event{}, false
	case !o.stands.begun():
		return dialogue.Event{Kind: dialogue.Start}, true
	case o.stands.Returned != "":
		return dialogue.Event{Kind: dialogue.Return, Text: o.stands.Returned}, true
	}
	return dialogue.Event{}, false
}

// tell lets a workflow hear something that nobody typed, and takes its answer.
func (s *Service) tell(ctx context.Context, o *Opened, v Visit, event dialogue.Event) error {
	reply, err := s.serve(ctx, o, v, event)
	if err != nil {
		return err
	}
	return s.take(ctx, o, event.Kind, reply)
}

// attempts is how often something is tried again that somebody else overtook.
const attempts = 5

var errOvertaken = errors.New("somebody else went on with the task")

func busy() error {
	return core.Conflict("Somebody else is working on this task just now. Reload the page to see how it stands.")
}

// overtaken reads the case again when an error says that somebody was faster;
// any other error stays.
func (s *Service) overtaken(ctx context.Context, by core.Actor, seen *cases.Seen, err error) (*cases.Seen, error) {
	var stale *cases.Stale
	if core.KindOf(err) == core.ErrNotFound {
		return seen, gone()
	}
	if !errors.Is(err, errOvertaken) && !errors.As(err, &stale) && !postgres.Violates(err, "task_workflows_pkey") {
		return seen, err
	}
	again, err := s.cases.Find(ctx, by, seen.Case.Ref, core.MayTask)
	if core.KindOf(err) == core.ErrNotFound {
		return seen, gone()
	}
	return again, err
}

func gone() error {
	return core.Conflict("This task has gone to somebody else meanwhile, so what you sent was not taken.")
}

// Entry is one line of the history of a task.
type Entry struct {
	core.Recorded
	Words string // what was said; "" for events without words
}

const selectWords = `SELECT version, body FROM task_words WHERE task_id = $1`

type wordsRow struct {
	Version core.Version
	Body    string
}

// historyPage bounds what is read of a case's history at a time.
const historyPage = 1000

// History lists what happened to a task, oldest first.
func (s *Service) History(ctx context.Context, task Item) ([]Entry, error) {
	words, err := postgres.All[wordsRow](ctx, s.db.Pool(), selectWords, task.ID)
	if err != nil {
		return nil, err
	}
	said := map[core.Version]string{}
	for _, w := range words {
		said[w.Version] = w.Body
	}
	var out []Entry
	for after := core.Version(0); ; {
		page, err := events.History(ctx, s.db.Pool(), core.StreamCase, task.CaseID.String(), after, historyPage)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if no, _ := e.About["task"].(float64); int(no) == task.No {
				out = append(out, Entry{e, said[e.Version]})
			}
			after = e.Version
		}
		if len(page) < historyPage {
			return out, nil
		}
	}
}
