package targetpages

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

const (
	// patience is how long one page counts; the next goes on where it ended.
	patience = 2 * time.Second
	// mostListed bounds the rows of one page.
	mostListed = 100
)

// WhatIfPage says what a draft would change for open cases, as far as they
// have been counted.
type WhatIfPage struct {
	Kind, Name string
	URL        string // of the document
	Draft      string // where it is changed
	Same       bool   // nothing was changed: this is how things are
	Total      int    // open cases there are to look at
	Sum        targets.WhatIf
	Facts      []layout.Fact
	Late       []ShiftRow // found by this page
	Saved      []ShiftRow
	Unlisted   int    // found by this page, and not listed
	Next       string // where counting goes on; "" when all is counted
	Findings   bool   // the draft cannot be published as it is
	Unusable   bool   // nor can it be tried
}

// Left is how many cases have not been looked at.
func (p WhatIfPage) Left() int { return max(0, p.Total-p.Sum.Cases) }

// ShiftRow is one target that would be late, or saved.
type ShiftRow struct {
	Ref, Subject, URL string
	Target            string
	Was, Is           string
}

func draftOf(t *core.CaseType) targets.Draft { return targets.Draft{CaseType: t} }

func (p *Pages) whatIfOf(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, key := c.UserContext(), c.Params("key")
		kept, err := p.o.Drafts.Get(ctx, kind, key)
		if err != nil {
			return err
		}
		page := WhatIfPage{Kind: "Case type", Name: kept.Name(), URL: "/configuration/types/" + url.PathEscape(key), Same: !kept.Kept}
		if kind == casetypes.KindCalendar {
			page.Kind, page.URL = "Calendar", "/configuration/calendars/"+url.PathEscape(key)
		}
		page.Draft = page.URL + "/draft"
		view := render.View{Template: "targetpages/what-if", Title: "What if, " + page.Name, Nav: nav}
		draft := targets.Draft{CaseType: kept.Document.CaseType, Calendar: kept.Document.Calendar}
		page.Findings, page.Unusable = len(kept.Findings) > 0, !usable(draft)
		if page.Unusable {
			return render.Page(c, view, page)
		}
		if err := p.count(c, draft, &page); err != nil {
			return err
		}
		if c.Get("HX-Request") == "true" && c.Query("after") != "" {
			return render.Fragment(c, "targetpages/what-if-more", page)
		}
		return render.Page(c, view, page)
	}
}

// usable reports whether due times can be computed by a draft, whatever else is
// wrong with it.
func usable(d targets.Draft) bool {
	switch {
	case d.CaseType != nil:
		return !slices.ContainsFunc(d.CaseType.Targets, func(r core.TargetRule) bool { return r.Validate() != nil })
	case d.Calendar != nil:
		_, err := core.NewCalendar(*d.Calendar, 0)
		return err == nil
	}
	return false
}

// count goes on with counting where the address says.
func (p *Pages) count(c *fiber.Ctx, draft targets.Draft, page *WhatIfPage) error {
	ctx, query := c.UserContext(), c.Queries()
	after, sum := core.CaseID{}, targets.WhatIf{}
	if asked := query["after"]; asked != "" {
		var err error
		if after, err = core.ParseID[core.CaseID](asked); err != nil {
			return core.NotFound("There is nothing to go on with. Begin again.")
		}
		for name, figure := range figuresOf(&sum) {
			if *figure, err = strconv.Atoi(query[name]); err != nil || *figure < 0 {
				return core.NotFound("There is nothing to go on with. Begin again.")
			}
		}
		page.Total, _ = strconv.Atoi(query["of"])
	} else {
		var err error
		if page.Total, err = p.o.Targets.Supposed(ctx, draft); err != nil {
			return err
		}
	}
	more, err := p.suppose(ctx, render.Actor(c), draft, after, patience)
	if err != nil {
		return err
	}
	page.Sum = sum.Add(more)
	page.Facts = figures(page.Sum)
	for _, shift := range more.Listed {
		row := ShiftRow{
			Ref: string(shift.Ref), Subject: shift.Subject, URL: "/cases/" + url.PathEscape(string(shift.Ref)), Target: shift.Name.String(),
			Was: dueWords(shift.Was, shift.Zone), Is: dueWords(shift.Is, shift.Zone),
		}
		switch {
		case len(page.Late)+len(page.Saved) >= mostListed:
			page.Unlisted++
		case shift.Late:
			page.Late = append(page.Late, row)
		default:
			page.Saved = append(page.Saved, row)
		}
	}
	if !page.Sum.Done {
		next := url.Values{"after": {page.Sum.Next.String()}, "of": {strconv.Itoa(page.Total)}}
		for name, figure := range figuresOf(&page.Sum) {
			next.Set(name, strconv.Itoa(*figure))
		}
		page.Next = page.URL + "/what-if?" + next.Encode()
	}
	return nil
}

// suppose counts until all is counted or its time is up, at least one part.
func (p *Pages) suppose(ctx context.Context, by core.Actor, draft targets.Draft, after core.CaseID, within time.Duration) (targets.WhatIf, error) {
	reach := cases.Reach{By: by, Groups: []string{}, Scopes: []int32{}}
	if by.IsStaff() {
		var err error
		if reach, err = p.o.Cases.ReachOf(ctx, by, core.MayView); err != nil {
			return targets.WhatIf{}, err
		}
	}
	began, sum := time.Now(), targets.WhatIf{Next: after}
	for {
		part, err := p.o.Targets.WhatIf(ctx, reach, draft, sum.Next)
		if err != nil {
			return sum, err
		}
		if sum = sum.Add(part); sum.Done || time.Since(began) >= within {
			return sum, nil
		}
	}
}

// figuresOf are the figures that an address carries on.
func figuresOf(w *targets.WhatIf) map[string]*int {
	return map[string]*int{"cases": &w.Cases, "targets": &w.Targets, "late": &w.Late, "saved": &w.Saved, "sooner": &w.Sooner,
		"later": &w.Later, "added": &w.Added, "dropped": &w.Dropped}
}

// figures says what was counted.
func figures(w targets.WhatIf) []layout.Fact {
	out := []layout.Fact{
		{Term: "Would be late", Text: render.Plural(w.Late, "target", "targets")},
		{Term: "Would be saved", Text: render.Plural(w.Saved, "target that is late now", "targets that are late now")},
		{Term: "Due sooner, not late", Text: render.Number(w.Sooner)}, {Term: "Due later", Text: render.Number(w.Later)},
	}
	if w.Added > 0 {
		out = append(out, layout.Fact{Term: "Promised in addition", Text: render.Number(w.Added)})
	}
	if w.Dropped > 0 {
		out = append(out, layout.Fact{Term: "No longer promised", Text: render.Number(w.Dropped)})
	}
	return append(out, layout.Fact{Term: "Looked at", Text: fmt.Sprintf("%s with %s", render.Plural(w.Cases, "open case", "open cases"), render.Plural(w.Targets, "running target", "running targets"))})
}

func dueWords(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	return say(t, zone)
}

// sameTarget reports whether two rules promise the same.
func sameTarget(a, b core.TargetRule) bool {
	return a.Key == b.Key && a.Starts == b.Starts && a.Stops == b.Stops && a.Within == b.Within && a.If == b.If &&
		slices.Equal(a.When.Priorities, b.When.Priorities) && slices.Equal(a.When.Subtypes, b.When.Subtypes) && slices.Equal(a.When.Channels, b.When.Channels)
}
