package routinepages

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// LogPage is what a routine did, and why it did not, the newest first.
type LogPage struct {
	Type, Name       string
	TypeURL          string
	Edit, Try, Past  string
	Gone             bool // it is not in what is live
	Off              bool
	Meaning          []string
	Facts            []layout.Fact
	Filter           layout.Tabs
	Filtered         bool
	Runs             []RunRow
	First, Following string // addresses of other pages
	Rounds           []RoundRow
}

// RunRow is one occasion on one case.
type RunRow struct {
	Ref, URL string
	At       time.Time
	Why      string // what set it off
	Chip     layout.Chip
	Problem  string
	Values   []layout.Fact
	Chain    string
	Results  []ResultRow
}

// ResultRow is how one action went.
type ResultRow struct {
	No      int
	Title   string
	More    string // what came of it, or why it failed
	Chip    layout.Chip
	At      time.Time
	Took    string
	Retried string
}

// RoundRow is one look of the clock.
type RoundRow struct {
	At                                            time.Time
	Looked, Fired, Done, Failed, Waiting, Stopped int
}

// filters are what the log may be narrowed to, by the name in its address.
func filters() []filter {
	return []filter{
		{"", "All", []routines.State{routines.Passed, routines.Waiting, routines.Ran, routines.Failed, routines.Stopped}},
		{"fired", "Fired", []routines.State{routines.Waiting, routines.Ran, routines.Failed}},
		{"passed", "Did not hold", []routines.State{routines.Passed}},
		{"failed", "Failed", []routines.State{routines.Failed}},
		{"stopped", "Stopped", []routines.State{routines.Stopped}},
	}
}

type filter struct {
	key, label string
	states     []routines.State
}

func (p *Pages) showLog(c *fiber.Ctx) error {
	ctx, key, by := c.UserContext(), c.Params("key"), render.Actor(c)
	t, err := p.o.Types.Published(ctx, key)
	if err != nil {
		return err
	}
	r, live := t.Routine(c.Params("routine"))
	if !live {
		r = core.Routine{Key: c.Params("routine"), Name: core.Plain(c.Params("routine"))}
	}
	here := address(key, r.Key, "")
	page := LogPage{Type: t.Name.String(), Name: r.Name.String(), TypeURL: "/configuration/types/" + url.PathEscape(key), Gone: !live, Off: r.Off}
	if live {
		groups, err := p.o.Groups(ctx)
		if err != nil {
			return err
		}
		page.Edit, page.Try, page.Past, page.Meaning = draftAddress(key, r.Key), here+"/try", here+"/past", p.meaning(t, groups, r)
	}
	all := filters()
	i := slices.IndexFunc(all, func(f filter) bool { return f.key == c.Query("which") })
	if i < 0 {
		return core.NotFound("There is no such filter.")
	}
	page.Filter, page.Filtered = filterTabs(here, all, i), i > 0
	after, err := readPage(c.Query("after"))
	if err != nil {
		return err
	}
	runs, next, err := p.o.Routines.OfRoutineIn(ctx, by, key, r.Key, all[i].states, after)
	if err != nil {
		return err
	}
	if !live && len(runs) == 0 && after == nil && i == 0 {
		return core.NotFound("There is no such routine.")
	}
	for _, run := range runs {
		page.Runs = append(page.Runs, p.runRow(t, r, run))
	}
	if after != nil {
		page.First = all[i].address(here)
	}
	if next != nil {
		page.Following = withQuery(all[i].address(here), "after", writePage(*next))
	}
	tallies, err := p.o.Routines.Tallies(ctx, key, p.o.Clock.Now().Add(-counted))
	if err != nil {
		return err
	}
	tally := tallies[r.Key]
	page.Facts = tallyFacts(tally.Fired, tally.Passed, tally.Failed, tally.Stopped)
	rounds, err := p.o.Routines.Rounds(ctx, key, r.Key)
	if err != nil {
		return err
	}
	for _, round := range rounds {
		page.Rounds = append(page.Rounds, RoundRow{round.At, round.Looked, round.Fired, round.Done, round.Failed, round.Waiting, round.Stopped})
	}
	return render.Page(c, render.View{Template: "routinepages/log", Title: page.Name + ", log", Nav: nav}, page)
}

func (f filter) address(here string) string {
	if f.key == "" {
		return here
	}
	return withQuery(here, "which", f.key)
}

func withQuery(address, name, value string) string {
	join := "?"
	if strings.Contains(address, "?") {
		join = "&"
	}
	return address + join + name + "=" + url.QueryEscape(value)
}

func filterTabs(here string, all []filter, current int) layout.Tabs {
	tabs := layout.Tabs{Label: "Which runs"}
	for i, f := range all {
		tabs.Items = append(tabs.Items, layout.Tab{Label: f.label, URL: f.address(here), Current: i == current})
	}
	return tabs
}

// maxOccasion bounds the name of an occasion in an address, in bytes.
const maxOccasion = 200

// writePage and readPage carry where a list goes on in an address.
func writePage(p routines.Page) string {
	return p.At.UTC().Format(time.RFC3339Nano) + "_" + p.Case.String() + "_" + p.Occasion
}

func readPage(text string) (*routines.Page, error) {
	if text == "" {
		return nil, nil
	}
	bad := core.NotFound("There is nothing to go on with. Begin again.")
	at, rest, _ := strings.Cut(text, "_")
	id, occasion, _ := strings.Cut(rest, "_")
	when, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return nil, bad
	}
	cs, err := core.ParseID[core.CaseID](id)
	if err != nil {
		return nil, bad
	}
	if len(occasion) > maxOccasion || !utf8.ValidString(occasion) || strings.ContainsRune(occasion, 0) {
		return nil, bad
	}
	return &routines.Page{At: when, Case: cs, Occasion: occasion}, nil
}

func (p *Pages) runRow(t *core.CaseType, r core.Routine, run routines.Run) RunRow {
	row := RunRow{
		Ref: string(run.Ref), URL: "/cases/" + url.PathEscape(string(run.Ref)), At: run.At, Why: runWords(run.Kind), Chip: stateChip(run.State),
		Problem: run.Answer.Problem, Values: valueLines(t, run.Answer.Values),
	}
	if run.Why != "" {
		row.Problem = run.Why
	}
	if len(run.Chain) > 0 {
		names := make([]string, len(run.Chain))
		for i, id := range run.Chain {
			names[i] = strings.TrimPrefix(id, run.Type+"/")
			if by, ok := t.Routine(names[i]); ok {
				names[i] = by.Name.String()
			}
			names[i] = "“" + names[i] + "”"
		}
		row.Chain = strings.Join(names, ", then ")
	}
	for _, result := range run.Results {
		row.Results = append(row.Results, resultRow(t, r, run, result))
	}
	return row
}

func resultRow(t *core.CaseType, r core.Routine, run routines.Run, result routines.Result) ResultRow {
	row := ResultRow{No: result.No + 1, Title: result.Action, More: result.Outcome, Chip: stateChip(result.State), At: result.Finished}
	if run.Version == t.Version && result.No < len(r.Do) {
		row.Title, _, _ = actionWords(t, nil, r.Do[result.No])
	}
	if result.Problem != "" {
		row.More = result.Problem
	}
	if result.Took > 0 {
		row.Took = result.Took.Round(time.Millisecond).String()
		if result.Took < time.Millisecond {
			row.Took = "under 1ms"
		}
	}
	if result.Tries > 1 {
		row.Retried = fmt.Sprintf("%d tries", result.Tries)
	}
	return row
}

func stateChip(s routines.State) layout.Chip {
	switch s {
	case routines.Passed:
		return layout.Chip{Label: "Did not hold", Icon: "stop"}
	case routines.Waiting:
		return layout.Chip{Label: "To be done", Icon: "clock", Tone: "info"}
	case routines.Ran:
		return layout.Chip{Label: "Done", Icon: "ok", Tone: "good"}
	case routines.Refused:
		return layout.Chip{Label: "Refused", Icon: "warn", Tone: "warn"}
	case routines.Failed:
		return layout.Chip{Label: "Failed", Icon: "warn", Tone: "bad"}
	case routines.Stopped:
		return layout.Chip{Label: "Stopped", Icon: "stop", Tone: "warn"}
	}
	return layout.Chip{Label: string(s)}
}
