package routinepages

import (
	"context"
	"reflect"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/editing"
)

// ChainPart draws routines that may set off each other: each chain from the top
// to the bottom.
type ChainPart struct {
	Loop   string // what is to be said of them when they go round; "" when they do not
	Chains [][]ChainStep
}

// ChainStep is one routine of a chain.
type ChainStep struct {
	Name    string
	URL     string // "" for the one that is open
	Because string // why the one before it sets it off: “Change priority”; "" at the top
	Again   bool   // it was at the top: the chain goes round
}

// chainNotes say which routines of a draft may set off which: all of them, or
// those about one.
func (p *Pages) chainNotes(t *core.CaseType, key, about string) []editing.Note {
	chains := p.o.Routines.Chains(t)
	drawn := drawing{t: t, key: key, about: about}
	var notes []editing.Note
	in := map[routines.SetOff]bool{}
	for _, loop := range chains.Loops {
		if !drawn.concerns(loop) {
			continue
		}
		for _, way := range loop {
			in[way] = true
		}
		notes = append(notes, editing.Note{Title: "A circle", Part: &editing.Part{Template: "routinepages/chain", Data: ChainPart{
			Loop: routines.LoopWords(t, loop), Chains: [][]ChainStep{drawn.chain(loop)},
		}}})
	}
	var pairs [][]ChainStep
	for _, way := range chains.All {
		if one := []routines.SetOff{way}; drawn.concerns(one) && !in[way] {
			pairs = append(pairs, drawn.chain(one))
		}
	}
	if len(pairs) > 0 {
		notes = append(notes, editing.Note{Title: "What may set off what", Part: &editing.Part{Template: "routinepages/chain", Data: ChainPart{Chains: pairs}}})
	}
	var unforeseen []string
	for _, from := range chains.Unforeseen {
		if about == "" || from == about {
			unforeseen = append(unforeseen, "“"+drawn.name(from)+"”")
		}
	}
	if len(unforeseen) > 0 {
		notes = append(notes, editing.Note{Title: "Not foreseen", Sentences: []string{
			"What the plugin asks for that " + strings.Join(unforeseen, ", ") + " runs, and what that sets off, is known only when it runs.",
		}})
	}
	return notes
}

// WhatIf says on the page that publishes which routines may set off which, when
// they are changed.
func (p *Pages) WhatIf(_ context.Context, before, after *core.CaseType) ([]editing.Note, error) {
	if before != nil && reflect.DeepEqual(before.Routines, after.Routines) {
		return nil, nil
	}
	return p.chainNotes(after, after.Key, ""), nil
}

// drawing draws chains of the routines of one type, seen from one of them.
type drawing struct {
	t     *core.CaseType
	key   string // of the type's document
	about string // key of the routine that is open; "" for none
}

func (d drawing) concerns(ways []routines.SetOff) bool {
	for _, way := range ways {
		if d.about == "" || way.From == d.about || way.To == d.about {
			return true
		}
	}
	return false
}

func (d drawing) name(key string) string {
	if r, _ := d.t.Routine(key); !r.Name.IsZero() {
		return r.Name.String()
	}
	return key
}

func (d drawing) step(key string) ChainStep {
	step := ChainStep{Name: d.name(key)}
	if key != d.about {
		step.URL = draftAddress(d.key, key)
	}
	return step
}

// chain draws ways that follow each other.
func (d drawing) chain(ways []routines.SetOff) []ChainStep {
	out := []ChainStep{d.step(ways[0].From)}
	for _, way := range ways {
		step := d.step(way.To)
		from, _ := d.t.Routine(way.From)
		title, _, _ := actionWords(d.t, nil, from.Do[way.Action])
		step.Because = title + ": " + eventWords(way.On)
		step.Again = way.To == ways[0].From
		out = append(out, step)
	}
	return out
}
