package casepages

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/tasks"
)

// facts are what stands around a case, each read once for a page, and each only
// as far as the reader may see it.
type facts struct {
	tasks     []tasks.Item
	questions []core.Question
	files     []core.Attachment
	mail      []messages.Entry // newest first
	came      int              // mails that came in
	targets   []TargetView
	ofTasks   map[int]TargetView // the targets of tasks, by the number of the task
	followers []core.Follower
	links     []links.Linked
}

func (p *Pages) facts(ctx context.Context, o *opened) (f facts, err error) {
	if f.tasks, err = p.Tasks.OfCase(ctx, o.by, o.Seen); err != nil {
		return f, err
	}
	if f.questions, err = p.Questions.OfCase(ctx, o.Case.ID); err != nil {
		return f, err
	}
	if !o.full {
		return f, nil
	}
	if f.files, err = p.Attachments.OfCase(ctx, o.Seen); err != nil {
		return f, err
	}
	if f.mail, err = p.Messages.OfCase(ctx, o.Case.ID); err != nil {
		return f, err
	}
	if p.Desk != nil {
		if f.came, err = p.Desk.Came(ctx, o.Case.ID); err != nil {
			return f, err
		}
	}
	if f.followers, err = p.Followers.OfCase(ctx, o.Seen); err != nil {
		return f, err
	}
	if p.Links != nil {
		if f.links, err = p.Links.OfCase(ctx, o.by, o.Seen); err != nil {
			return f, err
		}
	}
	if f.targets, err = p.targetViews(ctx, o); err != nil || len(f.tasks) == 0 {
		return f, err
	}
	f.ofTasks, err = p.taskTargets(ctx, o)
	return f, err
}

func (f facts) counts() counts {
	return counts{tasks: len(f.openTasks()), files: len(f.files), emails: f.came + f.written(), links: len(f.links)}
}

// written counts what was sent: a letter to several readers once.
func (f facts) written() int {
	letters := map[core.LetterID]bool{}
	n := 0
	for _, m := range f.mail {
		if m.Letter.IsZero() {
			n++
		} else {
			letters[m.Letter] = true
		}
	}
	return n + len(letters)
}

func (f facts) openTasks() []tasks.Item {
	var out []tasks.Item
	for _, t := range f.tasks {
		if t.State == core.TaskOpen {
			out = append(out, t)
		}
	}
	return out
}

func (f facts) openQuestions() []core.Question {
	var out []core.Question
	for _, q := range f.questions {
		if q.IsOpen() {
			out = append(out, q)
		}
	}
	return out
}
