package routinepages

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

const (
	section = "routines"
	// asExpression ends the item of a routine whose condition is written as an
	// expression though rows could say it.
	asExpression = "/expression"
	// counted is how far back runs are counted.
	counted = 30 * 24 * time.Hour
)

func (p *Pages) editor() editing.Editor {
	return editing.Editor{
		Section: section, Show: p.show, Change: p.change, Aside: p.aside,
		Count: func(t *core.CaseType) int { return len(t.Routines) },
	}
}

// opened is a look at the section, with whether the condition of what is open is
// to be an expression.
func opened(e *editing.Edit) (here editing.Edit, written bool) {
	here = *e
	here.Item, written = strings.CutSuffix(e.Item, asExpression)
	return here, written
}

// routineOf is the routine that is open; false for the list.
func routineOf(e *editing.Edit) (int, bool) {
	item, _ := strings.CutSuffix(e.Item, asExpression)
	i := slices.IndexFunc(e.Type.Routines, func(r core.Routine) bool { return section+"/"+r.Key == item })
	return i, i >= 0
}

func (p *Pages) show(e *editing.Edit) (editing.Panel, error) {
	here, written := opened(e)
	tallies, err := p.o.Routines.Tallies(e.Ctx, e.Key, e.Now.Add(-counted))
	if err != nil {
		return editing.Panel{}, err
	}
	panel, err := editing.Compose(section, nil, p.entries(written, tallies)).Show(&here)
	if i, open := routineOf(e); open && err == nil {
		panel.Sub = fmt.Sprintf("Routine %d of %d. %s", i+1, len(e.Type.Routines), panel.Sub)
	}
	return panel, err
}

func (p *Pages) entries(written bool, tallies map[string]routines.Tally) editing.Entries[core.Routine] {
	return editing.Entries[core.Routine]{
		At: casetypes.At(section), Noun: "routine", Title: "Routines", Ordered: true,
		About:   "When one event sets off several, they come in this order.",
		Of:      func(t *core.CaseType) *[]core.Routine { return &t.Routines },
		Key:     func(r core.Routine) string { return r.Key },
		Name:    func(r core.Routine) string { return r.Name.String() },
		Columns: []string{"Sets it off", "Ran last", "In 30 days", "On"},
		Cells: func(e *editing.Edit, r core.Routine) []editing.Cell {
			tally := tallies[r.Key]
			cells := []editing.Cell{{Text: triggerWords(e.Type, r.When)}, {Text: "never"}, {Text: render.Number(tally.Fired)},
				{Switch: &editing.Switch{Do: "switch:" + r.Key, Label: r.Name.String(), On: !r.Off}}}
			if !tally.Last.IsZero() && tally.Fired > 0 {
				cells[1].Text = render.When(tally.Last.In(p.o.Zone), e.Now.In(p.o.Zone))
			}
			if tally.Failed > 0 {
				cells[2] = editing.Cell{Text: render.Number(tally.Fired) + " ", Chip: &layout.Chip{Label: render.Plural(tally.Failed, "failed", "failed"), Icon: "warn", Tone: "warn"}}
			}
			return cells
		},
		New: func(_ *editing.Edit, key string, name core.Text) (core.Routine, error) {
			return core.Routine{Key: key, Name: name, When: core.Trigger{On: core.CaseRaised}}, nil
		},
		Inputs: func(e *editing.Edit, r core.Routine, at casetypes.Path) []editing.Group {
			return p.inputs(e, r, at, written)
		},
		Take: func(e *editing.Edit, r *core.Routine) error {
			names := known(e.Type)
			return p.take(e, r, sentForm(e.Values, names))
		},
	}
}

// inputs are what can be changed of a routine: its name, and its steps.
func (p *Pages) inputs(e *editing.Edit, r core.Routine, at casetypes.Path, written bool) []editing.Group {
	f := p.formOf(e.Type, r, written)
	if wasSent(e.Values) {
		f = sentForm(e.Values, known(e.Type))
	}
	return []editing.Group{
		{Inputs: []editing.Input{e.WordsInput("name", "Name", "", r.Name, at.And("name")), e.TickBox("enabled", "It is on", !r.Off, nil)}},
		{Part: &editing.Part{Template: "routinepages/routine", Data: p.stepsOf(e, f, r, at)}},
	}
}

// take reads the whole form into a routine.
func (p *Pages) take(e *editing.Edit, r *core.Routine, f form) error {
	next := *r
	next.Name, next.Off = e.Words("name"), !e.On("enabled")
	if err := f.take(e.Type, known(e.Type), p.o.Routines.Commands(), &next); err != nil {
		return err
	}
	if rows, ok := p.o.Routines.Conditions().FormOf(e.Type, r.If); ok && !f.written && reflect.DeepEqual(rows, conditions.Form{Any: f.any, Rows: f.rows}) {
		next.If = r.If // as it was written
	}
	*r = next
	return nil
}

// change is every button of the section. Those of a routine keep what was typed
// beside what they do.
func (p *Pages) change(e *editing.Edit) error {
	if e.Do == "switch" {
		return p.switchOne(e)
	}
	here, written := opened(e)
	i, open := routineOf(e)
	if !open || e.Do == "save" || !wasSent(e.Values) {
		err := editing.Compose(section, nil, p.entries(written, nil)).Change(&here)
		e.Said, e.Item = here.Said, here.Item
		if written && e.Do == "save" {
			e.Item += asExpression
		}
		return err
	}
	r := &e.Type.Routines[i]
	e.Said = "Changed routine ‘" + r.Name.String() + "’"
	names := known(e.Type)
	f := sentForm(e.Values, names)
	switch e.Do {
	case "expression":
		e.Item = here.Item + asExpression
	case "rows":
		e.Item = here.Item
		if err := p.take(e, r, f); err != nil {
			return err
		}
		if _, ok := p.o.Routines.Conditions().FormOf(e.Type, r.If); !ok {
			return core.InvalidField(inText, "This says more than rows can, or has a mistake. It stays an expression.")
		}
		return nil
	default:
		what := e.What
		if e.Do == "row" || e.Do == "action" {
			what = e.Get(e.Do + "-new")
		}
		did, err := f.press(e.Do, what, names, e.Known)
		if err != nil {
			return err
		}
		if !did {
			return core.Invalid("This button is not known.")
		}
	}
	return p.take(e, r, f)
}

// switchOne turns one routine on or off in the list.
func (p *Pages) switchOne(e *editing.Edit) error {
	r := slices.IndexFunc(e.Type.Routines, func(r core.Routine) bool { return r.Key == e.What })
	if r < 0 {
		return core.NotFound("That is not there any more.")
	}
	one := &e.Type.Routines[r]
	one.Off = !one.Off
	e.Said = "Switched on routine ‘" + one.Name.String() + "’"
	if one.Off {
		e.Said = "Switched off routine ‘" + one.Name.String() + "’"
	}
	return nil
}
