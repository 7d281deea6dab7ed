package links

import (
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

var openSlot = cases.NewSlot[[]openRow]("open cases that the case is linked with")

func preload(r *cases.Reads) {
	into := openSlot.Of(r.Work)
	cases.ReadAll(r, selectOpenLinks, []any{r.Case}, func(found []openRow) { *into = found })
}

// refuseClosing keeps a case open that waits for others. It counts them and
// names none: not everybody who closes this one may see those.
func refuseClosing(w *cases.Work) error {
	if cases.Forced(w) != "" {
		return nil
	}
	open := map[string]int{}
	for _, row := range *openSlot.Of(w) {
		kind, _, _ := core.FindLink(row.Kind)
		side := kind.Back
		if row.Begins {
			side = kind.Side
		}
		if !side.Waits.IsZero() {
			open[side.Key] += row.N
		}
	}
	if said := sentences(open); len(said) > 0 {
		return core.Conflict("%s", strings.Join(said, " "))
	}
	return nil
}

// sentences say what a case waits for, by the sides of its links.
func sentences(open map[string]int) []string {
	var out []string
	for _, side := range core.LinkSides() {
		if n := open[side.Key]; n > 0 {
			out = append(out, side.Waits.Words(n))
		}
	}
	return out
}

// Obstacles says, in a sentence each, which of the links of a case stand in the
// way of closing it, as far as they are shown.
func Obstacles(links []Linked) []string {
	var out []string
	for _, side := range core.LinkSides() {
		var open []string
		for _, l := range links {
			if l.Side.Key == side.Key && !side.Waits.IsZero() && l.Row.StatusKind != core.StatusFinal {
				open = append(open, string(l.Row.Ref))
			}
		}
		if len(open) > 0 {
			out = append(out, strings.TrimSuffix(side.Waits.Words(len(open)), ".")+": "+strings.Join(open, ", ")+".")
		}
	}
	return out
}
