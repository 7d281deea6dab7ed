package routinepages

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// aside says beside the editor what a routine means, and leads to its try and
// its log.
func (p *Pages) aside(e *editing.Edit) ([]editing.Note, error) {
	i, open := routineOf(e)
	if !open {
		notes := append([]editing.Note{{Title: "How routines work", Sentences: []string{
			"A routine is set off by something that happens to a case, or by time. If its condition holds, its actions are done one after the other, each under the routine’s own name.",
			"What a routine does may set off others. One that would set itself off again is stopped, and the case says so.",
		}}}, p.chainNotes(e.Type, e.Key, "")...)
		if e.Live != nil && len(e.Type.Routines) > 0 {
			notes = append(notes, editing.Note{
				Title: "The last 90 days", Sentences: []string{"What all of them would have done together, and which cases they would have touched."},
				Link: render.Link{Label: "Try them on the last 90 days", URL: "/configuration/types/" + url.PathEscape(e.Key) + "/past?draft=1"},
			})
		}
		return notes, nil
	}
	r := e.Type.Routines[i]
	notes := append([]editing.Note{{Title: "In words", Sentences: p.meaning(e.Type, e.Groups, r)}}, p.chainNotes(e.Type, e.Key, r.Key)...)
	notes = append(notes, editing.Note{
		Title: "Try on one case", Part: &editing.Part{Template: "routinepages/try-form", Data: TryForm{Action: address(e.Key, r.Key, "/try"), Draft: true}},
	})
	if e.Live == nil {
		return notes, nil
	}
	past := editing.Note{Title: "The last 90 days", Sentences: []string{"Which cases it would have touched, and what it would have done."}, Link: render.Link{Label: "The last 90 days", URL: address(e.Key, r.Key, "/past?draft=1")}}
	tallies, err := p.o.Routines.Tallies(e.Ctx, e.Key, e.Now.Add(-counted))
	if err != nil {
		return nil, err
	}
	ran := editing.Note{Title: "How it has gone", Facts: tallyFacts(tallies[r.Key].Fired, tallies[r.Key].Passed, tallies[r.Key].Failed, tallies[r.Key].Stopped), Link: render.Link{Label: "Its log", URL: address(e.Key, r.Key, "")}}
	return append(notes, past, ran), nil
}

func tallyFacts(fired, passed, failed, stopped int) []layout.Fact {
	facts := []layout.Fact{{Term: "Fired", Text: times(fired) + " in 30 days"}, {Term: "Did not hold", Text: times(passed)}}
	if failed > 0 {
		facts = append(facts, layout.Fact{Term: "Failed", Text: times(failed)})
	}
	if stopped > 0 {
		facts = append(facts, layout.Fact{Term: "Stopped", Text: times(stopped)})
	}
	return facts
}

// meaning says a routine as a sentence or two.
func (p *Pages) meaning(t *core.CaseType, groups map[string]string, r core.Routine) []string {
	var out []string
	words := triggerWords(t, r.When)
	if condition := p.conditionWords(t, groups, r.If); condition != "" {
		words += ", and only if " + condition
	}
	var acts []string
	for _, do := range r.Do {
		title, more, _ := actionWords(t, groups, do)
		act := lower(title)
		if more != "" {
			act += " (" + lower(more) + ")"
		}
		acts = append(acts, act)
	}
	switch len(acts) {
	case 0:
		words += ": it does nothing yet."
	default:
		words += ": " + strings.Join(acts, "; then ") + "."
	}
	out = append(out, words)
	switch {
	case r.Off:
		out = append(out, "It is switched off: nothing sets it off.")
	case r.When.Batch > 0:
		out = append(out, render.Plural(r.When.Batch, "case", "cases")+" at once at most; the others come with the next look of the clock.")
	}
	return out
}

// conditionWords say a condition; an expression that rows cannot say is shown as
// it is.
func (p *Pages) conditionWords(t *core.CaseType, groups map[string]string, text string) string {
	rows, ok := p.o.Routines.Conditions().FormOf(t, text)
	if !ok {
		return strings.TrimSpace(text)
	}
	names, parts := map[string]conditions.Name{}, make([]string, len(rows.Rows))
	for _, n := range namesOf(t, groups) {
		names[n.Path] = n
	}
	for i, row := range rows.Rows {
		parts[i] = lower(rowWords(t, names[row.Name], row))
	}
	if rows.Any {
		return strings.Join(parts, ", or ")
	}
	return strings.Join(parts, ", and ")
}

// valueLines say what the names of a condition stood for.
func valueLines(t *core.CaseType, values []conditions.Value) []layout.Fact {
	names, out := known(t), make([]layout.Fact, len(values))
	for i, v := range values {
		out[i] = layout.Fact{Term: v.Name, Text: strings.TrimSuffix(v.Value, " 00:00:00")}
		if text, err := strconv.Unquote(v.Value); err == nil {
			out[i].Text = text
		}
		if n, ok := names[v.Name]; ok {
			out[i].Term = nameLabel(t, n)
			out[i].Text = choiceName(n.Choices, out[i].Text)
		}
		if strings.TrimSpace(out[i].Text) == "" {
			out[i].Text = "nothing"
		}
	}
	return out
}
