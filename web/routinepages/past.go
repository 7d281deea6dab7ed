package routinepages

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

const (
	// pastPatience is how long one page looks; the next goes on where it ended.
	pastPatience = 2 * time.Second
	// mostPast bounds the rows of one page, and the moments of one row.
	mostPast    = 100
	mostMoments = 3
	// pastDays is how far back the page looks when nothing else is asked for.
	pastDays = 90
)

// PastPage says what a routine would have done in the past, as far as it has
// been looked at.
type PastPage struct {
	CaseType, Routine string // their names
	Every             bool   // all routines of the case type are tried, each that is on
	TypeURL, Edit     string
	Here              string // this page, with the days that it looks back
	Draft             bool   // the draft is tried, else what is published
	Same              bool   // the draft has this routine as it is published
	Off               bool
	Days              int
	Spans             layout.Tabs
	Trigger           string
	Actions           []PastAction // of the one routine, or the routines there are
	Versus            string       // "Version 13"; "" when nothing is compared
	Total             int          // cases there are to look at
	Sum               routines.Replayed
	Facts             []layout.Fact
	Notes             []string
	Rows              []PastRow // found by this page
	Unlisted          int       // found by this page, and not listed
	Next              string    // where looking goes on; "" when all is looked at
	Wrong             string    // why it cannot be tried
}

// PastAction is one action of the routine, or one of all routines.
type PastAction struct{ Title, More, Icon string }

// PastRow is a case that would have been touched.
type PastRow struct {
	Ref, Subject, URL string
	At                []time.Time
	More              int    // times that are not shown
	Versus            string // what is published: "also", "not", "only"
	End               string
	Late              bool
}

// Whole reports whether all there is was looked at.
func (p PastPage) Whole() bool { return p.Next == "" && !p.Sum.Full }

// showPast answers what a routine would have done.
func (p *Pages) showPast(c *fiber.Ctx) error {
	page, trial, err := p.pastOf(c)
	if err != nil {
		return err
	}
	view := render.View{Template: "routinepages/past", Title: page.Routine + ", the last " + render.Plural(page.Days, "day", "days"), Nav: nav}
	if page.Wrong != "" {
		return render.Page(c, view, page)
	}
	err = p.look(c, trial, &page)
	var said *core.Error
	if errors.As(err, &said) && said.Kind == core.ErrInvalid {
		page.Wrong, page.Next = said.Message, ""
		return render.Page(c, view, page)
	}
	if err != nil {
		return err
	}
	if c.Get("HX-Request") == "true" && c.Query("after") != "" {
		return render.Fragment(c, "routinepages/past-more", page)
	}
	return render.Page(c, view, page)
}

// pastOf reads what is to be tried, and on how long.
func (p *Pages) pastOf(c *fiber.Ctx) (PastPage, routines.Trial, error) {
	ctx, key, name := c.UserContext(), c.Params("key"), c.Params("routine")
	page := PastPage{Draft: c.Query("draft") == "1", Days: c.QueryInt("days", pastDays), TypeURL: "/configuration/types/" + url.PathEscape(key), Edit: draftAddress(key, name)}
	if page.Days < 1 || page.Days > routines.MaxReplayedDays {
		return page, routines.Trial{}, core.NotFound("A routine is tried on between 1 and %d days.", routines.MaxReplayedDays)
	}
	published, err := p.o.Types.Published(ctx, key)
	if err != nil && core.KindOf(err) != core.ErrNotFound || err != nil && !page.Draft {
		return page, routines.Trial{}, err
	}
	trial := routines.Trial{Type: published, Routine: name}
	if page.Draft {
		kept, err := p.o.Drafts.Get(ctx, casetypes.KindCaseType, key)
		if err != nil {
			return page, trial, err
		}
		trial.Type, trial.Published = kept.Document.CaseType, published
		page.CaseType = kept.Name()
	}
	if trial.Type == nil {
		page.Routine, page.Wrong = name, "The draft cannot be read. Put it right first; then it can be tried."
		return page, trial, nil
	}
	if page.CaseType == "" {
		page.CaseType = trial.Type.Name.String()
	}
	if trial.Published != nil {
		page.Versus = fmt.Sprintf("Version %d", published.Version)
	}
	if name == "" {
		page.every(trial)
		page.spans(page.TypeURL + "/past")
		return page, trial, nil
	}
	var live core.Routine
	wasLive := false
	if published != nil {
		live, wasLive = published.Routine(name)
	}
	routine, has := trial.Type.Routine(name)
	if !has && !wasLive {
		return page, trial, core.NotFound("There is no such routine.")
	}
	if !has {
		routine = live
		page.Notes = append(page.Notes, "The draft does not have this routine any more.")
	}
	page.Routine, page.Off = routine.Name.String(), routine.Off
	page.Same = page.Draft && has && wasLive && sameRoutine(routine, live)
	page.Trigger = triggerWords(trial.Type, routine.When)
	groups, err := p.o.Groups(ctx)
	if err != nil {
		return page, trial, err
	}
	for _, do := range routine.Do {
		title, more, icon := actionWords(trial.Type, groups, do)
		page.Actions = append(page.Actions, PastAction{title, more, icon})
	}
	page.spans(address(key, name, "/past"))
	return page, trial, nil
}

// every makes it the page of all routines of a case type.
func (p *PastPage) every(trial routines.Trial) {
	p.Every, p.Routine, p.Edit = true, "Routines", p.TypeURL+"/draft?section=routines"
	for _, r := range trial.Type.Routines {
		more, icon := triggerWords(trial.Type, r.When), "bolt"
		if r.Off {
			more, icon = "Switched off, so it is not tried here.", "pause"
		}
		p.Actions = append(p.Actions, PastAction{r.Name.String(), more, icon})
	}
	p.Same = p.Draft && trial.Published != nil && slices.EqualFunc(trial.Type.Routines, trial.Published.Routines, func(a, b core.Routine) bool {
		return a.Key == b.Key && sameRoutine(a, b)
	})
	if len(p.Actions) == 0 && (trial.Published == nil || len(trial.Published.Routines) == 0) {
		p.Wrong = "There is no routine."
	}
}

// sameRoutine reports whether two routines do the same.
func sameRoutine(a, b core.Routine) bool {
	return a.Off == b.Off && a.When == b.When && a.If == b.If && slices.EqualFunc(a.Do, b.Do, func(a, b core.Do) bool { return a.String() == b.String() })
}

// spans are the lengths of time to choose from.
func (p *PastPage) spans(at string) {
	link := func(days int) string {
		query := url.Values{"days": {strconv.Itoa(days)}}
		if p.Draft {
			query.Set("draft", "1")
		}
		return at + "?" + query.Encode()
	}
	p.Here, p.Spans.Label = link(p.Days), "How far back"
	for _, days := range []int{7, 30, 90, 365} {
		p.Spans.Items = append(p.Spans.Items, layout.Tab{Label: fmt.Sprintf("%d days", days), URL: link(days), Current: days == p.Days})
	}
}

// look goes on with looking where the address says.
func (p *Pages) look(c *fiber.Ctx, trial routines.Trial, page *PastPage) error {
	ctx, query, now := c.UserContext(), c.Queries(), p.o.Clock.Now()
	by := render.Actor(c)
	reach := cases.Reach{By: by, Groups: []string{}, Scopes: []int32{}}
	if by.IsStaff() {
		var err error
		if reach, err = p.o.Cases.ReachOf(ctx, by, core.MayView); err != nil {
			return err
		}
	}
	trial.Until = now
	if asked := query["after"]; asked != "" {
		if err := resume(query, now, &trial, page); err != nil {
			return core.NotFound("There is nothing to go on with. Begin again.")
		}
	}
	trial.Since = trial.Until.Add(-time.Duration(page.Days) * 24 * time.Hour)
	if query["after"] == "" {
		var err error
		if page.Total, err = p.o.Routines.Replayable(ctx, reach, trial); err != nil {
			return err
		}
	}
	if err := p.replay(ctx, reach, trial, page); err != nil {
		return err
	}
	page.Total = max(page.Total, page.Sum.Cases)
	page.say()
	if !page.Sum.Done {
		next := url.Values{"after": {page.Sum.Next.String()}, "of": {strconv.Itoa(page.Total)}, "until": {strconv.FormatInt(trial.Until.UnixMicro(), 10)}}
		for name, figure := range figuresOf(&page.Sum) {
			if *figure > 0 {
				next.Set(name, strconv.Itoa(*figure))
			}
		}
		page.Next = page.Here + "&" + next.Encode()
	}
	return nil
}

// resume takes up what an earlier page found.
func resume(query map[string]string, now time.Time, trial *routines.Trial, page *PastPage) error {
	var err error
	if page.Sum.Next, err = core.ParseID[core.CaseID](query["after"]); err != nil {
		return err
	}
	micros, err := strconv.ParseInt(query["until"], 10, 64)
	if err != nil {
		return err
	}
	trial.Until = time.UnixMicro(micros).UTC()
	if trial.Until.After(now) || now.Sub(trial.Until) > 24*time.Hour {
		return core.Invalid("That was too long ago.")
	}
	if page.Total, err = strconv.Atoi(query["of"]); err != nil || page.Total < 0 {
		return core.Invalid("That is no number of cases.")
	}
	for name, figure := range figuresOf(&page.Sum) {
		if query[name] == "" {
			continue
		}
		if *figure, err = strconv.Atoi(query[name]); err != nil || *figure < 0 {
			return core.Invalid("That is no figure.")
		}
	}
	return nil
}

// replay looks until all is looked at or its time is up, at least at one part.
func (p *Pages) replay(ctx context.Context, reach cases.Reach, trial routines.Trial, page *PastPage) error {
	for began := time.Now(); ; {
		sum, err := p.o.Routines.Replay(ctx, reach, trial, page.Sum)
		if err != nil {
			return err
		}
		for _, t := range sum.Listed {
			if len(page.Rows) >= mostPast {
				page.Unlisted++
				continue
			}
			page.Rows = append(page.Rows, p.rowOf(t, page.Versus != ""))
		}
		sum.Listed = nil
		if page.Sum = sum; sum.Done || time.Since(began) >= pastPatience {
			return nil
		}
	}
}

func (p *Pages) rowOf(t routines.Touched, compared bool) PastRow {
	row := PastRow{
		Ref: string(t.Case.Ref), Subject: t.Case.Subject, URL: "/cases/" + url.PathEscape(string(t.Case.Ref)), End: endWords(t.End), Late: t.End.Late,
	}
	firings := t.Is
	switch {
	case !compared:
	case len(t.Is) == 0:
		row.Versus, firings = "only it", t.Was
	case len(t.Was) == 0:
		row.Versus = "not"
	case len(t.Was) == len(t.Is):
		row.Versus = "also"
	default:
		row.Versus = render.Plural(len(t.Was), "time", "times")
	}
	for i, f := range firings {
		if i == mostMoments {
			row.More = len(firings) - i
			break
		}
		row.At = append(row.At, f.At)
	}
	return row
}

// endWords say what has become of a case.
func endWords(e routines.End) string {
	late := "late"
	switch days, hours := int(e.By/(24*time.Hour)), int(e.By/time.Hour); {
	case days > 0:
		late = render.Plural(days, "day late", "days late")
	case hours > 0:
		late = render.Plural(hours, "hour late", "hours late")
	}
	switch {
	case e.Over && e.Late:
		return late
	case e.Over:
		return "on time"
	case e.Late:
		return "open, " + late
	}
	return "open"
}

// figuresOf are the figures that an address carries on.
func figuresOf(r *routines.Replayed) map[string]*int {
	out := map[string]*int{"cases": &r.Cases, "events": &r.Events, "asked": &r.Asked, "did": &r.Did, "erased": &r.Erased, "unanswered": &r.Unanswered}
	for name, d := range map[string]*routines.Doings{"is-": &r.Is, "was-": &r.Was} {
		for what, figure := range map[string]*int{
			"cases": &d.Cases, "times": &d.Times, "stopped": &d.Stopped, "tasks": &d.Tasks, "messages": &d.Messages, "unsent": &d.Unsent,
			"targets": &d.Targets, "changes": &d.Changes, "calls": &d.Calls,
		} {
			out[name+what] = figure
		}
	}
	return out
}

// say puts what was found into words.
func (p *PastPage) say() {
	is, was := p.Sum.Is, p.Sum.Was
	fact := func(term string, is, was int, one, many string) {
		if is == 0 && was == 0 {
			return
		}
		text := render.Plural(is, one, many)
		if p.Versus != "" && is != was {
			text += fmt.Sprintf(" (%s: %s)", p.Versus, render.Number(was))
		}
		p.Facts = append(p.Facts, layout.Fact{Term: term, Text: text})
	}
	fact("Messages", is.Messages, was.Messages, "to an audience", "to an audience each")
	fact("Without an address", is.Unsent, was.Unsent, "message to nobody", "messages to nobody")
	fact("Tasks", is.Tasks, was.Tasks, "command", "commands")
	fact("Targets", is.Targets, was.Targets, "command", "commands")
	fact("Other changes", is.Changes, was.Changes, "change", "changes")
	fact("Plugins and webhooks", is.Calls, was.Calls, "call", "calls")
	fact("Stopped as a loop", is.Stopped, was.Stopped, "time", "times")
	p.Facts = append(p.Facts,
		layout.Fact{Term: "Really ran", Text: render.Plural(p.Sum.Did, "time", "times") + ", as its log has it"},
		layout.Fact{Term: "Looked at", Text: render.Plural(p.Sum.Cases, "case", "cases") + " with " + render.Plural(p.Sum.Events, "event", "events")},
	)
	note := func(is bool, format string, args ...any) {
		if is {
			p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
		}
	}
	note(p.Off, "The routine is switched off. This is as if it had been on.")
	note(p.Sum.Full, "It stopped there, for that was much to look at: %s of %s cases, the newest ones. Take fewer days to see all.", render.Number(p.Sum.Cases), render.Number(p.Total))
	note(p.Sum.Shortened, "Its schedule comes often: only the last %d times of it were tried.", routines.MaxReplayedTimes)
	note(p.Sum.Unanswered > 0, "The condition could not be answered %s, and did not hold then. %s", render.Plural(p.Sum.Unanswered, "time", "times"), p.Sum.Problem)
	note(p.Sum.Erased > 0, "The content of %s was erased: how those cases stood before is not known for certain.", render.Plural(p.Sum.Erased, "event", "events"))
}
