package casepages

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/render"
)

var myWorkView = render.View{Template: "casepages/mywork", Title: "My work", Nav: "mywork"}

// How much of each list My work shows; the rest is a link away.
const (
	myCases     = 100
	mySection   = 8
	myTasks     = 6
	answersKept = 7 * 24 * time.Hour
)

// MyWorkPage is what waits for one staff user: what nobody has opened and what
// has come back stand apart from the rest.
type MyWorkPage struct {
	Today    time.Time
	Words    string // "12 cases, 1 late, 2 due tomorrow."
	Unopened WorkList
	Reopened WorkList
	Lifted   WorkList // escalated, or opened to the reader by name
	Mine     WorkList
	Free     WorkList // nobody has them
	Answers  []AnswerLine
	Tasks    []TaskLine
	AllTasks int
	HasQueue bool // there may be a next one to take
	Nothing  bool // not a single case
	Shown    string
	Live     bool // the page asks what has changed
	Changed  bool // and something has come or gone
}

// WorkList is one card of cases.
type WorkList struct {
	Words string
	Rows  []Row
	More  string // where the rest is; "" when this is all
}

// AnswerLine is a question of the reader that was answered.
type AnswerLine struct {
	Who   string
	URL   string
	How   string // "answered after 1 day", "answered by telephone"
	Words string // how the answer begins
	At    time.Time
}

func (p *Pages) showMyWork(c *fiber.Ctx) error {
	page, err := p.myWork(c.UserContext(), render.Actor(c))
	if err != nil {
		return err
	}
	return render.Page(c, myWorkView, page)
}

// newsOfMyWork answers with the lists as they are now when they hold the same
// cases in the same order; else with a line that offers them, because nothing
// may move under the reader's eyes.
func (p *Pages) newsOfMyWork(c *fiber.Ctx) error {
	page, err := p.myWork(c.UserContext(), render.Actor(c))
	if err != nil {
		return err
	}
	page.Live, page.Changed = true, page.Shown != c.Query("shown")
	return render.Fragment(c, "casepages/mywork-news", page)
}

func (p *Pages) takeNextOfMine(c *fiber.Ctx) error {
	_, queues, err := p.queuesOf(c)
	if err != nil {
		return err
	}
	next, err := p.Cases.TakeNext(c.UserContext(), render.Actor(c), scopesOf(queues, func(q cases.Queue) bool { return q.Mine }))
	if core.KindOf(err) == core.ErrNotFound {
		return nothingLeft(c, "/mywork")
	}
	if err != nil {
		return err
	}
	return taken(c, next.Ref)
}

// myWork fills the page.
func (p *Pages) myWork(ctx context.Context, by core.Actor) (MyWorkPage, error) {
	w, err := p.workOf(ctx, by)
	if err != nil {
		return MyWorkPage{}, err
	}
	page := MyWorkPage{
		Today: w.now, Words: w.summary(), HasQueue: len(w.queues) > 0, AllTasks: w.tasks.Mine + w.tasks.Unclaimed,
	}
	rows, err := p.rowsOfLists(ctx, [][]cases.Row{w.unopened, w.reopened, w.lifted, w.mine, w.free}, "/mywork")
	if err != nil {
		return page, err
	}
	for i, list := range []struct {
		into *WorkList
		rows []cases.Row
		why  func(cases.Row) string
	}{
		{&page.Unopened, w.unopened, w.came}, {&page.Reopened, w.reopened, w.came}, {&page.Lifted, w.lifted, w.came},
		{&page.Mine, w.mine, w.stands}, {&page.Free, w.free, w.came},
	} {
		list.into.Rows = rows[i]
		for i, r := range list.rows {
			list.into.Rows[i].Why = list.why(r)
		}
		if n := len(list.rows); n > 0 {
			list.into.Words = render.Count(n)
		}
	}
	if n := len(w.unopened); n > 0 {
		if age, past := strings.CutSuffix(render.Ago(oldest(w.unopened), w.now), " ago"); past {
			page.Unopened.Words = fmt.Sprintf("%d, oldest %s", n, age)
		}
	}
	if n := len(w.mine); n > 0 {
		page.Mine.Words = render.Count(n) + ", most urgent first"
	}
	if w.freeInAll > len(w.free) && len(w.queues) > 0 {
		page.Free.Words = fmt.Sprintf("%d of %s", len(w.free), render.Count(w.freeInAll))
		page.Free.More = queueURL(w.queues[0]) + "?only=unclaimed"
	}
	page.Answers, page.Tasks = w.answerLines(), w.taskLines()
	page.Nothing = len(w.unopened)+len(w.reopened)+len(w.lifted)+len(w.mine)+len(w.free) == 0
	page.Shown = w.fingerprint()
	return page, nil
}

// work is what was found for one staff user.
type work struct {
	now       time.Time
	zone      *time.Location
	types     map[string]*core.CaseType
	queues    []cases.Queue // of the reader's own groups
	unopened  []cases.Row
	reopened  []cases.Row
	lifted    []cases.Row
	mine      []cases.Row
	free      []cases.Row
	freeInAll int
	all       []cases.Row // held by the reader
	answers   []questions.Asked
	list      []tasks.Item
	tasks     tasks.Counts
}

// workOf reads what waits for a staff user and puts each case in one place.
func (p *Pages) workOf(ctx context.Context, by core.Actor) (*work, error) {
	w := &work{now: p.Cases.Clock().Now().In(p.Zone), zone: p.Zone}
	reach, err := p.Cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return nil, err
	}
	if w.types, err = p.typesByKey(ctx); err != nil {
		return nil, err
	}
	queues, err := p.Cases.Queues(ctx, reach)
	if err != nil {
		return nil, err
	}
	for _, q := range queues {
		if q.Mine {
			w.queues = append(w.queues, q)
		}
	}
	if w.all, err = p.Cases.AssignedTo(ctx, by.StaffID(), myCases); err != nil {
		return nil, err
	}
	placed := map[core.CaseID]bool{}
	place := func(into *[]cases.Row, rows []cases.Row, wanted func(cases.Row) bool, most int) {
		for _, r := range rows {
			if len(*into) < most && !placed[r.ID] && wanted(r) {
				placed[r.ID] = true
				*into = append(*into, r)
			}
		}
	}
	isNew := func(r cases.Row) bool { return r.OpenedAt.IsZero() }
	isBack := func(r cases.Row) bool { return isReopened(r.Case, w.types[r.Type]) }
	every := func(cases.Row) bool { return true }
	free, freeInAll, err := p.unclaimed(ctx, reach, w.queues)
	if err != nil {
		return nil, err
	}
	place(&w.unopened, w.all, isNew, myCases)
	place(&w.unopened, free[cases.OnlyUnopened], isNew, len(w.unopened)+mySection)
	place(&w.reopened, w.all, isBack, myCases)
	place(&w.reopened, free[cases.OnlyReopened], isBack, len(w.reopened)+mySection)
	place(&w.mine, w.all, every, myCases)
	// A reach without scopes leaves the cases opened for another reason.
	lifted, err := p.Cases.List(ctx, cases.Reach{By: reach.By, Groups: reach.Groups, Scopes: []int32{}}, cases.Filter{}, "", mySection)
	if err != nil {
		return nil, err
	}
	place(&w.lifted, lifted.Rows, every, mySection)
	place(&w.free, free[cases.OnlyUnclaimed], every, mySection)
	if len(w.free) > 0 {
		w.freeInAll = freeInAll
	}
	if w.answers, err = p.Questions.AnsweredFor(ctx, reach, w.now.Add(-answersKept)); err != nil {
		return nil, err
	}
	if w.list, err = p.Tasks.Mine(ctx, reach, myTasks); err != nil {
		return nil, err
	}
	w.tasks, err = p.Tasks.Count(ctx, reach)
	return w, err
}

// unclaimed lists what nobody has in some queues, whole and by part, and
// counts it.
func (p *Pages) unclaimed(ctx context.Context, reach cases.Reach, queues []cases.Queue) (map[cases.Only][]cases.Row, int, error) {
	scopes := scopesOf(queues, func(cases.Queue) bool { return true })
	out := map[cases.Only][]cases.Row{}
	for _, only := range []cases.Only{cases.OnlyUnclaimed, cases.OnlyUnopened, cases.OnlyReopened} {
		// What was opened or raised by hand may have somebody already.
		list, err := p.Cases.List(ctx, reach, cases.Filter{Scopes: scopes, Only: only}, "", 4*mySection)
		if err != nil {
			return nil, 0, err
		}
		out[only] = slices.DeleteFunc(list.Rows, func(r cases.Row) bool { return !r.Assignee.IsZero() })
	}
	tallies, err := p.Cases.Tally(ctx, cases.Reach{By: reach.By, Scopes: scopes}, p.endOfWeek())
	n := 0
	for _, t := range tallies {
		n += t.Unclaimed
	}
	return out, n, err
}

// summary is the line beside the heading, of the cases the reader holds.
func (w *work) summary() string {
	late, tomorrow := 0, 0
	begins := time.Date(w.now.Year(), w.now.Month(), w.now.Day()+1, 0, 0, 0, 0, w.zone)
	ends := begins.AddDate(0, 0, 1)
	for _, r := range w.all {
		switch {
		case r.DueAt.IsZero():
		case r.DueAt.Before(w.now):
			late++
		case !r.DueAt.Before(begins) && r.DueAt.Before(ends):
			tomorrow++
		}
	}
	words := render.Plural(len(w.all), "case", "cases")
	if late > 0 {
		words += fmt.Sprintf(", %d late", late)
	}
	if tomorrow > 0 {
		words += fmt.Sprintf(", %d due tomorrow", tomorrow)
	}
	return words + "."
}

// came says whence and when a case came: "Dai Prosser, online, yesterday 15:02".
func (w *work) came(r cases.Row) string {
	words := isolate(requesterOf(r.Case))
	if channel := channelWords[r.Channel]; channel != "" {
		words += ", " + channel
	}
	return words + ", " + lowerFirst(render.When(r.ReceivedAt.In(w.zone), w.now))
}

// stands says where a case stands: what it waits for, or its stage.
func (w *work) stands(r cases.Row) string {
	switch {
	case r.Asked:
		return "A question to " + isolate(requesterOf(r.Case)) + " is open"
	case r.Anonymous:
		return "Requester is anonymous: answers go to the tracking page"
	}
	words := isolate(requesterOf(r.Case))
	if t := w.types[r.Type]; t != nil {
		if stage, i := t.Stage(r.Stage); i >= 0 {
			words += ", " + stage.Name.String()
		}
	}
	return words
}

// isolate keeps a name that is written from right to left from turning the
// sentence around it.
func isolate(name string) string { return "\u2068" + name + "\u2069" }

var channelWords = map[core.Channel]string{
	core.ChannelWeb: "online", core.ChannelTelephone: "by telephone", core.ChannelCounter: "at the counter",
	core.ChannelLetter: "by letter", core.ChannelEmail: "by email", core.ChannelAPI: "from another system",
}

func lowerFirst(s string) string {
	for _, word := range []string{"Today", "Yesterday", "Tomorrow"} {
		if len(s) > len(word) && s[:len(word)] == word {
			return string(s[0]+'a'-'A') + s[1:]
		}
	}
	return s
}

func oldest(rows []cases.Row) time.Time {
	at := rows[0].ReceivedAt
	for _, r := range rows {
		if r.ReceivedAt.Before(at) {
			at = r.ReceivedAt
		}
	}
	return at
}

// maxAnswers is how many answers stand in the right column.
const maxAnswers = 5

func (w *work) answerLines() []AnswerLine {
	var out []AnswerLine
	for _, a := range w.answers {
		if len(out) == maxAnswers {
			break
		}
		who := a.Requester
		if who == "" {
			who = "The requester of " + string(a.Ref)
		}
		how := "answered " + lowerFirst(render.When(a.AnsweredAt.In(w.zone), w.now))
		if words := channelWords[a.Channel]; words != "" && a.Channel != core.ChannelWeb {
			how = "answered " + words
		}
		out = append(out, AnswerLine{Who: who, URL: caseURL(a.Ref), How: how, Words: clip(a.Answer, 90), At: a.AnsweredAt})
	}
	return out
}

// fingerprint tells whether two readings show the same cases in one order.
func (w *work) fingerprint() string {
	h := fnv.New64a()
	for _, list := range [][]cases.Row{w.unopened, w.reopened, w.lifted, w.mine, w.free} {
		for _, r := range list {
			h.Write([]byte(r.Ref))
		}
		h.Write([]byte{0})
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// clip shortens text to so many letters, at a word if one ends near.
func clip(s string, letters int) string {
	r := []rune(s)
	if len(r) <= letters {
		return s
	}
	cut := letters
	for i := letters; i > letters*2/3; i-- {
		if r[i] == ' ' || r[i] == '\n' {
			cut = i
			break
		}
	}
	return string(r[:cut]) + " …"
}
